#include "replication/transport/listener.hpp"


namespace entrepot::replication {
namespace {

constexpr int watched_events = ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED;

/// The key that the ZAP handler vouched for; zero when libzmq names none.
PeerKey key_behind(zmq::message_t& message) {
    const char* name = zmq_msg_gets(message.handle(), "User-Id");
    const auto bytes = from_hex(name == nullptr ? "" : name);
    const auto key = bytes ? PeerKey::from(*bytes) : Result<PeerKey>(PeerKey{});
    return key ? *key : PeerKey{};
}

int descriptor_behind(zmq::message_t& message) {
    return zmq_msg_get(message.handle(), ZMQ_SRCFD);
}

/// libzmq's own routing ids start with a zero byte; others are claims of the peer.
bool is_claimed(const std::string& routing_id) {
    return routing_id.empty() || routing_id.front() != '\0';
}

}  // namespace

Listener::Listener(TransportContext& shared, ListeningSocket listening)
    : shared_(shared), listening_(std::move(listening)) {
    open();
}

void Listener::open() {
    router_ = make_listening_socket(shared_.context, shared_.curve);
    monitor_.emplace(shared_.context, *router_, watched_events);
    const int descriptor = listening_.duplicate();
    if (descriptor < 0 ||
        zmq_setsockopt(router_->handle(), ZMQ_USE_FD, &descriptor, sizeof descriptor) != 0) {
        throw zmq::error_t();
    }
    router_->bind(listening_.bound_address());
}

void Listener::rebind() {
    std::vector<AcceptedTable::Ended> ended;
    table_.for_each([&](const AcceptedConnection& connection) {
        const bool stays = shared_.allowed.contains(connection.peer);
        ended.push_back({connection.id, stays ? EndReason::renewed : EndReason::revoked});
    });
    table_.clear();
    report(ended);
    monitor_.reset();
    router_.reset();
    try_open();
}

bool Listener::try_open() {
    try {
        open();
        return true;
    } catch (const zmq::error_t&) {
        monitor_.reset();
        router_.reset();
        return false;
    }
}

void Listener::step() {
    if (!router_ && !try_open()) {
        return;
    }
    flush();
    for (int i = 0; i < messages_a_step && receive_one(); ++i) {
    }
    drain_monitor();
}

void Listener::drain_monitor() {
    while (const auto event = monitor_->next()) {
        if (event->event == ZMQ_EVENT_ACCEPTED) {
            limit_unsent(event->value, shared_.unsent_bytes);
            table_.descriptor_opened(event->value);
        } else if (event->event == ZMQ_EVENT_DISCONNECTED) {
            report(table_.descriptor_closed(event->value));
        }
    }
}

bool Listener::receive_one() {
    zmq::message_t id;
    if (!router_->recv(id, zmq::recv_flags::dontwait)) {
        return false;
    }
    zmq::message_t message;
    bool more = id.more();
    std::size_t frames = 0;
    for (; more; ++frames) {
        zmq::message_t frame;
        static_cast<void>(router_->recv(frame));
        more = frame.more();
        if (frames == 0) {
            message = std::move(frame);
        }
    }
    if (frames != 1) {
        ++stray_messages_;
        return true;
    }
    const std::string routing_id = id.to_string();
    const PeerKey peer = key_behind(message);
    if (peer.is_zero() || is_claimed(routing_id)) {
        ++foreign_ids_;
        return true;
    }
    if (kind_of(message) == MessageKind::greeting) {
        take_greeting({ConnectionId{}, peer, routing_id, descriptor_behind(message)});
    } else {
        take(routing_id, peer, message);
    }
    return true;
}

void Listener::take_greeting(const Greeting& greeting) {
    if (table_.check(greeting.routing_id, greeting.peer) == AcceptedTable::Claim::known) {
        return;
    }
    if (!shared_.allowed.contains(greeting.peer)) {
        ++stray_messages_;
        return;
    }
    // The monitor's news of this descriptor are older than the greeting: the same thread of libzmq
    // wrote them first. So afterwards the table knows whether it is still open, and for whom.
    drain_monitor();
    Greeting named = greeting;
    named.id = shared_.counter.next();
    std::vector<AcceptedTable::Ended> ended;
    const AcceptedConnection* made = table_.greet(named, ended);
    report(ended);
    if (made != nullptr) {
        shared_.events.push_back(Connected{made->id, made->peer, Direction::accepted});
    }
}

void Listener::take(const std::string& routing_id, const PeerKey& peer,
                    const zmq::message_t& message) {
    const AcceptedTable::Claim claim = table_.check(routing_id, peer);
    if (claim == AcceptedTable::Claim::foreign) {
        ++foreign_ids_;
        return;
    }
    const auto kind = kind_of(message);
    if (claim == AcceptedTable::Claim::stray || !kind) {
        ++stray_messages_;
        return;
    }
    AcceptedConnection& from = *table_.find(routing_id);
    if (*kind == MessageKind::hang_up) {
        close(from.id, EndReason::hung_up);
        return;
    }
    Bytes payload = payload_of(message);
    count_in(from.traffic, payload.size());
    count_in(shared_.total, payload.size());
    shared_.events.push_back(Received{from.id, std::move(payload)});
}

void Listener::flush() {
    table_.for_each([this](AcceptedConnection& connection) {
        if (connection.outbox.flush(*router_, connection.routing_id)) {
            shared_.events.push_back(Writable{connection.id});
        }
    });
}

bool Listener::send(ConnectionId connection, ByteView message) {
    AcceptedConnection* to = table_.find(connection);
    if (to == nullptr ||
        !to->outbox.send(*router_, to->routing_id, framed(MessageKind::payload, message))) {
        return false;
    }
    count_out(to->traffic, message.size());
    count_out(shared_.total, message.size());
    return true;
}

bool Listener::close(ConnectionId connection, EndReason reason) {
    const AcceptedConnection* found = table_.find(connection);
    if (found == nullptr) {
        return false;
    }
    const std::string routing_id = found->routing_id;
    table_.erase(connection);
    report({{connection, reason}});
    hang_up(routing_id);
    return true;
}

void Listener::hang_up(const std::string& routing_id) {
    zmq::message_t message = framed(MessageKind::hang_up, {});
    static_cast<void>(offer(*router_, routing_id, message));  // full or gone: it will notice
}

const Traffic* Listener::traffic(ConnectionId connection) const {
    const AcceptedConnection* found = table_.find(connection);
    return found == nullptr ? nullptr : &found->traffic;
}

bool Listener::has_clients() {
    if (!router_) {
        return false;
    }
    drain_monitor();
    return table_.has_open_descriptors();
}

bool Listener::is_holding() {
    bool holding = false;
    table_.for_each(
        [&](const AcceptedConnection& connection) { holding |= connection.outbox.is_holding(); });
    return holding;
}

bool Listener::add_descriptors(std::vector<pollfd>& to) {
    if (!router_) {
        return true;
    }
    to.push_back({router_->get(zmq::sockopt::fd), POLLIN, 0});
    to.push_back({monitor_->descriptor(), POLLIN, 0});
    return (router_->get(zmq::sockopt::events) & ZMQ_POLLIN) == 0 && !monitor_->is_ready();
}

void Listener::report(const std::vector<AcceptedTable::Ended>& ended) {
    for (const auto& one : ended) {
        shared_.events.push_back(Disconnected{one.id, one.reason});
    }
}

}  // namespace entrepot::replication
