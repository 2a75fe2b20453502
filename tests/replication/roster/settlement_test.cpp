// Settlements: what a reader refuses, what a settled roster still says of the forked span, and
// which rosters it may take the place of.
#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "replication/roster/entry_content.hpp"
#include "tests/replication/roster/forked_administration.hpp"
#include "tests/support/matchers.hpp"

namespace entrepot::replication {
namespace {

/// The branch that counts has one entry of its own, the losing one three.
class Settlement : public testing::Test {
protected:
    Settlement() {
        fork_.counts.new_generation(joint_);
        fork_.loses.new_generation(joint_);
        fork_.loses.add_unit("ferry");
        fork_.loses.new_generation(joint_);
    }
    Status append(EntryContent content) const {
        Roster roster = fork_.counts.roster();
        return roster.append(fork_.counts.sign(std::move(content)));
    }
    std::uint64_t first_lost() const { return fork_.common.value + 1; }

    ForkedAdministration fork_ = ForkedAdministration::with_two_units();
    CompartmentId joint_ = fork_.counts.compartment("joint seizures");
};

TEST_F(Settlement, CarriesEveryLosingEntryAndIsLongerThanBothBranches) {
    fork_.settle();
    EXPECT_EQ(fork_.counts.roster().length().value, fork_.common.value + 4);
    EXPECT_THAT(Roster::from_entries(fork_.counts.entries()), IsOk());
}

TEST_F(Settlement, IsRefusedWithoutAnythingInCommon) {
    EXPECT_THAT(append(SettlementEntry{{0}, fork_.loses.entries()[0]}), HasCode(roster_settlement));
}

TEST_F(Settlement, IsRefusedWhereThisBranchDoesNotGoOn) {
    const RosterLength end = fork_.counts.roster().length();
    EXPECT_THAT(append(SettlementEntry{end, fork_.loses.entries()[end.value]}),
                HasCode(roster_settlement));
    EXPECT_THAT(append(SettlementEntry{{end.value + 9}, fork_.loses.entries().back()}),
                HasCode(roster_settlement));
}

TEST_F(Settlement, IsRefusedWithTheEntryThatCounts) {
    EXPECT_THAT(
        append(SettlementEntry{fork_.common, fork_.counts.entries()[fork_.common.value]}),
        HasCode(roster_settlement));
}

TEST_F(Settlement, IsRefusedWithALaterLosingEntryFirst) {
    EXPECT_THAT(append(fork_.settlement(first_lost() + 1)), HasCode(roster_settlement));
}

TEST_F(Settlement, IsRefusedWithAGapInTheLosingEntries) {
    fork_.settle(1);
    EXPECT_THAT(append(fork_.settlement(first_lost() + 2)), HasCode(roster_settlement));
}

TEST_F(Settlement, IsRefusedToGoOnAfterAnotherEntry) {
    fork_.settle(1);
    fork_.counts.new_generation(joint_);
    EXPECT_THAT(append(fork_.settlement(first_lost() + 1)), HasCode(roster_settlement));
    fork_.settle();
    EXPECT_THAT(fork_.counts.roster().settles(fork_.loses.roster()), IsOk());
}

TEST_F(Settlement, IsRefusedToGoOnWithAnotherBranch) {
    AdministrationFixture third = AdministrationFixture::with_two_units();
    static_cast<void>(third.entropy().secret(32));
    static_cast<void>(third.entropy().secret(32));
    third.new_generation(joint_);
    third.new_generation(joint_);
    fork_.settle(1);
    EXPECT_THAT(append(SettlementEntry{fork_.common, third.entries().back()}),
                HasCode(roster_settlement));
    EXPECT_THAT(append(SettlementEntry{fork_.common, third.entries()[fork_.common.value]}), IsOk());
}

TEST_F(Settlement, IsRefusedWithAnEntryFromElsewhereInTheChain) {
    EXPECT_THAT(append(SettlementEntry{{fork_.common.value - 1},
                                       fork_.loses.entries()[fork_.common.value]}),
                HasCode(roster_settlement));
}

TEST_F(Settlement, IsRefusedWithALosingSettlement) {
    fork_.loses.append(SettlementEntry{fork_.common, fork_.counts.entries()[fork_.common.value]});
    fork_.settle(3);
    EXPECT_THAT(append(fork_.settlement(first_lost() + 3)), HasCode(roster_settlement));
}

TEST_F(Settlement, IsRefusedWithALosingEntryThatIsNone) {
    EXPECT_THAT(append(SettlementEntry{fork_.common, {1, 2, 3}}), HasCode(roster_malformed));
}

TEST_F(Settlement, IsRefusedWithALosingEntryThatWasAlteredAndSaysWhich) {
    Bytes altered = fork_.loses.entries()[fork_.common.value];
    altered.back() ^= 1;
    const auto status = append(SettlementEntry{fork_.common, altered});
    ASSERT_THAT(status, HasCode(roster_signature));
    EXPECT_NE(status.error().context.find("losing entry " + std::to_string(first_lost())),
              std::string::npos);
}

TEST_F(Settlement, IsRefusedFromHeadquarters) {
    const Roster& roster = fork_.counts.roster();
    const auto* key = &fork_.counts.roster_signing_key();
    Roster copy = roster;
    EXPECT_THAT(
        copy.append(sign_entry(roster, {}, fork_.settlement(first_lost()), std::span(&key, 1))),
        HasCode(roster_signer));
}

TEST_F(Settlement, HasRoomForTheLargestEntryAndSixteenSignatures) {
    RosterEntry entry{{1}, {}, {}, SettlementEntry{{1}, Bytes(roster_entry_limit)}, {}};
    entry.signatures.resize(root_limit);
    EXPECT_THAT(decode_entry(encode_entry(entry)), IsOk());
    entry.content = SettlementEntry{{1}, Bytes(roster_entry_limit + 1)};
    EXPECT_THAT(decode_entry(encode_entry(entry)), HasCode(roster_malformed));
    entry.content = SchemaEditionEntry{};
    Bytes long_one = encode_entry(entry);
    long_one.resize(roster_entry_limit + 1);
    EXPECT_THAT(decode_entry(long_one), HasCode(roster_malformed));
}

TEST_F(Settlement, LetsALosingNodeBeCertifiedAgainAndNobodyElseHaveItsKeys) {
    const auto lost = *fork_.loses.roster().node(fork_.loses.id("ferry"));
    EXPECT_THAT(append(AuditorEntry{lost.identity.box}), IsOk());
    fork_.settle();
    EXPECT_EQ(fork_.counts.roster().node(lost.identity.id()), nullptr);
    EXPECT_THAT(append(AuditorEntry{lost.identity.box}), HasCode(roster_known_key));
    EXPECT_THAT(append(lost), IsOk());
}

TEST_F(Settlement, GivesTheKeysOfBothBranches) {
    fork_.settle();
    const Roster& roster = fork_.counts.roster();
    const NodeId airport = fork_.counts.id("airport");
    std::vector<Generation> generations;
    for (const KeyWrap* wrap : roster.wraps_for(airport)) {
        if (wrap->compartment == joint_) {
            generations.push_back(wrap->generation);
        }
    }
    EXPECT_EQ(generations, (std::vector<Generation>{{1}, {2}, {2}, {3}}));
    EXPECT_EQ(roster.compartment(joint_)->newest, Generation{2});
}

TEST_F(Settlement, SaysWhichKeysTheLosingBranchMadeAndToWhom) {
    fork_.settle();
    const auto keys = fork_.counts.roster().lost_keys(joint_, fork_.counts.id("airport"));
    ASSERT_EQ(keys.size(), 2u);
    for (const std::uint32_t generation : {2, 3}) {
        EXPECT_EQ(keys.at({generation}).made, 1u);
        EXPECT_EQ(keys.at({generation}).given, 1u);
    }
    const NodeId pier = fork_.counts.add_unit("pier");
    EXPECT_EQ(fork_.counts.roster().lost_keys(joint_, pier).at({2}).given, 0u);
    const CompartmentId suspects = fork_.counts.compartment("suspects");
    EXPECT_TRUE(fork_.counts.roster().lost_keys(suspects, pier).empty());
}

TEST_F(Settlement, CountsTheKeysOfABranchThatWasCarriedTwiceOnce) {
    fork_.settle(1);
    fork_.counts.new_generation(joint_);
    fork_.settle();
    const auto keys = fork_.counts.roster().lost_keys(joint_, fork_.counts.id("airport"));
    EXPECT_EQ(keys.at({2}).made, 1u);
    EXPECT_EQ(keys.at({3}).made, 1u);
}

/// A grant after the settlement, of which one wrap is changed before headquarters signs it.
class GrantAfterSettlement : public Settlement {
protected:
    GrantAfterSettlement() {
        fork_.settle();
        pier_ = fork_.counts.add_unit("pier");
    }
    GrantEntry grant() {
        const auto keys = fork_.counts.keys(joint_);
        return *make_grant(fork_.counts.roster(), joint_, {pier_, Right::read}, keys,
                           fork_.counts.entropy());
    }
    static std::vector<Generation> generations(const GrantEntry& grant) {
        std::vector<Generation> out;
        for (const KeyWrap& wrap : grant.wraps) {
            out.push_back(wrap.generation);
        }
        return out;
    }
    KeyWrap wrap(Generation generation) {
        const auto box = fork_.counts.identity("pier").box().public_key();
        return wrap_key(fork_.loses.key(joint_), pier_, box, joint_, generation,
                        fork_.counts.entropy());
    }
    NodeId pier_;
};

TEST_F(GrantAfterSettlement, BringsBothKeysOfADoubledGeneration) {
    const GrantEntry made = grant();
    EXPECT_EQ(generations(made), (std::vector<Generation>{{1}, {2}, {2}, {3}}));
    ASSERT_THAT(append(made), IsOk());
    fork_.counts.append(made);
    const auto wraps = fork_.counts.roster().wraps_for(pier_);
    ASSERT_EQ(wraps.size(), 4u);
    const auto& box = fork_.counts.identity("pier").box();
    EXPECT_TRUE(equal(unwrap_key(*wraps[1], box)->view(),
                      fork_.counts.key(joint_, Generation{2}).view()))
        << "the one that counts is first";
    EXPECT_TRUE(equal(unwrap_key(*wraps[2], box)->view(),
                      fork_.loses.key(joint_, Generation{2}).view()));
}

TEST_F(GrantAfterSettlement, IsRefusedWithoutALosingKeyThatItsSignerHas) {
    for (const std::size_t at : {1u, 2u, 3u}) {
        GrantEntry made = grant();
        made.wraps.erase(made.wraps.begin() + static_cast<std::ptrdiff_t>(at));
        EXPECT_THAT(append(made), HasCode(roster_wraps)) << at;
    }
}

TEST_F(GrantAfterSettlement, IsRefusedWithAKeyMoreThanWereMade) {
    for (const std::uint32_t generation : {1, 2, 3, 4}) {
        GrantEntry made = grant();
        made.wraps.push_back(wrap({generation}));
        EXPECT_THAT(append(made), HasCode(roster_wraps)) << generation;
    }
    GrantEntry twice = grant();
    twice.wraps[2] = twice.wraps[1];
    EXPECT_THAT(append(twice), HasCode(roster_wraps));
}

TEST_F(GrantAfterSettlement, FromALaterGenerationHasTheLosingKeysFromThere) {
    GrantEntry made = grant();
    made.first_generation = {2};
    EXPECT_THAT(append(made), HasCode(roster_wraps));
    made.wraps.erase(made.wraps.begin());
    EXPECT_THAT(append(made), IsOk());
    made.right = Right::relay;
    EXPECT_THAT(append(made), HasCode(roster_wraps));
}

TEST_F(GrantAfterSettlement, GivesWhatItsSignerHasWhereThatIsNotAll) {
    fork_.counts.add_headquarters("second");
    fork_.counts.grant(joint_, fork_.counts.id("second"), Right::write);
    GrantEntry made = grant();  // signed by the second headquarters, which the losing branch lacked
    EXPECT_THAT(append(made), IsOk());
    made.wraps.erase(made.wraps.begin() + 2, made.wraps.end());
    EXPECT_EQ(generations(made), (std::vector<Generation>{{1}, {2}}));
    EXPECT_THAT(append(made), IsOk());
    made.wraps.pop_back();
    EXPECT_THAT(append(made), HasCode(roster_wraps));
}

TEST_F(GrantAfterSettlement, TakesNoKeyAwayThatAnEarlierOneBrought) {
    fork_.counts.append(grant());
    fork_.counts.add_headquarters("second");
    GrantEntry again = grant();
    again.wraps.erase(again.wraps.begin() + 2, again.wraps.end());
    fork_.counts.append(again);
    std::vector<Generation> held;
    for (const KeyWrap* wrap : fork_.counts.roster().wraps_for(pier_)) {
        held.push_back(wrap->generation);
    }
    EXPECT_EQ(held, (std::vector<Generation>{{1}, {2}, {2}, {2}, {3}}));
    EXPECT_EQ(Roster::from_entries(fork_.counts.entries())->wraps_for(pier_).size(), held.size());
}

TEST_F(Settlement, TakesThePlaceOfEveryRosterThatItCarriesAndOfNoOther) {
    const Roster before = fork_.counts.roster();
    fork_.settle();
    const Roster& settled = fork_.counts.roster();
    for (std::uint64_t at = 0; at <= fork_.loses.roster().length().value; ++at) {
        EXPECT_THAT(settled.settles(fork_.loses.roster().first({at})), IsOk()) << at;
        EXPECT_EQ(before.settles(fork_.loses.roster().first({at})).has_value(),
                  at <= fork_.common.value);
    }
    EXPECT_THAT(settled.settles(before), IsOk());
    EXPECT_THAT(settled.settles(settled), HasCode(roster_forked));
    fork_.loses.new_generation(joint_);
    EXPECT_THAT(settled.settles(fork_.loses.roster()), HasCode(roster_forked));
    EXPECT_THAT(settled.settles(AdministrationFixture::with_two_units(7).roster()),
                HasCode(roster_forked));
}

TEST_F(Settlement, TakesThePlaceOfALongerBranchOnlyOnceAllOfThatIsCarried) {
    fork_.settle(2);
    EXPECT_THAT(fork_.counts.roster().settles(fork_.loses.roster()), HasCode(roster_forked));
    EXPECT_THAT(fork_.counts.roster().settles(fork_.loses.roster().first({first_lost() + 1})),
                IsOk());
}

TEST_F(Settlement, SaysHowMuchItSharesWithAHeldRoster) {
    fork_.settle();
    const Roster& settled = fork_.counts.roster();
    const Roster& lost = fork_.loses.roster();
    const auto shared = [&](RosterLength at) { return settled.shared_with(at, lost.hash_at(at)); };
    EXPECT_EQ(shared({3}), RosterLength{3});
    EXPECT_EQ(shared(fork_.common), fork_.common);
    EXPECT_EQ(shared({first_lost()}), fork_.common);
    EXPECT_EQ(shared(lost.length()), fork_.common);
    EXPECT_EQ(settled.shared_with(lost.length(), Hash{{9}}), std::nullopt);
    EXPECT_EQ(settled.shared_with({99}, lost.head()), std::nullopt);
}

// Whatever both branches did: what a settled roster says of a length.

using Steps = std::vector<std::pair<int, int>>;

void work(AdministrationFixture& fixture, const Steps& steps) {
    const std::vector<CompartmentId> compartments{fixture.compartment("joint seizures"),
                                                  fixture.compartment("suspects")};
    const std::vector<NodeId> nodes{fixture.id("airport"), fixture.id("seaport")};
    for (const auto& [step, which] : steps) {
        const auto& compartment = compartments[static_cast<std::size_t>(which) % 2];
        if (step == 0) {
            fixture.new_generation(compartment);
        } else {
            fixture.grant(compartment, nodes[static_cast<std::size_t>(which) / 2 % 2],
                          static_cast<Right>(step - 1));
        }
    }
}

Steps any_steps() {
    return *rc::gen::container<Steps>(
        static_cast<std::size_t>(*rc::gen::inRange(1, 8)),
        rc::gen::pair(rc::gen::inRange(0, 5), rc::gen::inRange(0, 4)));
}

/// Rights and generations at every length, and the keys: all that a fork may change here.
std::string answers(const Roster& roster, const AdministrationFixture& fixture) {
    std::string out;
    for (const auto* node : {"airport", "seaport"}) {
        for (const CompartmentStanding* place : roster.compartments()) {
            for (std::uint64_t at = 0; at <= roster.length().value; ++at) {
                out += std::to_string(
                    static_cast<int>(roster.right(fixture.id(node), place->id, {{at}})));
                for (std::uint32_t i = 0; i < 9; ++i) {
                    out += roster.is_generation(place->id, {i}, {at}) ? "y" : "n";
                }
            }
        }
        for (const KeyWrap* wrap : roster.wraps_for(fixture.id(node))) {
            out += to_hex(wrap->envelope);
        }
    }
    return out;
}

RC_GTEST_PROP(SettlementProperty, AtAForkedLengthWhatEitherBranchGaveIsRight, ()) {
    auto fork = ForkedAdministration::with_two_units(*rc::gen::inRange<std::uint64_t>(1, 9));
    work(fork.counts, any_steps());
    fork.loses.new_generation(fork.loses.compartment("joint seizures"));
    work(fork.loses, any_steps());
    const Roster counted = fork.counts.roster();
    fork.settle();
    const Roster& settled = fork.counts.roster();
    const Roster& lost = fork.loses.roster();
    for (const CompartmentStanding* place : settled.compartments()) {
        const NodeId node = fork.counts.id("airport");
        for (std::uint64_t n = 0; n <= settled.length().value; ++n) {
            const RosterLength at{n}, held = std::min(at, counted.length());
            const bool was_forked = fork.common < at && at <= lost.length();
            const Right here = counted.right(node, place->id, held);
            const Right there = was_forked ? lost.right(node, place->id, at) : Right::none;
            RC_ASSERT(settled.right(node, place->id, at) == std::max(here, there));
            for (std::uint32_t i = 0; i < 9; ++i) {
                const bool is_there = was_forked && lost.generation_at(place->id, at).value == i;
                RC_ASSERT(settled.is_generation(place->id, {i}, at) ==
                          (is_there || counted.generation_at(place->id, held).value == i));
            }
        }
        RC_ASSERT(settled.right(node, place->id) == counted.right(node, place->id));
    }
}

RC_GTEST_PROP(SettlementProperty, ItsBeginningsAreWhatFewerEntriesMake, ()) {
    auto fork = ForkedAdministration::with_two_units(*rc::gen::inRange<std::uint64_t>(1, 9));
    work(fork.counts, any_steps());
    fork.loses.new_generation(fork.loses.compartment("joint seizures"));
    work(fork.loses, any_steps());
    fork.settle();
    work(fork.counts, any_steps());
    const std::size_t length = *rc::gen::inRange<std::size_t>(1, fork.counts.entries().size() + 1);
    const Roster made = fork.counts.roster().first({length});
    const auto read = Roster::from_entries(std::span(fork.counts.entries()).first(length));
    RC_ASSERT(read.has_value());
    RC_ASSERT(made.head() == read->head());
    RC_ASSERT(answers(made, fork.counts) == answers(*read, fork.counts));
    for (std::uint64_t at = 1; at <= fork.loses.roster().length().value; ++at) {
        const Roster lost = fork.loses.roster().first({at});
        RC_ASSERT(made.settles(lost).has_value() == read->settles(lost).has_value());
    }
}

}  // namespace
}  // namespace entrepot::replication
