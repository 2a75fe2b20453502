#include "node/api/http_server.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <thread>

#include "crypto/secret.hpp"
#include "node/api/http_exchange.hpp"
#include "node/api/http_listen.hpp"
#include "node/api/problem.hpp"

namespace entrepot::node {
namespace {


// Of a body that is too large so much is read and thrown away, for the client to see the 413.
constexpr std::size_t most_thrown_away = 4 * 1024 * 1024;
constexpr std::chrono::seconds longest_farewell{1};

using ExchangePointer = std::shared_ptr<HttpExchange>;

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

MHD_Result keep_header(void* request, MHD_ValueKind, const char* name, const char* value) {
    auto& headers = static_cast<HttpRequest*>(request)->headers;
    auto [at, is_new] = headers.try_emplace(lower(name), value == nullptr ? "" : value);
    if (!is_new) {
        at->second += std::string(", ") + (value == nullptr ? "" : value);
    }
    return MHD_YES;
}

MHD_Result keep_query(void* request, MHD_ValueKind, const char* name, const char* value) {
    static_cast<HttpRequest*>(request)->query[name] = value == nullptr ? "" : value;
    return MHD_YES;
}

std::optional<PeerCredentials> credentials_of(MHD_Connection* connection) {
    const MHD_ConnectionInfo* found =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    ucred peer{};
    socklen_t size = sizeof peer;
    if (found == nullptr ||
        getsockopt(found->connect_fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
        return std::nullopt;
    }
    return PeerCredentials{peer.uid, peer.pid};
}

/// A body may hold a passphrase: what it outgrows is wiped.
void keep_body(Bytes& body, ByteView bytes) {
    if (body.capacity() - body.size() < bytes.size()) {
        Bytes larger;
        larger.reserve(std::max(2 * body.capacity(), body.size() + bytes.size()));
        append(larger, body);
        crypto::wipe(body);
        body = std::move(larger);
    }
    append(body, bytes);
}

template <class List, class Item>
bool contains(const List& list, const Item& item) {
    return std::find(list.begin(), list.end(), item) != list.end();
}

}  // namespace

class HttpServer::Core {
public:
    Core(HttpServerOptions options, HttpHandler handler, HttpListen listen)
        : options_(std::move(options)), handler_(std::move(handler)), listen_(std::move(listen)) {}

    Status start() {
        const int descriptor = listen_.release();
        daemon_ = MHD_start_daemon(
            MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, nullptr, nullptr,
            &Core::on_request, this, MHD_OPTION_LISTEN_SOCKET, descriptor,
            MHD_OPTION_NOTIFY_COMPLETED, &Core::on_completed, nullptr,
            MHD_OPTION_CONNECTION_TIMEOUT, static_cast<unsigned>(options_.idle.count()),
            MHD_OPTION_CONNECTION_LIMIT, options_.most_connections,
            MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
        if (daemon_ == nullptr) {
            ::close(descriptor);
            return Error{api_no_server, "the local server cannot start: no thread or descriptor"};
        }
        heart_ = std::thread([this] { run_heart(); });
        return {};
    }

    void stop() {
        if (daemon_ == nullptr) {
            return;
        }
        {
            std::unique_lock lock(gate_->mutex);
            gate_->stopping = true;
            const std::set<HttpExchange*> waiting = gate_->suspended;
            for (HttpExchange* exchange : waiting) {
                exchange->stop_waiting();
            }
            gate_->changed.notify_all();
            gate_->changed.wait_for(lock, longest_farewell,
                                    [this] { return gate_->dispatched == 0; });
        }
        heart_.join();
        MHD_stop_daemon(daemon_);
        daemon_ = nullptr;
    }

    ~Core() { stop(); }
    Core(const Core&) = delete;
    Core& operator=(const Core&) = delete;

    std::uint16_t port() const { return listen_.port(); }

private:
    static MHD_Result on_request(void* core, MHD_Connection* connection, const char* url,
                                 const char* method, const char*, const char* upload,
                                 std::size_t* upload_size, void** state) {
        auto& self = *static_cast<Core*>(core);
        if (*state == nullptr) {
            auto* exchange = new ExchangePointer(std::make_shared<HttpExchange>(self.gate_));
            *state = exchange;
            return self.begin(**exchange, connection, url, method);
        }
        const ExchangePointer& exchange = *static_cast<ExchangePointer*>(*state);
        if (*upload_size != 0) {
            // The buffer is libmicrohttpd's, which need not wipe it when the connection ends.
            const MutableByteView lent(
                reinterpret_cast<std::uint8_t*>(const_cast<char*>(upload)),
                std::exchange(*upload_size, 0));
            const MHD_Result taken = self.take_body(*exchange, lent);
            crypto::wipe(lent);
            return taken;
        }
        if (!exchange->is_dispatched && exchange->dispatch()) {
            self.call_handler(exchange);
        }
        return exchange->proceed();
    }

    static void on_completed(void*, MHD_Connection*, void** state, MHD_RequestTerminationCode) {
        auto* exchange = static_cast<ExchangePointer*>(*state);
        if (exchange != nullptr) {
            (*exchange)->forget_connection();
            delete exchange;
            *state = nullptr;
        }
    }

    MHD_Result begin(HttpExchange& exchange, MHD_Connection* connection, const char* url,
                     const char* method) {
        exchange.connection = connection;
        HttpRequest& request = exchange.request;
        request.method = method;
        request.path = url;
        MHD_get_connection_values(connection, MHD_HEADER_KIND, &keep_header, &request);
        MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, &keep_query, &request);
        if (options_.loopback.empty()) {
            request.peer = credentials_of(connection);
        }
        if (auto refusal = check_length(request)) {
            return queue_now(connection, std::move(*refusal), true);
        }
        exchange.early = check_sender(request);
        return MHD_YES;
    }

