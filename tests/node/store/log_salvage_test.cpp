#include "node/store/log_salvage.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "node/store/open_views.hpp"
#include "node/store/page_walk.hpp"
#include "tests/support/administration_fixture.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/replica_host.hpp"
#include "tests/support/started_crypto.hpp"
#include "tests/support/temporary_folder.hpp"

namespace entrepot::node {
namespace {

using replication::AdministrationFixture;

constexpr std::size_t page_size = 4096;
constexpr std::uint64_t commit_count = 60;

/// The log of an airport's node: the roster and the commits that it made itself.
class LogSalvageTest : public testing::Test {
protected:
    void SetUp() override {
        const auto compartment = administration_.compartment("airport seizures");
        const auto key = administration_.key(compartment);
        const auto store = open();
        ASSERT_THAT(store->set_link_row(
                        LinkRow::keys,
                        administration_.identity("airport").relay().to_secret().view(), entropy_),
                    IsOk());
        ASSERT_THAT(store->set_link_row(LinkRow::settings, as_bytes("settings"), entropy_), IsOk());
        std::vector<replication::Write> writes;
        for (const Bytes& entry : administration_.entries()) {
            const std::uint64_t number = writes.size() + 1;
            writes.push_back({number, replication::RosterWrite{{number}, entry}});
        }
        ASSERT_THAT(store->write(writes), IsOk());
        for (std::uint64_t i = 0; i < commit_count; ++i) {
            const Bytes change(i % 10 == 0 ? 6000 : 400, 7);
            ASSERT_THAT(host_.write(compartment, key, {change}), IsOk());
            auto made = host_.replica().take_writes();
            ASSERT_THAT(store->write(made), IsOk());
            const std::uint64_t last = made.back().sequence;
            host_.store().commit(std::move(made));
            host_.replica().durable(last);
        }
        log_ = host_.log(compartment).id();
    }

    std::filesystem::path directory() const { return folder_.path() / "log"; }
    std::filesystem::path file() const { return directory() / "data.mdb"; }
    std::unique_ptr<LogStore> open() {
        return *LogStore::open(directory(), LogStore::Access::read_write, link_key_.duplicate());
    }
    std::uint64_t page_total() const { return std::filesystem::file_size(file()) / page_size; }
    void spoil_page(std::uint64_t page) const {
        std::fstream out(file(), std::ios::in | std::ios::out | std::ios::binary);
        out.seekp(static_cast<std::streamoff>(page * page_size));
        out << std::string(page_size, 'x');
    }
    /// What a salvaged log must be, whatever was lost: whole from the first commit to its head.
    void expect_whole(LogStore& store, std::uint64_t commits) const {
        const auto heads = store.heads();
        ASSERT_THAT(heads, IsOk());
        const auto* head = heads->find(log_);
        EXPECT_EQ(head == nullptr ? 0U : head->number.value, commits);
        EXPECT_EQ(store.last_position()->value, commits);
        for (std::uint64_t number = 1; number <= commits; ++number) {
            EXPECT_EQ(*store.read(log_, {number}), *host_.store().read(log_, {number}));
        }
        EXPECT_THAT(check_pages(directory(), LogStore::options(LogStore::Access::read_only)),
                    IsOk());
    }

