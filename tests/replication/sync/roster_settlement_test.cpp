// A settled roster in a replica and between two: it takes the place of what its settlements carry,
// commits made at a forked length count on both branches, and every order of arrival ends alike.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "replication/log/commit_opener.hpp"
#include "replication/sync/message.hpp"
#include "tests/replication/roster/forked_administration.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/replica_host.hpp"

namespace entrepot::replication {
namespace {

/// The airport stands on the branch that counts, the seaport on the other; both have made a new
/// generation of the joint compartment and have written under it.
class RosterSettlement : public testing::Test {
protected:
    RosterSettlement() {
        fork_.counts.new_generation(joint_);
        fork_.loses.new_generation(joint_);
        fork_.loses.add_unit("ferry");
        grow(airport_, fork_.counts);
        grow(seaport_, fork_.loses);
        write(airport_, fork_.counts.key(joint_));
        write(seaport_, fork_.loses.key(joint_));
    }
    static void grow(ReplicaHost& host, const AdministrationFixture& administration) {
        ASSERT_THAT(host.replica().offer_roster({0}, administration.entries()), IsOk());
        host.settle();
    }
    void write(ReplicaHost& host, const crypto::Secret& key) {
        ASSERT_THAT(host.write(joint_, key, {Bytes(100, 7)}), IsOk());
        host.settle();
    }
    /// Two hosts talk until neither has anything to say; what ended it, if anything did.
    Status meet(ReplicaHost& dialler, ReplicaHost& accepter) {
        Session one(dialler.replica(), dialler.session_self(), accepter.session_self().transport,
                    Role::dialled, dialler.entropy(), now_);
        Session other(accepter.replica(), accepter.session_self(), dialler.session_self().transport,
                      Role::accepted, accepter.entropy(), now_);
        Status met;
        for (int round = 0; round < 20 && met; ++round) {
            met = pass(one, other, accepter);
            met = met ? pass(other, one, dialler) : std::move(met);
            now_.ms += 10;
        }
        EXPECT_EQ(met.has_value(), one.in_sync() && other.in_sync());
        return met;
    }
    Status pass(Session& from, Session& to, ReplicaHost& receiver) const {
        while (auto message = from.next_message(now_)) {
            TRY(to.receive(*message, now_));
            receiver.settle();
            to.durable(now_);
        }
        return {};
    }
    std::vector<std::uint64_t> counted(const ReplicaHost& host) const {
        std::vector<std::uint64_t> out;
        for (const ReplicaHost* writer : {&airport_, &seaport_}) {
            const auto head = host.replica().counted_head(writer->log(joint_).id());
            out.push_back(head ? head->number.value : 0);
        }
        return out;
    }

