// Compartments that only the losing branch of a roster made: what was written in them is known to
// be right, and counts once they are made again and their writers have their rights again.
#include <gtest/gtest.h>

#include "replication/log/admission.hpp"
#include "tests/replication/log/admission_fixture.hpp"
#include "tests/replication/roster/forked_administration.hpp"
#include "tests/support/matchers.hpp"

namespace entrepot::replication {
namespace {

/// Only the losing branch certified the ferry and made a compartment for it and the airport.
class LostCompartment : public testing::Test {
protected:
    LostCompartment() {
        fork_.counts.new_generation(fork_.counts.compartment("suspects"));
        ferry_ = fork_.loses.add_unit("ferry");
        const auto& headquarters = fork_.loses.id("headquarters");
        fork_.loses.add_compartment("seizures", "ferry seizures",
                                    {{headquarters, Right::write},
                                     {ferry_, Right::write},
                                     {fork_.loses.id("airport"), Right::read}});
        ferry_writes_.emplace(fork_.loses.identity("ferry").duplicate(), place(), fork_.loses);
        commit_ = ferry_writes_->commit(1);
        fork_.settle();
    }
    CompartmentId place() const { return fork_.loses.compartment("ferry seizures"); }
    const Roster& settled() const { return fork_.counts.roster(); }
    Result<Admission> admitted(ByteView commit) const {
        return admit(parse_commit(commit).value(), {ferry_writes_->descriptor, {}, {}, {}, {}},
                     settled());
    }
    void certify_ferry_again() { fork_.counts.append(*fork_.loses.roster().node(ferry_)); }
    Status append(EntryContent content) const {
        Roster roster = settled();
        return roster.append(fork_.counts.sign(std::move(content)));
    }

