#include "node/channel/frame_channel.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "crypto/base/wire.hpp"
#include "crypto/secret.hpp"

namespace entrepot::node {
namespace {

constexpr std::size_t block = 256 * 1024;

Error gone() {
    return {channel_ended, "the node's other process has ended"};
}

}  // namespace

FrameChannel::FrameChannel(FrameChannel&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      buffer_(std::move(other.buffer_)),
      start_(std::exchange(other.start_, 0)),
      used_(std::exchange(other.used_, 0)),
      queued_(std::move(other.queued_)),
      ended_(other.ended_) {}

FrameChannel::~FrameChannel() {
    crypto::wipe(buffer_);
    if (socket_ >= 0) {
        ::close(socket_);
    }
}

Result<std::pair<FrameChannel, int>> FrameChannel::pair() {
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return Error{channel_ended, "the system gives no socket"};
    }
    ::fcntl(ends[1], F_SETFD, 0);
    return std::pair(FrameChannel(ends[0]), ends[1]);
}

void FrameChannel::end() {
    ::shutdown(socket_, SHUT_RDWR);
    ended_ = true;
}

Status FrameChannel::send(ByteView frame) {
    WireWriter writer;
    writer.sized32(frame);
    Bytes bytes = writer.take();
    ByteView rest = bytes;
    Status sent;
    while (!rest.empty() && sent) {
        const ssize_t count = ::send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (count < 0 && errno != EINTR) {
            sent = gone();
        } else if (count > 0) {
            rest = rest.subspan(static_cast<std::size_t>(count));
        }
    }
    crypto::wipe(bytes);
    return sent;
}

Status FrameChannel::queue(ByteView frame) {
    WireWriter writer;
    writer.sized32(frame);
    append(queued_, writer.view());
    return flush();
}

Status FrameChannel::flush() {
    std::size_t sent = 0;
    while (sent < queued_.size()) {
        const ssize_t count = ::send(socket_, queued_.data() + sent, queued_.size() - sent,
                                     MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0 && errno != EAGAIN) {
            return gone();
        }
        if (count <= 0) {
            break;
        }
        sent += static_cast<std::size_t>(count);
    }
    queued_.erase(queued_.begin(), queued_.begin() + static_cast<std::ptrdiff_t>(sent));
    return {};
}

std::optional<Bytes> FrameChannel::take_frame() {
    const ByteView held = ByteView(buffer_).subspan(start_, used_ - start_);
    if (held.size() < 4) {
        return std::nullopt;
    }
    const std::uint32_t size = WireReader(held).u32();
    if (size > frame_limit) {
        ended_ = true;
        return std::nullopt;
    }
    if (held.size() < 4 + std::size_t{size}) {
        return std::nullopt;
    }
    const ByteView frame = held.subspan(4, size);
    Bytes out(frame.begin(), frame.end());
    crypto::wipe(MutableByteView(buffer_).subspan(start_, 4 + size));
    start_ += 4 + size;
    if (start_ == used_) {
        start_ = used_ = 0;
    }
    return out;
}

Status FrameChannel::read_some(bool wait, std::chrono::milliseconds longest) {
    if (wait) {
        pollfd waiting{socket_, POLLIN, 0};
        ::poll(&waiting, 1, static_cast<int>(longest.count()));
    }
    if (buffer_.size() < used_ + block) {
        Bytes larger(used_ - start_ + 2 * block);
        std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(start_),
                  buffer_.begin() + static_cast<std::ptrdiff_t>(used_), larger.begin());
        crypto::wipe(buffer_);
        buffer_ = std::move(larger);
        used_ -= start_;
        start_ = 0;
    }
    const ssize_t count =
        ::recv(socket_, buffer_.data() + used_, buffer_.size() - used_, MSG_DONTWAIT);
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) {
        ended_ = true;
    }
    used_ += count > 0 ? static_cast<std::size_t>(count) : 0;
    return {};
}

Result<std::vector<Bytes>> FrameChannel::receive() {
    TRY(read_some(false, {}));
    std::vector<Bytes> out;
    while (auto frame = take_frame()) {
        out.push_back(std::move(*frame));
    }
    if (out.empty() && ended_) {
        return gone();
    }
    return out;
}

Result<std::optional<Bytes>> FrameChannel::receive_one(std::chrono::milliseconds longest) {
    auto frame = take_frame();
    if (!frame && !ended_) {
        TRY(read_some(true, longest));
        frame = take_frame();
    }
    if (!frame && ended_) {
        return gone();
    }
    return frame;
}

}  // namespace entrepot::node
