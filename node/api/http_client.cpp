#include "node/api/http_client.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <cctype>
#include <mutex>
#include <nlohmann/json.hpp>

#include "node/api/problem.hpp"

namespace entrepot::node {
namespace {

using LineSink = std::function<bool(std::string_view)>;

/// What comes in of one answer.
struct Incoming {
    ApiAnswer answer;
    const LineSink* on_line = nullptr;
    std::string line;
    bool is_stopped = false;
};

bool is_heartbeat(std::string_view line) { return line.empty() || line.front() == ':'; }

bool take_lines(Incoming& in, std::string_view bytes) {
    in.line += bytes;
    std::size_t begin = 0;
    for (std::size_t end = in.line.find('\n'); end != std::string::npos;
         end = in.line.find('\n', begin)) {
        const std::string_view line = std::string_view(in.line).substr(begin, end - begin);
        begin = end + 1;
        if (!is_heartbeat(line) && !(*in.on_line)(line)) {
            return false;
        }
    }
    in.line.erase(0, begin);
    return true;
}

std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* incoming) {
    auto& in = *static_cast<Incoming*>(incoming);
    const std::string_view text(bytes, size * count);
    if (in.on_line == nullptr || !in.answer.is_success()) {
        append(in.answer.body, as_bytes(text));
        return text.size();
    }
    in.is_stopped = !take_lines(in, text);
    return in.is_stopped ? 0 : text.size();
}

std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* incoming) {
    auto& in = *static_cast<Incoming*>(incoming);
    std::string_view line(bytes, size * count);
    while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) {
        line.remove_suffix(1);
    }
    const std::size_t colon = line.find(':');
    if (line.rfind("HTTP/", 0) == 0) {
        in.answer = ApiAnswer();
        const std::size_t space = line.find(' ');
        in.answer.status = space == std::string_view::npos
                               ? 0
                               : static_cast<unsigned>(std::atoi(line.data() + space + 1));
    } else if (colon != std::string_view::npos) {
        std::string name(line.substr(0, colon));
        std::transform(name.begin(), name.end(), name.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        const std::size_t value = line.find_first_not_of(' ', colon + 1);
        in.answer.headers[name] =
            value == std::string_view::npos ? std::string() : std::string(line.substr(value));
    }
    return size * count;
}

class HeaderList {
public:
    explicit HeaderList(const std::map<std::string, std::string>& headers) {
        for (const auto& [name, value] : headers) {
            add(name + ": " + value);
        }
    }
    ~HeaderList() { curl_slist_free_all(list_); }
    HeaderList(const HeaderList&) = delete;
    HeaderList& operator=(const HeaderList&) = delete;

    void add(const std::string& line) { list_ = curl_slist_append(list_, line.c_str()); }
    curl_slist* get() const { return list_; }

private:
    curl_slist* list_ = nullptr;
};

void initialise_curl() {
    static std::once_flag once;  // libcurl's own state is the process's
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

Error failure(CURLcode code, const std::filesystem::path& socket) {
    switch (code) {
        case CURLE_COULDNT_CONNECT:
        case CURLE_COULDNT_RESOLVE_HOST:
            return {api_no_node, "no node is running at " + socket.string()};
        case CURLE_OPERATION_TIMEDOUT:
            return {api_timeout, "the node at " + socket.string() + " does not answer in time"};
        default:
            return {api_broken_answer, "the node at " + socket.string() +
                                           " broke off: " + curl_easy_strerror(code)};
    }
}

}  // namespace

ErrorKind RemoteError::kind() const { return kind_of_status(status); }

std::optional<RemoteError> ApiAnswer::error() const {
    if (is_success()) {
        return std::nullopt;
    }
    const auto json = nlohmann::json::parse(body.begin(), body.end(), nullptr, false);
    const auto text = [&](const char* name) -> std::string {
        const bool found = json.is_object() && json.contains(name) && json[name].is_string();
        return found ? json[name].get<std::string>() : std::string();
    };
    RemoteError out{text("code"), text("detail"), status};
    if (out.code.empty()) {
        out = {"api.status", "the node answered with status " + std::to_string(status), status};
    }
    return out;
}

