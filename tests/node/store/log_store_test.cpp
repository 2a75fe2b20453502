#include "node/store/log_store.hpp"

#include "tests/node/store/erasure/erasure_store_fixture.hpp"

namespace entrepot::node {
namespace {

class LogStoreTest : public ErasureStoreFixture {
protected:
    /// Another commit with the number of the newest one.
    Bytes rival() {
        const Bytes newest = commits_.back();
        commits_.pop_back();
        Bytes out = next();
        commits_.push_back(newest);
        return out;
    }
    template <class T>
    static std::vector<T> after(const std::vector<T>& all, std::uint64_t from) {
        return {all.begin() + static_cast<std::ptrdiff_t>(from), all.end()};
    }
    std::vector<std::uint64_t> numbers_after(std::uint64_t position) {
        std::vector<std::uint64_t> out;
        EXPECT_THAT(store_->scan({position},
                                 [&](const StoredCommit& commit) {
                                     out.push_back(read_header(commit.bytes).number.value);
                                     return true;
                                 }),
                    IsOk());
        return out;
    }
};

TEST_F(LogStoreTest, GivesTheRosterEntriesAfterAnyLength) {
    const auto& all = administration_.entries();
    for (std::uint64_t from = 0; from <= all.size(); ++from) {
        EXPECT_EQ(store_->roster_entries(from).value(), after(all, from)) << from;
    }
}

TEST_F(LogStoreTest, GivesTheCommitsAfterAnyPosition) {
    store({write_of(0), write_of(1), write_of(2), write_of(3)});
    const std::vector<std::uint64_t> all{1, 2, 3, 4};
    for (std::uint64_t from = 0; from <= all.size(); ++from) {
        EXPECT_EQ(numbers_after(from), after(all, from)) << from;
    }
}

TEST_F(LogStoreTest, GivesWhatALogHasLeftAfterAnyPlace) {
    store({write_of(0), write_of(1), write_of(2), write_of(3),
           RewindWrite{log_.id(), log_, {2}, commit_hash(commits_[2])},
           RewindWrite{log_.id(), log_, {0}, commit_hash(commits_[0])}});
    const std::vector<Bytes> left{commits_[2], commits_[3], commits_[0], commits_[1]};
    for (std::uint64_t from = 0; from <= left.size(); ++from) {
        std::vector<Bytes> given;
        const auto commits = store_->left(from);
        for (const LeftCommit& commit : *commits) {
            EXPECT_EQ(commit.descriptor, log_);
            given.push_back(commit.bytes);
        }
        EXPECT_EQ(given, after(left, from)) << from;
    }
    const std::vector<std::uint64_t> rewound{2, 0};
    for (std::uint64_t from = 0; from <= rewound.size(); ++from) {
        std::vector<std::uint64_t> given;
        const auto rewinds = store_->rewinds(from);
        for (const RewindWrite& rewind : *rewinds) {
            given.push_back(rewind.to.value);
        }
        EXPECT_EQ(given, after(rewound, from)) << from;
    }
}

TEST_F(LogStoreTest, KeepsEachProofOfAForkWhenItIsClosed) {
    std::vector<Bytes> proofs;
    for (int times = 0; times < 3; ++times) {
        const ForkProof proof = ForkProof::of(log_, commits_.back(), rival());
        proofs.push_back(proof.encode());
        store({ForkWrite{proof}});
        open();
    }
    std::vector<Bytes> given;
    const auto forks = store_->forks();
    for (const ForkProof& proof : *forks) {
        given.push_back(proof.encode());
    }
    EXPECT_EQ(given, proofs);
}

}  // namespace
}  // namespace entrepot::node
