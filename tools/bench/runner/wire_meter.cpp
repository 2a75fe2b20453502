#include "tools/bench/runner/wire_meter.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

namespace entrepot::bench {
namespace {

std::uint64_t sum_of(const std::string& text, const std::string& name) {
    std::uint64_t out = 0;
    for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
        out += std::strtoull(text.c_str() + at + name.size(), nullptr, 10);
    }
    return out;
}

}  // namespace

Result<std::uint64_t> wire_bytes(std::uint16_t port) {
    const std::string command =
        "ss -tinH state established \"sport = :" + std::to_string(port) + "\" 2>/dev/null";
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "re"), ::pclose);
    if (!pipe) {
        return Error{wire_unreadable, "ss (package iproute2) does not start"};
    }
    std::string text;
    char part[4096];
    for (std::size_t got = 0; (got = std::fread(part, 1, sizeof part, pipe.get())) > 0;) {
        text.append(part, got);
    }
    // Not bytes_acked: acknowledgements come late when the line is quiet.
    return sum_of(text, " bytes_sent:") - sum_of(text, " bytes_retrans:") +
           sum_of(text, " bytes_received:");
}

Result<std::uint16_t> free_port() {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    const bool well = socket >= 0 && ::bind(socket, generic, size) == 0 &&
                      ::getsockname(socket, generic, &size) == 0;
    if (socket >= 0) {
        ::close(socket);
    }
    if (!well) {
        return Error{wire_unreadable, "the system gives no port"};
    }
    return ntohs(address.sin_port);
}

}  // namespace entrepot::bench
