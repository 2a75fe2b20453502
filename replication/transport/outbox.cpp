#include "replication/transport/outbox.hpp"

#include <cerrno>
#include <cstring>

namespace entrepot::replication {
namespace {

bool is_peer_gone(const zmq::error_t& error) { return error.num() == EHOSTUNREACH; }

bool try_send(zmq::socket_t& socket, std::string_view routing_id, zmq::message_t& message) {
    if (!routing_id.empty() &&
        !socket.send(zmq::buffer(routing_id),
                     zmq::send_flags::sndmore | zmq::send_flags::dontwait)) {
        return false;
    }
    return socket.send(message, zmq::send_flags::dontwait).has_value();
}

}  // namespace

zmq::message_t framed(MessageKind kind, ByteView payload) {
    zmq::message_t out(1 + payload.size());
    auto* bytes = out.data<std::uint8_t>();
    bytes[0] = static_cast<std::uint8_t>(kind);
    if (!payload.empty()) {
        std::memcpy(bytes + 1, payload.data(), payload.size());
    }
    return out;
}

std::optional<MessageKind> kind_of(const zmq::message_t& message) {
    if (message.size() == 0) {
        return std::nullopt;
    }
    const std::uint8_t byte = *message.data<std::uint8_t>();
    if (byte < static_cast<std::uint8_t>(MessageKind::greeting) ||
        byte > static_cast<std::uint8_t>(MessageKind::hang_up)) {
        return std::nullopt;
    }
    return static_cast<MessageKind>(byte);
}

Bytes payload_of(const zmq::message_t& message) {
    const auto* bytes = message.data<std::uint8_t>();
    return Bytes(bytes + 1, bytes + message.size());
}

SendOutcome offer(zmq::socket_t& socket, std::string_view routing_id, zmq::message_t& message) {
    try {
        if (try_send(socket, routing_id, message)) {
            return SendOutcome::taken;
        }
        // A send looks at libzmq's news only now and then; asking for the events makes it look.
        static_cast<void>(socket.get(zmq::sockopt::events));
        return try_send(socket, routing_id, message) ? SendOutcome::taken : SendOutcome::full;
    } catch (const zmq::error_t& error) {
        if (is_peer_gone(error)) {
            return SendOutcome::gone;
        }
        throw;
    }
}

bool Outbox::send(zmq::socket_t& socket, std::string_view routing_id, zmq::message_t message) {
    if (held_) {
        was_refused_ = true;
        return false;
    }
    if (offer(socket, routing_id, message) == SendOutcome::full) {
        held_ = std::move(message);
    }
    return true;
}

bool Outbox::flush(zmq::socket_t& socket, std::string_view routing_id) {
    if (!held_ || offer(socket, routing_id, *held_) == SendOutcome::full) {
        return false;
    }
    held_.reset();
    const bool tell = was_refused_;
    was_refused_ = false;
    return tell;
}

}  // namespace entrepot::replication
