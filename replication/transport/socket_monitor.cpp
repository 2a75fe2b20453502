#include "replication/transport/socket_monitor.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstring>
#include <string>

namespace entrepot::replication {
namespace {

// Event number 16 bits, value 32 bits, in the machine's own order.
constexpr std::size_t event_size = 6;

}  // namespace

SocketMonitor::SocketMonitor(zmq::context_t& context, zmq::socket_t& socket, int events)
    : watched_(socket.handle()), monitor_(context, zmq::socket_type::pair) {
    // The watched socket's own address is unique in the process while it lives, and its monitor
    // ends with it.
    const std::string address =
        "inproc://monitor-" + std::to_string(reinterpret_cast<std::uintptr_t>(socket.handle()));
    if (zmq_socket_monitor(socket.handle(), address.c_str(), events) != 0) {
        throw zmq::error_t();
    }
    monitor_.set(zmq::sockopt::linger, 0);
    monitor_.connect(address);
}

SocketMonitor::~SocketMonitor() {
    static_cast<void>(zmq_socket_monitor(watched_, nullptr, 0));
}

std::optional<SocketMonitor::Event> SocketMonitor::next() {
    zmq::message_t first;
    if (!monitor_.recv(first, zmq::recv_flags::dontwait)) {
        return std::nullopt;
    }
    if (first.more()) {
        zmq::message_t endpoint;
        static_cast<void>(monitor_.recv(endpoint));
    }
    if (first.size() != event_size) {
        return Event{};
    }
    std::uint16_t event = 0;
    std::int32_t value = 0;
    std::memcpy(&event, first.data(), sizeof event);
    std::memcpy(&value, first.data<std::uint8_t>() + sizeof event, sizeof value);
    return Event{event, value};
}

std::optional<SocketMonitor::Event> SocketMonitor::wait_for(std::chrono::milliseconds most) {
    zmq_pollitem_t item{monitor_.handle(), 0, ZMQ_POLLIN, 0};
    static_cast<void>(zmq_poll(&item, 1, static_cast<long>(most.count())));
    return next();
}

void limit_unsent(int descriptor, int bytes) {
    static_cast<void>(
        setsockopt(descriptor, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &bytes, sizeof bytes));
}

}  // namespace entrepot::replication
