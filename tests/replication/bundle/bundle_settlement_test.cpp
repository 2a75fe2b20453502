// Bundles between the branches of a forked roster: the settled one comes with them, and what was
// written on either branch counts.
#include <gtest/gtest.h>

#include "replication/bundle/bundle_choice.hpp"
#include "replication/bundle/bundle_intake.hpp"
#include "tests/replication/roster/forked_administration.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/replica_host.hpp"

namespace entrepot::replication {
namespace {

/// The airport stands on the branch that counts, the seaport on the other; both have written.
class BundleSettlement : public testing::Test {
protected:
    BundleSettlement() {
        fork_.counts.new_generation(joint_);
        fork_.loses.new_generation(joint_);
        fork_.loses.new_generation(joint_);
        grow(airport_, fork_.counts);
        grow(seaport_, fork_.loses);
        for (auto [host, branch] : {std::pair(&airport_, &fork_.counts),
                                    std::pair(&seaport_, &fork_.loses)}) {
            EXPECT_THAT(host->write(joint_, branch->key(joint_), {Bytes(100, 7)}), IsOk());
            host->settle();
        }
    }
    static void grow(ReplicaHost& host, const AdministrationFixture& administration) {
        ASSERT_THAT(host.replica().offer_roster({0}, administration.entries()), IsOk());
        host.settle();
    }
    void settle() {
        fork_.settle();
        grow(airport_, fork_.counts);
    }
    /// What goes into a bundle for a node of which only the length of its roster is known.
    static std::vector<BundleItem> items(const ReplicaHost& from, const ReplicaHost& to,
                                         RosterLength known) {
        const KnownHolding holding{to.id(), known, {}};
        BundlePlan plan = plan_bundle(from.replica(), std::span(&holding, 1));
        std::vector<BundleItem> out = std::move(plan.first);
        for (const BundleRange& range : plan.ranges) {
            for (auto number = range.first; number <= range.last; number = number.next()) {
                out.push_back(BundleCommit{
                    range.log, from.replica().reader().read(range.log.id(), number).value()});
            }
        }
        return out;
    }
    /// The same with each roster entry as an item of its own.
    static std::vector<BundleItem> in_pieces(const std::vector<BundleItem>& items) {
        std::vector<BundleItem> out;
        for (const BundleItem& item : items) {
            const auto* roster = std::get_if<BundleRoster>(&item);
            for (std::size_t i = 0; roster != nullptr && i < roster->entries.size(); ++i) {
                out.push_back(BundleRoster{{roster->before_first.value + i}, {roster->entries[i]}});
            }
            if (roster == nullptr) {
                out.push_back(item);
            }
        }
        return out;
    }
    Status take(ReplicaHost& to, const ReplicaHost& from, const std::vector<BundleItem>& given) {
        BundleHeader header;
        header.administration = common_.administration();
        header.sender = from.identity().sign().public_key();
        BundleIntake intake(to.replica(), header);
        for (const BundleItem& item : given) {
            TRY(intake.take(item));
        }
        TRY(intake.check_sender());
        EXPECT_EQ(intake.report().refused, 0u);
        to.settle();
        return {};
    }
    std::vector<std::uint64_t> counted(const ReplicaHost& host) const {
        std::vector<std::uint64_t> out;
        for (const ReplicaHost* writer : {&airport_, &seaport_}) {
            const auto head = host.replica().counted_head(writer->log(joint_).id());
            out.push_back(head ? head->number.value : 0);
        }
        return out;
    }

