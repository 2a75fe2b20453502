// HttpClient: asks a node's local API over its unix socket, through libcurl. One connection, kept
// open between requests; for one thread at a time. It does not retry.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "crypto/base/bytes.hpp"

namespace entrepot::node {

inline constexpr ErrorCode api_no_node{"api.no_node", ErrorKind::unavailable};
inline constexpr ErrorCode api_timeout{"api.timeout", ErrorKind::unavailable};
inline constexpr ErrorCode api_broken_answer{"api.broken_answer", ErrorKind::unavailable};

/// What to ask.
struct ApiCall {
    std::string method = "GET";
    std::string path = "/";  ///< with its query, percent-encoded where needed (see percent_encode)
    Bytes body = {};
    std::map<std::string, std::string> headers = {};
};

/// An error that the node reported: its code as text, because codes are constants of the program
/// that reports them.
struct RemoteError {
    std::string code;
    std::string detail;
    unsigned status = 0;
    /// As the status says; decides exit codes.
    ErrorKind kind() const;
};

struct ApiAnswer {
    unsigned status = 0;
    std::map<std::string, std::string> headers;  ///< names in lower case
    Bytes body;

    bool is_success() const { return status >= 200 && status < 300; }
    /// What the node reported when it did not succeed; code "api.status" when it gave no problem
    /// details.
    std::optional<RemoteError> error() const;
};

struct HttpClientOptions {
    std::filesystem::path socket;
    std::chrono::milliseconds connect_timeout{2'000};
    std::chrono::milliseconds timeout{60'000};  ///< of a whole request; of streams, of a silence
};

/// Letters, digits and -._~ stay, every other byte becomes %XX.
std::string percent_encode(std::string_view text);

class HttpClient {
public:
    explicit HttpClient(HttpClientOptions options);
    ~HttpClient();
    HttpClient(HttpClient&&) noexcept;
    HttpClient& operator=(HttpClient&&) noexcept;

    /// Waits for the whole answer. api.no_node: nobody listens at the socket; api.timeout;
    /// api.broken_answer: the connection ended before the answer did.
    Result<ApiAnswer> request(const ApiCall& call);
    /// Gives each line of a streamed answer without its line feed, heartbeats (empty lines and
    /// lines that begin with ':') left out, until the answer ends or `on_line` says false. The
    /// body of an answer that is no success is in the result instead.
    Result<ApiAnswer> stream(const ApiCall& call,
                             const std::function<bool(std::string_view)>& on_line);

private:
    class Core;
    std::unique_ptr<Core> core_;
};

}  // namespace entrepot::node
