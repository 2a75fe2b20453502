#include "tests/replication/sync/session_pair_fixture.hpp"

namespace entrepot::replication {
namespace {

/// Two copies of the airport's disk wrote on after the first commit: headquarters got the branch of
/// one, the seaport that of the other.
class Branches : public SessionFixture {
protected:
    Branches() {
        pair_.write(pair_.dialler(), joint(), 1);
        const Bytes shared = airport().store().logs().at(id())[0];
        EXPECT_THAT(copy().replica().offer(log(), shared), IsOk());
        copy().settle();
        pair_.write(pair_.dialler(), joint(), 3);
        named_ = airport().store().logs().at(id());
        write_copy(2);
        for (const Bytes& commit : named_) {
            EXPECT_THAT(headquarters().replica().offer(log(), commit), IsOk());
        }
        for (const Bytes& commit : other_) {
            EXPECT_THAT(seaport().replica().offer(log(), commit), IsOk());
        }
        headquarters().settle();
        seaport().settle();
    }

    ReplicaHost& airport() { return pair_.dialler().host; }
    ReplicaHost& headquarters() { return pair_.accepter().host; }
    ReplicaHost& copy() { return clone_.dialler().host; }
    ReplicaHost& seaport() { return clone_.accepter().host; }
    LogDescriptor log() { return airport().log(joint()); }
    LogId id() { return log().id(); }
    /// A copy writes as its original would: its own log is not ended by what it was given here.
    void write_copy(std::size_t commits) {
        other_ = {named_[0]};
        ReplicaHost pen(administration_.identity("airport"), administration_.roster(), 77);
        pen.replica();
        for (std::size_t at = 0; at < commits; ++at) {
            const CommitPlace place{
                id(),
                CommitNumber{other_.size() + 1},
                commit_hash(other_.back()),
                HybridTime{5},
                administration_.roster().length(),
                administration_.roster().generation_at(joint(), administration_.roster().length())};
            const crypto::Secret key = administration_.key(joint());
            CommitBuilder builder(place, key, pen.entropy());
            builder.add(Bytes(16, static_cast<std::uint8_t>(at)));
            Bytes commit = builder.finish({}, {});
            sign_commit(commit, administration_.identity("airport").sign());
            other_.push_back(std::move(commit));
        }
    }
    ForkProof proof(std::size_t number) {
        return ForkProof::of(log(), named_[number - 1], other_[number - 1]);
    }
    void cut_at(const std::vector<Bytes>& branch, std::size_t number) {
        administration_.move_cut({id(), {number}, commit_hash(branch[number - 1])});
    }
    void tell_roster(ReplicaHost& host) {
        ASSERT_THAT(host.replica().offer_roster({0}, administration_.entries()), IsOk());
    }
    CommitNumber tip(ReplicaHost& host) { return host.replica().accepted_tip(id())->number; }