    ForkedAdministration fork_ = ForkedAdministration::with_two_units();
    NodeId ferry_;
    std::optional<Writer> ferry_writes_;
    Bytes commit_;
};

TEST_F(LostCompartment, IsNamedUntilItIsMadeAgain) {
    const auto lost = settled().lost_compartments();
    ASSERT_EQ(lost.size(), 1u);
    EXPECT_EQ(lost[0]->id, place());
    EXPECT_EQ(settled().compartment(place()), nullptr);
    fork_.make_again("ferry seizures", {});
    EXPECT_TRUE(settled().lost_compartments().empty());
    EXPECT_EQ(settled().compartment(place())->newest, Generation{1});
}

TEST_F(LostCompartment, GaveItsRightsAtTheForkedLengthsAlone) {
    const RosterLength made = fork_.loses.roster().length();
    EXPECT_EQ(settled().right(ferry_, place(), made), Right::write);
    EXPECT_EQ(settled().right(ferry_, place(), fork_.common), Right::none);
    EXPECT_EQ(settled().right(ferry_, place()), Right::none);
    EXPECT_EQ(settled().kept_right(ferry_, place()), Right::write);
}

TEST_F(LostCompartment, KeepsWhatWasWrittenInItAsideUntilItsWriterMayWriteAgain) {
    EXPECT_THAT(admitted(commit_), IsOkAndHolds(Admission::beyond_cut));
    certify_ferry_again();
    EXPECT_THAT(admitted(commit_), IsOkAndHolds(Admission::beyond_cut));
    fork_.make_again("ferry seizures", {});
    EXPECT_THAT(admitted(commit_), IsOkAndHolds(Admission::beyond_cut));
    fork_.counts.grant(place(), ferry_, Right::write);
    EXPECT_THAT(admitted(commit_), IsOkAndHolds(Admission::counts));
}

TEST_F(LostCompartment, CountsUpToACutOfAWriterThatIsNeverCertifiedAgain) {
    fork_.make_again("ferry seizures", {});
    const LogId log = ferry_writes_->descriptor.id();
    const Bytes second = ferry_writes_->commit(2, commit_hash(commit_));
    fork_.counts.move_cut({log, {1}, commit_hash(commit_)});
    EXPECT_THAT(admitted(commit_), IsOkAndHolds(Admission::counts));
    const LogStanding after{
        ferry_writes_->descriptor, {1}, commit_hash(commit_), fork_.loses.roster().length(), {}};
    EXPECT_THAT(admit(parse_commit(second).value(), after, settled()),
                IsOkAndHolds(Admission::beyond_cut));
}

TEST_F(LostCompartment, IsNoWayForAWriterThatTheLosingBranchDidNotLetWrite) {
    Writer airport(fork_.loses.identity("airport").duplicate(), place(), fork_.loses);
    EXPECT_THAT(admit(parse_commit(airport.commit(1)).value(), {airport.descriptor, {}, {}, {}, {}},
                      settled()),
                HasCode(admission_no_right));
    Bytes forged = commit_;
    forged[64] ^= 1;
    EXPECT_THAT(admitted(forged), HasCode(commit_signature));
}

TEST_F(LostCompartment, IsNotMadeAgainForAnotherDatabaseOrLane) {
    const NewGrant own{fork_.counts.id("headquarters"), Right::write};
    NewCompartment wanted{"suspects", "ferry", Lane::records, {own}, place()};
    EXPECT_THAT(append(*make_compartment(settled(), wanted, fork_.counts.entropy())),
                HasCode(roster_known_compartment));
    wanted.database = "seizures";
    wanted.lane = Lane::originals;
    EXPECT_THAT(append(*make_compartment(settled(), wanted, fork_.counts.entropy())),
                HasCode(roster_known_compartment));
    wanted.lane = Lane::records;
    EXPECT_THAT(append(*make_compartment(settled(), wanted, fork_.counts.entropy())), IsOk());
}

TEST_F(LostCompartment, OpensForANewMemberWithBothKeysOfItsFirstGeneration) {
    fork_.make_again("ferry seizures", {{fork_.counts.id("seaport"), Right::read}});
    const auto& box = fork_.counts.identity("seaport").box();
    std::vector<crypto::Secret> keys;
    for (const KeyWrap* wrap : settled().wraps_for(fork_.counts.id("seaport"))) {
        if (wrap->compartment == place()) {
            keys.push_back(*unwrap_key(*wrap, box));
        }
    }
    ASSERT_EQ(keys.size(), 2u);
    EXPECT_FALSE(equal(keys[0].view(), keys[1].view()));
    EXPECT_TRUE(equal(keys[1].view(), fork_.loses.key(place(), Generation{1}).view()));
}

TEST_F(LostCompartment, IsKeptUntilAGrantDecidesAnew) {
    const NodeId airport = fork_.counts.id("airport");
    fork_.make_again("ferry seizures", {});
    EXPECT_EQ(settled().kept_right(airport, place()), Right::read);
    fork_.counts.grant(place(), airport, Right::none);
    EXPECT_EQ(settled().kept_right(airport, place()), Right::none);
}

TEST_F(LostCompartment, IsNotKeptAgainstAWithdrawalOnTheBranchThatCounts) {
    ForkedAdministration fork = ForkedAdministration::with_two_units();
    const auto other = fork.counts.compartment("seaport seizures");
    const NodeId airport = fork.counts.id("airport");
    fork.loses.grant(other, airport, Right::read);
    fork.counts.grant(other, airport, Right::read);
    fork.counts.grant(other, airport, Right::none);
    fork.settle();
    EXPECT_EQ(fork.counts.roster().kept_right(airport, other), Right::none);
}

TEST_F(LostCompartment, LeavesTheNumbersThatWereGivenWithIt) {
    const std::size_t counted = fork_.counts.roster().nodes().size();
    EXPECT_EQ(settled().given_numbers().size(), 2 * (counted + counted + 1))
        << "of both branches, the ferry's too: two blocks each";
}

}  // namespace
}  // namespace entrepot::replication
