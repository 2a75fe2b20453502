#include "crypto/base/wire.hpp"
#include "node/store/erasure/compaction.hpp"
#include "node/store/log_salvage.hpp"
#include "tests/node/link/file_limit.hpp"
#include "tests/node/store/erasure/erasure_store_fixture.hpp"

namespace entrepot::node {
namespace {

class LogErasures : public ErasureStoreFixture {};

TEST_F(LogErasures, AreCarriedOutInTheTransactionOfTheirOrder) {
    store({write_of(0), write_of(1)});
    const auto heads = store_->heads().value().all();
    order(2, 1);
    keep_roster();
    EXPECT_FALSE(stands(2, 1));
    EXPECT_TRUE(stands(2, 2));
    EXPECT_TRUE(stands(1, 1));
    EXPECT_EQ(store_->heads().value().find(log_.id())->hash, heads.at(log_.id()).hash);
    EXPECT_EQ(marks().log, administration_.roster().length());
    EXPECT_LT(marks().disk, marks().log);
}

TEST_F(LogErasures, KeepNoCommitThatComesWithWhatWasOrdered) {
    order(1, 2);
    order(3, 1);
    keep_roster();
    store({write_of(0), QuarantineWrite{write_of(2)}});
    EXPECT_FALSE(stands(1, 2));
    EXPECT_TRUE(stands(1, 1));
    const auto aside = store_->aside().value();
    ASSERT_EQ(aside.size(), 1u);
    EXPECT_TRUE(parse_commit(aside[0].bytes)->changes[0].erased);
    EXPECT_FALSE(is_on_disk(0, 2));
    EXPECT_FALSE(is_on_disk(2, 1));
}

TEST_F(LogErasures, ReachCommitsBesideTheirLogs) {
    store({write_of(0), write_of(1), QuarantineWrite{write_of(3)}});
    store({RewindWrite{log_.id(), log_, {1}, Hash{{1}}}});
    order(2, 1);
    order(4, 2);
    keep_roster();
    EXPECT_TRUE(parse_commit(store_->left().value().at(0).bytes)->changes[0].erased);
    EXPECT_TRUE(parse_commit(store_->aside().value().at(0).bytes)->changes[1].erased);
}

TEST_F(LogErasures, LeaveNothingInFreedPagesOnceCompacted) {
    store({write_of(0), write_of(1), write_of(2)});
    order(2, 1);
    keep_roster();
    EXPECT_TRUE(is_on_disk(1, 1)) << "the search finds nothing";
    ASSERT_THAT(store_->compact_erased(), IsOk());
    EXPECT_FALSE(is_on_disk(1, 1));
    EXPECT_TRUE(is_on_disk(1, 2));
    EXPECT_EQ(marks().disk, marks().log);
    store({write_of(3)});
    EXPECT_EQ(store_->heads().value().find(log_.id())->number, CommitNumber{4});
    open();
    EXPECT_EQ(store_->heads().value().find(log_.id())->number, CommitNumber{4});
    EXPECT_FALSE(stands(2, 1));
}

TEST_F(LogErasures, AreFollowedByWhoReadsBesideTheWriter) {
    store({write_of(0), write_of(1)});
    const auto reader = std::move(LogStore::open(directory(), LogStore::Access::read_only,
                                                 link_key_.duplicate()))
                            .value();
    order(1, 1);
    keep_roster();
    ASSERT_THAT(store_->compact_erased(), IsOk());
    store({write_of(2)});
    EXPECT_EQ(reader->last_position().value(), LogPosition{2}) << "it reads the old file still";
    ASSERT_THAT(reader->follow_compaction(), IsOk());
    EXPECT_EQ(reader->last_position().value(), LogPosition{3});
    EXPECT_TRUE(parse_commit(reader->read(log_.id(), {1}).value())->changes[0].erased);
}

TEST_F(LogErasures, AreNothingToANodeThatHoldsNoneOfIt) {
    store({write_of(0)});
    order(2, 1);
    keep_roster();
    EXPECT_EQ(marks().done(), administration_.roster().length());
}

TEST_F(LogErasures, ThatConcernNothingHereLeaveAnEarlierOneUndone) {
    store({write_of(0)});
    order(1, 1);
    keep_roster();
    const RosterLength before = marks().disk;
    order(3, 1);
    keep_roster();
    EXPECT_EQ(marks().log, administration_.roster().length());
    EXPECT_EQ(marks().disk, before) << "a freed page has what the first one named";
    EXPECT_EQ(marks().views, before);
    ASSERT_TRUE(is_on_disk(0, 1));
}

TEST_F(LogErasures, OfTheViewsAreNeitherAheadOfTheLogNorGoBack) {
    store({write_of(0)});
    order(1, 1);
    keep_roster();
    const RosterLength done = marks().log;
    ASSERT_THAT(store_->set_views_erased({done.value + 5}), IsOk());
    EXPECT_EQ(marks().views, done);
    ASSERT_THAT(store_->set_views_erased({done.value - 1}), IsOk());
    EXPECT_EQ(marks().views, done);
}

TEST_F(LogErasures, KeepNoNodeFromStartingOnAFullDisk) {
    store({write_of(0), write_of(1)});
    order(1, 1);
    keep_roster();
    FileLimit limit;
    limit.set(4096);
    open();
    EXPECT_FALSE(stands(1, 1));
    EXPECT_LT(marks().disk, marks().log) << "not to be receipted yet";
    limit.lift();
    open();
    EXPECT_EQ(marks().disk, marks().log);
    EXPECT_FALSE(is_on_disk(0, 1));
}

TEST_F(LogErasures, OfTheViewsAreTold) {
    store({write_of(0)});
    order(1, 1);
    keep_roster();
    ASSERT_THAT(store_->compact_erased(), IsOk());
    EXPECT_LT(marks().done(), marks().log);
    ASSERT_THAT(store_->set_views_erased(marks().log), IsOk());
    EXPECT_EQ(marks().done(), marks().log);
}

/// A store as a program would leave it that was killed, or knew no erasures: the roster has the
/// order, the log still the content, and no mark.
TEST_F(LogErasures, LeftUndoneAreCarriedOutAtTheNextOpening) {
    store({write_of(0), write_of(1)});
    order(1, 1);
    keep_roster();
    store_.reset();
    {
        auto raw = std::move(Environment::open(directory(),
                                               LogStore::options(LogStore::Access::read_write)))
                       .value();
        auto transaction = std::move(raw->write()).value();
        Bytes row = WireWriter().u32(0).raw(commits_[0]).take();
        ASSERT_THAT(transaction.put(TableIndex{0}, 1, row), IsOk());
        const auto marks_row = static_cast<std::uint64_t>(LinkRow::erasures);
        ASSERT_THAT(transaction.remove(TableIndex{4}, marks_row), IsOk());
        ASSERT_THAT(transaction.commit(), IsOk());
    }
    ASSERT_TRUE(is_on_disk(0, 1));
    open();
    EXPECT_FALSE(stands(1, 1));
    EXPECT_TRUE(stands(2, 1));
    EXPECT_FALSE(is_on_disk(0, 1));
    EXPECT_EQ(marks().disk, administration_.roster().length());
}

TEST_F(LogErasures, RemoveACopyThatWasSetAsideAsDamaged) {
    store({write_of(0)});
    store_.reset();
    std::filesystem::copy(directory(), directory().string() + ".damaged");
    open();
    order(1, 1);
    keep_roster();
    ASSERT_TRUE(is_on_disk(0, 1));
    ASSERT_THAT(store_->compact_erased(), IsOk());
    EXPECT_FALSE(is_on_disk(0, 1));
    EXPECT_FALSE(std::filesystem::exists(directory().string() + ".damaged"));
}

TEST_F(LogErasures, StandAfterASalvageOfEveryPage) {
    store({write_of(0), write_of(1)});
    ASSERT_THAT(store_->set_link_row(LinkRow::keys,
                                     administration_.headquarters().relay().to_secret().view(),
                                     administration_.entropy()),
                IsOk());
    order(1, 1);
    keep_roster();
    store_.reset();
    ASSERT_TRUE(is_on_disk(0, 1)) << "a freed page has it";
    ASSERT_THAT(salvage_log(directory(), link_key_), IsOk());
    open();
    EXPECT_FALSE(stands(1, 1));
    EXPECT_TRUE(stands(1, 2));
    EXPECT_TRUE(stands(2, 1));
}

TEST_F(LogErasures, OfTheBranchThatCountsAreCarriedOutWhenARosterIsSettled) {
    auto other = AdministrationFixture::with_two_units();
    static_cast<void>(other.entropy().secret(32));
    const RosterLength common = administration_.roster().length();
    ErasureEntry counting;
    counting.changes = {{log_.id(), {2}, 1}};
    other.append(counting);
    store({write_of(0), write_of(1)});
    order(1, 1);  // on the branch that loses, which this store holds
    order(4, 1);
    keep_roster();
    EXPECT_EQ(marks().log, RosterLength{common.value + 2});
    for (std::size_t at = common.value; at < administration_.entries().size(); ++at) {
        other.append(SettlementEntry{common, administration_.entries()[at]});
    }
    const auto first = other.entries().begin() + static_cast<std::ptrdiff_t>(common.value);
    store({SettledRosterWrite{common, {first, other.entries().end()}}});
    EXPECT_EQ(store_->roster_entries().value(), other.entries());
    EXPECT_FALSE(stands(2, 1)) << "the entry has a number up to which erasures were carried out";
    EXPECT_FALSE(stands(1, 1)) << "what is erased does not come back";
    EXPECT_EQ(marks().log, RosterLength{common.value + 1});
    store({write_of(2), write_of(3)});
    EXPECT_TRUE(stands(4, 1)) << "an order of the losing branch is none";
    open();
    EXPECT_EQ(store_->roster_entries().value(), other.entries());
    EXPECT_TRUE(stands(4, 1));
}

}  // namespace
}  // namespace entrepot::node