    AdministrationFixture administration_ = AdministrationFixture::with_two_units();
    replication::ReplicaHost host_{administration_.identity("airport"), administration_.roster(),
                                   5};
    crypto::SystemEntropy entropy_;
    crypto::Secret link_key_ = entropy_.secret(32);
    TemporaryFolder folder_;
    replication::LogId log_;
};

TEST_F(LogSalvageTest, SavesEverythingOfALogWhoseMetaPagesAreGone) {
    spoil_page(0);
    spoil_page(1);
    EXPECT_THAT(LogStore::open(directory(), LogStore::Access::read_write, link_key_.duplicate()),
                HasCode(store_damaged));
    const auto saved = salvage_log(directory(), link_key_);
    ASSERT_THAT(saved, IsOk());
    EXPECT_EQ(saved->commits, commit_count);
    EXPECT_EQ(saved->roster_entries, administration_.entries().size());
    const auto store = open();
    expect_whole(*store, commit_count);
    EXPECT_EQ(*store->roster_entries(), administration_.entries());
    EXPECT_EQ(as_text(**store->link_row(LinkRow::settings)), "settings");
    EXPECT_TRUE(std::filesystem::exists(directory().string() + ".damaged/data.mdb"));
}

TEST_F(LogSalvageTest, MakesOwnLogsStartANewIncarnation) {
    EXPECT_FALSE(*open()->needs_new_incarnation(log_));
    spoil_page(0);
    const auto saved = salvage_log(directory(), link_key_);
    ASSERT_THAT(saved, IsOk());
    EXPECT_EQ(saved->ended, std::vector{log_});
    EXPECT_TRUE(*open()->needs_new_incarnation(log_));
    ASSERT_THAT(salvage_log(directory(), link_key_), IsOk());
    EXPECT_TRUE(*open()->needs_new_incarnation(log_)) << "kept by a second salvage";
}

TEST_F(LogSalvageTest, KeepsAnUnbrokenBeginningWhateverPagesAreLost) {
    const std::filesystem::path whole = folder_.path() / "whole";
    std::filesystem::copy_file(file(), whole);
    std::mt19937_64 dice(4);
    for (int round = 0; round < 25; ++round) {
        std::filesystem::remove_all(directory().string() + ".damaged");
        std::filesystem::copy_file(whole, file(),
                                   std::filesystem::copy_options::overwrite_existing);
        for (int i = 0; i <= round % 3; ++i) {
            spoil_page(dice() % page_total());
        }
        const auto saved = salvage_log(directory(), link_key_);
        if (!saved) {
            EXPECT_THAT(saved, HasCode(store_unsalvageable));
            continue;
        }
        expect_whole(*open(), saved->commits);
    }
}

TEST_F(LogSalvageTest, LeavesOutACommitWhoseBytesWereChanged) {
    const Bytes victim = *host_.store().read(log_, {31});  // number 31 stands on its own pages
    std::ifstream in(file(), std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    const auto at = text.find(std::string(as_text(ByteView(victim).subspan(300, 64))));
    ASSERT_NE(at, std::string::npos);
    text[at] = static_cast<char>(text[at] ^ 1);
    std::ofstream(file(), std::ios::binary) << text;
    const auto saved = salvage_log(directory(), link_key_);
    ASSERT_THAT(saved, IsOk());
    EXPECT_EQ(saved->commits, 30U);
    EXPECT_EQ(saved->left_out, commit_count - 30);
}

TEST_F(LogSalvageTest, RefusesALogOfAnotherNodeAndLeavesItAlone) {
    const auto before = std::filesystem::file_size(file());
    EXPECT_THAT(salvage_log(directory(), entropy_.secret(32)), HasCode(store_unsalvageable));
    EXPECT_EQ(std::filesystem::file_size(file()), before);
    expect_whole(*open(), commit_count);
}

/// A prepared file: the rows of another node's log under this one's name.
TEST_F(LogSalvageTest, RefusesRowsThatAnotherNodeSealed) {
    EXPECT_THAT(LogStore::open(directory(), LogStore::Access::read_write, entropy_.secret(32)),
                HasCode(row_broken));
}

class OpenViewsTest : public testing::Test {
protected:
    std::filesystem::path directory() const { return folder_.path() / "views"; }
    std::unique_ptr<ViewStore> views(std::uint64_t position) {
        auto out = *ViewStore::open(directory(), key_.duplicate());
        out->set_position({position});
        EXPECT_THAT(out->flush(), IsOk());
        return out;
    }
    Result<OpenedViews> open(std::uint64_t log_end) {
        return open_views(directory(), key_, [log_end](const ViewStore& views) {
            return views.position().value > log_end ? Status(Error{views_ahead, "of that log"})
                                                    : Status();
        });
    }
    bool is_set_aside() const {
        return std::filesystem::exists(directory().string() + ".damaged/data.mdb");
    }
    crypto::SystemEntropy entropy_;
    crypto::Secret key_ = entropy_.secret(32);
    TemporaryFolder folder_;
};

TEST_F(OpenViewsTest, LeavesGoodViewsWhereTheyAre) {
    views(7);
    const auto opened = open(7);
    ASSERT_THAT(opened, IsOk());
    EXPECT_FALSE(opened->damage);
    EXPECT_EQ(opened->views->position().value, 7U);
    EXPECT_FALSE(is_set_aside());
}

TEST_F(OpenViewsTest, MovesDamagedViewsAsideAndBeginsAnew) {
    views(7);
    std::filesystem::resize_file(directory() / "data.mdb", 5000);
    const auto opened = open(7);
    ASSERT_THAT(opened, IsOk());
    ASSERT_TRUE(opened->damage);
    EXPECT_EQ(opened->damage->code, store_damaged);
    EXPECT_EQ(opened->views->position().value, 0U);
    EXPECT_TRUE(is_set_aside());
}

TEST_F(OpenViewsTest, DoesNotTrustViewsThatAnotherVaultSealed) {
    views(7);
    key_ = entropy_.secret(32);
    const auto opened = open(7);
    ASSERT_THAT(opened, IsOk());
    ASSERT_TRUE(opened->damage);
    EXPECT_EQ(opened->damage->code, view_other_key);
    EXPECT_EQ(opened->views->position().value, 0U);
}

TEST_F(OpenViewsTest, DoesNotTrustViewsThatAreAheadOfTheLog) {
    views(7);
    const auto opened = open(6);
    ASSERT_THAT(opened, IsOk());
    ASSERT_TRUE(opened->damage);
    EXPECT_EQ(opened->damage->code, views_ahead);
    EXPECT_EQ(opened->views->position().value, 0U);
}

}  // namespace
}  // namespace entrepot::node
