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

/// What a message of this realm begins with: nothing within an administration.
ByteView prefix_of(const Realm& realm) {
    return realm.is_home() ? ByteView{} : realm.id().view();
}

}  // namespace

PeerSessions::PeerSessions(replication::Endpoint& endpoint, const replication::SessionSelf& self,
                           const Clock& clock)
    : endpoint_(endpoint), self_(self), clock_(clock) {}

void PeerSessions::add(Realm& realm) {
    realms_.push_back(&realm);
}

/// A peer that no roster has is one of ours that our roster does not know yet.
std::vector<Realm*> PeerSessions::shared_with(const replication::PeerKey& key) const {
    const replication::Roster& home = realms_.front()->roster();
    std::vector<Realm*> out;
    for (Realm* realm : realms_) {
        if (!realm->is_home() && realm->roster().node_by_transport(key) != nullptr &&
            home.shares(realm->roster())) {
            out.push_back(realm);
        }
    }
    const bool is_own = home.node_by_transport(key) != nullptr || out.empty();
    return is_own ? std::vector<Realm*>{realms_.front()} : out;
}

void PeerSessions::follow_rosters() {
    for (const auto& [id, peer] : connections_) {
        const auto shared = shared_with(peer.key);
        const bool same = std::equal(
            shared.begin(), shared.end(), peer.channels.begin(), peer.channels.end(),
            [](const Realm* realm, const Channel& channel) { return realm == channel.realm; });
        if (!same) {
            endpoint_.close(id);
        }
    }
}

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
    Peer peer{event.peer, event.direction, {}, false};
    for (Realm* realm : shared_with(event.peer)) {
        peer.channels.push_back({realm,
                                 std::make_unique<Session>(realm->replica(), self_, event.peer,
                                                           role, entropy_, now),
                                 std::nullopt});
    }
    connections_.insert_or_assign(event.connection, std::move(peer));
}

/// Null for a roster that is not spoken of here, or no longer; takes the prefix off the message.
PeerSessions::Channel* PeerSessions::channel_of(Peer& peer, ByteView& message) {
    for (Channel& channel : peer.channels) {
        const ByteView prefix = prefix_of(*channel.realm);
        if (message.size() >= prefix.size() && equal(message.first(prefix.size()), prefix)) {
            message = message.subspan(prefix.size());
            return channel.session ? &channel : nullptr;
        }
    }
    return nullptr;
}

void PeerSessions::on(const replication::Received& event) {
    const auto found = connections_.find(event.connection);
    if (found == connections_.end()) {
        return;
    }
    ByteView message = event.message;
    Channel* channel = channel_of(found->second, message);
    if (channel == nullptr) {
        return;
    }
    if (auto received = channel->session->receive(message, clock_.steady()); !received) {
        end(event.connection, *channel, received.error());
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

void PeerSessions::end(ConnectionId connection, Channel& channel, const Error& error) {
    const auto found = connections_.find(connection);
    Peer& peer = found->second;
    failures_.insert_or_assign(
        peer.key, PeerFailure{std::string(error.code.name()), error.context, clock_.wall()});
    const bool is_banned = Session::deserves_ban(error.code);
    if (is_banned) {
        banned_until_[peer.key] = {clock_.steady().ms + ban_ms};
    }
    const ByteView prefix = prefix_of(*channel.realm);
    Bytes last(prefix.begin(), prefix.end());
    append(last, channel.session->farewell(error.code));
    endpoint_.send(connection, last);
    channel.session.reset();
    const bool is_last = std::none_of(peer.channels.begin(), peer.channels.end(),
                                      [](const Channel& one) { return one.session != nullptr; });
    if (is_banned || is_last) {
        endpoint_.close(connection);
        connections_.erase(found);
    }
}

template <typename Act>
void PeerSessions::each_session(const Act& act) {
    for (auto& [connection, peer] : connections_) {
        for (Channel& channel : peer.channels) {
            if (channel.session) {
                act(*channel.session);
            }
        }
    }
}

void PeerSessions::durable() {
    each_session([now = clock_.steady()](Session& session) { session.durable(now); });
}

void PeerSessions::check() {
    checking_ = true;
    each_session([now = clock_.steady()](Session& session) { session.check(now); });
}

/// False when the channel has nothing to say, or the endpoint takes nothing more now.
bool PeerSessions::send_one(Connections::value_type& connection, Channel& channel) {
    auto& [id, peer] = connection;
    if (!channel.session || peer.blocked) {
        return false;
    }
    if (!channel.unsent) {
        auto message = channel.session->next_message(clock_.steady());
        if (!message) {
            return false;
        }
        const ByteView prefix = prefix_of(*channel.realm);
        message->insert(message->begin(), prefix.begin(), prefix.end());
        channel.unsent = std::move(message);
    }
    if (!endpoint_.send(id, *channel.unsent)) {
        peer.blocked = true;
        return false;
    }
    channel.unsent.reset();
    return true;
}

void PeerSessions::send_all(Connections::value_type& connection) {
    bool sent = true;
    while (sent) {
        sent = false;
        for (Channel& channel : connection.second.channels) {
            sent = send_one(connection, channel) || sent;
        }
    }
}

void PeerSessions::issue_receipts() {
    const SteadyTime now = clock_.steady();
    if (now >= receipts_due_) {
        receipts_due_ = {now.ms + receipts_every_ms};
        for (Realm* realm : realms_) {
            realm->replica().issue_receipts(*self_.sign, clock_.wall());
        }
    }
}

void PeerSessions::tick(Connections::value_type& connection, SteadyTime now) {
    for (Channel& channel : connection.second.channels) {
        if (!channel.session) {
            continue;
        }
        Session& session = *channel.session;
        const auto due = session.next_deadline();
        if (due && *due <= now) {
            if (auto ticked = session.tick(now); !ticked) {
                end(connection.first, channel, ticked.error());
                return;  // the connection may be gone; the others' turn comes with the next pump
            }
        }
        if (checking_ && session.in_sync() && !session.check_answered()) {
            session.check(now);  // a commit crossed the last one, or the connection is new
        }
    }
    send_all(connection);
}

void PeerSessions::pump() {
    const SteadyTime now = clock_.steady();
    issue_receipts();
    for (auto next = connections_.begin(); next != connections_.end();) {
        tick(*next++, now);
    }
}

std::chrono::milliseconds PeerSessions::wait() const {
    const std::int64_t now = clock_.steady().ms;
    std::int64_t out = longest_wait_ms;
    for (const auto& [connection, peer] : connections_) {
        for (const Channel& channel : peer.channels) {
            const auto due = channel.session ? channel.session->next_deadline() : std::nullopt;
            out = due ? std::min(out, due->ms - now) : out;
        }
    }
    return std::chrono::milliseconds(std::max<std::int64_t>(out, 0));
}

std::vector<PeerStanding> PeerSessions::standing() const {
    std::vector<PeerStanding> out;
    for (const auto& [connection, peer] : connections_) {
        for (const Channel& channel : peer.channels) {
            if (channel.session) {
                const Session& session = *channel.session;
                out.push_back({channel.realm->id(), peer.key, session.peer(), peer.direction,
                               session.state(), session.in_sync(), session.check_answered(),
                               session.counters(), endpoint_.traffic(connection)});
            }
        }
    }
    return out;
}

}  // namespace entrepot::node