    ForkedAdministration fork_ = ForkedAdministration::with_two_units();
    CompartmentId joint_ = fork_.counts.compartment("joint seizures");
    Roster common_ = fork_.counts.roster();
    ReplicaHost airport_{fork_.counts.identity("airport"), common_, 5};
    ReplicaHost seaport_{fork_.counts.identity("seaport"), common_, 6};
    SteadyTime now_{1000};
};

TEST_F(RosterSettlement, TakesThePlaceOfTheLosingBranchAndOutlivesACrash) {
    EXPECT_THAT(seaport_.replica().offer_roster({0}, fork_.counts.entries()),
                HasCode(roster_forked));
    fork_.settle();
    EXPECT_THAT(seaport_.replica().offer_roster({0}, fork_.counts.entries()), IsOkAndHolds(3u));
    EXPECT_EQ(seaport_.replica().settled_from(), fork_.common);
    EXPECT_EQ(seaport_.replica().durable_roster_length(), fork_.common);
    seaport_.settle();
    EXPECT_EQ(seaport_.replica().durable_roster_length(), fork_.counts.roster().length());
    seaport_.crash();
    EXPECT_EQ(seaport_.replica().roster().head(), fork_.counts.roster().head());
}

TEST_F(RosterSettlement, ChangesNothingWhereItDoesNotCarryWhatIsHeld) {
    fork_.settle(1);
    fork_.counts.new_generation(joint_);
    fork_.counts.new_generation(joint_);
    EXPECT_THAT(seaport_.replica().offer_roster({0}, fork_.counts.entries()),
                HasCode(roster_forked));
    EXPECT_EQ(seaport_.replica().roster().head(), fork_.loses.roster().head());
    EXPECT_FALSE(seaport_.replica().has_writes());
}

TEST_F(RosterSettlement, EndsTheRefusalBetweenTwoBranchesAndBothCountTheSame) {
    EXPECT_THAT(meet(airport_, seaport_), HasCode(session_roster_forked));
    fork_.settle();
    grow(airport_, fork_.counts);
    EXPECT_THAT(meet(airport_, seaport_), IsOk());
    EXPECT_EQ(seaport_.store().roster().head(), fork_.counts.roster().head());
    EXPECT_EQ(counted(airport_), (std::vector<std::uint64_t>{1, 1}));
    EXPECT_EQ(counted(seaport_), counted(airport_));
    write(seaport_, fork_.counts.key(joint_));
    EXPECT_THAT(meet(seaport_, airport_), IsOk());
    EXPECT_EQ(counted(airport_), (std::vector<std::uint64_t>{1, 2}));
}

TEST_F(RosterSettlement, ComesToWhoHoldsABeginningOfTheLosingBranchOnly) {
    ReplicaHost courier(fork_.counts.identity("courier"),
                        fork_.loses.roster().first({fork_.common.value + 1}), 7);
    fork_.settle();
    grow(airport_, fork_.counts);
    EXPECT_THAT(meet(courier, airport_), IsOk());
    EXPECT_EQ(courier.store().roster().head(), fork_.counts.roster().head());
}

TEST_F(RosterSettlement, IsNotTakenByWhoHoldsALongerLosingBranch) {
    fork_.settle();
    grow(airport_, fork_.counts);
    fork_.loses.new_generation(joint_);
    grow(seaport_, fork_.loses);
    EXPECT_THAT(meet(airport_, seaport_), HasCode(session_roster_forked));
    fork_.counts.append(fork_.settlement(fork_.loses.roster().length().value));
    grow(airport_, fork_.counts);
    EXPECT_THAT(meet(airport_, seaport_), IsOk());
    EXPECT_EQ(counted(seaport_), (std::vector<std::uint64_t>{1, 1}));
}

TEST_F(RosterSettlement, TravelsOverManyMessages) {
    for (int i = 0; i < 200; ++i) {
        fork_.loses.new_generation(joint_);
    }
    grow(seaport_, fork_.loses);
    fork_.settle();
    grow(airport_, fork_.counts);
    EXPECT_THAT(meet(seaport_, airport_), IsOk());
    EXPECT_EQ(seaport_.store().roster().head(), fork_.counts.roster().head());
}

TEST_F(RosterSettlement, ReachesALivePeerOfTheSameLosingBranch) {
    ReplicaHost courier(fork_.counts.identity("courier"), fork_.loses.roster(), 7);
    fork_.settle();
    Session one(courier.replica(), courier.session_self(), seaport_.session_self().transport,
                Role::dialled, courier.entropy(), now_);
    Session other(seaport_.replica(), seaport_.session_self(), courier.session_self().transport,
                  Role::accepted, seaport_.entropy(), now_);
    const auto talk = [&] {
        for (int round = 0; round < 20; ++round) {
            EXPECT_THAT(pass(one, other, seaport_), IsOk());
            EXPECT_THAT(pass(other, one, courier), IsOk());
            now_.ms += 10;
        }
        return one.in_sync() && other.in_sync();
    };
    EXPECT_TRUE(talk());
    grow(seaport_, fork_.counts);
    other.durable(now_);
    EXPECT_TRUE(talk());
    EXPECT_EQ(courier.store().roster().head(), fork_.counts.roster().head());
}

TEST_F(RosterSettlement, OpensWhatWasSealedOnEitherBranchWithItsOwnKey) {
    fork_.settle();
    grow(airport_, fork_.counts);
    ASSERT_THAT(meet(airport_, seaport_), IsOk());
    const auto made = [&](const ReplicaHost& writer) {
        const Bytes bytes = airport_.store().read(writer.log(joint_).id(), {1}).value();
        return read_header(bytes);
    };
    EXPECT_EQ(made(airport_).generation, made(seaport_).generation);
    EXPECT_TRUE(is_sealed_under(made(airport_), fork_.counts.key(joint_)));
    EXPECT_FALSE(is_sealed_under(made(airport_), fork_.loses.key(joint_)));
    EXPECT_TRUE(is_sealed_under(made(seaport_), fork_.loses.key(joint_)));
    EXPECT_FALSE(is_sealed_under(made(seaport_), fork_.counts.key(joint_)));
}

TEST_F(RosterSettlement, CountsAtOnceWhatALosingRevocationKeptOut) {
    fork_.loses.revoke(fork_.loses.id("seaport"));
    ReplicaHost courier(fork_.counts.identity("courier"), fork_.loses.roster(), 7);
    const LogDescriptor log = seaport_.log(joint_);
    EXPECT_THAT(courier.replica().offer(log, seaport_.store().read(log.id(), {1}).value()),
                IsOkAndHolds(Offered::quarantined));
    courier.settle();
    fork_.settle();
    grow(courier, fork_.counts);
    EXPECT_EQ(counted(courier), (std::vector<std::uint64_t>{0, 1}));
}

/// Commits of both branches, their rosters and the settled one in any order that a roster allows:
/// whatever was quarantined, kept aside or refused on the way, the same commits count.
RC_GTEST_FIXTURE_PROP(RosterSettlement, CountsTheSameWhateverTheOrderOfArrival, ()) {
    const bool loser_is_revoked = *rc::gen::arbitrary<bool>();
    const bool winner_revokes = *rc::gen::arbitrary<bool>();
    const LogId log = seaport_.log(joint_).id();
    const Cut cut{log, {1}, seaport_.replica().heads().find(log)->hash};
    write(seaport_, fork_.loses.key(joint_));
    if (loser_is_revoked) {
        fork_.loses.revoke(fork_.loses.id("seaport"), {cut});
    }
    fork_.settle();
    if (winner_revokes) {
        fork_.counts.revoke(fork_.counts.id("seaport"), {cut});
    }
    ReplicaHost courier(fork_.counts.identity("courier"), common_, 7);
    const auto commit = [&](ReplicaHost& writer, std::uint64_t number) {
        const auto bytes = writer.store().read(writer.log(joint_).id(), {number});
        static_cast<void>(courier.replica().offer(writer.log(joint_), *bytes));
    };
    const auto* branch = *rc::gen::element(&fork_.counts, &fork_.loses);
    std::vector<std::size_t> order{0, 1, 2, 3};
    for (std::size_t i = 0; i < order.size(); ++i) {
        std::swap(order[i], order[*rc::gen::inRange(i, order.size())]);
    }
    for (const std::size_t step : order) {
        if (step == 0) {
            static_cast<void>(courier.replica().offer_roster({0}, branch->entries()));
        } else if (step == 1) {
            commit(airport_, 1);
        } else {
            commit(seaport_, step - 1);
        }
        courier.settle();
        if (*rc::gen::arbitrary<bool>()) {
            courier.crash();
        }
    }
    RC_ASSERT(courier.replica().offer_roster({0}, fork_.counts.entries()).has_value());
    commit(airport_, 1);  // what was refused is asked for again
    commit(seaport_, 1);
    commit(seaport_, 2);
    courier.settle();
    const std::uint64_t of_seaport = winner_revokes ? 1 : 2;
    RC_ASSERT(counted(courier) == (std::vector<std::uint64_t>{1, of_seaport}));
}

}  // namespace
}  // namespace entrepot::replication