    ForkedAdministration fork_ = ForkedAdministration::with_two_units();
    CompartmentId joint_ = fork_.counts.compartment("joint seizures");
    Roster common_ = fork_.counts.roster();
    ReplicaHost airport_{fork_.counts.identity("airport"), common_, 5};
    ReplicaHost seaport_{fork_.counts.identity("seaport"), common_, 6};
};

TEST_F(BundleSettlement, BringsTheSettledRosterToANodeOfTheLosingBranch) {
    settle();
    for (const RosterLength known : {RosterLength{}, fork_.loses.roster().length()}) {
        ReplicaHost courier(fork_.counts.identity("courier"), fork_.loses.roster(), 7);
        ASSERT_THAT(take(courier, airport_, items(airport_, courier, known)), IsOk());
        EXPECT_EQ(courier.store().roster().head(), fork_.counts.roster().head());
        EXPECT_EQ(counted(courier), (std::vector<std::uint64_t>{1, 0}));
    }
    EXPECT_THAT(take(seaport_, airport_, items(airport_, seaport_, {})), IsOk());
    EXPECT_EQ(counted(seaport_), (std::vector<std::uint64_t>{1, 1}));
}

TEST_F(BundleSettlement, BringsItOverSeveralItems) {
    settle();
    ASSERT_THAT(take(seaport_, airport_, in_pieces(items(airport_, seaport_, {}))), IsOk());
    EXPECT_EQ(seaport_.store().roster().head(), fork_.counts.roster().head());
}

TEST_F(BundleSettlement, IsTakenFromANodeThatStandsOnTheLosingBranchStill) {
    settle();
    for (const RosterLength known : {RosterLength{}, fork_.common}) {
        EXPECT_THAT(take(airport_, seaport_, items(seaport_, airport_, known)), IsOk());
        EXPECT_THAT(take(airport_, seaport_, in_pieces(items(seaport_, airport_, known))), IsOk());
    }
    EXPECT_EQ(airport_.replica().roster().head(), fork_.counts.roster().head());
    EXPECT_EQ(counted(airport_), (std::vector<std::uint64_t>{1, 1}));
}

TEST_F(BundleSettlement, IsRefusedBetweenBranchesThatNobodyHasSettled) {
    EXPECT_THAT(take(airport_, seaport_, items(seaport_, airport_, {})), HasCode(roster_forked));
    EXPECT_THAT(take(seaport_, airport_, items(airport_, seaport_, {})), HasCode(roster_forked));
    EXPECT_EQ(seaport_.replica().roster().head(), fork_.loses.roster().head());
    EXPECT_EQ(counted(seaport_), (std::vector<std::uint64_t>{0, 1}));
}

TEST_F(BundleSettlement, IsRefusedWhereItsSenderHasMoreOfTheLosingBranchThanWasSettled) {
    fork_.settle(1);
    grow(airport_, fork_.counts);
    EXPECT_THAT(take(airport_, seaport_, items(seaport_, airport_, {})), HasCode(roster_forked));
}

TEST_F(BundleSettlement, ChangesNothingWhereTheSettlementIsLackingOrAltered) {
    settle();
    auto given = in_pieces(items(airport_, seaport_, {}));
    const auto last = std::find_if(given.begin(), given.end(), [](const BundleItem& item) {
                          return !std::holds_alternative<BundleRoster>(item);
                      }) -
                      1;
    auto altered = given;
    std::get<BundleRoster>(altered[static_cast<std::size_t>(last - given.begin())])
        .entries[0]
        .back() ^= 1;
    EXPECT_THAT(take(seaport_, airport_, altered), HasCode(roster_forked));
    const auto rest = given.erase(last);
    EXPECT_THAT(take(seaport_, airport_, given), HasCode(roster_forked));
    given.erase(rest, given.end());
    EXPECT_THAT(take(seaport_, airport_, given), HasCode(roster_forked));
    EXPECT_EQ(seaport_.replica().roster().head(), fork_.loses.roster().head());
    EXPECT_FALSE(seaport_.replica().has_writes());
}

TEST_F(BundleSettlement, BeginsWithTheForkWhereTheRecipientMayStandOnTheLosingBranch) {
    settle();
    const auto from = [&](RosterLength known) {
        const auto first = items(airport_, seaport_, known).front();
        const auto* roster = std::get_if<BundleRoster>(&first);
        return roster == nullptr ? airport_.replica().roster().length() : roster->before_first;
    };
    const RosterLength all = fork_.counts.roster().length(), lost = fork_.loses.roster().length();
    EXPECT_EQ(from({3}), RosterLength{3});
    EXPECT_EQ(from(fork_.common), fork_.common);
    EXPECT_EQ(from({fork_.common.value + 1}), fork_.common);
    EXPECT_EQ(from(lost), fork_.common);
    EXPECT_EQ(from({lost.value + 1}), all);
    EXPECT_EQ(from(all), all);
}

}  // namespace
}  // namespace entrepot::replication