    std::vector<Bytes> named_, other_;
    SessionPair clone_{administration_, "airport", "seaport", 31};
};

TEST_F(Branches, AreStoppedUntilACutNamesOne) {
    ASSERT_THAT(headquarters().replica().offer_fork(proof(2)), IsOkAndHolds(true));
    EXPECT_TRUE(headquarters().replica().is_stopped(id()));
    cut_at(named_, 4);
    tell_roster(headquarters());
    EXPECT_TRUE(headquarters().replica().is_forked(id()));
    EXPECT_FALSE(headquarters().replica().is_stopped(id()));
    EXPECT_EQ(headquarters().replica().counted_head(id())->number, CommitNumber{4});
}

TEST_F(Branches, AreLeftWhereTheCutNamesTheOther) {
    ASSERT_THAT(seaport().replica().offer_fork(proof(2)), IsOkAndHolds(true));
    cut_at(named_, 3);
    tell_roster(seaport());
    EXPECT_EQ(tip(seaport()), CommitNumber{1}) << "before the first that differs";
    EXPECT_EQ(seaport().replica().heads().find(id())->number, CommitNumber{1});
    for (const std::size_t at : {1u, 2u}) {
        EXPECT_THAT(seaport().replica().offer(log(), named_[at]), IsOkAndHolds(Offered::queued));
    }
    EXPECT_THAT(seaport().replica().offer(log(), named_[3]), IsOkAndHolds(Offered::quarantined));
    seaport().settle();
    const auto counted = seaport().replica().counted_head(id());
    ASSERT_TRUE(counted);
    EXPECT_EQ(counted->hash, commit_hash(named_[2]));
    ASSERT_EQ(seaport().store().left().size(), 2u) << "nothing is forgotten";
}

TEST_F(Branches, AreLeftThoughNoProofWasSeenWhereTheCutsNumberIsHeld) {
    cut_at(named_, 3);
    tell_roster(seaport());
    EXPECT_EQ(tip(seaport()), CommitNumber{2}) << "the commit before is not known to differ yet";
    ASSERT_THAT(seaport().replica().offer_claim(proof(2)), IsOk());
    EXPECT_EQ(tip(seaport()), CommitNumber{0}) << "further back, by doubling steps";
}

TEST_F(Branches, AreLeftFurtherBackWhenAProofShowsAnEarlierDifference) {
    ASSERT_THAT(seaport().replica().offer_fork(proof(3)), IsOkAndHolds(true));
    cut_at(named_, 4);
    tell_roster(seaport());
    EXPECT_EQ(tip(seaport()), CommitNumber{2}) << "of the other branch still";
    EXPECT_THAT(seaport().replica().offer_fork(proof(2)), IsOkAndHolds(false));
    EXPECT_EQ(tip(seaport()), CommitNumber{1});
    EXPECT_THAT(seaport().replica().offer_fork(proof(3)), IsOkAndHolds(false));
    EXPECT_EQ(tip(seaport()), CommitNumber{1});
}

TEST_F(Branches, HaveEachEarlierProofPassedOn) {
    ASSERT_THAT(headquarters().replica().offer_fork(proof(3)), IsOk());
    headquarters().settle();
    pair_.connect();
    pair_.exchange();
    ASSERT_FALSE(airport().replica().forks().empty());
    ASSERT_EQ(airport().replica().forks().at(0).number(), CommitNumber{3});
    ASSERT_THAT(headquarters().replica().offer_fork(proof(2)), IsOk());
    headquarters().settle();
    pair_.accepter().session->durable(pair_.now());
    pair_.exchange();
    EXPECT_EQ(airport().replica().forks().at(0).number(), CommitNumber{2});
    EXPECT_FALSE(pair_.is_over());
}

TEST_F(Branches, AreLeftOnceAndNotAgainAfterARestart) {
    ASSERT_THAT(seaport().replica().offer_fork(proof(2)), IsOkAndHolds(true));
    cut_at(named_, 4);
    tell_roster(seaport());
    ASSERT_THAT(seaport().replica().offer(log(), named_[1]), IsOkAndHolds(Offered::queued));
    seaport().settle();
    seaport().crash();
    EXPECT_EQ(tip(seaport()), CommitNumber{2}) << "what came since is of the named branch";
    administration_.add_unit("port");
    tell_roster(seaport());
    EXPECT_EQ(tip(seaport()), CommitNumber{2});
}

TEST_F(Branches, AreLeftAfterACrashThatCameBeforeTheDisk) {
    ASSERT_THAT(seaport().replica().offer_fork(proof(2)), IsOkAndHolds(true));
    seaport().settle();
    cut_at(named_, 4);
    tell_roster(seaport());
    auto writes = seaport().replica().take_writes();
    ASSERT_GE(writes.size(), 2u);
    writes.pop_back();  // the roster reached the disk, leaving the branch did not
    seaport().store().commit(std::move(writes));
    seaport().crash();
    EXPECT_EQ(tip(seaport()), CommitNumber{1});
}

TEST_F(Branches, AreKeptWhereTheCutNamesThem) {
    ASSERT_THAT(headquarters().replica().offer_fork(proof(2)), IsOkAndHolds(true));
    cut_at(named_, 2);
    tell_roster(headquarters());
    EXPECT_EQ(headquarters().replica().heads().find(id())->number, CommitNumber{4});
    cut_at(named_, 4);
    tell_roster(headquarters());
    EXPECT_EQ(headquarters().replica().counted_head(id())->number, CommitNumber{4});
    EXPECT_TRUE(headquarters().store().left().empty());
}

TEST_F(Branches, AreNotLeftForAClaimThatTheWriterDidNotSign) {
    cut_at(named_, 4);
    tell_roster(seaport());
    Bytes forged = named_[1];
    forged[70] ^= 1;
    EXPECT_THAT(seaport().replica().offer_claim(ForkProof::of(log(), other_[1], forged)),
                HasCode(fork_unproven));
    EXPECT_EQ(tip(seaport()), CommitNumber{3});
}

TEST_F(Branches, RefuseNoPeerThatSendsACommitBesideTheCut) {
    cut_at(named_, 4);
    ReplicaHost late(administration_.identity("seaport"), administration_.roster(), 99);
    for (std::size_t at = 0; at < 3; ++at) {
        ASSERT_THAT(late.replica().offer(log(), named_[at]), IsOk());
    }
    Bytes beside = named_[3];
    {
        const CommitHeader header = read_header(beside);
        const crypto::Secret key = administration_.key(joint());
        CommitBuilder builder({id(), header.number, header.previous, header.time,
                               header.roster_length, header.generation},
                              key, late.entropy());
        builder.add(Bytes(16, 9));
        beside = builder.finish({}, {});
        sign_commit(beside, administration_.identity("airport").sign());
    }
    EXPECT_THAT(late.replica().offer(log(), beside), IsOkAndHolds(Offered::quarantined));
    EXPECT_THAT(late.replica().offer(log(), named_[3]), IsOkAndHolds(Offered::queued));
}

TEST_F(Branches, EndANodesOwnLogThatOthersHoldFurther) {
    ReplicaHost restored(administration_.identity("airport"), administration_.roster(), 55);
    ASSERT_THAT(restored.replica().offer(log(), named_[0]), IsOkAndHolds(Offered::queued));
    restored.settle();
    EXPECT_TRUE(restored.replica().is_ended(id()));
    EXPECT_THAT(restored.write(joint(), administration_.key(joint()), {Bytes(16)}),
                HasCode(replica_log_ended));
    ASSERT_EQ(restored.store().ended().size(), 1u);
    restored.crash();
    EXPECT_TRUE(restored.replica().is_ended(id())) << "it is remembered";
    ASSERT_THAT(restored.replica().offer(log(), named_[1]), IsOkAndHolds(Offered::queued))
        << "its own commits come back";
}

TEST_F(Branches, EndANodesOwnLogThatHasForked) {
    ASSERT_THAT(airport().replica().offer_fork(proof(2)), IsOkAndHolds(true));
    EXPECT_TRUE(airport().replica().is_ended(id()));
}

TEST_F(Branches, MeetAndAgreeOnceACutHasCome) {
    cut_at(named_, 4);
    tell_roster(headquarters());
    headquarters().settle();
    SessionPair meeting(administration_, "seaport", "headquarters", 41);
    for (const Bytes& commit : other_) {
        ASSERT_THAT(meeting.dialler().host.replica().offer(log(), commit), IsOk());
    }
    for (const Bytes& commit : named_) {
        ASSERT_THAT(meeting.accepter().host.replica().offer(log(), commit), IsOk());
    }
    meeting.settle(meeting.dialler());
    meeting.settle(meeting.accepter());
    meeting.connect();
    ASSERT_TRUE(meeting.reach_sync(60'000));
    const auto counted = meeting.dialler().host.replica().counted_head(id());
    ASSERT_TRUE(counted);
    EXPECT_EQ(counted->hash, commit_hash(named_[3]));
}

/// Whether a message has such a part.
template <class Wanted>
bool has(ByteView message) {
    WireReader in(message);
    message::read_varint(in);
    while (!in.rest().empty()) {
        const auto part = message::read_part(in);
        if (!part || std::holds_alternative<Wanted>(*part)) {
            return part.has_value();
        }
    }
    return false;
}

TEST_F(Branches, RefuseNoPeerWhoseStreamBeganBeforeTheOtherBranchCame) {
    SessionPair meeting(administration_, "seaport", "headquarters", 41);
    ReplicaHost& late = meeting.dialler().host;
    ASSERT_THAT(late.replica().offer(log(), named_[0]), IsOk());
    for (const Bytes& commit : named_) {
        ASSERT_THAT(meeting.accepter().host.replica().offer(log(), commit), IsOk());
    }
    meeting.settle(meeting.dialler());
    meeting.settle(meeting.accepter());
    bool came = false;
    meeting.on_message = [&](End& to, Bytes& message) {
        if (&to == &meeting.accepter() && !came && has<message::Want>(message)) {
            came = true;
            EXPECT_THAT(late.replica().offer(log(), other_[1]), IsOkAndHolds(Offered::queued));
        }
        return true;
    };
    meeting.connect();
    ASSERT_TRUE(meeting.reach_sync(60'000));
    EXPECT_TRUE(came);
    EXPECT_FALSE(meeting.is_over());
    EXPECT_TRUE(late.replica().is_forked(id()));
    EXPECT_TRUE(meeting.accepter().host.replica().is_forked(id()));
}

TEST_F(Branches, RefuseNoPeerWhoseCommitsCrossAClaimOfAnother) {
    cut_at(named_, 4);
    SessionPair meeting(administration_, "seaport", "headquarters", 41);
    ReplicaHost& late = meeting.dialler().host;
    for (const std::size_t at : {0u, 1u}) {
        ASSERT_THAT(late.replica().offer(log(), named_[at]), IsOk());
    }
    for (const Bytes& commit : named_) {
        ASSERT_THAT(meeting.accepter().host.replica().offer(log(), commit), IsOk());
    }
    meeting.settle(meeting.dialler());
    meeting.settle(meeting.accepter());
    bool came = false;
    meeting.on_message = [&](End& to, Bytes& message) {
        if (&to == &meeting.dialler() && !came && has<message::Frame>(message)) {
            came = true;
            EXPECT_THAT(late.replica().offer_claim(proof(2)), IsOk());
            EXPECT_EQ(tip(late), CommitNumber{1}) << "another session's doing";
        }
        return true;
    };
    meeting.connect();
    ASSERT_TRUE(meeting.reach_sync(60'000)) << (meeting.is_over() ? meeting.error().context : "");
    EXPECT_TRUE(came);
    EXPECT_EQ(late.replica().counted_head(id())->hash, commit_hash(named_[3]));
}

TEST_F(Branches, RefuseNoPeerWhoseListOfHeadsCrossesAClaimOfAnother) {
    cut_at(named_, 4);
    SessionPair meeting(administration_, "seaport", "headquarters", 41);
    ReplicaHost& late = meeting.dialler().host;
    for (const std::size_t at : {0u, 1u, 2u}) {
        ASSERT_THAT(late.replica().offer(log(), other_[at]), IsOk());
        ASSERT_THAT(meeting.accepter().host.replica().offer(log(), named_[at]), IsOk());
    }
    meeting.settle(meeting.dialler());
    meeting.settle(meeting.accepter());
    bool came = false;
    meeting.on_message = [&](End& to, Bytes& message) {
        if (&to == &meeting.dialler() && !came && has<message::HeadList>(message)) {
            came = true;
            EXPECT_THAT(late.replica().offer_claim(proof(2)), IsOk());
            late.settle();
            EXPECT_EQ(late.replica().heads().find(id())->number, CommitNumber{1})
                << "another session's doing: the third one, which the list shows, is gone";
        }
        return true;
    };
    meeting.connect();
    ASSERT_TRUE(meeting.reach_sync(60'000)) << (meeting.is_over() ? meeting.error().context : "");
    EXPECT_TRUE(came);
    // Neither is known to be on the named branch until one holds the commit that the cut names.
    for (const Bytes& commit : named_) {
        ASSERT_THAT(meeting.accepter().host.replica().offer(log(), commit), IsOk());
    }
    meeting.settle(meeting.accepter());
    ASSERT_TRUE(meeting.reach_sync(60'000)) << (meeting.is_over() ? meeting.error().context : "");
    EXPECT_EQ(late.replica().counted_head(id())->hash, commit_hash(named_[3]));
}

/// With a roster that nobody has yet, so that it lies aside: number 3, after the named second one.
TEST_F(Branches, SayThatACommitWasLeftAgainWhenWhatLayAsideProvesAFork) {
    cut_at(named_, 4);
    ReplicaHost late(administration_.identity("seaport"), administration_.roster(), 99);
    for (const std::size_t at : {0u, 1u}) {
        ASSERT_THAT(late.replica().offer(log(), named_[at]), IsOkAndHolds(Offered::queued));
    }
    const CommitHeader like = read_header(named_[2]);
    const crypto::Secret key = administration_.key(joint());
    const RosterLength ahead{administration_.roster().length().value + 5};
    CommitBuilder builder({id(), like.number, like.previous, like.time, ahead, like.generation},
                          key, late.entropy());
    builder.add(Bytes(16, 9));
    Bytes beside = builder.finish({}, {});
    sign_commit(beside, administration_.identity("airport").sign());
    ASSERT_THAT(late.replica().offer(log(), beside), IsOkAndHolds(Offered::kept_aside));
    EXPECT_THAT(late.replica().offer(log(), named_[2]), IsOkAndHolds(Offered::forked));
    for (const std::size_t at : {2u, 3u}) {
        EXPECT_THAT(late.replica().offer(log(), named_[at]), IsOkAndHolds(Offered::queued));
    }
}

TEST_F(Branches, AreProvenWhileTheHeldCommitIsBeingWritten) {
    ReplicaHost late(administration_.identity("seaport"), administration_.roster(), 99);
    for (std::size_t at = 0; at < 2; ++at) {
        ASSERT_THAT(late.replica().offer(log(), named_[at]), IsOkAndHolds(Offered::queued));
    }
    ASSERT_EQ(late.replica().take_writes().size(), 2u) << "with the disk, and not durable yet";
    EXPECT_THAT(late.replica().offer(log(), other_[1]), IsOkAndHolds(Offered::forked));
    EXPECT_TRUE(late.replica().is_forked(id()));
}

TEST_F(Branches, AreLeftFurtherBackWhenACommitShowsAnEarlierDifference) {
    ASSERT_THAT(seaport().replica().offer_fork(proof(3)), IsOkAndHolds(true));
    cut_at(named_, 3);
    tell_roster(seaport());
    ASSERT_EQ(tip(seaport()), CommitNumber{2}) << "of the other branch still";
    EXPECT_THAT(seaport().replica().offer(log(), named_[1]), IsOkAndHolds(Offered::forked));
    EXPECT_EQ(tip(seaport()), CommitNumber{1});
    for (const std::size_t at : {1u, 2u}) {
        EXPECT_THAT(seaport().replica().offer(log(), named_[at]), IsOkAndHolds(Offered::queued));
    }
}

TEST_F(Branches, RefuseNoPeerWhoseStreamShowsThatTheyPartEarlier) {
    cut_at(named_, 3);
    SessionPair meeting(administration_, "seaport", "headquarters", 41);
    End &late = meeting.dialler(), &early = meeting.accepter();
    for (End* end : {&late, &early}) {
        ASSERT_THAT(end->host.replica().offer_fork(proof(3)), IsOkAndHolds(true));
        meeting.settle(*end);
    }
    meeting.connect();
    ASSERT_TRUE(meeting.reach_sync());
    for (const Bytes* commit : {&named_[0], &other_[1]}) {
        ASSERT_THAT(late.host.replica().offer(log(), *commit), IsOkAndHolds(Offered::queued));
    }
    for (const Bytes& commit : named_) {
        ASSERT_THAT(early.host.replica().offer(log(), commit), IsOk());
    }
    meeting.settle(late);  // both streams begin at the first commit, and cross
    meeting.settle(early);
    ASSERT_TRUE(meeting.reach_sync(60'000)) << (meeting.is_over() ? meeting.error().context : "");
    EXPECT_EQ(late.host.replica().counted_head(id())->hash, commit_hash(named_[2]));
}

class Uncounted : public SessionFixture {
protected:
    LogDescriptor unseen() {
        return {administration_.id("airport"), joint(), Incarnation{{1, 2, 3}}};
    }
};

TEST_F(Uncounted, LogsAreLearnedOnceNothingOfThemCounts) {
    Replica& replica = pair_.accepter().host.replica();
    EXPECT_FALSE(replica.learn(unseen())) << "it may still begin";
    administration_.revoke(administration_.id("airport"));
    ASSERT_THAT(replica.offer_roster({0}, administration_.entries()), IsOk());
    EXPECT_TRUE(replica.learn(unseen()));
    EXPECT_FALSE(replica.learn(unseen()));
    EXPECT_TRUE(replica.uncounted().empty()) << "not durable yet";
    pair_.accepter().host.settle();
    ASSERT_EQ(replica.uncounted().size(), 1u);
    EXPECT_EQ(replica.end(unseen().id())->number, CommitNumber{0});
    pair_.accepter().host.crash();
    EXPECT_EQ(pair_.accepter().host.replica().uncounted().size(), 1u);
}

TEST_F(Uncounted, LogsBecomeKnownToPeersThatNeverSawThem) {
    pair_.write(pair_.dialler(), joint(), 2);
    const auto commits = pair_.dialler().host.store().logs().begin()->second;
    const LogDescriptor log = pair_.dialler().host.log(joint());
    administration_.revoke(administration_.id("airport"));
    SessionPair meeting(administration_, "seaport", "headquarters", 43);
    ASSERT_THAT(meeting.dialler().host.replica().offer(log, commits[0]),
                IsOkAndHolds(Offered::quarantined));
    meeting.settle(meeting.dialler());
    meeting.connect();
    ASSERT_TRUE(meeting.reach_sync());
    EXPECT_TRUE(meeting.accepter().host.replica().end(log.id()));
    EXPECT_EQ(meeting.accepter().host.replica().uncounted().size(), 1u);
}

TEST(CommitKey, DiffersForTheSamePlaceWrittenTwice) {
    const auto administration = AdministrationFixture::with_two_units();
    const auto joint = administration.compartment("joint seizures");
    const crypto::Secret key = administration.key(joint);
    crypto::SystemEntropy entropy;
    std::set<Bytes> sealed;
    for (int copy = 0; copy < 8; ++copy) {
        CommitBuilder builder({LogId{{1}}, {7}, {}, {1}, {9}, {1}}, key, entropy);
        builder.add(Bytes(32, 4));
        const Bytes commit = builder.finish({}, {});
        const CommitHeader header = read_header(commit);
        const crypto::Secret secret = commit_key(key, header);
        sealed.insert(Bytes(secret.view().begin(), secret.view().end()));
    }
    EXPECT_EQ(sealed.size(), 8u) << "a rolled back disk that writes a number again reuses no key";
}

}  // namespace
}  // namespace entrepot::replication
