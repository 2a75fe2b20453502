#include "replication/transport/listen_address.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace entrepot::replication {
namespace {

constexpr std::string_view scheme = "tcp://";
constexpr int backlog = 100;

struct HostAndPort {
    std::string host;
    std::string port;
};

Error bad_address(const std::string& address, const std::string& why) {
    return Error{transport_bad_address,
                 "'" + address + "' cannot be used: " + why + " (tcp://host:port is expected)"};
}

bool is_port(std::string_view text) {
    if (text.empty() || text.size() > 5) {
        return false;
    }
    unsigned value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') {
            return false;
        }
        value = value * 10 + static_cast<unsigned>(c - '0');
    }
    return value <= 65535;
}

Result<HostAndPort> split(const std::string& address) {
    if (address.rfind(scheme, 0) != 0) {
        return bad_address(address, "it does not begin with tcp://");
    }
    const std::string rest = address.substr(scheme.size());
    const std::size_t colon = rest.rfind(':');
    if (colon == std::string::npos || colon == 0) {
        return bad_address(address, "a host and a port are missing");
    }
    HostAndPort out{rest.substr(0, colon), rest.substr(colon + 1)};
    if (out.host.size() > 2 && out.host.front() == '[' && out.host.back() == ']') {
        out.host = out.host.substr(1, out.host.size() - 2);
    }
    if (out.port == "*") {
        out.port = "0";
    }
    if (!is_port(out.port)) {
        return bad_address(address, "the port is no number from 0 to 65535");
    }
    return out;
}

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

Result<AddressList> resolve(const std::string& address, const HostAndPort& place) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    const bool everywhere = place.host == "*";
    addrinfo* found = nullptr;
    const int failure = getaddrinfo(everywhere ? nullptr : place.host.c_str(), place.port.c_str(),
                                    &hints, &found);
    if (failure != 0) {
        return bad_address(address, gai_strerror(failure));
    }
    return AddressList(found, &freeaddrinfo);
}

Error bind_error(const std::string& address, int number) {
    const std::string place = "cannot listen on '" + address + "': ";
    if (number == EADDRINUSE) {
        return {transport_port_in_use, place + "another program uses this port"};
    }
    if (number == EACCES || number == EPERM) {
        return {transport_not_permitted, place + "this account may not use this port"};
    }
    if (number == EADDRNOTAVAIL || number == EAFNOSUPPORT) {
        return {transport_bad_address, place + "this machine does not have this address"};
    }
    return {transport_no_socket, place + std::strerror(number)};
}

/// The descriptor, or the error number in negative.
int listen_on(const addrinfo& target) {
    const int descriptor =
        socket(target.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
    if (descriptor < 0) {
        return -errno;
    }
    const int on = 1;
    const int off = 0;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (target.ai_family == AF_INET6) {
        setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    }
    if (bind(descriptor, target.ai_addr, target.ai_addrlen) != 0 ||
        listen(descriptor, backlog) != 0) {
        const int number = errno;
        ::close(descriptor);
        return -number;
    }
    return descriptor;
}

std::string name_of_socket(int descriptor) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    auto* generic = reinterpret_cast<sockaddr*>(&storage);
    std::array<char, NI_MAXHOST> host{};
    std::array<char, NI_MAXSERV> port{};
    if (getsockname(descriptor, generic, &size) != 0 ||
        getnameinfo(generic, size, host.data(), host.size(), port.data(), port.size(),
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
        return {};
    }
    const std::string name(host.data());
    const bool brackets = name.find(':') != std::string::npos;
    return std::string(scheme) + (brackets ? "[" + name + "]" : name) + ":" + port.data();
}

}  // namespace

Status check_dial_address(const std::string& address) {
    const Result<HostAndPort> place = split(address);
    if (!place) {
        return place.error();
    }
    const bool is_one = place->host != "*" && place->port != "0";
    return is_one ? Status() : bad_address(address, "a peer has one host and one port");
}

Result<ListeningSocket> ListeningSocket::open(const std::string& address) {
    TRY_ASSIGN(const HostAndPort place, split(address));
    TRY_ASSIGN(const AddressList list, resolve(address, place));
    const addrinfo* first = list.get();
    // For all interfaces one IPv6 socket serves both families, where the machine has IPv6.
    int descriptor = -EAFNOSUPPORT;
    for (const int family : {AF_INET6, AF_INET}) {
        for (const addrinfo* item = first; item != nullptr && descriptor < 0;
             item = item->ai_next) {
            const bool tried_last = descriptor == -EADDRINUSE || descriptor == -EACCES;
            if (item->ai_family == family && !tried_last) {
                descriptor = listen_on(*item);
            }
        }
    }
    if (descriptor < 0) {
        return bind_error(address, -descriptor);
    }
    return ListeningSocket(descriptor, name_of_socket(descriptor));
}

ListeningSocket::ListeningSocket(ListeningSocket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      bound_address_(std::move(other.bound_address_)) {}

ListeningSocket& ListeningSocket::operator=(ListeningSocket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(bound_address_, other.bound_address_);
    return *this;
}

ListeningSocket::~ListeningSocket() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

int ListeningSocket::duplicate() const { return fcntl(descriptor_, F_DUPFD_CLOEXEC, 0); }

}  // namespace entrepot::replication
