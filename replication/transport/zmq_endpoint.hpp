// ZmqEndpoint: the endpoint over TCP with ZeroMQ and CURVE. One ROUTER listens, one DEALER is made
// for each dialling attempt, and nothing is ever sent in clear.
//
// How each side learns of a connection:
//  - dialling: the socket's monitor tells of the end of the handshake and of the loss. Every
//    attempt has a socket of its own, so no queued message and no routing id outlives its link.
//  - listening: the dialler's first message is a greeting (one byte) that libzmq itself cannot
//    make. The monitor tells of closed descriptors, and each greeting tells its descriptor.
// Every message starts with one byte: greeting, payload, or hang-up.
//
// libzmq's authentication fails open; here it is closed three times: the ZAP handler is bound
// before any socket, ZMQ_ZAP_ENFORCE_DOMAIN is set and checked, and start() proves on a real socket
// that a stranger is refused. The User-Id that the handler gave is checked on every message.
// It does not promise that a peer cut off by close() stops sending: see Endpoint::close().
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "replication/transport/endpoint.hpp"

namespace entrepot::replication {

inline constexpr ErrorCode transport_bad_address{"transport.bad_address",
                                                 ErrorKind::invalid_input};
inline constexpr ErrorCode transport_port_in_use{"transport.port_in_use", ErrorKind::unavailable};
inline constexpr ErrorCode transport_not_permitted{"transport.not_permitted",
                                                   ErrorKind::unavailable};
inline constexpr ErrorCode transport_self_test{"transport.self_test", ErrorKind::unavailable};
inline constexpr ErrorCode transport_no_socket{"transport.no_socket", ErrorKind::unavailable};

/// A peer to dial: "tcp://host:port" and the transport key it must prove.
struct DialTarget {
    std::string address;
    PeerKey peer;
    friend auto operator<=>(const DialTarget&, const DialTarget&) = default;
};

/// Times of the transport; only tests change them.
struct TransportTimes {
    std::chrono::milliseconds handshake{20'000};
    std::chrono::milliseconds heartbeat{10'000};
    std::chrono::milliseconds heartbeat_timeout{30'000};
    std::chrono::milliseconds redial_least{1'000};  ///< doubles up to the most, with jitter
    std::chrono::milliseconds redial_most{30'000};
    std::chrono::milliseconds renewal{12 * 3600 * 1000};  ///< of every dialled connection
    std::chrono::milliseconds self_test{10'000};          ///< the most that start() waits for it
};

struct ZmqEndpointOptions {
    /// "tcp://host:port", "tcp://*:port" for all interfaces, port 0 or * for any; empty: a node
    /// that only dials.
    std::string listen;
    std::vector<DialTarget> dial;
    std::set<PeerKey> allowed;
    TransportTimes times;
    /// Bytes the kernel may hold unsent per connection; few on slow links, so that a later message
    /// of a higher lane does not wait behind them. The window itself stays the kernel's.
    int unsent_bytes = 64 * 1024;
};

/// What was turned away since the start.
struct RefusalCounts {
    std::uint64_t strangers = 0;      ///< handshakes with a key that is not allowed
    std::uint64_t foreign_ids = 0;    ///< messages on a routing id that another key had claimed
    std::uint64_t stray_messages = 0; ///< messages of no connection, or of no known shape
};

/// What became of the last attempt to dial a peer.
struct DialState {
    DialTarget target;
    std::optional<ConnectionId> connection;
    std::uint32_t failures = 0;  ///< attempts since the last connection
    std::string last_failure;    ///< in words; empty after success
};

class ZmqEndpoint final : public Endpoint {
public:
    /// Starts its threads, proves that strangers are refused, listens, and begins to dial.
    /// transport.bad_address, transport.port_in_use, transport.not_permitted name the address;
    /// transport.self_test: authentication does not hold here; transport.no_socket: the system
    /// gives no socket or thread.
    static Result<std::unique_ptr<ZmqEndpoint>> start(const crypto::TransportKey& key,
                                                      ZmqEndpointOptions options);
    /// Ends every connection without waiting for queued messages.
    ~ZmqEndpoint() override;

    std::vector<EndpointEvent> poll(std::chrono::milliseconds max_wait) override;
    void wake() override;
    /// poll() also ends while one of these descriptors of the caller's is readable.
    void watch(std::vector<int> descriptors);
    bool send(ConnectionId connection, ByteView message) override;
    void close(ConnectionId connection) override;
    Traffic traffic(ConnectionId connection) const override;

    /// Replaces the keys that may connect. Connections of keys no longer in the set end now: the
    /// listening socket is closed and opened on the same port, so the others are dialled anew, and
    /// peers to dial wait until they are allowed again.
    void allow(std::set<PeerKey> keys);

    /// Replaces the peers to dial; connections to those no longer named end.
    /// transport.bad_address leaves everything as it was.
    Status set_dial_targets(std::vector<DialTarget> targets);
    /// Dials at once whoever is not connected: the link has come up.
    void redial_now();

    /// "tcp://host:port" with the port in use; empty when not listening.
    std::string bound_address() const;
    std::vector<DialState> dial_states() const;
    RefusalCounts refusals() const;
    Traffic total_traffic() const;

private:
    class Core;
    explicit ZmqEndpoint(std::unique_ptr<Core> core);
    std::unique_ptr<Core> core_;
};

}  // namespace entrepot::replication
