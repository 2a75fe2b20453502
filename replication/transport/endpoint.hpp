// Endpoint: how sync messages reach other nodes. Whole messages, in order, over connections whose
// far end has proved its transport key. It does not promise delivery: a message handed over may be
// lost with its connection; only the session's acknowledgement counts. A transport key alone is not
// a node: the session's hello settles who is there.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "crypto/primitives.hpp"

namespace entrepot::replication {

using PeerKey = crypto::TransportPublicKey;

/// One connection of one endpoint; never used again after it ended.
enum class ConnectionId : std::uint64_t {};

/// The largest message, in bytes: 1 MiB on the wire less what CURVE and the framing add.
inline constexpr std::size_t largest_message = 1024 * 1024 - 64;

/// Who opened the connection; of two between the same nodes the session may keep one.
enum class Direction : unsigned char { dialled, accepted };

enum class EndReason : unsigned char {
    lost,      ///< the link went, the peer's process ended, or 30 s passed without a heartbeat
    closed,    ///< close() was called here
    hung_up,   ///< the peer closed it
    revoked,   ///< the peer's key is no longer allowed
    replaced,  ///< the peer opened a newer connection
    renewed,   ///< opened anew: every 12 h, after a revocation, or when asked
};
std::string_view name_of(EndReason reason);

/// Events of an endpoint, in the order in which they happened on each connection.
struct Connected {
    ConnectionId connection;
    PeerKey peer;
    Direction direction;
};
struct Received {
    ConnectionId connection;
    Bytes message;
};
/// send() said false before and takes a message again.
struct Writable {
    ConnectionId connection;
};
struct Disconnected {
    ConnectionId connection;
    EndReason reason;
};
using EndpointEvent = std::variant<Connected, Received, Writable, Disconnected>;

/// Messages and payload bytes of one connection, or of all.
struct Traffic {
    std::uint64_t messages_in = 0;
    std::uint64_t messages_out = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
};
inline void count_in(Traffic& traffic, std::size_t bytes) {
    ++traffic.messages_in;
    traffic.bytes_in += bytes;
}
inline void count_out(Traffic& traffic, std::size_t bytes) {
    ++traffic.messages_out;
    traffic.bytes_out += bytes;
}

/// One thread drives an endpoint; only wake() may be called from others.
class Endpoint {
public:
    virtual ~Endpoint() = default;

    /// Waits at most `max_wait` for something to happen and returns it; empty after wake() or when
    /// the time is over. At most 16 messages a socket and call, so that memory stays bounded.
    virtual std::vector<EndpointEvent> poll(std::chrono::milliseconds max_wait) = 0;

    /// Ends a poll() under way, or the next one, at once. From any thread.
    virtual void wake() = 0;

    /// Queues one message of at most largest_message bytes. False: not now, the queue is full (a
    /// Writable event follows) or the connection has ended (a Disconnected event says so).
    virtual bool send(ConnectionId connection, ByteView message) = 0;

    /// Ends the connection; its Disconnected event follows. A dialled peer is dialled again later;
    /// to keep one away, take its key from those allowed.
    virtual void close(ConnectionId connection) = 0;

    /// What the connection has carried; zero for one that has ended.
    virtual Traffic traffic(ConnectionId connection) const = 0;
};

}  // namespace entrepot::replication
