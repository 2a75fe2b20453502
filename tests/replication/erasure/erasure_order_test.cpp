// An order to erase, on nodes that hear of it and of the commits in whatever order: what it names
// is nowhere, everything else is where it was, and hashes and heads are what their authors made.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "replication/erasure/erasing.hpp"
#include "tests/replication/sync/session_pair_fixture.hpp"

namespace entrepot::replication {
namespace {

class ErasureOrder : public SessionFixture {
protected:
    ReplicaHost& airport() { return pair_.dialler().host; }
    ReplicaHost& headquarters() { return pair_.accepter().host; }
    LogDescriptor log() { return airport().log(joint()); }
    ChangePlace place(std::uint64_t number, std::uint16_t change) {
        return {log().id(), {number}, change};
    }
    void order(std::vector<ChangePlace> places) {
        std::sort(places.begin(), places.end());
        ErasureEntry entry;
        entry.changes = std::move(places);
        administration_.append(std::move(entry));
    }
    void tell_roster(ReplicaHost& host) {
        ASSERT_THAT(host.replica().offer_roster({0}, administration_.entries()), IsOk());
    }
    static bool stands(const ReplicaHost& host, const ChangePlace& place) {
        const Bytes& commit = host.store().logs().at(place.log).at(place.number.value - 1);
        return !parse_commit(commit)->changes.at(place.change - 1u).erased;
    }
    static std::size_t issue(ReplicaHost& host) {
        const std::size_t out = host.replica().issue_receipts(host.identity().sign(), {9});
        host.settle();
        return out;
    }
    RosterLength receipted(const NodeId& node) {
        RosterLength out;
        for (const auto& [place, receipt] : headquarters().replica().receipts()) {
            out = place.node == node ? std::max(out, receipt.erased) : out;
        }
        return out;
    }
};

RC_GTEST_FIXTURE_PROP(ErasureOrder, IsCarriedOutWhateverComesFirst, ()) {
    constexpr std::size_t commits = 6;
    pair_.write(pair_.dialler(), joint(), commits, 60, 3);
    const auto written = airport().store().logs().at(log().id());
    std::set<ChangePlace> named;
    for (std::size_t at = 0; at < 5; ++at) {
        named.insert(place(*rc::gen::inRange<std::uint64_t>(1, commits + 1),
                           *rc::gen::inRange<std::uint16_t>(1, 4)));
    }
    order({named.begin(), named.end()});
    std::vector<std::size_t> sequence{0, 1, 2, 3, 4, 5, commits};
    for (std::size_t at = sequence.size(); at > 1; --at) {
        std::swap(sequence[at - 1], sequence[*rc::gen::inRange<std::size_t>(0, at)]);
    }
    for (const std::size_t next : sequence) {
        if (next == commits) {
            tell_roster(headquarters());
        } else {
            RC_ASSERT(headquarters().replica().offer(log(), written[next]).has_value());
        }
        if (*rc::gen::arbitrary<bool>()) {
            headquarters().settle();
        }
    }
    headquarters().settle();
    if (*rc::gen::arbitrary<bool>()) {
        headquarters().crash();
    }
    RC_ASSERT(headquarters().replica().counted_head(log().id())->hash ==
              commit_hash(written.back()));
    for (std::uint64_t number = 1; number <= commits; ++number) {
        const Bytes held = headquarters().store().logs().at(log().id()).at(number - 1);
        RC_ASSERT(commit_hash(held) == commit_hash(written[number - 1]));
        for (std::uint16_t change = 1; change <= 3; ++change) {
            const ChangePlace each = place(number, change);
            RC_ASSERT(stands(headquarters(), each) == !named.contains(each));
        }
    }
}

TEST_F(ErasureOrder, ReachesEveryNodeThroughASessionAndComesBackAsReceipts) {
    pair_.write(pair_.dialler(), joint(), 3, 60, 2);
    pair_.connect();
    ASSERT_TRUE(pair_.reach_sync());
    order({place(2, 1)});
    tell_roster(headquarters());
    pair_.settle(pair_.accepter());
    ASSERT_TRUE(pair_.reach_sync());
    EXPECT_FALSE(stands(airport(), place(2, 1)));
    EXPECT_FALSE(stands(headquarters(), place(2, 1)));
    EXPECT_TRUE(stands(airport(), place(2, 2)));
    ASSERT_GT(issue(airport()), 0u);
    pair_.dialler().session->durable({2000});
    ASSERT_TRUE(pair_.reach_sync());
    EXPECT_EQ(receipted(airport().id()), administration_.roster().length());
    EXPECT_EQ(issue(airport()), 0u);
}

TEST_F(ErasureOrder, IsReceiptedByANodeThatHoldsNothingOfIt) {
    order({place(1, 1)});
    tell_roster(headquarters());
    headquarters().settle();
    EXPECT_GT(issue(headquarters()), 0u);
    EXPECT_EQ(receipted(headquarters().id()), administration_.roster().length());
}

TEST_F(ErasureOrder, IsNotReceiptedBeforeItIsCarriedOut) {
    pair_.write(pair_.dialler(), joint(), 1);
    order({place(1, 1)});
    tell_roster(airport());
    auto writes = airport().replica().take_writes();
    const auto last = writes.back().sequence;
    airport().store().commit(std::move(writes));
    airport().replica().durable(last);  // and nobody says that it was carried out
    issue(airport());
    for (const auto& [place, receipt] : airport().replica().receipts()) {
        EXPECT_EQ(receipt.erased, RosterLength{});
    }
}

TEST_F(ErasureOrder, DoesNotComeBackFromAnOldStickBeyondACut) {
    pair_.write(pair_.dialler(), joint(), 3, 60, 2);
    const auto written = airport().store().logs().at(log().id());
    ASSERT_THAT(headquarters().replica().offer(log(), written[0]), IsOk());
    administration_.revoke(administration_.id("airport"),
                           {{log().id(), {1}, commit_hash(written[0])}});
    order({place(2, 2)});
    tell_roster(headquarters());
    ASSERT_THAT(headquarters().replica().offer(log(), written[1]),
                IsOkAndHolds(Offered::quarantined));
    headquarters().settle();
    const auto& kept = headquarters().store().quarantined();
    ASSERT_EQ(kept.size(), 1u);
    EXPECT_TRUE(parse_commit(kept[0].bytes)->changes[1].erased);
    administration_.move_cut({log().id(), {2}, commit_hash(written[1])});
    tell_roster(headquarters());
    headquarters().settle();
    EXPECT_FALSE(stands(headquarters(), place(2, 2)));
    EXPECT_TRUE(stands(headquarters(), place(2, 1)));
}

TEST_F(ErasureOrder, DoesNotEndASessionWhenTheCommitOvertakesTheOrder) {
    pair_.write(pair_.dialler(), joint(), 2, 60, 2);
    order({place(1, 1)});
    tell_roster(airport());
    auto writes = airport().replica().take_writes();
    const auto last = writes.back().sequence;
    airport().store().commit(std::move(writes));  // swapped, and not yet told to be durable
    pair_.connect();
    pair_.exchange();
    ASSERT_FALSE(pair_.is_over()) << pair_.error().context;
    EXPECT_FALSE(headquarters().replica().counted_head(log().id()));
    airport().replica().durable(last);
    pair_.dialler().session->durable(pair_.now());
    ASSERT_TRUE(pair_.reach_sync());
    EXPECT_EQ(headquarters().replica().counted_head(log().id())->number, CommitNumber{2});
}

TEST_F(ErasureOrder, EndsALogWhoseNodeLostTheCommitThatItNames) {
    pair_.write(pair_.dialler(), joint(), 1);
    ReplicaHost restored(airport().identity(), administration_.roster(), 55);
    restored.store() = airport().store();
    restored.crash();  // starts on the older disk; the airport had written a second commit
    order({place(1, 1)});
    tell_roster(restored);
    EXPECT_FALSE(restored.replica().is_ended(log().id())) << "that one it has";
    order({place(2, 1)});
    tell_roster(restored);
    EXPECT_THAT(restored.write(joint(), administration_.key(joint()), {Bytes(16)}),
                HasCode(replica_log_ended));
    restored.settle();
    EXPECT_THAT(restored.store().ended(), ::testing::ElementsAre(log())) << "at the next start too";
}

TEST_F(ErasureOrder, MayNameSeveralRecordsOnlyWhole) {
    ErasureEntry entry;
    entry.record = Hash{{1}};
    entry.further = {Hash{{2}}};
    entry.reason = "review dates have passed";
    administration_.append(entry);
    const Roster& roster = administration_.roster();
    EXPECT_EQ(roster.erasure(roster.erasures().back()).reason, entry.reason);
    EXPECT_EQ(roster.named_by_erasures(), (std::set<Hash>{Hash{{1}}, Hash{{2}}}));
    entry.whole = false;
    entry.changes = {place(1, 1)};
    Roster copy = roster;
    EXPECT_THAT(copy.append(administration_.sign(entry)), HasCode(roster_erasure));
}

TEST_F(ErasureOrder, OfAPartExcludesNoLaterChange) {
    const RecordId record{{7}};
    ErasureEntry entry;
    entry.record = erased_record(joint(), record);
    entry.whole = false;
    entry.changes = {place(1, 1)};
    administration_.append(entry);
    const Roster& roster = administration_.roster();
    EXPECT_FALSE(roster.is_erased(joint(), record));
    EXPECT_EQ(roster.erasures_of(joint(), record), roster.erasures());
    EXPECT_TRUE(roster.erasures_of(joint(), RecordId{{8}}).empty());
}

}  // namespace
}  // namespace entrepot::replication
