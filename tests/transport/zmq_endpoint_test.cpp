#include "replication/transport/zmq_endpoint.hpp"

#include <gmock/gmock.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <thread>

#include "tests/transport/endpoint_fixture.hpp"

namespace entrepot::replication {
namespace {

/// A listening station and a dialling one that it allows, connected.
struct Pair {
    Station server;
    Station client;

    Pair() {
        server.listen({client.public_key()});
        client.dial(server);
        EXPECT_TRUE(run([&] {
            return server.count<Connected>() == 1 && client.count<Connected>() == 1;
        }));
    }
    bool run(const std::function<bool()>& condition) {
        return run_until({&server, &client}, condition);
    }
};

Bytes bytes_of(std::string_view text) { return Bytes(text.begin(), text.end()); }

TEST(ZmqEndpoint, TellsBothSidesWhoseKeyIsAtTheOtherEnd) {
    Pair pair;
    EXPECT_EQ(pair.server.all<Connected>().front().peer, pair.client.public_key());
    EXPECT_EQ(pair.server.all<Connected>().front().direction, Direction::accepted);
    EXPECT_EQ(pair.client.all<Connected>().front().peer, pair.server.public_key());
    EXPECT_EQ(pair.client.all<Connected>().front().direction, Direction::dialled);
}

TEST(ZmqEndpoint, CarriesMessagesBothWaysUnchangedAndInOrder) {
    Pair pair;
    ASSERT_TRUE(pair.client.endpoint->send(pair.client.connection(), bytes_of("one")));
    ASSERT_TRUE(pair.client.endpoint->send(pair.client.connection(), bytes_of("")));
    ASSERT_TRUE(pair.server.endpoint->send(pair.server.connection(), bytes_of("back")));
    ASSERT_TRUE(pair.run([&] {
        return pair.server.count<Received>() == 2 && pair.client.count<Received>() == 1;
    }));
    EXPECT_EQ(pair.server.all<Received>()[0].message, bytes_of("one"));
    EXPECT_EQ(pair.server.all<Received>()[1].message, bytes_of(""));
    EXPECT_EQ(pair.client.last_message(), bytes_of("back"));
}

TEST(ZmqEndpoint, CarriesTheLargestMessage) {
    Pair pair;
    const Bytes largest(largest_message, 0x5a);
    ASSERT_TRUE(pair.client.endpoint->send(pair.client.connection(), largest));
    ASSERT_TRUE(pair.run([&] { return pair.server.count<Received>() == 1; }));
    EXPECT_EQ(pair.server.last_message(), largest);
}

TEST(ZmqEndpoint, CountsPayloadPerConnectionAndInTotal) {
    Pair pair;
    ASSERT_TRUE(pair.client.endpoint->send(pair.client.connection(), bytes_of("12345")));
    ASSERT_TRUE(pair.run([&] { return pair.server.count<Received>() == 1; }));
    const Traffic out = pair.client.endpoint->traffic(pair.client.connection());
    const Traffic in = pair.server.endpoint->traffic(pair.server.connection());
    EXPECT_EQ(out.messages_out, 1u);
    EXPECT_EQ(out.bytes_out, 5u);
    EXPECT_EQ(in.messages_in, 1u);
    EXPECT_EQ(in.bytes_in, 5u);
    EXPECT_EQ(pair.server.endpoint->total_traffic().bytes_in, 5u);
}

TEST(ZmqEndpoint, RefusesAStrangerBeforeAnyMessage) {
    Pair pair;
    const TransportKey stranger = any_key();
    RawPeer raw(pair.server, stranger);
    EXPECT_EQ(raw.next_event(), ZMQ_EVENT_HANDSHAKE_FAILED_AUTH);
    EXPECT_EQ(pair.server.endpoint->refusals().strangers, 1u);
    // What the allowed peer sends arrives afterwards; of the stranger nothing did.
    ASSERT_TRUE(pair.client.endpoint->send(pair.client.connection(), bytes_of("ours")));
    ASSERT_TRUE(pair.run([&] { return pair.server.count<Received>() == 1; }));
    EXPECT_EQ(pair.server.count<Connected>(), 1u);
    EXPECT_EQ(pair.server.last_message(), bytes_of("ours"));
}

TEST(ZmqEndpoint, SaysThatThePeerDoesNotAdmitItsKey) {
    Station server;
    Station client;
    server.listen({});
    client.dial(server);
    ASSERT_TRUE(run_until({&server, &client}, [&] {
        return !client.endpoint->dial_states().front().last_failure.empty();
    }));
    EXPECT_THAT(client.endpoint->dial_states().front().last_failure,
                testing::HasSubstr("does not admit"));
    EXPECT_EQ(client.count<Connected>(), 0u);
}

TEST(ZmqEndpoint, DoesNotTalkToAServerWithAnotherKeyThanExpected) {
    Station server;
    Station client;
    server.listen({client.public_key()});
    client.dial(server.endpoint->bound_address(), any_key().public_key());
    ASSERT_TRUE(run_until({&server, &client}, [&] {
        return client.endpoint->dial_states().front().failures >= 1;
    }));
    EXPECT_EQ(client.count<Connected>(), 0u);
    EXPECT_EQ(server.count<Connected>(), 0u);
}

TEST(ZmqEndpoint, DropsAndCountsAClaimedRoutingId) {
    Pair pair;
    RawPeer raw(pair.server, pair.client.key, "headquarters");
    ASSERT_EQ(raw.next_event(), ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
    raw.send(MessageKind::greeting, "");
    raw.send(MessageKind::payload, "not me");
    ASSERT_TRUE(
        pair.run([&] { return pair.server.endpoint->refusals().foreign_ids == 2; }));
    EXPECT_EQ(pair.server.count<Connected>(), 1u);
    EXPECT_EQ(pair.server.count<Received>(), 0u);
}

TEST(ZmqEndpoint, DropsAndCountsMessagesWithoutAGreeting) {
    Pair pair;
    RawPeer raw(pair.server, pair.client.key);
    ASSERT_EQ(raw.next_event(), ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
    raw.send(MessageKind::payload, "no greeting");
    raw.socket().send(zmq::str_buffer("\x09 unknown kind"), zmq::send_flags::none);
    raw.socket().send(zmq::str_buffer("\x02 first"), zmq::send_flags::sndmore);
    raw.socket().send(zmq::str_buffer("\x02 second"), zmq::send_flags::none);
    ASSERT_TRUE(
        pair.run([&] { return pair.server.endpoint->refusals().stray_messages == 3; }));
    EXPECT_EQ(pair.server.count<Received>(), 0u);
}

TEST(ZmqEndpoint, CutsOffWhoSendsMoreThanAMebibyte) {
    Pair pair;
    RawPeer raw(pair.server, pair.client.key);
    ASSERT_EQ(raw.next_event(), ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
    raw.send(MessageKind::greeting, "");
    raw.send(MessageKind::payload, std::string(1024 * 1024 + 1, 'x'));
    std::optional<int> event;
    ASSERT_TRUE(pair.run([&] { return (event = raw.event_now()).has_value(); }));
    EXPECT_EQ(*event, ZMQ_EVENT_DISCONNECTED);
    EXPECT_EQ(pair.server.count<Received>(), 0u);
}

TEST(ZmqEndpoint, TakesTheNewerConnectionOfOneKey) {
    Pair pair;
    RawPeer raw(pair.server, pair.client.key);
    raw.send(MessageKind::greeting, "");
    ASSERT_TRUE(pair.run([&] { return pair.server.count<Connected>() == 2; }));
    const auto ended = pair.server.all<Disconnected>();
    ASSERT_EQ(ended.size(), 1u);
    EXPECT_EQ(ended[0].connection, pair.server.all<Connected>()[0].connection);
    EXPECT_EQ(ended[0].reason, EndReason::replaced);
}

TEST(ZmqEndpoint, TellsBothSidesWhenTheOtherEnds) {
    Pair one;
    one.client.endpoint.reset();
    ASSERT_TRUE(one.run([&] { return one.server.count<Disconnected>() == 1; }));
    EXPECT_EQ(one.server.all<Disconnected>()[0].reason, EndReason::lost);
    EXPECT_FALSE(one.server.endpoint->send(one.server.connection(), bytes_of("late")));

    Pair other;
    other.server.endpoint.reset();
    ASSERT_TRUE(other.run([&] { return other.client.count<Disconnected>() == 1; }));
    EXPECT_EQ(other.client.all<Disconnected>()[0].reason, EndReason::lost);
}

TEST(ZmqEndpoint, DialsAgainWhenTheListenerIsBack) {
    Pair pair;
    const std::string address = pair.server.endpoint->bound_address();
    pair.server.endpoint.reset();
    ASSERT_TRUE(pair.run([&] { return pair.client.count<Disconnected>() == 1; }));
    pair.server.listen({pair.client.public_key()}, address);
    ASSERT_TRUE(pair.run([&] {
        return pair.server.count<Connected>() == 2 && pair.client.count<Connected>() == 2;
    }));
    ASSERT_TRUE(pair.client.endpoint->send(pair.client.connection(), bytes_of("again")));
    ASSERT_TRUE(pair.run([&] { return pair.server.count<Received>() == 1; }));
    EXPECT_NE(pair.client.all<Connected>()[0].connection, pair.client.connection());
}

TEST(ZmqEndpoint, NeverDeliversToTheNextConnectionWhatWasQueuedForTheLast) {
    Pair pair;
    const std::string address = pair.server.endpoint->bound_address();
    pair.server.endpoint.reset();
    // The client has not heard of the loss yet; what it queues now belongs to the old connection.
    for (int i = 0; pair.client.endpoint->send(pair.client.connection(), bytes_of("stale")); ++i) {
        ASSERT_LT(i, 100'000) << "nothing held back";
    }
    pair.server.listen({pair.client.public_key()}, address);
    ASSERT_TRUE(pair.run([&] { return pair.client.count<Connected>() == 2; }));
    ASSERT_TRUE(pair.client.endpoint->send(pair.client.connection(), bytes_of("fresh")));
    ASSERT_TRUE(pair.run([&] { return pair.server.count<Received>() >= 1; }));
    EXPECT_EQ(pair.server.all<Received>()[0].message, bytes_of("fresh"));
}

TEST(ZmqEndpoint, EndsTheLiveConnectionOfARevokedKeyAtOnce) {
    Pair pair;
    RawPeer raw(pair.server, pair.client.key);
    ASSERT_EQ(raw.next_event(), ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
    raw.send(MessageKind::greeting, "");
    ASSERT_TRUE(pair.run([&] { return pair.server.count<Connected>() == 2; }));
    const ConnectionId live = pair.server.connection();
    pair.server.endpoint->allow({});
    EXPECT_FALSE(pair.server.endpoint->send(live, bytes_of("secret")));
    EXPECT_EQ(raw.next_event(), ZMQ_EVENT_DISCONNECTED);  // without a further turn of the server
    ASSERT_TRUE(pair.run([&] { return pair.server.endpoint->refusals().strangers >= 1; }));
    EXPECT_EQ(pair.server.all<Disconnected>().back().reason, EndReason::revoked);
    EXPECT_EQ(pair.server.count<Connected>(), 2u);
}

TEST(ZmqEndpoint, ConnectsTheOthersAnewOnTheSamePortAfterARevocation) {
    Pair pair;
    Station other;
    pair.server.endpoint->allow({pair.client.public_key(), other.public_key()});
    EXPECT_EQ(pair.server.count<Disconnected>(), 0u);
    other.dial(pair.server);
    ASSERT_TRUE(run_until({&pair.server, &pair.client, &other},
                          [&] { return pair.server.count<Connected>() == 2; }));
    const std::string address = pair.server.endpoint->bound_address();
    pair.server.endpoint->allow({other.public_key()});
    ASSERT_TRUE(run_until({&pair.server, &pair.client, &other},
                          [&] { return pair.server.count<Connected>() == 3; }));
    EXPECT_EQ(pair.server.all<Connected>().back().peer, other.public_key());
    EXPECT_EQ(pair.server.endpoint->bound_address(), address);
}

TEST(ZmqEndpoint, EndsAndHoldsBackTheDiallingOfARevokedKey) {
    Pair pair;
    pair.client.endpoint->allow({});
    ASSERT_TRUE(pair.run([&] {
        return pair.client.count<Disconnected>() == 1 && pair.server.count<Disconnected>() == 1;
    }));
    EXPECT_EQ(pair.client.all<Disconnected>()[0].reason, EndReason::revoked);
    pair.client.endpoint->allow({pair.server.public_key()});
    EXPECT_TRUE(pair.run([&] { return pair.client.count<Connected>() == 2; }));
}

TEST(ZmqEndpoint, TellsThePeerThatItHangsUp) {
    Pair pair;
    pair.server.endpoint->close(pair.server.connection());
    ASSERT_TRUE(pair.run([&] { return pair.client.count<Disconnected>() == 1; }));
    EXPECT_EQ(pair.client.all<Disconnected>()[0].reason, EndReason::hung_up);
    EXPECT_EQ(pair.server.all<Disconnected>()[0].reason, EndReason::closed);
    EXPECT_TRUE(pair.run([&] { return pair.server.count<Connected>() == 2; }));
}

TEST(ZmqEndpoint, RenewsADialledConnectionWhenItsTimeIsOver) {
    Station server;
    Station client;
    server.listen({client.public_key()});
    ZmqEndpointOptions options;
    options.dial = {{server.endpoint->bound_address(), server.public_key()}};
    options.allowed = {server.public_key()};
    options.times = quick_times();
    options.times.renewal = milliseconds(30);
    ASSERT_TRUE(client.start(std::move(options)));
    ASSERT_TRUE(run_until({&server, &client}, [&] { return server.count<Connected>() >= 2; }));
    EXPECT_EQ(client.all<Disconnected>()[0].reason, EndReason::renewed);
}

TEST(ZmqEndpoint, SaysNotNowWhenTheQueueIsFullAndWritableLater) {
    Pair pair;
    const Bytes block(256 * 1024, 0x11);
    std::size_t sent = 0;
    while (pair.client.endpoint->send(pair.client.connection(), block)) {
        ++sent;
        ASSERT_LT(sent, 400u) << "100 MB were queued and nothing held back";
    }
    EXPECT_EQ(pair.client.count<Writable>(), 0u);
    ASSERT_TRUE(pair.run([&] { return pair.client.count<Writable>() == 1; }));
    EXPECT_TRUE(pair.client.endpoint->send(pair.client.connection(), block));
    ASSERT_TRUE(pair.run([&] { return pair.server.count<Received>() == sent + 1; }));
}

TEST(ZmqEndpoint, HoldsBackTowardsOnePeerWithoutHoldingUpAnother) {
    Pair pair;
    Station other;
    pair.server.endpoint->allow({pair.client.public_key(), other.public_key()});
    other.dial(pair.server);
    ASSERT_TRUE(run_until({&pair.server, &other},
                          [&] { return pair.server.count<Connected>() == 2; }));
    const auto slow = pair.server.all<Connected>()[0].connection;
    const auto quick = pair.server.all<Connected>()[1].connection;
    const Bytes block(256 * 1024, 0x22);
    std::size_t sent = 0;
    while (pair.server.endpoint->send(slow, block)) {
        ASSERT_LT(++sent, 400u) << "100 MB were queued and nothing held back";
    }
    ASSERT_TRUE(pair.server.endpoint->send(quick, bytes_of("urgent")));
    ASSERT_TRUE(run_until({&pair.server, &other}, [&] { return other.count<Received>() == 1; }));
    ASSERT_TRUE(pair.run([&] { return pair.client.count<Received>() == sent; }));
    ASSERT_EQ(pair.server.count<Writable>(), 1u);
    EXPECT_EQ(pair.server.all<Writable>()[0].connection, slow);
}

TEST(ZmqEndpoint, ReturnsFromPollWhenAnotherThreadWakesIt) {
    Station server;
    server.listen({});
    std::thread waker([&] { server.endpoint->wake(); });
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(server.endpoint->poll(patience).empty());
    EXPECT_LT(std::chrono::steady_clock::now() - begin, patience);
    waker.join();
}

TEST(ZmqEndpoint, DialsTargetsAddedWhileRunningAndLeavesThoseRemoved) {
    Station server;
    Station client;
    server.listen({client.public_key()});
    ZmqEndpointOptions options;
    options.allowed = {server.public_key()};
    options.times = quick_times();
    ASSERT_TRUE(client.start(std::move(options)));
    ASSERT_TRUE(client.endpoint->set_dial_targets(
        {{server.endpoint->bound_address(), server.public_key()}}));
    ASSERT_TRUE(run_until({&server, &client}, [&] { return server.count<Connected>() == 1; }));
    ASSERT_TRUE(client.endpoint->set_dial_targets({}));
    ASSERT_TRUE(run_until({&server, &client}, [&] { return server.count<Disconnected>() == 1; }));
    EXPECT_TRUE(client.endpoint->dial_states().empty());
}

RC_GTEST_PROP(ZmqEndpoint, CarriesAnyMessagesUnchangedAndInOrder,
              (const std::vector<Bytes>& messages)) {
    static Pair pair;
    pair.server.events.erase(pair.server.events.begin() + 1, pair.server.events.end());
    std::size_t next = 0;
    RC_ASSERT(pair.run([&] {
        while (next < messages.size() &&
               pair.client.endpoint->send(pair.client.connection(), messages[next])) {
            ++next;
        }
        return pair.server.count<Received>() == messages.size();
    }));
    const auto received = pair.server.all<Received>();
    for (std::size_t i = 0; i < messages.size(); ++i) {
        RC_ASSERT(received[i].message == messages[i]);
    }
}

}  // namespace
}  // namespace entrepot::replication
