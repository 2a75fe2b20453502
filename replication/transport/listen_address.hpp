// A listening TCP socket of our own, handed to libzmq: so that a refused address is told in words,
// and the port stays ours while the ROUTER behind it is exchanged.
#pragma once

#include <string>

#include "replication/transport/zmq_endpoint.hpp"

namespace entrepot::replication {

/// transport.bad_address unless this is "tcp://host:port" with a port from 1 to 65535; the name is
/// not looked up.
Status check_dial_address(const std::string& address);

/// Closes its descriptor when it ends.
class ListeningSocket {
public:
    /// "tcp://host:port"; host a name, an address, [an IPv6 address] or * for all, port 0–65535 or
    /// * for any. Errors as ZmqEndpoint::start.
    static Result<ListeningSocket> open(const std::string& address);
    ListeningSocket(ListeningSocket&& other) noexcept;
    ListeningSocket& operator=(ListeningSocket&& other) noexcept;
    ~ListeningSocket();

    /// A second descriptor of the same socket, for libzmq to own; -1 when the system has none.
    int duplicate() const;
    /// "tcp://address:port" as bound.
    const std::string& bound_address() const { return bound_address_; }

private:
    ListeningSocket(int descriptor, std::string bound_address)
        : descriptor_(descriptor), bound_address_(std::move(bound_address)) {}
    int descriptor_ = -1;
    std::string bound_address_;
};

}  // namespace entrepot::replication
