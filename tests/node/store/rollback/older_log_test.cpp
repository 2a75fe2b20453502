// A log that does not hold what the views have seen of it: an older one was put back. And what is
// no such log: one that went on, or that commits have left.
#include <gtest/gtest.h>

#include "node/store/rollback/seen_log.hpp"
#include "tests/node/journal/journal_fixture.hpp"
#include "tests/replication/roster/forked_administration.hpp"

namespace entrepot::node {
namespace {

using replication::Roster;

/// Commits 0 and 2 are the airport's, 1 is headquarters' own; 3, of the airport, is not in the log.
class OlderLog : public JournalFixture, public testing::Test {
protected:
    void SetUp() override {
        write({.database = "suspects"});
        write({.database = "suspects"}, "headquarters");
        write({.database = "suspects"});
        store();
        project();
        write({.database = "suspects"});
    }
    Status check(const LogStore& log) {
        return check_seen(views(), log, administration().roster());
    }
    void end(LogStore& log, std::size_t commit) {
        const replication::Write ended[] = {
            {1, replication::EndWrite{written(commit).descriptor}}};
        ASSERT_THAT(log.write(ended), IsOk());
    }
};

TEST_F(OlderLog, IsNotTheOneThatTheViewsWereMadeFrom) {
    EXPECT_THAT(check(log()), IsOk());
    EXPECT_THAT(check(*log_of({0, 1, 2})), IsOk());
    EXPECT_THAT(check(*log_of({0, 1, 2, 3})), IsOk()) << "it went on";
    EXPECT_FALSE(open_views_checked());
}

TEST_F(OlderLog, IsNoticedAtEveryShorterLength) {
    EXPECT_THAT(check(*log_of({})), HasCode(views_ahead));
    EXPECT_THAT(check(*log_of({0})), HasCode(views_ahead));
    EXPECT_THAT(check(*log_of({0, 1})), HasCode(views_ahead));
}

TEST_F(OlderLog, IsNoticedWhereItWentOnDifferently) {
    EXPECT_THAT(check(*log_of({0, 1, 3})), HasCode(views_ahead));
    EXPECT_THAT(check(*log_of({0, 2, 1, 3})), HasCode(views_ahead));
}

TEST_F(OlderLog, IsNoticedWhereACommitOfThisNodeIsMissingAlone) {
    const auto lacking = log_of({0, 3, 2});
    const replication::Write known[] = {
        {1, replication::DescriptorWrite{written(1).descriptor}}};
    ASSERT_THAT(lacking->write(known), IsOk());
    ASSERT_EQ((*lacking->marks()).logs, (*log().marks()).logs);
    EXPECT_THAT(check(*lacking), HasCode(views_ahead));
}

TEST_F(OlderLog, MayLackWhatThisNodeGoesOnInNoMore) {
    const auto lacking = log_of({0, 3, 2});
    end(*lacking, 1);
    EXPECT_THAT(check(*lacking), IsOk());
}

TEST_F(OlderLog, IsNoticedWhereALogThatThisNodeHadEndedIsNot) {
    end(log(), 1);
    project();
    EXPECT_THAT(check(log()), IsOk());
    EXPECT_THAT(check(*log_of({0, 1, 2})), HasCode(views_ahead));
}

TEST_F(OlderLog, IsNoticedWhereItsRosterIsShorterOrAnother) {
    const auto entries = administration().entries();
    for (std::size_t length = 0; length < entries.size(); ++length) {
        const auto shorter = Roster::from_entries({entries.data(), length});
        ASSERT_THAT(shorter, IsOk());
        EXPECT_THAT(check_seen(views(), log(), *shorter), HasCode(views_ahead)) << length;
    }
    auto seen = views().seen();
    views().seen().roster_head.bytes[0] ^= 1;
    EXPECT_THAT(check(log()), HasCode(views_ahead));
    views().seen() = seen;
    EXPECT_THAT(check(log()), IsOk());
}

TEST_F(OlderLog, MayHaveASettledRosterInPlaceOfTheBranchThatLost) {
    auto fork = replication::ForkedAdministration::with_two_units();
    fork.counts.new_generation(fork.counts.compartment("joint seizures"));
    fork.loses.add_unit("ferry");
    views().seen().roster_length = fork.loses.roster().length();
    views().seen().roster_head = fork.loses.roster().head();
    EXPECT_THAT(check_seen(views(), log(), fork.counts.roster()), HasCode(views_ahead));
    fork.settle();
    EXPECT_THAT(check_seen(views(), log(), fork.counts.roster()), IsOk());
}

TEST_F(OlderLog, IsNoneWhereTheLastCommitLeftItsPlace) {
    const auto left = log_of({0, 1, 2});
    const replication::Write rewound[] = {
        {1, replication::RewindWrite{written(2).log, written(2).descriptor, {1}, {}}}};
    ASSERT_THAT(left->write(rewound), IsOk());
    EXPECT_THAT(check(*left), IsOk());
}

TEST_F(OlderLog, IsKnownByViewsThatWereClosedAndOpened) {
    open_views();
    EXPECT_THAT(check(*log_of({0, 3, 2})), HasCode(views_ahead));
    EXPECT_THAT(check(log()), IsOk());
}

TEST_F(OlderLog, LetsNoViewsBeMovedAsideBeforeItWasDealtWith) {
    const auto before = outcome();
    close_views();
    const auto fails = [](const ViewStore&) { return Status(Error{store_disk_full, "full"}); };
    EXPECT_THAT(node::open_views(views_directory(), log().link_key(), fails),
                HasCode(store_disk_full));
    EXPECT_FALSE(open_views_checked()) << "they are where they were";
    EXPECT_EQ(outcome(), before);
}

TEST_F(OlderLog, HasItsViewsMadeAnewFromIt) {
    close_views();
    const auto older = log_of({0, 1});
    const auto compare = [&](const ViewStore& views) {
        return check_seen(views, *older, administration().roster());
    };
    const auto opened = node::open_views(views_directory(), log().link_key(), compare);
    ASSERT_THAT(opened, IsOk());
    ASSERT_TRUE(opened->damage);
    EXPECT_EQ(opened->damage->code, views_ahead);
    EXPECT_NE(opened->damage->context.find("the log ends at 2"), std::string::npos);
    EXPECT_EQ(opened->views->position().value, 0U);
    EXPECT_TRUE(std::filesystem::exists(views_directory().string() + ".damaged/data.mdb"));
}

}  // namespace
}  // namespace entrepot::node
