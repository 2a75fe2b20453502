// Endpoints on the loopback interface, and raw ZeroMQ sockets to attack them with.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>

#include "crypto/entropy.hpp"
#include "replication/transport/curve_socket.hpp"
#include "replication/transport/outbox.hpp"
#include "replication/transport/socket_monitor.hpp"
#include "replication/transport/zmq_endpoint.hpp"

namespace entrepot::replication {

using std::chrono::milliseconds;
using crypto::TransportKey;

inline const bool crypto_is_ready = crypto::initialise();
inline constexpr milliseconds patience{20'000};

inline TransportKey any_key() {
    crypto::SystemEntropy entropy;
    return TransportKey::generate(entropy);
}

inline TransportTimes quick_times() {
    TransportTimes times;
    times.redial_least = milliseconds(5);
    times.redial_most = milliseconds(40);
    return times;
}

/// One endpoint and everything that happened to it.
struct Station {
    TransportKey key = any_key();
    std::unique_ptr<ZmqEndpoint> endpoint;
    std::vector<EndpointEvent> events;

    PeerKey public_key() const { return key.public_key(); }

    Status start(ZmqEndpointOptions options) {
        TRY_ASSIGN(endpoint, ZmqEndpoint::start(key, std::move(options)));
        return {};
    }
    void listen(std::set<PeerKey> allowed, std::string address = "tcp://127.0.0.1:0") {
        ZmqEndpointOptions options;
        options.listen = std::move(address);
        options.allowed = std::move(allowed);
        options.times = quick_times();
        const Status started = start(std::move(options));
        ASSERT_TRUE(started) << started.error().context;
    }
    void dial(const Station& server) {
        dial(server.endpoint->bound_address(), server.public_key());
    }
    void dial(const std::string& address, const PeerKey& server) {
        ZmqEndpointOptions options;
        options.dial = {{address, server}};
        options.allowed = {server};
        options.times = quick_times();
        const Status started = start(std::move(options));
        ASSERT_TRUE(started) << started.error().context;
    }

    void turn(milliseconds wait = milliseconds(2)) {
        for (auto& event : endpoint->poll(wait)) {
            events.push_back(std::move(event));
        }
    }
    template <class Event>
    std::vector<Event> all() const {
        std::vector<Event> out;
        for (const auto& event : events) {
            if (const auto* one = std::get_if<Event>(&event)) {
                out.push_back(*one);
            }
        }
        return out;
    }
    template <class Event>
    std::size_t count() const {
        return all<Event>().size();
    }
    ConnectionId connection() const { return all<Connected>().back().connection; }
    Bytes last_message() const { return all<Received>().back().message; }
};

/// Drives the stations until the condition holds; false when patience is over.
inline bool run_until(std::vector<Station*> stations, const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) {
            return false;
        }
        for (Station* station : stations) {
            if (station->endpoint) {
                station->turn();
            }
        }
    }
    return true;
}

/// A peer that speaks ZeroMQ and CURVE, but not our manners.
class RawPeer {
public:
    RawPeer(const Station& server, const TransportKey& key, const std::string& routing_id = {})
        : socket_(make_dialling_socket(context_, {key, TransportTimes()}, server.public_key())),
          monitor_(context_, socket_,
                   ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |
                       ZMQ_EVENT_DISCONNECTED) {
        if (!routing_id.empty()) {
            socket_.set(zmq::sockopt::routing_id, routing_id);
        }
        socket_.set(zmq::sockopt::maxmsgsize, std::int64_t{-1});
        socket_.connect(server.endpoint->bound_address());
    }
    /// The next event of the connection; 0 when there is none in time.
    int next_event() {
        const auto event = monitor_.wait_for(patience);
        return event ? event->event : 0;
    }
    std::optional<int> event_now() {
        const auto event = monitor_.next();
        return event ? std::optional(event->event) : std::nullopt;
    }
    void send(MessageKind kind, std::string_view text) {
        zmq::message_t message = framed(kind, as_bytes(text));
        static_cast<void>(socket_.send(message, zmq::send_flags::none));
    }
    zmq::socket_t& socket() { return socket_; }

private:
    zmq::context_t context_;
    zmq::socket_t socket_;
    SocketMonitor monitor_;
};

}  // namespace entrepot::replication
