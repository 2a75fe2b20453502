// What two honest sessions reach, and what it costs.
#include "replication/sync/session.hpp"

#include "tests/replication/sync/session_pair_fixture.hpp"

namespace entrepot::replication {
namespace {

/// What a transport adds to a message: TCP, CURVE and framing, by and large.
constexpr std::uint64_t transport_bytes = 40;

class SessionTest : public SessionFixture {
protected:
    std::uint64_t wire_bytes() {
        std::uint64_t out = 0;
        for (const End* end : {&pair_.dialler(), &pair_.accepter()}) {
            const SessionCounters& counters = end->session->counters();
            out += counters.bytes_out + counters.messages_out * transport_bytes;
        }
        return out;
    }
};

TEST_F(SessionTest, TwoEmptyNodesAgree) {
    pair_.connect();
    EXPECT_TRUE(pair_.reach_sync());
    EXPECT_TRUE(pair_.holds_the_same());
    EXPECT_EQ(pair_.dialler().session->peer(), pair_.accepter().host.id());
}

TEST_F(SessionTest, CarriesWhatEachSideLacks) {
    pair_.write(pair_.dialler(), own(), 20);
    pair_.write(pair_.dialler(), joint(), 3);
    pair_.write(pair_.accepter(), joint(), 30);
    pair_.connect();
    EXPECT_TRUE(pair_.reach_sync());
    EXPECT_TRUE(pair_.holds_the_same());
    EXPECT_EQ(pair_.dialler().session->counters().acknowledged, 23u);
    EXPECT_EQ(pair_.accepter().session->counters().commits_in, 23u);
}

TEST_F(SessionTest, CarriesNewCommitsWithoutBeingAsked) {
    pair_.connect();
    ASSERT_TRUE(pair_.reach_sync());
    for (int i = 0; i < 10; ++i) {
        pair_.write(pair_.dialler(), own(), 1);
        pair_.write(pair_.accepter(), joint(), 1);
        ASSERT_TRUE(pair_.reach_sync(10));
        ASSERT_TRUE(pair_.holds_the_same());
    }
}

TEST_F(SessionTest, CarriesOnlyWhatBothMayCarry) {
    SessionPair units(administration_, "airport", "seaport");
    units.write(units.dialler(), own(), 5);
    units.write(units.dialler(), joint(), 2);
    units.connect();
    EXPECT_TRUE(units.reach_sync());
    EXPECT_EQ(units.accepter().host.store().logs().size(), 1u);
    EXPECT_EQ(units.accepter().session->counters().commits_in, 2u);
}

TEST_F(SessionTest, CarriesLargeCommitsByteForByte) {
    pair_.write(pair_.dialler(), own(), 3, 60'000, 4);
    pair_.connect();
    EXPECT_TRUE(pair_.reach_sync());
    EXPECT_TRUE(pair_.holds_the_same());
}

TEST_F(SessionTest, ChecksAnIdleConnectionInOneRoundTripAndFewBytes) {
    pair_.write(pair_.dialler(), own(), 50);
    pair_.connect();
    ASSERT_TRUE(pair_.reach_sync());
    const std::uint64_t before = wire_bytes();
    const std::uint64_t trips = pair_.dialler().session->counters().round_trips;
    pair_.dialler().session->check(pair_.now());
    pair_.exchange();
    EXPECT_TRUE(pair_.dialler().session->check_answered());
    EXPECT_EQ(pair_.dialler().session->counters().round_trips, trips + 1);
    EXPECT_LE(wire_bytes() - before, 200u);
    EXPECT_TRUE(pair_.in_sync());
}

TEST_F(SessionTest, ChecksEachTimeItIsAsked) {
    pair_.connect();
    ASSERT_TRUE(pair_.reach_sync());
    for (int i = 0; i < 5; ++i) {
        pair_.accepter().session->check(pair_.now());
        EXPECT_FALSE(pair_.accepter().session->check_answered());
        pair_.exchange();
        EXPECT_TRUE(pair_.accepter().session->check_answered());
    }
}

TEST_F(SessionTest, ExchangesTwoHundredSavesInAHundredAndTenKilobytes) {
    pair_.connect();
    ASSERT_TRUE(pair_.reach_sync());
    const std::uint64_t before = wire_bytes();
    for (int i = 0; i < 100; ++i) {
        pair_.write(pair_.dialler(), own(), 1, 128);
        pair_.write(pair_.accepter(), joint(), 1, 128);
        pair_.exchange();
        pair_.advance(1);
    }
    ASSERT_TRUE(pair_.reach_sync());
    EXPECT_TRUE(pair_.holds_the_same());
    EXPECT_LE(wire_bytes() - before, 110'000u);
}

TEST_F(SessionTest, AcknowledgesOnlyWhatIsDurable) {
    pair_.write(pair_.dialler(), own(), 4);
    pair_.settles = false;
    pair_.connect();
    pair_.reach_sync(1000);
    EXPECT_EQ(pair_.accepter().session->counters().commits_in, 4u);
    EXPECT_EQ(pair_.dialler().session->counters().acknowledged, 0u);
    EXPECT_FALSE(pair_.dialler().session->in_sync());
    EXPECT_FALSE(pair_.accepter().session->in_sync());
    pair_.settle(pair_.accepter());
    EXPECT_TRUE(pair_.reach_sync(1000));
    EXPECT_EQ(pair_.dialler().session->counters().acknowledged, 4u);
    EXPECT_EQ(pair_.dialler().host.replica().acknowledged(pair_.accepter().host.id(),
                                                          pair_.dialler().host.log(own()).id()),
              CommitNumber{4});
}

TEST_F(SessionTest, KeepsWithinTheStartingCreditWhileNothingBecomesDurable) {
    pair_.write(pair_.dialler(), own(), 300, 400);
    pair_.settles = false;
    pair_.connect();
    pair_.reach_sync(1000);
    EXPECT_GT(pair_.dialler().session->counters().bytes_out, 10'000u);
    EXPECT_LT(pair_.dialler().session->counters().bytes_out, 18'000u);
}

TEST_F(SessionTest, GrowsTheCreditWhileItIsTheLimit) {
    pair_.write(pair_.dialler(), own(), 400, 1000, 4);
    pair_.connect();
    EXPECT_TRUE(pair_.reach_sync());
    const std::uint64_t messages = pair_.accepter().session->counters().messages_out;
    EXPECT_LT(messages, 60u) << "one credit for each 16 KiB would take a hundred";
}

TEST_F(SessionTest, ReadsAheadOnlyAsFarAsCreditGoes) {
    pair_.write(pair_.dialler(), own(), 500, 400);
    pair_.settles = false;
    pair_.connect();
    pair_.reach_sync(1000);
    EXPECT_LT(pair_.dialler().host.store().reads(), 60u);
}

TEST_F(SessionTest, LetsAMessageOvertakeABacklogOfRecords) {
    const CompartmentId alerts =
        administration_.add_compartment("messages", "alerts",
                                        {{administration_.id("airport"), Right::write},
                                         {administration_.id("headquarters"), Right::write}},
                                        Lane::messages);
    SessionPair pair(administration_);
    pair.write(pair.dialler(), own(), 200, 4000);
    pair.connect();
    for (int i = 0; i < 12; ++i) {
        for (End* end : {&pair.dialler(), &pair.accepter()}) {
            pair.send_one(*end);
            while (!end->inbox.empty()) {
                pair.deliver_one(*end);
            }
        }
    }
    ASSERT_LT(pair.accepter().session->counters().commits_in, 150u);
    pair.write(pair.dialler(), alerts, 1);
    const LogId alert = pair.dialler().host.log(alerts).id();
    const std::uint64_t before = pair.accepter().session->counters().commits_in;
    while (pair.accepter().host.replica().heads().find(alert) == nullptr) {
        ASSERT_TRUE(pair.send_one(pair.dialler()));
        pair.deliver_one(pair.accepter());
        while (pair.send_one(pair.accepter())) {
            pair.deliver_one(pair.dialler());
        }
    }
    EXPECT_LT(pair.accepter().session->counters().commits_in - before, 40u);
    EXPECT_TRUE(pair.reach_sync());
}

TEST_F(SessionTest, LetsAFloodOfMessagesTakeNoMoreThanHalf) {
    const CompartmentId alerts =
        administration_.add_compartment("messages", "alerts",
                                        {{administration_.id("airport"), Right::write},
                                         {administration_.id("headquarters"), Right::write}},
                                        Lane::messages);
    SessionPair pair(administration_);
    pair.write(pair.dialler(), alerts, 100, 4000);
    pair.write(pair.dialler(), own(), 100, 4000);
    pair.connect();
    while (pair.accepter().session->counters().commits_in < 100) {
        pair.send_one(pair.dialler());
        while (!pair.accepter().inbox.empty()) {
            pair.deliver_one(pair.accepter());
        }
        while (pair.send_one(pair.accepter())) {
            pair.deliver_one(pair.dialler());
        }
    }
    const auto held = [&](const CompartmentId& compartment) {
        const Head* head =
            pair.accepter().host.replica().heads().find(pair.dialler().host.log(compartment).id());
        return head == nullptr ? 0 : head->number.value;
    };
    EXPECT_GE(held(alerts), 35u);
    EXPECT_GE(held(own()), 35u);
}

TEST_F(SessionTest, ComparesMoreThanFiveHundredLogsByBuckets) {
    const crypto::Secret key = administration_.key(joint());
    for (std::uint64_t i = 0; i < 700; ++i) {
        End& end = i % 3 == 0 ? pair_.dialler() : pair_.accepter();
        LogDescriptor log = end.host.log(joint());
        std::memcpy(log.incarnation.bytes.data(), &i, sizeof i);
        CommitBuilder builder({log.id(), {1}, {}, {1}, administration_.roster().length(), {1}}, key,
                              end.host.entropy());
        builder.add(Bytes(32));
        Bytes commit = builder.finish({}, {});
        sign_commit(commit, end.host.identity().sign());
        ASSERT_THAT(end.host.replica().append_local(log, commit), IsOk());
        if (i % 7 == 0) {  // held by both already
            pair_.settle(end);
            End& other = i % 3 == 0 ? pair_.accepter() : pair_.dialler();
            ASSERT_THAT(other.host.replica().offer(log, commit), IsOk());
        }
    }
    pair_.settle(pair_.dialler());
    pair_.settle(pair_.accepter());
    pair_.connect();
    EXPECT_TRUE(pair_.reach_sync());
    EXPECT_TRUE(pair_.holds_the_same());
    EXPECT_EQ(pair_.dialler().host.store().logs().size(), 700u);
}

TEST_F(SessionTest, SaysWhyItEnds) {
    pair_.connect();
    ASSERT_TRUE(pair_.reach_sync());
    const Bytes farewell = pair_.dialler().session->farewell(session_stalled);
    const Status status = pair_.accepter().session->receive(farewell, pair_.now());
    ASSERT_THAT(status, HasCode(session_ended));
    EXPECT_EQ(status.error().context, session_stalled.name());
    EXPECT_FALSE(pair_.dialler().session->next_message(pair_.now()));
    EXPECT_THAT(pair_.accepter().session->receive(farewell, pair_.now()), HasCode(session_ended));
}

TEST_F(SessionTest, EndsWhenThePeerOwesAnAnswerAndIsSilent) {
    pair_.connect();
    ASSERT_TRUE(pair_.reach_sync());
    pair_.write(pair_.dialler(), own(), 1);
    ASSERT_TRUE(pair_.dialler().session->next_message(pair_.now()));
    pair_.advance(SessionLimits{}.stall_ms - 1);
    EXPECT_THAT(pair_.dialler().session->tick(pair_.now()), IsOk());
    pair_.advance(1);
    EXPECT_EQ(pair_.dialler().session->next_deadline(), pair_.now());
    EXPECT_THAT(pair_.dialler().session->tick(pair_.now()), HasCode(session_stalled));
}

TEST_F(SessionTest, IsPatientWhenNobodyOwesAnything) {
    pair_.connect();
    ASSERT_TRUE(pair_.reach_sync());
    pair_.advance(24 * 3600 * 1000);
    EXPECT_THAT(pair_.dialler().session->tick(pair_.now()), IsOk());
    EXPECT_FALSE(pair_.dialler().session->next_deadline());
}

}  // namespace
}  // namespace entrepot::replication
