// Session: one connection with one peer, symmetrical after the hello: roster, heads, want, frames
// under credit, acknowledge after durability, live. PROTOCOL.md gives the messages.
//
// Sans-I/O: bytes and times come in as arguments, messages are pulled. The driver's loop:
//   message in     → receive; then replica.take_writes, one transaction, replica.durable, and
//                    durable(now) of every session
//   socket writable→ next_message, one at a time, so that urgent lanes overtake until the last
//   moment timer          → tick at next_deadline
// After any call that may queue something the driver asks next_message again. An error ends the
// session: send farewell(error) if that is still possible, disconnect, ban if deserves_ban.
//
// Needs a transport that authenticates the peer's key and keeps order; checks what it carries all
// the same. Does not reconnect, and remembers nothing across sessions: heads do.
#pragma once

#include <memory>
#include <optional>

#include "replication/sync/replica.hpp"

namespace entrepot::replication {

inline constexpr ErrorCode session_malformed{"session.malformed", ErrorKind::refused};
inline constexpr ErrorCode session_oversized{"session.oversized", ErrorKind::refused};
inline constexpr ErrorCode session_sequence{"session.sequence", ErrorKind::refused};
inline constexpr ErrorCode session_unexpected{"session.unexpected", ErrorKind::refused};
inline constexpr ErrorCode session_flood{"session.flood", ErrorKind::refused};
inline constexpr ErrorCode session_credit{"session.credit", ErrorKind::refused};
inline constexpr ErrorCode session_acknowledge{"session.acknowledge", ErrorKind::refused};
inline constexpr ErrorCode session_want{"session.want", ErrorKind::refused};
inline constexpr ErrorCode session_protocol{"session.protocol", ErrorKind::refused};
inline constexpr ErrorCode session_role{"session.role", ErrorKind::refused};
inline constexpr ErrorCode session_transport_key{"session.transport_key", ErrorKind::denied};
inline constexpr ErrorCode session_other_administration{"session.other_administration",
                                                        ErrorKind::denied};
inline constexpr ErrorCode session_unknown_peer{"session.unknown_peer", ErrorKind::denied};
inline constexpr ErrorCode session_revoked{"session.revoked", ErrorKind::denied};
inline constexpr ErrorCode session_proof{"session.proof", ErrorKind::denied};
inline constexpr ErrorCode session_roster_forked{"session.roster_forked", ErrorKind::conflict};
inline constexpr ErrorCode session_hello_timeout{"session.hello_timeout", ErrorKind::unavailable};
inline constexpr ErrorCode session_stalled{"session.stalled", ErrorKind::unavailable};
/// The peer said goodbye; the context is its reason.
inline constexpr ErrorCode session_ended{"session.ended", ErrorKind::unavailable};

/// Number of the messages' form; both sides must have the same.
inline constexpr std::uint16_t protocol_number = 1;
/// No message is longer: the transport's own limit is 1 MiB.
inline constexpr std::size_t message_limit = 512 * 1024;

enum class Role : std::uint8_t { dialled = 1, accepted = 2 };

struct SessionLimits {
    std::size_t frame_least = 4 * 1024;
    std::size_t frame_most = 64 * 1024;
    std::uint64_t credit_start = 16 * 1024;
    std::uint64_t credit_most = 4 * 1024 * 1024;
    std::int64_t hello_ms = 20'000;   ///< until the peer is proven
    std::int64_t stall_ms = 60'000;   ///< without a message while something is owed to us
    std::int64_t acknowledge_ms = 5;  ///< acknowledgements wait this long to travel together
};

/// This node's side of the connection; the key must outlive the session.
struct SessionSelf {
    const crypto::SigningKey* sign = nullptr;
    crypto::TransportPublicKey transport;
};

enum class SessionState { hello, roster, live, ended };

struct SessionCounters {
    std::uint64_t messages_in = 0, messages_out = 0;
    std::uint64_t bytes_in = 0, bytes_out = 0;  ///< of messages, without the transport's own
    std::uint64_t commits_in = 0, commits_out = 0;
    std::uint64_t acknowledged = 0;  ///< commits sent that the peer holds durably
    std::uint64_t round_trips = 0;   ///< checks and heads rounds completed
};

class Session {
public:
    /// `peer` is the key that the transport authenticated. `replica` and `entropy` must outlive it.
    Session(Replica& replica, const SessionSelf& self, const crypto::TransportPublicKey& peer,
            Role role, crypto::Entropy& entropy, SteadyTime now, SessionLimits limits = {});
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// Takes one whole message of the peer. An error ends the session and says why.
    Status receive(ByteView message, SteadyTime now);
    /// The next message to send, at most one frame; nothing when there is nothing or no credit.
    std::optional<Bytes> next_message(SteadyTime now);
    /// Does what is due: session.hello_timeout, session.stalled, session.revoked.
    Status tick(SteadyTime now);
    /// When tick (and then next_message) wants to be called; nothing when only messages matter.
    std::optional<SteadyTime> next_deadline() const;
    /// Tells that the replica's durable state or roster moved.
    void durable(SteadyTime now);
    /// Starts an idle check: one round trip, under 100 bytes both ways.
    void check(SteadyTime now);
    /// Whether the last check that this side started was answered "equal".
    bool check_answered() const;

    /// A last message that tells the peer why; best effort.
    Bytes farewell(const ErrorCode& reason);
    /// Whether the page says to refuse this peer for ten minutes after that error.
    static bool deserves_ban(const ErrorCode& code);

    SessionState state() const;
    /// Both sides hold the same counted commits of what both may carry, durably, and know it.
    bool in_sync() const;
    /// The peer's node, once proven.
    std::optional<NodeId> peer() const;
    const SessionCounters& counters() const;

private:
    struct Core;
    std::unique_ptr<Core> core_;
};

}  // namespace entrepot::replication
