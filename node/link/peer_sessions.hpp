// PeerSessions: one session for each connection of the endpoint, and who is kept away. Moves
// messages between the two; decides nothing about commits.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "replication/sync/session.hpp"
#include "replication/transport/endpoint.hpp"

namespace entrepot::node {

/// One connection, for `status`.
struct PeerStanding {
    replication::PeerKey key;
    std::optional<replication::NodeId> node;  ///< once proven
    replication::Direction direction = replication::Direction::dialled;
    replication::SessionState state = replication::SessionState::hello;
    bool in_sync = false;
    bool check_answered = false;
    replication::SessionCounters counters;
    replication::Traffic traffic;
};

/// Why the last connection with a peer ended.
struct PeerFailure {
    std::string code;
    std::string context;
    WallTime at;
};

class PeerSessions {
public:
    PeerSessions(replication::Replica& replica, replication::Endpoint& endpoint,
                 const replication::SessionSelf& self, const Clock& clock);

    void handle(const replication::EndpointEvent& event);
    /// Tells all sessions that the replica's durable state moved.
    void durable();
    /// Starts an idle check with every live peer, and another where commits crossed it, until each
    /// was answered "equal".
    void check();
    /// Does what is due and hands the endpoint whatever it takes.
    void pump();
    /// Signs receipts for what became durable here, at most every three seconds.
    void issue_receipts();
    /// How long pump() may wait, at most one second.
    std::chrono::milliseconds wait() const;

    std::vector<PeerStanding> standing() const;
    const std::map<replication::PeerKey, PeerFailure>& failures() const { return failures_; }

private:
    struct Peer {
        replication::PeerKey key;
        replication::Direction direction;
        std::unique_ptr<replication::Session> session;
        std::optional<Bytes> unsent;
        bool blocked = false;
    };
    using Connections = std::map<replication::ConnectionId, Peer>;
    void on(const replication::Connected& event);
    void on(const replication::Received& event);
    void on(const replication::Writable& event);
    void on(const replication::Disconnected& event);
    void send_all(Connections::value_type& connection);
    void end(replication::ConnectionId connection, const Error& error);

    replication::Replica& replica_;
    replication::Endpoint& endpoint_;
    replication::SessionSelf self_;
    const Clock& clock_;
    crypto::SystemEntropy entropy_;
    Connections connections_;
    std::map<replication::PeerKey, SteadyTime> banned_until_;
    std::map<replication::PeerKey, PeerFailure> failures_;
    SteadyTime receipts_due_;
    bool checking_ = false;  ///< somebody asked; holds for later connections too
};

}  // namespace entrepot::node
