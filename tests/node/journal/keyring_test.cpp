#include "node/journal/keyring.hpp"

#include <gtest/gtest.h>

#include "replication/log/commit_builder.hpp"
#include "tests/replication/roster/forked_administration.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::node {
namespace {

using namespace replication;

/// The airport's keys where both branches of a roster made a generation 2.
class KeyringTest : public testing::Test {
protected:
    KeyringTest() {
        fork_.counts.new_generation(joint_);
        fork_.loses.new_generation(joint_);
        counting_ = fork_.counts.key(joint_).duplicate();
        lost_ = fork_.loses.key(joint_).duplicate();
    }
    CommitHeader sealed_under(const crypto::Secret& key) {
        CommitBuilder builder({LogId{{1}}, {1}, {}, {1}, fork_.counts.roster().length(), {2}}, key,
                              fork_.counts.entropy());
        builder.add(Bytes(100));
        return read_header(builder.finish({}, {}));
    }
    bool is(const crypto::Secret* held, const crypto::Secret& wanted) const {
        return held != nullptr && equal(held->view(), wanted.view());
    }

    ForkedAdministration fork_ = ForkedAdministration::with_two_units();
    CompartmentId joint_ = fork_.counts.compartment("joint seizures");
    crypto::Secret counting_ = fork_.counts.key(joint_).duplicate(), lost_ = counting_.duplicate();
    Keyring keys_{fork_.counts.id("airport"),
                  fork_.counts.identity("airport").box().duplicate()};
};

TEST_F(KeyringTest, GivesTheKeyThatCountsEvenWhereTheOtherWasHeldBefore) {
    keys_.follow(fork_.loses.roster());
    EXPECT_TRUE(is(keys_.find(joint_, Generation{2}), lost_));
    fork_.settle();
    EXPECT_EQ(keys_.follow(fork_.counts.roster()), 1u);
    EXPECT_TRUE(is(keys_.find(joint_, Generation{2}), counting_));
    EXPECT_EQ(keys_.follow(fork_.counts.roster()), 0u);
    EXPECT_TRUE(is(keys_.find(joint_, Generation{2}), counting_));
}

TEST_F(KeyringTest, OpensACommitWithTheKeyThatItWasSealedUnder) {
    fork_.settle();
    keys_.follow(fork_.counts.roster());
    EXPECT_TRUE(is(keys_.find(joint_, sealed_under(counting_)), counting_));
    EXPECT_TRUE(is(keys_.find(joint_, sealed_under(lost_)), lost_));
    EXPECT_EQ(keys_.find(joint_, sealed_under(fork_.counts.entropy().secret(32))), nullptr);
}

TEST_F(KeyringTest, HandsOnEveryKeyAndOfEachGenerationTheOneThatCountsFirst) {
    fork_.loses.new_generation(joint_);
    fork_.settle();
    keys_.follow(fork_.counts.roster());
    const auto all = keys_.all_of(joint_);
    std::vector<Generation> generations;
    for (const GenerationKey& each : all) {
        generations.push_back(each.generation);
    }
    ASSERT_EQ(generations, (std::vector<Generation>{{1}, {2}, {2}, {3}}));
    EXPECT_TRUE(is(&all[1].key, counting_));
    EXPECT_TRUE(is(&all[2].key, lost_));
}

TEST_F(KeyringTest, HasBothKeysOfADoubledGenerationFromAGrantAfterTheSettlement) {
    fork_.settle();
    const NodeId pier = fork_.counts.add_unit("pier");
    fork_.counts.grant(joint_, pier, Right::read);
    Keyring late(pier, fork_.counts.identity("pier").box().duplicate());
    EXPECT_EQ(late.follow(fork_.counts.roster()), 3u);
    EXPECT_TRUE(is(late.find(joint_, Generation{2}), counting_));
    EXPECT_TRUE(is(late.find(joint_, sealed_under(lost_)), lost_));
}

TEST_F(KeyringTest, WaitsForALosingKeyThatItWasNotGiven) {
    const NodeId pier = fork_.counts.add_unit("pier");
    fork_.counts.grant(joint_, pier, Right::read);
    fork_.settle();
    Keyring late(pier, fork_.counts.identity("pier").box().duplicate());
    ASSERT_EQ(late.follow(fork_.counts.roster()), 2u);
    EXPECT_TRUE(is(late.find(joint_, sealed_under(counting_)), counting_));
    EXPECT_EQ(late.find(joint_, sealed_under(lost_)), nullptr);
}

}  // namespace
}  // namespace entrepot::node
