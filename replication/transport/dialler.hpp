// Dialler: keeps one connection to one peer. Each attempt is a fresh DEALER with a monitor; libzmq
// never reconnects on its own. Functions may throw zmq::error_t.
//
//   waiting ──open()──► trying ──on_handshake()──► connected ──end()──► waiting
//                         └──────────fail()──────────────────────────────┘
#pragma once

#include <random>

#include "crypto/base/clock.hpp"
#include "replication/transport/listener.hpp"

namespace entrepot::replication {

class Dialler {
public:
    Dialler(TransportContext& shared, DialTarget target);

    /// Takes what has come in, offers again what waited, dials when it is time.
    void step(SteadyTime now);
    bool send(ConnectionId connection, ByteView message);
    bool close(ConnectionId connection, EndReason reason);
    /// Ends the connection, if there is one, and the attempt under way.
    void end(EndReason reason);
    /// The next attempt is due at once.
    void dial_now();

    const Traffic* traffic(ConnectionId connection) const;
    const DialTarget& target() const { return target_; }
    DialState state() const;
    bool is_holding() const { return outbox_.is_holding(); }
    /// When step() has something to do even if no descriptor says so.
    SteadyTime due() const;
    bool add_descriptors(std::vector<pollfd>& to);

private:
    void open();
    void close_socket();
    void drain_monitor();
    void on_handshake();
    void receive();
    void fail(const std::string& why);
    void schedule();

    TransportContext& shared_;
    DialTarget target_;
    std::optional<zmq::socket_t> dealer_;
    std::optional<SocketMonitor> monitor_;
    std::optional<ConnectionId> connection_;
    Outbox outbox_;
    Traffic traffic_;
    SteadyTime now_;
    SteadyTime next_attempt_;     // while waiting
    SteadyTime attempt_ends_;     // while dialling, whatever libzmq says or keeps to itself
    SteadyTime connected_since_;  // while connected
    bool link_ended_ = false;     // the monitor said so; what has come in is read first
    std::uint32_t failures_ = 0;  // attempts that led to no lasting connection
    std::string last_failure_;
    std::minstd_rand jitter_;
};

}  // namespace entrepot::replication
