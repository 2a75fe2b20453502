#include "node/store/erasure/lost_compartments.hpp"

#include "tests/node/store/erasure/erasure_store_fixture.hpp"

namespace entrepot::node {
namespace {

class LostCompartments : public ErasureStoreFixture {
protected:
    NodeId airport() { return administration_.id("airport"); }
    std::vector<LogDescriptor> lost(const std::string& node) {
        return lost_logs(store_->heads().value(), administration_.roster(),
                         administration_.id(node));
    }
    void drop(const std::string& node) {
        const auto logs = lost(node);
        store_.reset();
        ASSERT_THAT(drop_logs(directory(), link_key_, logs, administration_.roster(),
                              administration_.id(node)),
                    IsOk());
        open();
    }
    void withdraw(const std::string& node) {
        administration_.grant(log_.compartment, administration_.id(node), Right::none);
        keep_roster();
    }
};

TEST_F(LostCompartments, AreThoseOfAWithdrawnRightAndNoneOfARevokedNode) {
    store({write_of(0)});
    EXPECT_TRUE(lost("seaport").empty());
    administration_.grant(log_.compartment, administration_.id("seaport"), Right::relay);
    EXPECT_TRUE(lost("seaport").empty());
    withdraw("seaport");
    EXPECT_EQ(lost("seaport"), std::vector<LogDescriptor>{log_});
    administration_.revoke(administration_.id("seaport"));
    EXPECT_TRUE(lost("seaport").empty());
}

TEST_F(LostCompartments, LeaveNoCommitOfOthersOnTheDisk) {
    store({write_of(0), write_of(1), QuarantineWrite{write_of(3)}});
    withdraw("seaport");
    ASSERT_TRUE(is_on_disk(0, 1));
    ASSERT_TRUE(is_on_disk(3, 1));
    drop("seaport");
    EXPECT_EQ(store_->heads().value().find(log_.id()), nullptr);
    EXPECT_TRUE(store_->aside().value().empty());
    for (const std::size_t at : {0u, 1u, 3u}) {
        EXPECT_FALSE(is_on_disk(at, 1)) << at;
    }
    EXPECT_EQ(store_->roster_entries().value(), administration_.entries());
    EXPECT_FALSE(std::filesystem::exists(directory().string() + ".compacted"));
}

TEST_F(LostCompartments, OfAnAuthorKeepAsideWhatLiesBeyondItsCut) {
    store({write_of(0), write_of(1), write_of(2)});
    administration_.move_cut({log_.id(), {1}, commit_hash(commits_[0])});
    withdraw("airport");
    drop("airport");
    EXPECT_FALSE(is_on_disk(0, 1));
    const auto aside = store_->aside().value();
    ASSERT_EQ(aside.size(), 2u);
    EXPECT_EQ(aside[0].bytes, commits_[1]);
    EXPECT_EQ(aside[1].bytes, commits_[2]);
    EXPECT_THAT(store_->needs_new_incarnation(log_.id()), IsOkAndHolds(true));
}

TEST_F(LostCompartments, LeaveNothingOfABranchThatWasLeft) {
    store({write_of(0), write_of(1), RewindWrite{log_.id(), log_, {1}, Hash{{1}}}});
    ASSERT_EQ(store_->left().value().size(), 1u);
    withdraw("seaport");
    drop("seaport");
    EXPECT_TRUE(store_->left().value().empty());
    EXPECT_FALSE(is_on_disk(1, 1));
}

TEST_F(LostCompartments, OfAnAuthorKeepWhatWasBesideItsLog) {
    store({write_of(0), write_of(1), RewindWrite{log_.id(), log_, {1}, Hash{{1}}},
           QuarantineWrite{write_of(3)}});
    administration_.move_cut({log_.id(), {1}, commit_hash(commits_[0])});
    withdraw("airport");
    drop("airport");
    const auto aside = store_->aside().value();
    ASSERT_EQ(aside.size(), 1u) << "and not the one at the cut";
    EXPECT_EQ(aside[0].bytes, commits_[3]);
    EXPECT_EQ(store_->left().value().size(), 1u);
}

TEST_F(LostCompartments, MayBeGivenBackAndFetchedAnew) {
    store({write_of(0), write_of(1)});
    withdraw("seaport");
    drop("seaport");
    administration_.grant(log_.compartment, administration_.id("seaport"), Right::relay);
    keep_roster();
    store({write_of(0), write_of(1)});
    EXPECT_EQ(store_->heads().value().find(log_.id())->number, CommitNumber{2});
    std::size_t scanned = 0;
    ASSERT_THAT(store_->scan({},
                             [&](const StoredCommit&) {
                                 ++scanned;
                                 return true;
                             }),
                IsOk());
    EXPECT_EQ(scanned, 2u);
}

}  // namespace
}  // namespace entrepot::node
