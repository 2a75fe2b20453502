// A log store with the airport's log of joint seizures, and what of it is on the disk.
#pragma once

#include <gtest/gtest.h>

#include <fstream>

#include "node/store/log_store.hpp"
#include "replication/log/commit_builder.hpp"
#include "tests/support/administration_fixture.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"
#include "tests/support/temporary_folder.hpp"

namespace entrepot::node {

using namespace replication;

/// A store with the airport's log of joint seizures, two changes a commit.
class ErasureStoreFixture : public ::testing::Test {
protected:
    ErasureStoreFixture() {
        open();
        keep_roster();
        for (std::uint64_t number = 1; number <= 4; ++number) {
            commits_.push_back(next());
        }
    }

    void open() {
        store_.reset();
        store_ = std::move(LogStore::open(directory(), LogStore::Access::read_write,
                                          link_key_.duplicate()))
                     .value();
    }
    std::filesystem::path directory() const { return folder_.path() / "log"; }
    Bytes next() {
        const auto length = administration_.roster().length();
        const crypto::Secret key = administration_.key(log_.compartment);
        CommitBuilder builder({log_.id(), CommitNumber{commits_.size() + 1},
                               commits_.empty() ? Hash{} : commit_hash(commits_.back()),
                               HybridTime{9}, length,
                               administration_.roster().generation_at(log_.compartment, length)},
                              key, administration_.entropy());
        for (int change = 0; change < 2; ++change) {
            Bytes packed(608);
            administration_.entropy().fill(packed);
            builder.add(packed);
        }
        Bytes commit = builder.finish({}, {});
        sign_commit(commit, administration_.identity("airport").sign());
        return commit;
    }
    CommitWrite write_of(std::size_t at) const {
        return {log_.id(), log_, {at + 1}, commit_hash(commits_[at]), commits_[at]};
    }
    void store(std::vector<WriteContent> contents) {
        std::vector<Write> writes;
        for (auto& content : contents) {
            writes.push_back({++sequence_, std::move(content)});
        }
        ASSERT_THAT(store_->write(writes), IsOk());
    }
    void keep_roster() {
        std::vector<WriteContent> out;
        for (; kept_ < administration_.entries().size(); ++kept_) {
            out.emplace_back(RosterWrite{{kept_ + 1}, administration_.entries()[kept_]});
        }
        store(std::move(out));
    }
    void order(std::uint64_t number, std::uint16_t change) {
        ErasureEntry entry;
        entry.changes = {{log_.id(), {number}, change}};
        administration_.append(entry);
    }
    bool stands(std::uint64_t number, std::uint16_t change) {
        const auto commit = store_->read(log_.id(), {number});
        EXPECT_THAT(commit, IsOk());
        return !parse_commit(*commit)->changes.at(change - 1u).erased;
    }
    /// Whether the sealed bytes of that change are anywhere in the folder, freed pages too.
    bool is_on_disk(std::size_t at, std::size_t change) {
        const Bytes wanted(parse_commit(commits_[at])->changes.at(change - 1).bytes.begin(),
                           parse_commit(commits_[at])->changes.at(change - 1).bytes.begin() + 64);
        for (const auto& each : std::filesystem::recursive_directory_iterator(folder_.path())) {
            if (!each.is_regular_file()) {
                continue;
            }
            std::ifstream file(each.path(), std::ios::binary);
            const std::string all((std::istreambuf_iterator<char>(file)), {});
            if (all.find(as_text(wanted)) != std::string::npos) {
                return true;
            }
        }
        return false;
    }
    ErasureMarks marks() { return store_->erasure_marks().value(); }

    AdministrationFixture administration_ = AdministrationFixture::with_two_units();
    TemporaryFolder folder_;
    crypto::Secret link_key_ = administration_.entropy().secret(32);
    LogDescriptor log_{administration_.id("airport"), administration_.compartment("joint seizures"),
                       Incarnation{{1}}};
    std::vector<Bytes> commits_;
    std::unique_ptr<LogStore> store_;
    std::uint64_t sequence_ = 0;
    std::size_t kept_ = 0;
};

}  // namespace entrepot::node
