#include "replication/sync/replica.hpp"

#include "tests/replication/sync/session_pair_fixture.hpp"

namespace entrepot::replication {
namespace {

class ReplicaTest : public SessionFixture {
protected:
    /// A log of the airport, as somebody else holds it: `count` commits.
    std::vector<Bytes> written(std::size_t count, std::size_t bytes = 50) {
        pair_.write(pair_.dialler(), own(), count, bytes);
        return pair_.dialler().host.store().logs().at(log().id());
    }
    LogDescriptor log() { return pair_.dialler().host.log(own()); }
    Replica& headquarters() { return pair_.accepter().host.replica(); }
    Result<Offered> offer(const Bytes& commit) { return headquarters().offer(log(), commit); }
};

TEST_F(ReplicaTest, CountsACommitAtOnceAndItsHeadOnlyWhenDurable) {
    const auto commits = written(2);
    EXPECT_THAT(offer(commits[0]), IsOkAndHolds(Offered::queued));
    EXPECT_THAT(offer(commits[1]), IsOkAndHolds(Offered::queued));
    EXPECT_EQ(headquarters().accepted_tip(log().id()).value().number, CommitNumber{2});
    EXPECT_FALSE(headquarters().counted_head(log().id()));
    const auto writes = headquarters().take_writes();
    ASSERT_EQ(writes.size(), 2u);
    EXPECT_FALSE(headquarters().has_writes());
    headquarters().durable(writes[0].sequence);
    EXPECT_EQ(headquarters().counted_head(log().id())->number, CommitNumber{1});
    headquarters().durable(writes[1].sequence);
    EXPECT_EQ(headquarters().counted_head(log().id())->number, CommitNumber{2});
}

TEST_F(ReplicaTest, TakesACommitOnce) {
    const auto commits = written(2);
    ASSERT_THAT(offer(commits[0]), IsOk());
    EXPECT_THAT(offer(commits[0]), IsOkAndHolds(Offered::duplicate));
    ASSERT_THAT(offer(commits[1]), IsOk());
    EXPECT_THAT(offer(commits[0]), IsOkAndHolds(Offered::duplicate));
    pair_.accepter().host.settle();
    EXPECT_THAT(offer(commits[0]), IsOkAndHolds(Offered::duplicate));
}

TEST_F(ReplicaTest, KeepsWhatComesAfterAGapUntilItCloses) {
    const auto commits = written(4);
    EXPECT_THAT(offer(commits[3]), IsOkAndHolds(Offered::kept_aside));
    EXPECT_THAT(offer(commits[1]), IsOkAndHolds(Offered::kept_aside));
    EXPECT_THAT(offer(commits[2]), IsOkAndHolds(Offered::kept_aside));
    EXPECT_FALSE(headquarters().has_writes());
    EXPECT_THAT(offer(commits[0]), IsOkAndHolds(Offered::queued));
    EXPECT_EQ(headquarters().take_writes().size(), 4u);
}

TEST_F(ReplicaTest, KeepsNoMoreAsideThanItsBound) {
    const auto commits = written(40, 60'000);
    std::size_t kept = 0;
    for (std::size_t i = 1; i < commits.size(); ++i) {
        kept += offer(commits[i]).value() == Offered::kept_aside ? 1 : 0;
    }
    EXPECT_EQ(kept, ReplicaLimits{}.aside_per_log / commits[1].size());
    EXPECT_THAT(offer(commits.back()), IsOkAndHolds(Offered::no_room));
}

TEST_F(ReplicaTest, WaitsForTheRosterThatItsAuthorHad) {
    administration_.add_unit("port");
    ASSERT_THAT(pair_.dialler().host.replica().offer_roster({0}, administration_.entries()),
                IsOk());
    pair_.dialler().host.settle();
    const auto commits = written(2);
    EXPECT_THAT(offer(commits[0]), IsOkAndHolds(Offered::kept_aside));
    EXPECT_THAT(offer(commits[1]), IsOkAndHolds(Offered::kept_aside));
    ASSERT_THAT(headquarters().offer_roster({0}, administration_.entries()), IsOk());
    EXPECT_EQ(headquarters().accepted_tip(log().id()).value().number, CommitNumber{2});
}

TEST_F(ReplicaTest, QuarantinesWhatLiesBeyondACutAndCountsItOnceTheCutMoves) {
    const auto commits = written(3);
    ASSERT_THAT(offer(commits[0]), IsOk());
    pair_.accepter().host.settle();
    administration_.revoke(administration_.id("airport"),
                           {{log().id(), {1}, commit_hash(commits[0])}});
    ASSERT_THAT(headquarters().offer_roster({0}, administration_.entries()), IsOk());
    EXPECT_THAT(offer(commits[1]), IsOkAndHolds(Offered::quarantined));
    pair_.accepter().host.settle();
    EXPECT_EQ(pair_.accepter().host.store().quarantined().size(), 1u);
    EXPECT_EQ(headquarters().counted_head(log().id())->number, CommitNumber{1});
    administration_.move_cut({log().id(), {2}, commit_hash(commits[1])});
    ASSERT_THAT(headquarters().offer_roster({0}, administration_.entries()), IsOk());
    pair_.accepter().host.settle();
    EXPECT_EQ(headquarters().counted_head(log().id())->number, CommitNumber{2});
}

TEST_F(ReplicaTest, QuarantinesNoMoreInAllThanItsBoundAndHasRoomAgainOnceSomeCounts) {
    const auto commits = written(4);
    administration_.revoke(administration_.id("airport"),
                           {{log().id(), {1}, commit_hash(commits[0])}});
    ReplicaLimits limits;
    limits.quarantine_in_all = commits[1].size() + commits[2].size();
    MemoryStore store(administration_.roster());
    Replica replica(store.start(administration_.id("seaport")), store, limits);
    ASSERT_THAT(replica.offer(log(), commits[0]), IsOkAndHolds(Offered::queued));
    EXPECT_THAT(replica.offer(log(), commits[1]), IsOkAndHolds(Offered::quarantined));
    EXPECT_THAT(replica.offer(log(), commits[2]), IsOkAndHolds(Offered::quarantined));
    EXPECT_THAT(replica.offer(log(), commits[3]), IsOkAndHolds(Offered::no_room));
    administration_.move_cut({log().id(), {3}, commit_hash(commits[2])});
    ASSERT_THAT(replica.offer_roster({0}, administration_.entries()), IsOk());
    EXPECT_THAT(replica.offer(log(), commits[3]), IsOkAndHolds(Offered::quarantined));
}

TEST_F(ReplicaTest, CountsOnlyUpToACutThatCameLater) {
    const auto commits = written(3);
    for (const Bytes& commit : commits) {
        ASSERT_THAT(offer(commit), IsOk());
    }
    pair_.accepter().host.settle();
    administration_.revoke(administration_.id("airport"),
                           {{log().id(), {1}, commit_hash(commits[0])}});
    ASSERT_THAT(headquarters().offer_roster({0}, administration_.entries()), IsOk());
    const auto head = headquarters().counted_head(log().id());
    ASSERT_TRUE(head);
    EXPECT_EQ(head->number, CommitNumber{1});
    EXPECT_EQ(head->hash, commit_hash(commits[0]));
    EXPECT_EQ(headquarters().heads().find(log().id())->number, CommitNumber{3})
        << "nothing is forgotten";
}

TEST_F(ReplicaTest, RefusesAFlippedBitWithTheCodeOfTheCheck) {
    auto commits = written(1);
    commits[0][200] ^= 1;
    EXPECT_THAT(offer(commits[0]), HasCode(commit_signature));
    EXPECT_FALSE(headquarters().has_writes());
    EXPECT_TRUE(headquarters().heads().all().empty());
}

TEST_F(ReplicaTest, ProvesAForkAndTakesNothingMoreOfTheLog) {
    const auto commits = written(2);
    ASSERT_THAT(offer(commits[0]), IsOk());
    pair_.accepter().host.settle();
    SessionPair clone(administration_, "airport", "headquarters", 91);
    clone.write(clone.dialler(), own(), 1);
    const Bytes other = clone.dialler().host.store().read(log().id(), {1}).value();
    EXPECT_THAT(offer(other), IsOkAndHolds(Offered::forked));
    EXPECT_TRUE(headquarters().is_forked(log().id()));
    EXPECT_THAT(offer(commits[1]), IsOkAndHolds(Offered::forked));
    ASSERT_EQ(headquarters().forks().size(), 1u);
    const ForkProof proof = headquarters().forks()[0];
    EXPECT_THAT(proof.verify(administration_.roster()), IsOk());
    EXPECT_EQ(proof.number(), CommitNumber{1});
    const auto passed_on = ForkProof::decode(proof.encode());
    ASSERT_THAT(passed_on, IsOk());
    EXPECT_THAT(pair_.dialler().host.replica().offer_fork(*passed_on), IsOkAndHolds(true));
    EXPECT_THAT(pair_.dialler().host.replica().offer_fork(*passed_on), IsOkAndHolds(false));
    EXPECT_THAT(pair_.dialler().host.write(own(), administration_.key(own()), {Bytes(16)}),
                HasCode(replica_log_forked));
}

TEST_F(ReplicaTest, TakesNoProofOfAForkThatProvesNone) {
    const auto commits = written(2);
    EXPECT_THAT(headquarters().offer_fork(ForkProof::of(log(), commits[0], commits[1])),
                HasCode(fork_unproven));
    EXPECT_THAT(headquarters().offer_fork(ForkProof::of(log(), commits[0], commits[0])),
                HasCode(fork_unproven));
    Bytes forged = commits[0];
    forged[70] ^= 1;
    EXPECT_THAT(headquarters().offer_fork(ForkProof::of(log(), commits[0], forged)),
                HasCode(fork_unproven));
}

TEST_F(ReplicaTest, AppendsALocalCommitOnlyToItsTip) {
    ReplicaHost& airport = pair_.dialler().host;
    const crypto::Secret key = administration_.key(own());
    const Bytes first = airport.make_commit(own(), key, {Bytes(16)});
    const Bytes rival = airport.make_commit(own(), key, {Bytes(16)});
    ASSERT_THAT(airport.replica().append_local(log(), first), IsOk());
    EXPECT_THAT(airport.replica().append_local(log(), first), HasCode(replica_local_chain));
    EXPECT_THAT(airport.replica().append_local(log(), rival), HasCode(replica_local_chain));
}

TEST_F(ReplicaTest, AppendsNoLocalCommitWithoutTheRightOrWithAnOldKey) {
    ReplicaHost& seaport_host = pair_.accepter().host;
    SessionPair seaport(administration_, "seaport");
    const crypto::Secret key = administration_.key(own());
    EXPECT_THAT(seaport.dialler().host.write(own(), key, {Bytes(16)}),
                HasCode(replica_local_right));
    administration_.new_generation(own());
    ASSERT_THAT(pair_.dialler().host.replica().offer_roster({0}, administration_.entries()),
                IsOk());
    Bytes commit = pair_.dialler().host.make_commit(own(), key, {Bytes(16)});
    commit[80] = 1;  // the generation before
    EXPECT_THAT(pair_.dialler().host.replica().append_local(log(), commit),
                HasCode(replica_local_right));
    EXPECT_FALSE(seaport_host.replica().has_writes());
}

TEST_F(ReplicaTest, TakesRosterEntriesOnlyInOrderAndUnaltered) {
    administration_.add_unit("port");
    const auto& entries = administration_.entries();
    const RosterLength held = headquarters().roster().length();
    EXPECT_THAT(headquarters().offer_roster({0}, entries), IsOkAndHolds(std::size_t{1}));
    EXPECT_THAT(headquarters().offer_roster({0}, entries), IsOkAndHolds(std::size_t{0}));
    EXPECT_EQ(headquarters().durable_roster_length(), held);
    pair_.accepter().host.settle();
    EXPECT_EQ(headquarters().durable_roster_length(), RosterLength{held.value + 1});
    EXPECT_THAT(headquarters().offer_roster({entries.size() + 3}, std::span(entries).first(1)),
                HasCode(roster_number));
    std::vector<Bytes> altered{entries[1]};
    altered[0].back() ^= 1;
    EXPECT_THAT(headquarters().offer_roster({1}, altered), HasCode(roster_forked));
}

TEST_F(ReplicaTest, SaysWhenTheStoreCannotRead) {
    MemoryStore store(administration_.roster());
    EXPECT_THAT(store.read(log().id(), {1}), HasCode(store_commit_missing));
    ReplicaStart start = store.start(administration_.id("headquarters"));
    start.heads.advance(log().id(), {log(), {5}, Hash{}});
    Replica replica(std::move(start), store);
    EXPECT_THAT(replica.accepted_tip(log().id()), HasCode(store_commit_missing));
    EXPECT_THAT(replica.offer(log(), written(1)[0]), HasCode(store_commit_missing));
}

TEST_F(ReplicaTest, GoesOnAfterACrashWhereItsStoreEnds) {
    const auto commits = written(3);
    ASSERT_THAT(offer(commits[0]), IsOk());
    pair_.accepter().host.settle();
    ASSERT_THAT(offer(commits[1]), IsOk());
    pair_.accepter().host.crash();
    EXPECT_EQ(headquarters().accepted_tip(log().id()).value().number, CommitNumber{1});
    EXPECT_THAT(offer(commits[2]), IsOkAndHolds(Offered::kept_aside));
    EXPECT_THAT(offer(commits[1]), IsOkAndHolds(Offered::queued));
    EXPECT_EQ(headquarters().accepted_tip(log().id()).value().number, CommitNumber{3});
}

}  // namespace
}  // namespace entrepot::replication
