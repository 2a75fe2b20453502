// Where the local API listens: a unix socket of this account, or one loopback port.
#pragma once

#include <string>

#include "node/api/http_server.hpp"

namespace entrepot::node {

/// Owns a lock on the socket's name for as long as it lives; the descriptor goes to the server.
class HttpListen {
public:
    /// Errors as HttpServer::start.
    static Result<HttpListen> on_socket(const std::filesystem::path& path);
    static Result<HttpListen> on_loopback(const std::string& address);
    HttpListen(HttpListen&& other) noexcept;
    HttpListen& operator=(HttpListen&& other) noexcept;
    /// Removes the socket from its folder and closes what it still owns.
    ~HttpListen();

    /// The listening descriptor; the caller closes it.
    int release();
    std::uint16_t port() const { return port_; }

private:
    HttpListen() = default;
    int listening_ = -1;
    int lock_ = -1;
    std::filesystem::path path_;
    std::uint16_t port_ = 0;
};

}  // namespace entrepot::node
