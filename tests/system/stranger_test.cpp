// A stranger speaks ZeroMQ and CURVE, knows headquarters' address and transport key, and has a
// valid key of its own, but no certificate: it gets no further than the handshake.
#include <gtest/gtest.h>

#include "replication/roster/roster_file.hpp"
#include "replication/transport/zmq_endpoint.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/started_crypto.hpp"
#include "tests/support/test_network.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

crypto::TransportPublicKey transport_key_of(const NodeProcess& node) {
    HttpClientOptions options;
    options.socket = node.directory() / "worker.sock";
    const auto file = HttpClient(options).request({"GET", "/roster/file", {}, {}});
    const json told = node.get(Socket::worker, "/roster");
    const auto root = replication::RootPin::from_text(told.at("root").get<std::string>());
    replication::Roster roster;
    const auto read = replication::import_roster(roster, *root, file->body);
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
