// A worker whose node stood on the branch of a roster that lost: it goes on with the settled one.
#include <gtest/gtest.h>

#include "replication/roster/roster_file.hpp"
#include "tests/replication/roster/forked_administration.hpp"
#include "tests/support/desk_fixture.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

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
