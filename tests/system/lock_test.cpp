// Locking ends the worker and nothing else: connections stay, and what comes is kept.
#include <gtest/gtest.h>

#include "tests/support/eventually.hpp"
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

    ASSERT_TRUE(eventually(
        [&] { return headquarters.status().at("commits").get<std::uint64_t>() > position; }));
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

}  // namespace
}  // namespace entrepot::node
