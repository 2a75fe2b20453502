#include "node/api/http_listen.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace entrepot::node {
namespace {

constexpr int backlog = 256;
constexpr mode_t only_this_account = 0600;

std::string reason() { return std::strerror(errno); }

Error path_error(const std::filesystem::path& path, const std::string& why) {
    return {api_socket_path, "cannot listen on " + path.string() + ": " + why};
}

Error in_use(const std::filesystem::path& path) {
    return {api_socket_in_use, "a node is already running at " + path.string()};
}

Result<sockaddr_un> address_of(const std::filesystem::path& path) {
    sockaddr_un out{};
    out.sun_family = AF_UNIX;
    const std::string text = path.string();
    if (text.empty() || text.size() >= sizeof out.sun_path) {
        return path_error(path, "the path is empty or longer than " +
                                    std::to_string(sizeof out.sun_path - 1) + " bytes");
    }
    std::memcpy(out.sun_path, text.c_str(), text.size() + 1);
    return out;
}

Status make_folder(const std::filesystem::path& path) {
    const std::filesystem::path folder = path.parent_path();
    if (folder.empty() || mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST) {
        return {};
    }
    return path_error(path, "its folder cannot be made: " + reason());
}

/// Holds the name; a process that ends in any way lets go of it.
Result<int> lock_name(const std::filesystem::path& path) {
    const std::string name = path.string() + ".lock";
    const int lock = ::open(name.c_str(), O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW,
                            only_this_account);
    if (lock < 0) {
        return path_error(path, reason());
    }
    if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
        ::close(lock);
        return in_use(path);
    }
    return lock;
}

/// Removes what a server that is gone left behind, and nothing else.
Status remove_stale(const std::filesystem::path& path, const sockaddr_un& address) {
    struct stat found {};
    if (lstat(path.c_str(), &found) != 0) {
        return {};
    }
    if (!S_ISSOCK(found.st_mode)) {
        return path_error(path, "something else has this name");
    }
    const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int answer =
        connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0
                                                                                         : errno;
    ::close(probe);
    if (answer != ECONNREFUSED) {
        return in_use(path);
    }
    return unlink(path.c_str()) == 0 ? Status() : Status(path_error(path, reason()));
}

struct LoopbackAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;
};

Result<LoopbackAddress> loopback_of(const std::string& text) {
    const Error wrong{api_not_loopback,
                      "'" + text + "' is no loopback address: 127.0.0.1:port or [::1]:port"};
    const std::size_t colon = text.rfind(':');
    const std::string port = colon == std::string::npos ? "" : text.substr(colon + 1);
    if (port.empty() || port.size() > 5 ||
        port.find_first_not_of("0123456789") != std::string::npos || std::stoi(port) > 65535) {
        return wrong;
    }
    const auto number = htons(static_cast<std::uint16_t>(std::stoi(port)));
    LoopbackAddress out;
    const std::string host = text.substr(0, colon);
    if (host == "127.0.0.1") {
        auto* in = reinterpret_cast<sockaddr_in*>(&out.storage);
        *in = {AF_INET, number, {htonl(INADDR_LOOPBACK)}, {}};
        out.size = sizeof *in;
        return out;
    }
    if (host == "[::1]") {
        auto* in = reinterpret_cast<sockaddr_in6*>(&out.storage);
        in->sin6_family = AF_INET6;
        in->sin6_port = number;
        in->sin6_addr = in6addr_loopback;
        out.size = sizeof *in;
        return out;
    }
    return wrong;
}

std::uint16_t port_of(int descriptor) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    if (getsockname(descriptor, reinterpret_cast<sockaddr*>(&storage), &size) != 0) {
        return 0;
    }
    return ntohs(storage.ss_family == AF_INET6
                     ? reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_port
                     : reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
}

}  // namespace

Result<HttpListen> HttpListen::on_socket(const std::filesystem::path& path) {
    TRY_ASSIGN(const sockaddr_un address, address_of(path));
    TRY(make_folder(path));
    HttpListen out;
    TRY_ASSIGN(out.lock_, lock_name(path));
    TRY(remove_stale(path, address));
    out.listening_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    // The mode is set before the name exists, so that nobody else ever finds it open.
    if (out.listening_ < 0 || fchmod(out.listening_, only_this_account) != 0 ||
        bind(out.listening_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return path_error(path, reason());
    }
    out.path_ = path;
    if (listen(out.listening_, backlog) != 0) {
        return path_error(path, reason());
    }
    return out;
}

Result<HttpListen> HttpListen::on_loopback(const std::string& address) {
    TRY_ASSIGN(const LoopbackAddress place, loopback_of(address));
    HttpListen out;
    out.listening_ =
        socket(place.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int on = 1;
    setsockopt(out.listening_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (out.listening_ < 0 ||
        bind(out.listening_, reinterpret_cast<const sockaddr*>(&place.storage), place.size) != 0 ||
        listen(out.listening_, backlog) != 0) {
        return Error{errno == EADDRINUSE ? api_port_in_use : api_no_server,
                     "cannot listen on " + address + ": " + reason()};
    }
    out.port_ = port_of(out.listening_);
    return out;
}

HttpListen::HttpListen(HttpListen&& other) noexcept
    : listening_(std::exchange(other.listening_, -1)),
      lock_(std::exchange(other.lock_, -1)),
      path_(std::exchange(other.path_, {})),
      port_(other.port_) {}

HttpListen& HttpListen::operator=(HttpListen&& other) noexcept {
    std::swap(listening_, other.listening_);
    std::swap(lock_, other.lock_);
    std::swap(path_, other.path_);
    std::swap(port_, other.port_);
    return *this;
}

HttpListen::~HttpListen() {
    if (!path_.empty()) {
        unlink(path_.c_str());
    }
    for (const int descriptor : {listening_, lock_}) {
        if (descriptor >= 0) {
            ::close(descriptor);
        }
    }
}

int HttpListen::release() { return std::exchange(listening_, -1); }

}  // namespace entrepot::node
