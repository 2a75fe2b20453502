// PeerSessions: the sessions of each connection of the endpoint, and who is kept away. Moves
// messages between the two; decides nothing about commits. With a node of the administration there
// is one session; with a partner's headquarters one for each outer roster that has both, and each
// message begins with that roster's id (16 bytes).
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "node/link/realm.hpp"
#include "replication/sync/session.hpp"
#include "replication/transport/endpoint.hpp"

namespace entrepot::node {

/// One session, for `status`.
struct PeerStanding {
    RealmId realm;
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
    PeerSessions(replication::Endpoint& endpoint, const replication::SessionSelf& self,
                 const Clock& clock);

    /// A roster to speak of; the administration's own comes first. It must outlive this.
    void add(Realm& realm);
    /// After rosters grew: connections whose peers now stand in other rosters are made anew.
    void follow_rosters();
    void handle(const replication::EndpointEvent& event);
    /// Tells all sessions that a replica's durable state moved.
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
    /// One roster spoken of on a connection; no session once it has failed.
    struct Channel {
        Realm* realm = nullptr;
        std::unique_ptr<replication::Session> session;
        std::optional<Bytes> unsent;
    };
    struct Peer {
        replication::PeerKey key;
        replication::Direction direction;
        std::vector<Channel> channels;
        bool blocked = false;
    };
    using Connections = std::map<replication::ConnectionId, Peer>;
    void on(const replication::Connected& event);
    void on(const replication::Received& event);
    void on(const replication::Writable& event);
    void on(const replication::Disconnected& event);
    std::vector<Realm*> shared_with(const replication::PeerKey& key) const;
    static Channel* channel_of(Peer& peer, ByteView& message);
    void send_all(Connections::value_type& connection);
    bool send_one(Connections::value_type& connection, Channel& channel);
    void tick(Connections::value_type& connection, SteadyTime now);
    /// Says farewell and ends the session; the connection too when none is left, or for a ban.
    void end(replication::ConnectionId connection, Channel& channel, const Error& error);
    template <typename Act>
    void each_session(const Act& act);

    replication::Endpoint& endpoint_;
    replication::SessionSelf self_;
    const Clock& clock_;
    crypto::SystemEntropy entropy_;
    std::vector<Realm*> realms_;
    Connections connections_;
    std::map<replication::PeerKey, SteadyTime> banned_until_;
    std::map<replication::PeerKey, PeerFailure> failures_;
    SteadyTime receipts_due_;
    bool checking_ = false;  ///< somebody asked; holds for later connections too
};

}  // namespace entrepot::node
