// Locking ends the worker and nothing else; a stranger gets no further than the handshake.
#include <gtest/gtest.h>

#include "replication/roster/roster_file.hpp"
#include "replication/transport/zmq_endpoint.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/started_crypto.hpp"
#include "tests/support/test_network.hpp"
#include "tests/system/seizure_documents.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

json only_peer(const NodeProcess& node) {
    return node.status().at("peers").at(0);
}

TEST(Lock, ALockedNodeKeepsItsConnectionAndReceivesAndAppliesAtUnlock) {
    TestNetwork network;
    ASSERT_TRUE(network.converge());
    NodeProcess& headquarters = network.headquarters();
    NodeProcess& airport = network.airport();
    const auto before = headquarters.record_count();
    const auto position = headquarters.status().at("commits").get<std::uint64_t>();
    const auto messages = only_peer(headquarters).at("messages_in").get<std::uint64_t>();

    headquarters.post(Socket::link, "/lock");
    EXPECT_EQ(headquarters.status().at("worker"), "none");
    EXPECT_EQ(headquarters.ask(Socket::worker, "GET", "/standing").status, 0U);
    airport.post(Socket::worker, "/records/seizures", {{"document", seizure(5)}});

    ASSERT_TRUE(eventually([&] {
        return headquarters.status().at("commits").get<std::uint64_t>() > position;
    }));
    EXPECT_EQ(only_peer(headquarters).at("state"), "live");
    // The same connection: a new one would count its messages from nothing.
    EXPECT_GT(only_peer(headquarters).at("messages_in").get<std::uint64_t>(), messages);
    EXPECT_EQ(airport.status().at("dialled").at(0).at("failures"), 0);

    headquarters.post(Socket::link, "/worker");
    headquarters.await_unlocked();
    ASSERT_TRUE(eventually([&] { return headquarters.is_caught_up(); }));
    EXPECT_EQ(headquarters.record_count(), before + 1) << headquarters.standing();
}

TEST(Lock, AKilledWorkerComesBackAloneAndTheConnectionStays) {
    TestNetwork network;
    ASSERT_TRUE(network.converge());
    NodeProcess& airport = network.airport();
    airport.post(Socket::worker, "/records/seizures", {{"document", seizure(6)}});
    ASSERT_TRUE(network.converge());
    const auto messages = only_peer(airport).at("messages_in").get<std::uint64_t>();

    ASSERT_TRUE(airport.kill_worker());
    ASSERT_TRUE(eventually([&] { return airport.status().at("worker") == "none"; }));
    ASSERT_TRUE(eventually([&] { return airport.status().at("worker") == "running"; }));
    airport.await_unlocked();
    ASSERT_TRUE(eventually([&] { return airport.is_caught_up(); }));
    EXPECT_EQ(airport.record_count(), 1U) << airport.standing();
    EXPECT_EQ(only_peer(airport).at("state"), "live");
    EXPECT_GE(only_peer(airport).at("messages_in").get<std::uint64_t>(), messages);
}

crypto::TransportPublicKey transport_key_of(const NodeProcess& node) {
    HttpClientOptions options;
    options.socket = node.directory() / "worker.sock";
    const auto file = HttpClient(options).request({"GET", "/roster/file", {}, {}});
    const json told = node.get(Socket::worker, "/roster");
    const auto fingerprint = from_base32(told.at("fingerprint").get<std::string>());
    replication::Roster roster;
    const auto read = replication::import_roster(roster, *Hash::from(*fingerprint), file->body);
    if (!read) {
        throw std::runtime_error(read.error().context);
    }
    return roster.nodes().front()->identity.transport;
}

TEST(Stranger, AValidKeyWithoutACertificateGetsNothingAndIsCounted) {
    TestNetwork network;
    ASSERT_TRUE(network.converge());
    NodeProcess& headquarters = network.headquarters();
    const auto before = headquarters.status().at("refused_strangers").get<std::uint64_t>();

    crypto::SystemEntropy entropy;
    const auto key = crypto::TransportKey::generate(entropy);
    const auto server = transport_key_of(headquarters);
    replication::ZmqEndpointOptions options;
    options.dial = {{headquarters.status().at("listen").get<std::string>(), server}};
    options.allowed = {server};
    auto stranger = replication::ZmqEndpoint::start(key, options);
    ASSERT_TRUE(stranger) << stranger.error().context;
    std::size_t events = 0;
    ASSERT_TRUE(eventually([&] {
        events += (*stranger)->poll(std::chrono::milliseconds(5)).size();
        return headquarters.status().at("refused_strangers").get<std::uint64_t>() > before;
    }));
    EXPECT_EQ(events, 0U);  // not even a connection
    EXPECT_EQ((*stranger)->total_traffic().bytes_in, 0U);
    EXPECT_EQ(headquarters.status().at("peers").size(), 1U);
}

}  // namespace
}  // namespace entrepot::node
