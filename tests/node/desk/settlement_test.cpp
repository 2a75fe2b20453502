// A worker whose node stood on the branch of a roster that lost: it goes on with the settled one.
#include <gtest/gtest.h>

#include "node/audit/sealed_entry.hpp"
#include "node/desk/verification.hpp"
#include "node/headquarters/quarantine.hpp"
#include "replication/roster/roster_file.hpp"
#include "tests/replication/roster/forked_administration.hpp"
#include "tests/support/desk_fixture.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;
using replication::Right;

class DeskSettlement : public testing::Test {
protected:
    DeskSettlement() {
        for (auto* branch : {&fork_.counts, &fork_.loses}) {
            branch->new_generation(branch->compartment("airport seizures"));
        }
    }
    /// As an imported file, with all entries after what both rosters begin with.
    Result<json> import(const replication::AdministrationFixture& administration) {
        replication::Roster copy = fixture_.desk().roster();
        const auto added = replication::import_roster(
            copy, copy.root_fingerprint(), replication::export_roster(administration.roster()));
        if (!added) {
            return added.error();
        }
        std::vector<Bytes> entries(copy.entries().end() - static_cast<std::ptrdiff_t>(*added),
                                   copy.entries().end());
        return fixture_.await([&](JsonDone done) {
            fixture_.desk().append_roster(std::move(entries), [done](Status stored) {
                done(stored ? Result<json>(json()) : Result<json>(stored.error()));
            });
        });
    }
    std::uint64_t seizures() {
        std::uint64_t out = 0;
        for (const auto& [of, count] : fixture_.desk().views().counts()) {
            out += of.second == "seizures" ? count.records : 0;
        }
        return out;
    }

    replication::ForkedAdministration fork_ =
        replication::ForkedAdministration::with_two_units();
    crypto::SystemEntropy entropy_;
    DeskFixture fixture_;
};

TEST_F(DeskSettlement, KeepsWhatWasWrittenOnTheLosingBranchAndWritesOn) {
    ASSERT_THAT(import(fork_.loses), IsOk());
    ASSERT_THAT(fixture_.put("seizures", {{"document", DeskFixture::seizure("Negril")}}), IsOk());
    EXPECT_THAT(import(fork_.counts), HasCode(replication::roster_forked));
    fork_.settle();
    ASSERT_THAT(import(fork_.counts), IsOk());
    EXPECT_EQ(fixture_.desk().roster().head(), fork_.counts.roster().head());
    EXPECT_EQ(seizures(), 1u);
    ASSERT_THAT(fixture_.put("seizures", {{"document", DeskFixture::seizure("Lucea")}}), IsOk());
    EXPECT_EQ(seizures(), 2u);
    const auto quarantined = fixture_.desk().views().quarantined();
    ASSERT_THAT(quarantined, IsOk());
    EXPECT_TRUE(quarantined->empty());
}

/// The airport wrote in a compartment that only the losing branch made.
class DeskLostCompartment : public DeskSettlement {
protected:
    DeskLostCompartment() {
        fork_.loses.add_compartment("seizures", "operation",
                                    {{headquarters(), Right::write}, {airport(), Right::write}});
    }
    replication::NodeId headquarters() const { return fork_.counts.id("headquarters"); }
    replication::NodeId airport() const { return fork_.counts.id("airport"); }
    Result<json> put() {
        return fixture_.put("seizures", {{"document", DeskFixture::seizure("Negril")},
                                         {"compartment", "operation"}});
    }
    void write_and_settle() {
        ASSERT_THAT(import(fork_.loses), IsOk());
        ASSERT_THAT(put(), IsOk());
        fork_.settle();
        ASSERT_THAT(import(fork_.counts), IsOk());
        EXPECT_EQ(seizures(), 0u);
        EXPECT_EQ(count_uncounted(fixture_.desk()), 1u);
    }
    void expect_to_go_on() {
        EXPECT_EQ(seizures(), 1u);
        EXPECT_EQ(count_uncounted(fixture_.desk()), 0u);
        ASSERT_THAT(put(), IsOk());
        EXPECT_EQ(seizures(), 2u);
        const auto verified = verify_node(fixture_.desk());
        ASSERT_THAT(verified, IsOk());
        EXPECT_EQ((*verified)["problems"], json::array());
    }
};

TEST_F(DeskLostCompartment, ShowsItsRecordsOnceItIsMadeAgain) {
    write_and_settle();
    const auto listed = list_quarantine(fixture_.desk());
    ASSERT_THAT(listed, IsOk());
    EXPECT_EQ((*listed)["logs"][0]["name"], "operation");
    const auto verified = verify_node(fixture_.desk());
    ASSERT_THAT(verified, IsOk());
    EXPECT_EQ((*verified)["problems"], json::array());
    fork_.make_again("operation", {{airport(), Right::write}});
    ASSERT_THAT(import(fork_.counts), IsOk());
    expect_to_go_on();
}

