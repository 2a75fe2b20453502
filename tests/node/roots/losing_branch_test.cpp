#include "node/roots/losing_branch.hpp"

#include <gmock/gmock.h>

#include "tests/replication/roster/forked_administration.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::node {
namespace {

using ::testing::HasSubstr;

class LosingBranchTest : public testing::Test {
protected:
    LosingBranchTest() {
        fork_.counts.add_unit("port");
        fork_.loses.add_unit("ferry");
        fork_.loses.revoke(fork_.loses.id("seaport"));
    }
    Result<LosingBranch> losing() const {
        return losing_branch(fork_.counts.roster(), fork_.loses.roster());
    }
    replication::ForkedAdministration fork_ =
        replication::ForkedAdministration::with_two_units();
};

TEST_F(LosingBranchTest, HasWhatTheOtherHasNotAndSaysHowToMakeItAgain) {
    const auto branch = losing();
    ASSERT_THAT(branch, IsOk());
    EXPECT_EQ(branch->common, fork_.common);
    ASSERT_EQ(branch->entries.size(), 2u);
    EXPECT_EQ(branch->wanted.size(), 2u);
    EXPECT_THAT(describe_lost(branch->entries[0]), HasSubstr("administration enrol"));
    EXPECT_THAT(describe_lost(branch->entries[1]), HasSubstr("administration revoke"));
}

TEST_F(LosingBranchTest, GoesOnWhereASettlementEnded) {
    fork_.settle(1);
    ASSERT_THAT(losing(), IsOk());
    EXPECT_EQ(losing()->wanted, (std::vector<Bytes>{fork_.loses.entries().back()}));
    fork_.counts.append(replication::SettlementEntry{fork_.common, losing()->wanted.front()});
    EXPECT_THAT(losing(), HasCode(settle_nothing));
}

TEST_F(LosingBranchTest, BeginsAgainOnceAnotherEntryStandsBetween) {
    fork_.settle(1);
    fork_.counts.add_unit("mole");
    ASSERT_THAT(losing(), IsOk());
    EXPECT_EQ(losing()->wanted.size(), 2u);
    fork_.settle();
    EXPECT_THAT(losing(), HasCode(settle_nothing));
}

TEST_F(LosingBranchTest, IsNoneWhereOneGoesOnFromTheOther) {
    const auto common = fork_.counts.roster().first(fork_.common);
    EXPECT_THAT(losing_branch(fork_.counts.roster(), common), HasCode(settle_nothing));
    EXPECT_THAT(losing_branch(common, fork_.loses.roster()),
                HasCode(replication::roster_settlement));
}

TEST_F(LosingBranchTest, IsOfTheSameAdministration) {
    const auto foreign = replication::AdministrationFixture::with_two_units(7);
    EXPECT_THAT(losing_branch(fork_.counts.roster(), foreign.roster()),
                HasCode(settle_other_administration));
}

}  // namespace
}  // namespace entrepot::node
