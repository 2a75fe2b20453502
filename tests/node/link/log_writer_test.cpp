// The log's writer when the disk is full: it asks for room and tries the same writes once more.
#include "node/link/log_writer.hpp"

#include <gtest/gtest.h>

#include "tests/node/link/file_limit.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"
#include "tests/support/temporary_folder.hpp"

namespace entrepot::node {
namespace {

class LogWriterOnAFullDisk : public testing::Test {
protected:
    LogWriterOnAFullDisk() {
        crypto::SystemEntropy entropy;
        store_ = *LogStore::open(folder_.path() / "log", LogStore::Access::read_write,
                                 entropy.secret(32));
        writer_ = std::make_unique<LogWriter>(*store_, [] {});
    }
    static std::vector<replication::Write> entries(std::uint64_t first, std::uint64_t last) {
        std::vector<replication::Write> out;
        for (std::uint64_t i = first; i <= last; ++i) {
            out.push_back({i, replication::RosterWrite{{i}, Bytes(4000, 1)}});
        }
        return out;
    }
    /// More than fits under the limit that is set now.
    Status write_much() {
        writer_->submit(entries(1, 200));
        writer_->settle();
        return writer_->take_outcomes().back().stored;
    }
    void fill() {
        limit_.set(std::filesystem::file_size(folder_.path() / "log" / "data.mdb") + 4096);
    }
    TemporaryFolder folder_;
    FileLimit limit_;
    std::unique_ptr<LogStore> store_;
    std::unique_ptr<LogWriter> writer_;
};

TEST_F(LogWriterOnAFullDisk, RefusesWhatDoesNotFitWhenThereIsNoRoomToMake) {
    fill();
    EXPECT_THAT(write_much(), HasCode(store_disk_full));
}

TEST_F(LogWriterOnAFullDisk, KeepsTheSameWritesOnceRoomWasMade) {
    unsigned asked = 0;
    writer_->set_make_room([&] {
        ++asked;
        limit_.lift();
        return true;
    });
    fill();
    EXPECT_THAT(write_much(), IsOk());
    EXPECT_EQ(asked, 1U);
    EXPECT_EQ(store_->roster_entries()->size(), 200U);
}

TEST_F(LogWriterOnAFullDisk, WritesNothingMoreAfterAWriteThatFailed) {
    fill();
    ASSERT_THAT(write_much(), HasCode(store_disk_full));
    limit_.lift();
    writer_->submit(entries(201, 201));
    writer_->settle();
    EXPECT_TRUE(writer_->take_outcomes().empty());
    EXPECT_TRUE(store_->roster_entries()->empty()) << "it may rest on what was not written";
}

TEST_F(LogWriterOnAFullDisk, DropsWhatCameWhileAWriteWasFailing) {
    writer_->set_make_room([&] {
        writer_->submit(entries(201, 201));
        limit_.lift();
        return false;
    });
    fill();
    EXPECT_THAT(write_much(), HasCode(store_disk_full));
    EXPECT_TRUE(writer_->take_outcomes().empty());
    EXPECT_TRUE(store_->roster_entries()->empty());
}

}  // namespace
}  // namespace entrepot::node