TEST_F(DeskLostCompartment, ShowsItsRecordsAfterARestartToo) {
    write_and_settle();
    fixture_.lock();
    fork_.make_again("operation", {{airport(), Right::write}});
    const auto& all = fork_.counts.entries();
    const auto held = replication::RosterLength{all.size() - 2};
    ASSERT_THAT(fixture_.append_while_locked(
                    {all.begin() + static_cast<std::ptrdiff_t>(held.value), all.end()}),
                IsOk());
    fixture_.restart();
    expect_to_go_on();
}

TEST_F(DeskLostCompartment, OfAnAuditComesBackIntoNoView) {
    fork_.loses.add_compartment("audit", "audit of airport",
                                {{headquarters(), Right::read}, {airport(), Right::write}});
    ASSERT_THAT(import(fork_.loses), IsOk());
    const auto place = fork_.loses.compartment("audit of airport");
    ASSERT_EQ(audit_place_of(fixture_.desk().roster(), airport())->compartment, place);
    const auto saved = fixture_.await([&](JsonDone done) {
        AuditEntry entry;
        auto packed = fixture_.desk().pack(
            *seal_entry(entry, *audit_place_of(fixture_.desk().roster(), airport()), entropy_));
        std::vector<PackedChange> changes;
        changes.push_back(*std::move(packed));
        fixture_.desk().save(place, std::move(changes), [done](Status stored) {
            done(stored ? Result<json>(json()) : Result<json>(stored.error()));
        });
    });
    ASSERT_THAT(saved, IsOk());
    fork_.settle();
    ASSERT_THAT(import(fork_.counts), IsOk());
    EXPECT_EQ(count_uncounted(fixture_.desk()), 1u);
    fork_.make_again("audit of airport", {{airport(), Right::write}});
    ASSERT_THAT(import(fork_.counts), IsOk());
    EXPECT_EQ(count_uncounted(fixture_.desk()), 0u);
    EXPECT_TRUE(fixture_.desk().views().quarantined()->empty());
    for (const auto& [of, count] : fixture_.desk().views().counts()) {
        EXPECT_NE(of.first, place);
    }
}

TEST_F(DeskLostCompartment, WithARightToReadAloneShowsThemUpToACut) {
    write_and_settle();
    fork_.make_again("operation", {{airport(), Right::read}});
    ASSERT_THAT(import(fork_.counts), IsOk());
    EXPECT_EQ(seizures(), 0u);
    const auto heads = fixture_.desk().log().heads();
    ASSERT_THAT(heads, IsOk());
    for (const auto& [log, head] : heads->all()) {
        if (head.descriptor.compartment == fork_.loses.compartment("operation")) {
            fork_.counts.move_cut({log, head.number, head.hash});
        }
    }
    ASSERT_THAT(import(fork_.counts), IsOk());
    EXPECT_EQ(seizures(), 1u);
    EXPECT_THAT(put(), HasCode(author_no_right));
}

/// What comes to a locked node waits on its disk, over a restart too.
class LockedSettlement : public DeskSettlement {
protected:
    void write_on_the_losing_branch() {
        ASSERT_THAT(import(fork_.loses), IsOk());
        ASSERT_THAT(fixture_.put("seizures", {{"document", DeskFixture::seizure("Negril")}}),
                    IsOk());
    }
    Status settle_while_locked() {
        fork_.settle();
        const auto& all = fork_.counts.entries();
        return fixture_.append_while_locked(
            {all.begin() + static_cast<std::ptrdiff_t>(fork_.common.value), all.end()});
    }
    void expect_settled() {
        EXPECT_EQ(fixture_.desk().roster().head(), fork_.counts.roster().head());
        EXPECT_EQ(seizures(), 1u);
        ASSERT_THAT(fixture_.put("seizures", {{"document", DeskFixture::seizure("Lucea")}}),
                    IsOk());
        EXPECT_EQ(seizures(), 2u);
        const auto quarantined = fixture_.desk().views().quarantined();
        ASSERT_THAT(quarantined, IsOk());
        EXPECT_TRUE(quarantined->empty());
    }
};

TEST_F(LockedSettlement, IsFoundAfterARestart) {
    write_on_the_losing_branch();
    fixture_.lock();
    ASSERT_THAT(settle_while_locked(), IsOk());
    fixture_.restart();
    expect_settled();
}

TEST_F(LockedSettlement, IsFoundAfterARestartWhereTheViewsWereDurableBefore) {
    write_on_the_losing_branch();
    ASSERT_THAT(fixture_.desk().snapshot(), IsOk());  // which flushes
    fixture_.lock();
    ASSERT_THAT(settle_while_locked(), IsOk());
    fixture_.restart();
    expect_settled();
    fixture_.lock();
    fixture_.restart();
    EXPECT_EQ(seizures(), 2u);
}

TEST_F(LockedSettlement, BringsBackWhatALosingRevocationKeptOut) {
    write_on_the_losing_branch();
    fork_.loses.revoke(fork_.loses.id("airport"));
    ASSERT_THAT(import(fork_.loses), IsOk());
    ASSERT_THAT(fixture_.desk().snapshot(), IsOk());
    fixture_.lock();
    ASSERT_THAT(settle_while_locked(), IsOk());
    fixture_.restart();
    expect_settled();
}

}  // namespace
}  // namespace entrepot::node
