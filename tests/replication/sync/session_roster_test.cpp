// Rosters and forks travel first, and before any data.
#include "tests/replication/sync/session_pair_fixture.hpp"

namespace entrepot::replication {
namespace {

class SessionRoster : public SessionFixture {
protected:
    /// Two hosts talk until neither has anything to say; whether both know to be in sync.
    bool meet(ReplicaHost& dialler, ReplicaHost& accepter) {
        Session one(dialler.replica(), dialler.session_self(), accepter.session_self().transport,
                    Role::dialled, dialler.entropy(), pair_.now());
        Session other(accepter.replica(), accepter.session_self(), dialler.session_self().transport,
                      Role::accepted, accepter.entropy(), pair_.now());
        for (int round = 0; round < 20; ++round) {
            pass(one, other, accepter);
            pass(other, one, dialler);
            pair_.advance(10);
        }
        return one.in_sync() && other.in_sync();
    }
    void pass(Session& from, Session& to, ReplicaHost& receiver) {
        while (auto message = from.next_message(pair_.now())) {
            ASSERT_THAT(to.receive(*message, pair_.now()), IsOk());
            receiver.settle();
            to.durable(pair_.now());
        }
    }
    void grow(End& end) {
        ASSERT_THAT(end.host.replica().offer_roster({0}, administration_.entries()), IsOk());
        pair_.settle(end);
    }
};

TEST_F(SessionRoster, BringsTheShorterOneToTheLongerOneBeforeData) {
    administration_.add_unit("port");
    grow(pair_.accepter());
    pair_.write(pair_.accepter(), joint(), 2);
    pair_.connect();
    bool roster_came = false;
    pair_.on_message = [&](End& to, Bytes&) {
        const bool has_data = !pair_.dialler().host.store().logs().empty();
        roster_came =
            pair_.dialler().host.store().roster().length() == administration_.roster().length();
        return &to != &pair_.dialler() || !has_data || roster_came;
    };
    EXPECT_TRUE(pair_.reach_sync());
    EXPECT_TRUE(pair_.holds_the_same());
    EXPECT_EQ(pair_.dialler().host.store().roster().length(), administration_.roster().length());
}

TEST_F(SessionRoster, WorksWhicheverSideIsLonger) {
    administration_.add_unit("port");
    grow(pair_.dialler());
    pair_.connect();
    EXPECT_TRUE(pair_.reach_sync());
    EXPECT_TRUE(pair_.holds_the_same());
}

TEST_F(SessionRoster, TravelsWhileConnected) {
    pair_.connect();
    ASSERT_TRUE(pair_.reach_sync());
    for (int i = 0; i < 3; ++i) {
        administration_.new_generation(joint());
        grow(pair_.accepter());
        ASSERT_TRUE(pair_.reach_sync());
        ASSERT_TRUE(pair_.holds_the_same());
    }
}

TEST_F(SessionRoster, AGrantOpensTheExchangeOfACompartmentWhileConnected) {
    SessionPair units(administration_, "airport", "seaport");
    units.write(units.dialler(), own(), 5);
    units.connect();
    ASSERT_TRUE(units.reach_sync());
    ASSERT_TRUE(units.accepter().host.store().logs().empty());
    administration_.grant(own(), administration_.id("seaport"), Right::read);
    ASSERT_THAT(units.dialler().host.replica().offer_roster({0}, administration_.entries()),
                IsOk());
    units.settle(units.dialler());
    EXPECT_TRUE(units.reach_sync());
    EXPECT_EQ(units.accepter().session->counters().commits_in, 5u);
}

TEST_F(SessionRoster, ANewcomerIsKnownByTheRosterItBrings) {
    administration_.add_unit("port");
    administration_.grant(joint(), administration_.id("port"), Right::write);
    End port(administration_.identity("port"), administration_.roster(), 21);
    ReplicaHost& airport = pair_.dialler().host;
    EXPECT_TRUE(meet(port.host, airport));
    EXPECT_EQ(airport.store().roster().length(), administration_.roster().length());
}

TEST_F(SessionRoster, RosterEntriesThatDoNotFitEndTheSession) {
    Bytes entry = administration_.entries().back();
    entry.back() ^= 1;
    EXPECT_THAT(told_by_dialler(
                    message::RosterEntries{{administration_.roster().length().value - 1}, {entry}}),
                HasCode(roster_forked));
}

/// Two branches of one log: the airport's disk was copied and both copies wrote.
class SessionFork : public SessionRoster {
protected:
    SessionFork() {
        pair_.write(pair_.dialler(), joint(), 3);
        pair_.connect();
        EXPECT_TRUE(pair_.reach_sync());
        pair_.disconnect();
        clone_.write(clone_.dialler(), joint(), commits_of_clone);
    }
    static constexpr std::size_t commits_of_clone = 3;
    LogId log() { return pair_.dialler().host.log(joint()).id(); }
    SessionPair clone_{administration_, "airport", "seaport", 31};
};

TEST_F(SessionFork, IsProvenWhenTwoBranchesOfOneLengthMeet) {
    clone_.connect();
    ASSERT_TRUE(clone_.reach_sync());
    clone_.disconnect();
    // The seaport, with the clone's branch, meets headquarters, with the first one.
    ReplicaHost& seaport = clone_.accepter().host;
    ReplicaHost& headquarters = pair_.accepter().host;
    EXPECT_TRUE(meet(seaport, headquarters));
    EXPECT_TRUE(headquarters.replica().is_forked(log()));
    EXPECT_TRUE(seaport.replica().is_forked(log()));
    EXPECT_EQ(headquarters.replica().heads().find(log())->number, CommitNumber{3})
        << "keeps its branch";
    headquarters.crash();
    EXPECT_TRUE(headquarters.replica().is_forked(log())) << "the proof is durable";
}

TEST_F(SessionFork, IsProvenWhenABranchRunsAheadOfTheOther) {
    clone_.write(clone_.dialler(), joint(), 4);
    ReplicaHost& copy = clone_.dialler().host;
    ReplicaHost& headquarters = pair_.accepter().host;
    EXPECT_TRUE(meet(copy, headquarters));
    EXPECT_TRUE(headquarters.replica().is_forked(log()));
    EXPECT_TRUE(copy.replica().is_forked(log())) << "the proof was passed on";
    EXPECT_THAT(copy.write(joint(), administration_.key(joint()), {Bytes(16)}),
                HasCode(replica_log_forked));
}

}  // namespace
}  // namespace entrepot::replication
