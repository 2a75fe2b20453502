// The log's writer when the disk is full: it asks for room and tries the same writes once more.
#include "node/link/log_writer.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

#include "tests/support/administration_fixture.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"
#include "tests/support/temporary_folder.hpp"

namespace entrepot::node {
namespace {

/// No file of this process grows beyond so many bytes: a full disk without a disk.
class FileLimit {
public:
    FileLimit() {
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
    }
    ~FileLimit() { lift(); }
    void set(rlim_t bytes) {
        const rlimit limit{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    void lift() { ::setrlimit(RLIMIT_FSIZE, &before_); }

private:
    rlimit before_{};
};

class LogWriterOnAFullDisk : public testing::Test {
protected:
    LogWriterOnAFullDisk() {
        crypto::SystemEntropy entropy;
        store_ = *LogStore::open(folder_.path() / "log", LogStore::Access::read_write,
                                 entropy.secret(32));
        writer_ = std::make_unique<LogWriter>(*store_, [] {});
    }
    /// More than fits under the limit that is set now.
    Status write_much() {
        replication::AdministrationFixture administration;
        std::vector<replication::Write> writes;
        for (std::uint64_t i = 1; i <= 200; ++i) {
            writes.push_back({i, replication::RosterWrite{{i}, Bytes(4000, 1)}});
        }
        writer_->submit(std::move(writes));
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

}  // namespace
}  // namespace entrepot::node
