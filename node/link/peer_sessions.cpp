#include "node/link/peer_sessions.hpp"

#include <algorithm>

namespace entrepot::node {
namespace {

using replication::ConnectionId;
using replication::Direction;
using replication::Role;
using replication::Session;

constexpr std::int64_t ban_ms = 10 * 60 * 1000;
constexpr std::int64_t longest_wait_ms = 1000;
/// Many commits share one receipt.
constexpr std::int64_t receipts_every_ms = 3000;

}  // namespace

PeerSessions::PeerSessions(replication::Replica& replica, replication::Endpoint& endpoint,
                           const replication::SessionSelf& self, const Clock& clock)
    : replica_(replica), endpoint_(endpoint), self_(self), clock_(clock) {}

void PeerSessions::handle(const replication::EndpointEvent& event) {
    std::visit([this](const auto& what) { on(what); }, event);
}

void PeerSessions::on(const replication::Connected& event) {
    const SteadyTime now = clock_.steady();
    const auto ban = banned_until_.find(event.peer);
    if (ban != banned_until_.end() && now < ban->second) {
        endpoint_.close(event.connection);
        return;
    }
    const Role role = event.direction == Direction::dialled ? Role::dialled : Role::accepted;
    Peer peer{event.peer, event.direction, nullptr, std::nullopt, false};
    peer.session = std::make_unique<Session>(replica_, self_, event.peer, role, entropy_, now);
    connections_.insert_or_assign(event.connection, std::move(peer));
}

void PeerSessions::on(const replication::Received& event) {
    const auto found = connections_.find(event.connection);
    if (found == connections_.end()) {
        return;
    }
    if (auto received = found->second.session->receive(event.message, clock_.steady()); !received) {
        end(event.connection, received.error());
    }
}

void PeerSessions::on(const replication::Writable& event) {
    if (const auto found = connections_.find(event.connection); found != connections_.end()) {
        found->second.blocked = false;
    }
}

void PeerSessions::on(const replication::Disconnected& event) {
    const auto found = connections_.find(event.connection);
    if (found == connections_.end()) {
        return;
    }
    failures_.insert_or_assign(
        found->second.key, PeerFailure{"link", std::string(name_of(event.reason)), clock_.wall()});
    connections_.erase(found);
}

void PeerSessions::end(ConnectionId connection, const Error& error) {
    const auto found = connections_.find(connection);
    Peer& peer = found->second;
    failures_.insert_or_assign(
        peer.key, PeerFailure{std::string(error.code.name()), error.context, clock_.wall()});
    if (Session::deserves_ban(error.code)) {
        banned_until_[peer.key] = {clock_.steady().ms + ban_ms};
    }
    endpoint_.send(connection, peer.session->farewell(error.code));
    endpoint_.close(connection);
    connections_.erase(found);
}

void PeerSessions::durable() {
    const SteadyTime now = clock_.steady();
    for (auto& [connection, peer] : connections_) {
        peer.session->durable(now);
    }
}

void PeerSessions::check() {
    const SteadyTime now = clock_.steady();
    checking_ = true;
    for (auto& [connection, peer] : connections_) {
        peer.session->check(now);
    }
}

void PeerSessions::send_all(Connections::value_type& connection) {
    auto& [id, peer] = connection;
    while (!peer.blocked) {
        if (!peer.unsent) {
            peer.unsent = peer.session->next_message(clock_.steady());
        }
        if (!peer.unsent) {
            return;
        }
        if (!endpoint_.send(id, *peer.unsent)) {
            peer.blocked = true;
            return;
        }
        peer.unsent.reset();
    }
}

void PeerSessions::issue_receipts() {
    const SteadyTime now = clock_.steady();
    if (now >= receipts_due_) {
        receipts_due_ = {now.ms + receipts_every_ms};
        replica_.issue_receipts(*self_.sign, clock_.wall());
    }
}

void PeerSessions::pump() {
    const SteadyTime now = clock_.steady();
    issue_receipts();
    std::vector<std::pair<ConnectionId, Error>> ended;
    for (auto& connection : connections_) {
        Session& session = *connection.second.session;
        const auto due = session.next_deadline();
        if (due && *due <= now) {
            if (auto ticked = session.tick(now); !ticked) {
                ended.emplace_back(connection.first, ticked.error());
                continue;
            }
        }
        if (checking_ && session.in_sync() && !session.check_answered()) {
            session.check(now);  // a commit crossed the last one, or the connection is new
        }
        send_all(connection);
    }
    for (const auto& [connection, error] : ended) {
        end(connection, error);
    }
}

std::chrono::milliseconds PeerSessions::wait() const {
    const std::int64_t now = clock_.steady().ms;
    std::int64_t out = longest_wait_ms;
    for (const auto& [connection, peer] : connections_) {
        if (const auto due = peer.session->next_deadline()) {
            out = std::min(out, due->ms - now);
        }
    }
    return std::chrono::milliseconds(std::max<std::int64_t>(out, 0));
}

std::vector<PeerStanding> PeerSessions::standing() const {
    std::vector<PeerStanding> out;
    for (const auto& [connection, peer] : connections_) {
        const Session& session = *peer.session;
        out.push_back({peer.key, session.peer(), peer.direction, session.state(), session.in_sync(),
                       session.check_answered(), session.counters(),
                       endpoint_.traffic(connection)});
    }
    return out;
}

}  // namespace entrepot::node