    /// Two lengths are how requests are smuggled past a check; so is a list of them.
    std::optional<HttpResponse> check_length(const HttpRequest& request) const {
        const std::string_view length = request.header("content-length");
        const bool is_chunked = request.headers.count("transfer-encoding") != 0;
        if ((is_chunked && !length.empty()) || length.find(',') != std::string_view::npos) {
            return problem_response({api_two_lengths, "the request tells its length twice"});
        }
        std::uint64_t bytes = 0;
        std::from_chars(length.data(), length.data() + length.size(), bytes);
        return bytes > options_.largest_body ? std::optional(too_large()) : std::nullopt;
    }

    std::optional<HttpResponse> check_sender(const HttpRequest& request) const {
        if (options_.loopback.empty()) {
            const bool known = request.peer && (request.peer->uid == 0 ||
                                                request.peer->uid == geteuid() ||
                                                contains(options_.other_uids, request.peer->uid));
            return known ? std::nullopt
                         : std::optional(problem_response(
                               {api_other_account, "this socket is another account's"}));
        }
        if (!contains(options_.hosts, request.header("host"))) {
            return problem_response({api_wrong_host, "no such host here"}, 421);
        }
        const bool has_origin = request.headers.count("origin") != 0;
        if (has_origin && !contains(options_.origins, request.header("origin"))) {
            return problem_response({api_wrong_origin, "requests of other pages are not served"});
        }
        return std::nullopt;
    }

    HttpResponse too_large() const {
        return problem_response({api_body_too_large, "the body is larger than " +
                                                         std::to_string(options_.largest_body) +
                                                         " bytes"},
                                413);
    }

    MHD_Result take_body(HttpExchange& exchange, ByteView bytes) const {
        exchange.body_bytes += bytes.size();
        if (exchange.body_bytes > options_.largest_body + most_thrown_away) {
            return MHD_NO;
        }
        if (exchange.body_bytes > options_.largest_body) {
            exchange.early = too_large();
            exchange.request.body = Bytes();
        } else if (!exchange.early) {
            keep_body(exchange.request.body, bytes);
        }
        return MHD_YES;
    }

    void call_handler(const ExchangePointer& exchange) {
        Responder responder(exchange);
        if (exchange->early) {
            responder.respond(std::move(*exchange->early));
            return;
        }
        try {
            handler_(std::move(exchange->request), responder);
        } catch (const std::exception& error) {
            responder.respond(problem_response({api_handler, error.what()}, 500));
        }
    }

    void run_heart() {
        std::unique_lock lock(gate_->mutex);
        while (!gate_->changed.wait_for(lock, options_.heartbeat,
                                        [this] { return gate_->stopping; })) {
            const std::set<HttpExchange*> waiting = gate_->suspended;
            for (HttpExchange* exchange : waiting) {
                exchange->beat();
            }
        }
    }

    HttpServerOptions options_;
    HttpHandler handler_;
    HttpListen listen_;
    std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
    MHD_Daemon* daemon_ = nullptr;
    std::thread heart_;
};

HttpServer::HttpServer(std::unique_ptr<Core> core) : core_(std::move(core)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::start(HttpServerOptions options,
                                                      HttpHandler handler) {
    TRY_ASSIGN(HttpListen listen, options.loopback.empty()
                                      ? HttpListen::on_socket(options.socket)
                                      : HttpListen::on_loopback(options.loopback));
    auto core =
        std::make_unique<Core>(std::move(options), std::move(handler), std::move(listen));
    TRY(core->start());
    return std::unique_ptr<HttpServer>(new HttpServer(std::move(core)));
}

void HttpServer::stop() { core_->stop(); }
std::uint16_t HttpServer::port() const { return core_->port(); }

}  // namespace entrepot::node
