// Outbox: one connection's way out. libzmq does not tell when the queue of one peer of a ROUTER has
// room again, so one message waits here and is offered again until it is taken.
#pragma once

#include <optional>
#include <zmq.hpp>

#include "replication/transport/endpoint.hpp"

namespace entrepot::replication {

/// The byte that every message on the wire starts with.
enum class MessageKind : std::uint8_t { greeting = 1, payload = 2, hang_up = 3 };

/// The kind byte and what follows it, as libzmq wants it.
zmq::message_t framed(MessageKind kind, ByteView payload);
/// The kind of a message that came; nothing when it is empty or of no known kind.
std::optional<MessageKind> kind_of(const zmq::message_t& message);
/// What follows the kind byte.
Bytes payload_of(const zmq::message_t& message);

enum class SendOutcome : unsigned char { taken, full, gone };

/// Offers `message` once to `socket`, to the peer `routing_id` where it is a ROUTER (empty for a
/// DEALER). The message is left as it was unless it was taken.
SendOutcome offer(zmq::socket_t& socket, std::string_view routing_id, zmq::message_t& message);

class Outbox {
public:
    /// Sends or keeps the message. False when one is kept already; flush() then tells of room.
    bool send(zmq::socket_t& socket, std::string_view routing_id, zmq::message_t message);
    /// Offers the kept message again. True when send() said false before and would not now.
    bool flush(zmq::socket_t& socket, std::string_view routing_id);
    bool is_holding() const { return held_.has_value(); }

private:
    std::optional<zmq::message_t> held_;
    bool was_refused_ = false;
};

}  // namespace entrepot::replication
