#include "replication/sync/session.hpp"

#include <gtest/gtest.h>

#include "tests/replication/sync/session_pair.hpp"
#include "tests/support/matchers.hpp"

namespace entrepot::replication {
namespace {

class SessionTest : public ::testing::Test {
protected:
    CompartmentId joint() const { return administration_.compartment("joint seizures"); }
    CompartmentId own() const { return administration_.compartment("airport seizures"); }

    AdministrationFixture administration_ = AdministrationFixture::with_two_units();
    SessionPair pair_{administration_};
};

using Session_ = SessionTest;

TEST_F(Session_, TwoEmptyNodesAgreeAtOnce) {
    pair_.connect();
    EXPECT_TRUE(pair_.reach_sync());
    EXPECT_TRUE(pair_.holds_the_same());
}

TEST_F(Session_, CarriesWhatEachSideLacks) {
    pair_.write(pair_.dialler(), own(), 20);
    pair_.write(pair_.dialler(), joint(), 3);
    pair_.write(pair_.accepter(), joint(), 30);
    pair_.connect();
    EXPECT_TRUE(pair_.reach_sync());
    EXPECT_TRUE(pair_.holds_the_same());
    EXPECT_EQ(pair_.dialler().session->counters().acknowledged, 23u);
}

TEST_F(Session_, CarriesLiveCommitsAtOnce) {
    pair_.connect();
    ASSERT_TRUE(pair_.reach_sync());
    for (int i = 0; i < 10; ++i) {
        pair_.write(pair_.dialler(), own(), 1);
        pair_.write(pair_.accepter(), joint(), 1);
        pair_.dialler().session->durable(pair_.now());
        pair_.accepter().session->durable(pair_.now());
        ASSERT_TRUE(pair_.reach_sync(10));
        ASSERT_TRUE(pair_.holds_the_same());
    }
}

}  // namespace
}  // namespace entrepot::replication
