#include "replication/transport/dialler.hpp"

#include <algorithm>

namespace entrepot::replication {
namespace {

constexpr std::uint32_t most_doublings = 16;

std::string words_for(const SocketMonitor::Event& event) {
    switch (event.event) {
        case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
            return "the peer does not admit this node's transport key";
        case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
        case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
            return "what listens there does not prove the expected transport key";
        default:
            return "nothing answers at this address";
    }
}

bool ends_attempt(int event) {
    return event == ZMQ_EVENT_DISCONNECTED || event == ZMQ_EVENT_CONNECT_RETRIED ||
           event == ZMQ_EVENT_CLOSED || event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH ||
           event == ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL ||
           event == ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL;
}

constexpr int watched_events =
    ZMQ_EVENT_CONNECTED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_CONNECT_RETRIED | ZMQ_EVENT_CLOSED |
    ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |
    ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL;

}  // namespace

Dialler::Dialler(TransportContext& shared, DialTarget target)
    : shared_(shared), target_(std::move(target)), jitter_(std::random_device{}()) {}

void Dialler::step(SteadyTime now) {
    now_ = now;
    if (!dealer_) {
        if (now >= next_attempt_ && shared_.allowed.contains(target_.peer)) {
            open();
        }
        return;
    }
    drain_monitor();
    if (dealer_ && !connection_ && now >= attempt_ends_) {
        fail("nothing came of dialling this address");
    }
    if (connection_) {
        if (outbox_.flush(*dealer_, {})) {
            shared_.events.push_back(Writable{*connection_});
        }
        receive();
    }
    if (connection_ && now >= due()) {
        end(EndReason::renewed);
    }
}

void Dialler::open() {
    link_ended_ = false;
    attempt_ends_ = {now_.ms + shared_.curve.times.handshake.count()};
    try {
        dealer_ = make_dialling_socket(shared_.context, shared_.curve, target_.peer);
        monitor_.emplace(shared_.context, *dealer_, watched_events);
        dealer_->connect(target_.address);
    } catch (const zmq::error_t& error) {
        fail(std::string("no socket to dial with: ") + error.what());
    }
}

void Dialler::close_socket() {
    monitor_.reset();
    dealer_.reset();
    connection_.reset();
    outbox_ = Outbox();
    traffic_ = Traffic();
}

void Dialler::drain_monitor() {
    while (const auto event = monitor_->next()) {
        if (event->event == ZMQ_EVENT_CONNECTED) {
            limit_unsent(event->value, shared_.unsent_bytes);
            attempt_ends_ = {now_.ms + shared_.curve.times.handshake.count()};
        } else if (event->event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) {
            on_handshake();
        } else if (ends_attempt(event->event)) {
            if (!connection_) {
                fail(words_for(*event));
                return;
            }
            link_ended_ = true;
        }
    }
}

void Dialler::on_handshake() {
    connection_ = shared_.counter.next();
    connected_since_ = now_;
    last_failure_.clear();
    outbox_.send(*dealer_, {}, framed(MessageKind::greeting, {}));
    shared_.events.push_back(Connected{*connection_, target_.peer, Direction::dialled});
}

void Dialler::receive() {
    for (int i = 0; i < messages_a_step; ++i) {
        zmq::message_t message;
        if (!dealer_->recv(message, zmq::recv_flags::dontwait)) {
            if (link_ended_) {
                end(EndReason::lost);
            }
            return;
        }
        const bool single = !message.more();
        while (message.more() && dealer_->recv(message)) {
        }
        const auto kind = kind_of(message);
        if (single && kind == MessageKind::hang_up) {
            end(EndReason::hung_up);
            return;
        }
        if (single && kind == MessageKind::payload) {
            Bytes payload = payload_of(message);
            count_in(traffic_, payload.size());
            count_in(shared_.total, payload.size());
            shared_.events.push_back(Received{*connection_, std::move(payload)});
        }
    }
}

bool Dialler::send(ConnectionId connection, ByteView message) {
    if (connection_ != connection || !connection_ ||
        !outbox_.send(*dealer_, {}, framed(MessageKind::payload, message))) {
        return false;
    }
    count_out(traffic_, message.size());
    count_out(shared_.total, message.size());
    return true;
}

bool Dialler::close(ConnectionId connection, EndReason reason) {
    if (!connection_ || connection_ != connection) {
        return false;
    }
    end(reason);
    return true;
}

void Dialler::end(EndReason reason) {
    if (connection_) {
        shared_.events.push_back(Disconnected{*connection_, reason});
        const auto lasted = std::chrono::milliseconds(now_.ms - connected_since_.ms);
        failures_ = lasted >= shared_.curve.times.redial_most ? 0 : failures_ + 1;
    }
    close_socket();
    schedule();
    if (reason == EndReason::renewed) {
        dial_now();
    }
}

void Dialler::fail(const std::string& why) {
    last_failure_ = why;
    ++failures_;
    close_socket();
    schedule();
}

/// Between half of the delay and all of it, the delay doubling with every failure; not less than
/// the least.
void Dialler::schedule() {
    const TransportTimes& times = shared_.curve.times;
    const std::uint32_t doublings = std::min(failures_ > 0 ? failures_ - 1 : 0, most_doublings);
    const std::int64_t delay =
        std::min<std::int64_t>(times.redial_least.count() << doublings, times.redial_most.count());
    std::uniform_int_distribution<std::int64_t> spread(delay / 2, delay);
    next_attempt_ = {now_.ms + std::max<std::int64_t>(spread(jitter_), times.redial_least.count())};
}

void Dialler::dial_now() {
    if (!connection_) {
        close_socket();
        next_attempt_ = now_;
    }
}

const Traffic* Dialler::traffic(ConnectionId connection) const {
    return connection_ && connection_ == connection ? &traffic_ : nullptr;
}

DialState Dialler::state() const { return {target_, connection_, failures_, last_failure_}; }

SteadyTime Dialler::due() const {
    if (connection_) {
        return {connected_since_.ms + shared_.curve.times.renewal.count()};
    }
    if (dealer_) {
        return attempt_ends_;
    }
    if (!shared_.allowed.contains(target_.peer)) {
        return {INT64_MAX};
    }
    return next_attempt_;
}

bool Dialler::add_descriptors(std::vector<pollfd>& to) {
    if (!dealer_) {
        return true;
    }
    to.push_back({dealer_->get(zmq::sockopt::fd), POLLIN, 0});
    to.push_back({monitor_->descriptor(), POLLIN, 0});
    return (dealer_->get(zmq::sockopt::events) & ZMQ_POLLIN) == 0 && !monitor_->is_ready();
}

}  // namespace entrepot::replication
