#include "node/backup/backup.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "node/backup/restored.hpp"
#include "node/store/log_store.hpp"
#include "replication/roster/roster_file.hpp"
#include "tests/replication/roster/forked_administration.hpp"
#include "tests/support/desk_fixture.hpp"
#include "tests/support/matchers.hpp"

namespace entrepot::node {
namespace {

class Backup : public ::testing::Test {
protected:
    Credential key() {
        Credential out;
        out.service_key = folder_.path() / "backup.key";
        return out;
    }
    std::filesystem::path file() { return folder_.path() / "node.epk"; }
    void make() {
        ASSERT_THAT(make_backup(fixture_.directory(), file(), key(), entropy_), IsOk());
    }
    Bytes bytes() { return *read_file(file(), 1 << 28); }
    void write(const Bytes& content) {
        std::ofstream out(file(), std::ios::binary | std::ios::trunc);
        out.write(reinterpret_cast<const char*>(content.data()),
                  static_cast<std::streamsize>(content.size()));
    }
    RestoreWish wish() {
        return {file(), folder_.path() / "restored",
                replication::export_roster(fixture_.administration().roster())};
    }

    DeskFixture fixture_{"airport"};
    TemporaryFolder folder_;
    crypto::SystemEntropy entropy_;
};

TEST_F(Backup, OfARunningNodeHoldsWhatWasSavedBefore) {
    const auto saved =
        fixture_.put("seizures", {{"document", DeskFixture::seizure("Negril")}});
    ASSERT_THAT(saved, IsOk());
    make();
    ASSERT_THAT(restore_backup(wish(), key()), IsOk());
    const auto log = LogStore::open(folder_.path() / "restored" / "log",
                                    LogStore::Access::read_only,
                                    fixture_.desk().vault().link_key.duplicate());
    ASSERT_THAT(log, IsOk());
    EXPECT_EQ((*log)->last_position()->value, fixture_.desk().log().last_position()->value);
    EXPECT_TRUE(std::filesystem::exists(folder_.path() / "restored" / restored_name));
    EXPECT_FALSE(std::filesystem::exists(fixture_.directory().path() / "backup.scratch"));
}

TEST_F(Backup, HoldsNoViewsAndNoSockets) {
    make();
    ASSERT_THAT(restore_backup(wish(), key()), IsOk());
    EXPECT_FALSE(std::filesystem::exists(folder_.path() / "restored" / "views"));
    EXPECT_FALSE(std::filesystem::exists(folder_.path() / "restored" / "worker.sock"));
}

TEST_F(Backup, IsNotWrittenOverAnother) {
    make();
    EXPECT_THAT(make_backup(fixture_.directory(), file(), key(), entropy_),
                HasCode(backup_exists));
}

TEST_F(Backup, OpensWithItsOwnKeyAlone) {
    make();
    Credential other;
    other.service_key = folder_.path() / "other.key";
    ASSERT_THAT(read_or_make_service_key(other.service_key, entropy_), IsOk());
    EXPECT_THAT(check_backup(file(), other), HasCode(crypto::keybag_wrong));
}

TEST_F(Backup, IsRefusedAtEveryFlippedByte) {
    make();
    const Bytes whole = bytes();
    for (std::size_t at = 0; at < whole.size(); at += 1 + whole.size() / 200) {
        Bytes flipped = whole;
        flipped[at] ^= 0x10;
        write(flipped);
        EXPECT_FALSE(check_backup(file(), key())) << "byte " << at;
    }
    Bytes last = whole;
    last.back() ^= 1;
    write(last);
    EXPECT_THAT(check_backup(file(), key()), HasCode(backup_altered));
}

TEST_F(Backup, IsRefusedWhenCutShort) {
    make();
    const Bytes whole = bytes();
    for (const std::size_t size : {whole.size() - 1, whole.size() / 2, std::size_t{200}}) {
        write(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
        EXPECT_THAT(check_backup(file(), key()), HasCode(backup_cut_short)) << size;
    }
    write({'E', 'P'});
    EXPECT_THAT(check_backup(file(), key()), HasCode(backup_malformed));
}

TEST_F(Backup, IsRefusedWithMoreAfterItsEnd) {
    make();
    Bytes longer = bytes();
    longer.push_back(0);
    write(longer);
    EXPECT_THAT(check_backup(file(), key()), HasCode(backup_malformed));
}

TEST_F(Backup, SaysThatItCannotBeWrittenOrRead) {
    EXPECT_THAT(make_backup(fixture_.directory(), "/nonexistent/node.epk", key(), entropy_),
                HasCode(backup_not_written));
    EXPECT_THAT(check_backup("/nonexistent/node.epk", key()), HasCode(backup_unreadable));
}

TEST_F(Backup, IsRestoredIntoAnEmptyPlaceWithARosterOfToday) {
    make();
    RestoreWish none = wish();
    none.roster = {1, 2, 3};
    EXPECT_THAT(restore_backup(none, key()), HasCode(restore_roster));
    RestoreWish taken = wish();
    taken.node = folder_.path();
    EXPECT_THAT(restore_backup(taken, key()), HasCode(directory_exists));
}

TEST_F(Backup, EndsTheLogsOfTheNodeAndTakesTheRosterBeforeItGoesOn) {
    ASSERT_THAT(fixture_.put("seizures", {{"document", DeskFixture::seizure("Negril")}}), IsOk());
    make();
    fixture_.administration().add_unit("Lucea");
    ASSERT_THAT(restore_backup(wish(), key()), IsOk());
    const auto node = folder_.path() / "restored";
    const auto link_key = [&] { return fixture_.desk().vault().link_key.duplicate(); };
    {
        const auto opened = OpenNode::open(node / "log", link_key(), {}, fixture_.clock(),
                                           [](const ChannelMessage&) {});
        ASSERT_THAT(opened, IsOk());
        EXPECT_EQ((*opened)->replica().roster().length(),
                  fixture_.administration().roster().length());
    }
    EXPECT_FALSE(std::filesystem::exists(node / restored_name));
    const auto log = LogStore::open(node / "log", LogStore::Access::read_only, link_key());
    EXPECT_EQ((*log)->ended()->size(), 1U);
}

/// A backup of a node that stood on the losing branch of a forked roster.
class BackupOfALosingBranch : public Backup {
protected:
    BackupOfALosingBranch() {
        fork_.counts.add_unit("Lucea");
        fork_.loses.add_unit("Negril");
        fork_.loses.add_unit("Savanna");
        const auto& lost = fork_.loses.entries();
        const auto done = fixture_.await([&](JsonDone answer) {
            fixture_.desk().append_roster(
                {lost.begin() + static_cast<std::ptrdiff_t>(fork_.common.value), lost.end()},
                [answer](Status stored) {
                    answer(stored ? Result<nlohmann::json>(nlohmann::json())
                                  : Result<nlohmann::json>(stored.error()));
                });
        });
        EXPECT_THAT(done, IsOk());
        make();
    }
    /// The roster that the restored node has once it is opened.
    Result<Hash> opened_with(const replication::Roster& today) {
        RestoreWish wanted = wish();
        wanted.roster = replication::export_roster(today);
        TRY(restore_backup(wanted, key()));
        TRY_ASSIGN(const auto open,
                   OpenNode::open(wanted.node / "log",
                                  fixture_.desk().vault().link_key.duplicate(), {},
                                  fixture_.clock(), [](const ChannelMessage&) {}));
        return open->replica().roster().head();
    }

    replication::ForkedAdministration fork_ = replication::ForkedAdministration::with_two_units();
};

TEST_F(BackupOfALosingBranch, TakesTheSettledRosterOfToday) {
    fork_.settle();
    fork_.counts.add_unit("Port Royal");
    EXPECT_THAT(opened_with(fork_.counts.roster()),
                IsOkAndHolds(fork_.counts.roster().head()));
}

TEST_F(BackupOfALosingBranch, KeepsItsRosterWhereTheOneOfTodayIsABeginningOfIt) {
    EXPECT_THAT(opened_with(fork_.loses.roster().first({fork_.common.value + 1})),
                IsOkAndHolds(fork_.loses.roster().head()));
}

TEST_F(BackupOfALosingBranch, IsNotOpenedWithABranchThatNobodyHasSettled) {
    EXPECT_THAT(opened_with(fork_.counts.roster()), HasCode(restore_roster));
}

TEST_F(BackupOfALosingBranch, IsNotOpenedWithASettlementOfOnlyAPartOfIt) {
    fork_.settle(1);
    fork_.counts.add_unit("Port Royal");
    EXPECT_THAT(opened_with(fork_.counts.roster()), HasCode(restore_roster));
}

TEST_F(Backup, IsNotOpenedWithTheRosterOfAnotherAdministration) {
    make();
    RestoreWish other = wish();
    other.roster = replication::export_roster(replication::AdministrationFixture({8}).roster());
    ASSERT_THAT(restore_backup(other, key()), IsOk());
    EXPECT_THAT(OpenNode::open(other.node / "log", fixture_.desk().vault().link_key.duplicate(), {},
                               fixture_.clock(), [](const ChannelMessage&) {}),
                HasCode(restore_roster));
}

}  // namespace
}  // namespace entrepot::node
