// HttpServer: the local API's way in, over libmicrohttpd: a unix socket that only this account may
// use, or one loopback port. It speaks HTTP/1.1 to programs on this machine and does not promise to
// stand on a network. Bytes and routes only: what a request means is its handler's business.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/base/bytes.hpp"

namespace entrepot::node {

inline constexpr ErrorCode api_socket_in_use{"api.socket_in_use", ErrorKind::unavailable};
inline constexpr ErrorCode api_socket_path{"api.socket_path", ErrorKind::storage};
inline constexpr ErrorCode api_port_in_use{"api.port_in_use", ErrorKind::unavailable};
inline constexpr ErrorCode api_not_loopback{"api.not_loopback", ErrorKind::invalid_input};
inline constexpr ErrorCode api_no_server{"api.no_server", ErrorKind::unavailable};
inline constexpr ErrorCode api_body_too_large{"api.body_too_large", ErrorKind::invalid_input};
inline constexpr ErrorCode api_two_lengths{"api.two_lengths", ErrorKind::invalid_input};
inline constexpr ErrorCode api_other_account{"api.other_account", ErrorKind::denied};
inline constexpr ErrorCode api_wrong_host{"api.wrong_host", ErrorKind::invalid_input};
inline constexpr ErrorCode api_wrong_origin{"api.wrong_origin", ErrorKind::denied};
/// The handler threw: our own bug, told with status 500.
inline constexpr ErrorCode api_handler{"api.handler", ErrorKind::unavailable};

/// Who is at the other end of a unix socket, as the kernel says.
struct PeerCredentials {
    unsigned uid = 0;
    int pid = 0;
};

struct HttpRequest {
    std::string method;
    std::string path;                             ///< as sent, percent signs decoded, no query
    std::map<std::string, std::string> query;     ///< decoded; of a repeated name the last one
    std::map<std::string, std::string> headers;   ///< names in lower case
    std::map<std::string, std::string> captures;  ///< what {name} in the route's pattern stood for
    Bytes body;
    std::optional<PeerCredentials> peer;          ///< none over TCP

    /// The header of that lower-case name, or nothing.
    std::string_view header(const std::string& name) const;
    std::string_view capture(const std::string& name) const;
    std::optional<std::string> query_value(const std::string& name) const;
};

struct HttpResponse {
    unsigned status = 200;
    std::map<std::string, std::string> headers;
    Bytes body;

    static HttpResponse json(std::string text, unsigned status = 200);
};

struct HttpExchange;

/// A response written piece by piece, from any thread: server-sent events or NDJSON lines.
class HttpStream {
public:
    explicit HttpStream(std::shared_ptr<HttpExchange> exchange);
    /// Appends bytes as they are. False: the client is gone or the server stops; write no more.
    /// Above 1 MiB unread the client counts as gone.
    bool write(std::string_view bytes);
    /// Completes the response.
    void end();

private:
    std::shared_ptr<HttpExchange> exchange_;
};

/// Answers one request, once, from any thread, now or later. Copies share the one answer; when the
/// last copy goes without an answer, the client gets status 500.
class Responder {
public:
    explicit Responder(std::shared_ptr<HttpExchange> exchange);
    /// The first call counts, later ones do nothing.
    void respond(HttpResponse response);
    /// Starts a response of unknown length; `head.body` comes first. While nothing is written,
    /// `heartbeat` is sent every HttpServerOptions::heartbeat, so that a lost client is noticed.
    HttpStream stream(HttpResponse head, std::string heartbeat);

private:
    std::shared_ptr<HttpExchange> exchange_;
};

/// Called on the server's one thread: returns soon, and leaves long work to another thread together
/// with the responder.
using HttpHandler = std::function<void(HttpRequest request, Responder responder)>;

struct HttpServerOptions {
    /// The unix socket; its folder is made with mode 0700 when absent, itself with 0600.
    std::filesystem::path socket;
    /// Instead of a socket: "127.0.0.1:port" or "[::1]:port", port 0 for any. Requests whose Host
    /// is not in `hosts` get 421; those with an Origin not in `origins` 403. Both exact.
    std::string loopback;
    std::vector<std::string> hosts;
    std::vector<std::string> origins;
    /// Other accounts that may use the socket besides this process's own and root.
    std::vector<unsigned> other_uids;
    std::size_t largest_body = 16 * 1024 * 1024;  ///< bytes; more gets 413
    std::chrono::seconds idle{60};                ///< a connection silent for longer is closed
    std::chrono::milliseconds heartbeat{10'000};
    unsigned most_connections = 512;
};

class HttpServer {
public:
    /// Listens and serves on a thread of its own. api.socket_in_use: a server answers there;
    /// api.socket_path: folder or name cannot be used; api.port_in_use, api.not_loopback: of
    /// `loopback`; api.no_server: the system gives no thread or descriptor.
    static Result<std::unique_ptr<HttpServer>> start(HttpServerOptions options,
                                                     HttpHandler handler);
    /// stop()
    ~HttpServer();

    /// Answers what waits with 503, ends streams, closes connections, and removes the socket.
    void stop();
    /// The TCP port in use; 0 on a unix socket.
    std::uint16_t port() const;

private:
    class Core;
    explicit HttpServer(std::unique_ptr<Core> core);
    std::unique_ptr<Core> core_;
};

}  // namespace entrepot::node
