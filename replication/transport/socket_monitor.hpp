// SocketMonitor: what libzmq says of the TCP connections under one socket, read without waiting.
#pragma once

#include <chrono>
#include <optional>
#include <zmq.hpp>

namespace entrepot::replication {

class SocketMonitor {
public:
    /// `value` is a descriptor, an error number or a status, as the event says.
    struct Event {
        int event = 0;
        int value = 0;
    };

    /// Watches `socket` for `events` (ZMQ_EVENT_…); attached before it binds or connects.
    /// It must be gone before the socket is.
    SocketMonitor(zmq::context_t& context, zmq::socket_t& socket, int events);
    SocketMonitor(const SocketMonitor&) = delete;
    /// Detaches first: libzmq's thread waits without end to tell a monitor that has gone.
    ~SocketMonitor();

    /// The next event, if there is one now.
    std::optional<Event> next();
    /// Waits at most so long for the next one.
    std::optional<Event> wait_for(std::chrono::milliseconds most);
    /// Whether next() has something now.
    bool is_ready() { return (monitor_.get(zmq::sockopt::events) & ZMQ_POLLIN) != 0; }
    /// Readable when next() may have something; to be asked until it has nothing.
    int descriptor() { return monitor_.get(zmq::sockopt::fd); }

private:
    void* watched_;
    zmq::socket_t monitor_;
};

/// Lets the kernel hold at most `bytes` unsent on a connection that libzmq owns. The descriptor may
/// be closed already, or be another connection's by now: both are harmless.
void limit_unsent(int descriptor, int bytes);

}  // namespace entrepot::replication
