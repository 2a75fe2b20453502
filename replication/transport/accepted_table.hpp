// AcceptedTable: which connections the listening socket has, by routing id, key and descriptor.
// Pure bookkeeping, no socket: what is believed of a message is decided here and tested alone.
//
// Invariants: a connection's key never changes; one key has at most one connection; a descriptor
// belongs to at most one connection; a connection is only made on a descriptor that is open.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "replication/transport/outbox.hpp"

namespace entrepot::replication {

/// Gives every connection of one endpoint its number.
class ConnectionCounter {
public:
    ConnectionId next() { return ConnectionId{++last_}; }

private:
    std::uint64_t last_ = 0;
};

/// Who greets, on which routing id and descriptor.
struct Greeting {
    ConnectionId id{};
    PeerKey peer;
    std::string routing_id;
    int descriptor = -1;
};

struct AcceptedConnection : Greeting {
    Outbox outbox;
    Traffic traffic;
};

class AcceptedTable {
public:
    struct Ended {
        ConnectionId id;
        EndReason reason;
    };

    void descriptor_opened(int descriptor) { open_.insert(descriptor); }
    /// The connection that ended with it, if it had one.
    std::vector<Ended> descriptor_closed(int descriptor);

    /// A greeting: makes the connection, or returns null when the descriptor is closed already.
    /// `ended` gains the connections it takes the place of.
    AcceptedConnection* greet(const Greeting& newcomer, std::vector<Ended>& ended);

    /// Of a message's claim (routing id and authenticated key): known, from no connection, or from
    /// another key than the one that made the connection.
    enum class Claim : unsigned char { known, stray, foreign };
    Claim check(const std::string& routing_id, const PeerKey& peer) const;

    AcceptedConnection* find(const std::string& routing_id);
    AcceptedConnection* find(ConnectionId id);
    const AcceptedConnection* find(ConnectionId id) const;
    void erase(ConnectionId id);
    void for_each(const std::function<void(AcceptedConnection&)>& visit);

    bool has_open_descriptors() const { return !open_.empty(); }
    void clear();

private:
    std::map<std::string, AcceptedConnection> by_routing_id_;
    std::unordered_map<std::uint64_t, std::string> by_id_;
    std::map<PeerKey, ConnectionId> by_key_;
    std::map<int, ConnectionId> by_descriptor_;
    std::set<int> open_;
};

}  // namespace entrepot::replication
