#include "replication/transport/self_test.hpp"

#include <chrono>

#include "crypto/entropy.hpp"
#include "replication/transport/socket_monitor.hpp"

namespace entrepot::replication {
namespace {

constexpr int outcomes = ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |
                         ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                         ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL;

/// The monitor's event that ends the handshake of a client with `key`; 0 when none came in time.
int outcome_for(zmq::context_t& context, const std::string& address, const CurveSettings& client,
                const PeerKey& server) {
    zmq::socket_t socket = make_dialling_socket(context, client, server);
    SocketMonitor monitor(context, socket, outcomes);
    socket.connect(address);
    const auto event = monitor.wait_for(client.times.self_test);
    return event ? event->event : 0;
}

Error failed(const std::string& why) {
    return {transport_self_test, "the node does not start: its check of CURVE keys " + why};
}

}  // namespace

Status prove_strangers_are_refused(zmq::context_t& context, const CurveSettings& settings,
                                   AllowList& allowed) {
    crypto::SystemEntropy entropy;
    const auto stranger = crypto::TransportKey::generate(entropy);
    const auto friendly = crypto::TransportKey::generate(entropy);
    const PeerKey server_key = settings.key.public_key();
    zmq::socket_t server = make_listening_socket(context, settings);
    server.bind("tcp://127.0.0.1:*");
    const std::string address = server.get(zmq::sockopt::last_endpoint);

    const std::set<PeerKey> before = allowed.replace({friendly.public_key()});
    const int refused = outcome_for(context, address, {stranger, settings.times}, server_key);
    const int admitted = outcome_for(context, address, {friendly, settings.times}, server_key);
    static_cast<void>(allowed.replace(before));
    if (refused == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) {
        return failed("lets a stranger in");
    }
    if (refused != ZMQ_EVENT_HANDSHAKE_FAILED_AUTH) {
        return failed("gave no answer to a stranger");
    }
    if (admitted != ZMQ_EVENT_HANDSHAKE_SUCCEEDED) {
        return failed("keeps out a key that is allowed");
    }
    return {};
}

}  // namespace entrepot::replication