std::string percent_encode(std::string_view text) {
    constexpr std::string_view plain = "-._~";
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                               (byte >= '0' && byte <= '9');
        if (is_letter || plain.find(c) != std::string_view::npos) {
            out += c;
        } else {
            out += {'%', digits[byte >> 4], digits[byte & 15]};
        }
    }
    return out;
}

class HttpClient::Core {
public:
    explicit Core(HttpClientOptions options) : options_(std::move(options)) {
        initialise_curl();
        curl_ = curl_easy_init();
    }
    ~Core() { curl_easy_cleanup(curl_); }
    Core(const Core&) = delete;
    Core& operator=(const Core&) = delete;

    Result<ApiAnswer> run(const ApiCall& call, const LineSink* on_line) {
        if (curl_ == nullptr) {
            return Error{api_broken_answer, "libcurl gives no handle"};
        }
        Incoming in;
        in.on_line = on_line;
        HeaderList headers(call.headers);
        curl_easy_reset(curl_);  // keeps the connection
        set_place(call);
        set_method(call, headers);
        set_times(on_line != nullptr);
        set(CURLOPT_HTTPHEADER, headers.get());
        set(CURLOPT_WRITEFUNCTION, &on_body);
        set(CURLOPT_WRITEDATA, &in);
        set(CURLOPT_HEADERFUNCTION, &on_header);
        set(CURLOPT_HEADERDATA, &in);
        const CURLcode code = curl_easy_perform(curl_);
        if (code != CURLE_OK && !in.is_stopped) {
            return failure(code, options_.socket);
        }
        return std::move(in.answer);
    }

private:
    template <class Value>
    void set(CURLoption option, Value value) {
        static_cast<void>(curl_easy_setopt(curl_, option, value));
    }

    void set_place(const ApiCall& call) {
        set(CURLOPT_UNIX_SOCKET_PATH, options_.socket.c_str());
        set(CURLOPT_URL, ("http://localhost" + call.path).c_str());
        set(CURLOPT_PATH_AS_IS, 1L);
        set(CURLOPT_PROXY, "");
        set(CURLOPT_NOSIGNAL, 1L);
    }

    void set_method(const ApiCall& call, HeaderList& headers) {
        if (!call.body.empty() || call.method == "POST" || call.method == "PUT" ||
            call.method == "PATCH") {
            set(CURLOPT_POST, 1L);
            set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
            set(CURLOPT_POSTFIELDS, call.body.empty()
                                        ? ""
                                        : reinterpret_cast<const char*>(call.body.data()));
            if (call.headers.count("Content-Type") == 0) {
                headers.add("Content-Type: application/json");
            }
        }
        set(CURLOPT_CUSTOMREQUEST, call.method.c_str());
    }

    void set_times(bool is_stream) {
        const auto whole = static_cast<long>(options_.timeout.count());
        set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count()));
        if (is_stream) {
            set(CURLOPT_LOW_SPEED_LIMIT, 1L);
            set(CURLOPT_LOW_SPEED_TIME, std::max(whole / 1000, 1L));
        } else {
            set(CURLOPT_TIMEOUT_MS, whole);
        }
    }

    HttpClientOptions options_;
    CURL* curl_ = nullptr;
};

HttpClient::HttpClient(HttpClientOptions options)
    : core_(std::make_unique<Core>(std::move(options))) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

Result<ApiAnswer> HttpClient::request(const ApiCall& call) { return core_->run(call, nullptr); }

Result<ApiAnswer> HttpClient::stream(const ApiCall& call, const LineSink& on_line) {
    return core_->run(call, &on_line);
}

}  // namespace entrepot::node
