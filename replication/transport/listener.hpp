// Listener: the ROUTER, its monitor, and the connections others made to it. Functions may throw
// zmq::error_t; the endpoint turns it into an Error.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <poll.h>

#include "replication/transport/accepted_table.hpp"
#include "replication/transport/allow_list.hpp"
#include "replication/transport/curve_socket.hpp"
#include "replication/transport/listen_address.hpp"
#include "replication/transport/socket_monitor.hpp"

namespace entrepot::replication {

using EventQueue = std::deque<EndpointEvent>;

/// At most so many messages are taken from one socket in one step.
inline constexpr int messages_a_step = 16;

/// What the sockets of one endpoint are made with and report to; outlives them.
struct TransportContext {
    zmq::context_t& context;
    CurveSettings curve;
    AllowList& allowed;
    ConnectionCounter& counter;
    EventQueue& events;
    Traffic& total;
    int unsent_bytes;
};

class Listener {
public:
    Listener(TransportContext& shared, ListeningSocket listening);

    /// Takes what has come in and offers again what waited.
    void step();
    /// Closes the socket with every connection and opens it on the same port; where the system has
    /// no descriptor for it just now, step() tries again.
    void rebind();
    bool send(ConnectionId connection, ByteView message);
    bool close(ConnectionId connection, EndReason reason);
    const Traffic* traffic(ConnectionId connection) const;

    /// Whether any TCP connection is open, greeted or not.
    bool has_clients();
    bool is_holding();
    /// Adds what to wait for; false: there is something to do now.
    bool add_descriptors(std::vector<pollfd>& to);
    const std::string& bound_address() const { return listening_.bound_address(); }
    std::uint64_t foreign_ids() const { return foreign_ids_; }
    std::uint64_t stray_messages() const { return stray_messages_; }

private:
    void open();
    bool try_open();
    void drain_monitor();
    bool receive_one();
    void take(const std::string& routing_id, const PeerKey& peer, const zmq::message_t& message);
    void take_greeting(const Greeting& greeting);
    void flush();
    void report(const std::vector<AcceptedTable::Ended>& ended);
    void hang_up(const std::string& routing_id);

    TransportContext& shared_;
    ListeningSocket listening_;
    std::optional<zmq::socket_t> router_;
    std::optional<SocketMonitor> monitor_;
    AcceptedTable table_;
    std::uint64_t foreign_ids_ = 0;
    std::uint64_t stray_messages_ = 0;
};

}  // namespace entrepot::replication
