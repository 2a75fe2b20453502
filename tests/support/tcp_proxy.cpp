#include "tests/support/tcp_proxy.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

#include "tests/support/eventually.hpp"

namespace entrepot {
namespace {

constexpr std::size_t most_queued = 256 * 1024;

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_port = htons(port);
    out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return out;
}

const sockaddr* plain(const sockaddr_in& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

int dial(std::uint16_t port) {
    const int out = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(port);
    if (::connect(out, plain(address), sizeof address) != 0) {
        ::close(out);
        return -1;
    }
    ::fcntl(out, F_SETFL, O_NONBLOCK);
    return out;
}

}  // namespace

TcpProxy::TcpProxy() {
    listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (::bind(listening_, plain(address), size) != 0 || ::listen(listening_, 16) != 0 ||
        ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        throw std::runtime_error("no port for the proxy");
    }
    port_ = ntohs(address.sin_port);
    waking_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    thread_ = std::thread([this] { run(); });
}

TcpProxy::~TcpProxy() {
    ending_ = true;
    ::eventfd_write(waking_, 1);
    thread_.join();
    end_all();
    ::close(listening_);
    ::close(waking_);
}

std::string TcpProxy::address() const {
    return "tcp://127.0.0.1:" + std::to_string(port_);
}

void TcpProxy::lead_to(const std::string& address) {
    target_ = static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
}

void TcpProxy::change(Standing standing) {
    standing_ = standing;
    ::eventfd_write(waking_, 1);
}

void TcpProxy::cut() {
    const auto wanted = ++cuts_wanted_;
    change(Standing::cut);
    eventually([&] { return cuts_made_ >= wanted; });
}
void TcpProxy::hold() {
    change(Standing::held);
}
void TcpProxy::open() {
    change(Standing::open);
}
void TcpProxy::record() {
    recording_ = true;
}

std::vector<Bytes> TcpProxy::recorded() const {
    const std::lock_guard lock(mutex_);
    return streams_;
}

void TcpProxy::end_all() {
    for (std::size_t i = 0; i < pipes_.size(); i += 2) {
        ::close(pipes_[i].from);
        ::close(pipes_[i].to);
    }
    pipes_.clear();
}

void TcpProxy::accept_one() {
    const int accepted = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (accepted < 0) {
        return;
    }
    const int dialled = standing_ == Standing::cut || target_ == 0 ? -1 : dial(target_);
    if (dialled < 0) {
        ::close(accepted);
        return;
    }
    const std::lock_guard lock(mutex_);
    streams_.resize(streams_.size() + 2);
    pipes_.push_back({accepted, dialled, {}, streams_.size() - 2});
    pipes_.push_back({dialled, accepted, {}, streams_.size() - 1});
}

void TcpProxy::move(Pipe& pipe, short events, bool& ended) {
    if (events != 0 && pipe.queued.size() < most_queued) {
        std::uint8_t block[65536];
        const auto got = ::recv(pipe.from, block, sizeof block, 0);
        ended = ended || got == 0 || (got < 0 && errno != EAGAIN);
        if (got > 0) {
            pipe.queued.insert(pipe.queued.end(), block, block + got);
            moved_ += static_cast<std::uint64_t>(got);
            if (recording_) {
                const std::lock_guard lock(mutex_);
                auto& stream = streams_[pipe.stream];
                stream.insert(stream.end(), block, block + got);
            }
        }
    }
    if (!pipe.queued.empty()) {
        const auto sent = ::send(pipe.to, pipe.queued.data(), pipe.queued.size(), MSG_NOSIGNAL);
        ended = ended || (sent < 0 && errno != EAGAIN);
        if (sent > 0) {
            pipe.queued.erase(pipe.queued.begin(), pipe.queued.begin() + sent);
        }
    }
}

void TcpProxy::run() {
    while (!ending_) {
        const Standing standing = standing_;
        if (standing == Standing::cut) {
            end_all();
            cuts_made_ = cuts_wanted_.load();
        }
        std::vector<pollfd> watched{{waking_, POLLIN, 0}, {listening_, POLLIN, 0}};
        for (const Pipe& pipe : pipes_) {
            const bool takes = standing == Standing::open && pipe.queued.size() < most_queued;
            watched.push_back({standing == Standing::open ? pipe.from : -1,
                               static_cast<short>(takes ? POLLIN : 0), 0});
        }
        const bool backlog = std::any_of(pipes_.begin(), pipes_.end(),
                                         [](const Pipe& p) { return !p.queued.empty(); });
        ::poll(watched.data(), watched.size(), backlog ? 1 : 1000);
        eventfd_t woken = 0;
        ::eventfd_read(waking_, &woken);
        for (std::size_t i = pipes_.size(); standing_ == Standing::open && i >= 2; i -= 2) {
            bool ended = false;
            move(pipes_[i - 2], watched[i].revents, ended);
            move(pipes_[i - 1], watched[i + 1].revents, ended);
            if (ended) {
                ::close(pipes_[i - 2].from);
                ::close(pipes_[i - 2].to);
                pipes_.erase(pipes_.begin() + static_cast<std::ptrdiff_t>(i - 2),
                             pipes_.begin() + static_cast<std::ptrdiff_t>(i));
            }
        }
        if (watched[1].revents != 0) {
            accept_one();
        }
    }
}

}  // namespace entrepot
