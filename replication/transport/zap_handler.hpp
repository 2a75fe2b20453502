// ZapHandler: answers libzmq's question whether a key may connect (ZAP, RFC 27 of ZeroMQ), on a
// thread of its own. Bound before any other socket of the context exists.
#pragma once

#include <thread>
#include <zmq.hpp>

#include "replication/transport/allow_list.hpp"

namespace entrepot::replication {

class ZapHandler {
public:
    /// Binds and starts; throws zmq::error_t when the context already has a handler.
    ZapHandler(zmq::context_t& context, AllowList& allowed);
    /// Shuts the context down, which ends the thread.
    ~ZapHandler();
    ZapHandler(const ZapHandler&) = delete;
    ZapHandler& operator=(const ZapHandler&) = delete;

private:
    void run(zmq::socket_t socket);
    void answer(zmq::socket_t& socket);

    zmq::context_t& context_;
    AllowList& allowed_;
    std::thread thread_;
};

}  // namespace entrepot::replication
