// FrameChannel: whole frames (4-byte length, bytes) over the stream socket between link and worker,
// which are two processes of one node. Both ends are ours; a length over the limit ends the
// channel.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "crypto/base/bytes.hpp"

namespace entrepot::node {

inline constexpr ErrorCode channel_ended{"channel.ended", ErrorKind::unavailable};

class FrameChannel {
public:
    static constexpr std::size_t frame_limit = 8 * 1024 * 1024;

    /// Takes ownership of a connected stream socket.
    explicit FrameChannel(int socket) : socket_(socket) {}
    FrameChannel(FrameChannel&& other) noexcept;
    FrameChannel(const FrameChannel&) = delete;
    ~FrameChannel();

    /// Two connected ends: the first stays here, the second is for a child process (not closed on
    /// exec).
    static Result<std::pair<FrameChannel, int>> pair();

    /// Writes the whole frame, waiting for room; channel.ended when the other side has gone.
    Status send(ByteView frame);
    /// Sends what the system takes now and keeps the rest for flush(): never waits.
    Status queue(ByteView frame);
    Status flush();
    bool has_queued() const { return !queued_.empty(); }
    /// Frames that are here now, without waiting; channel.ended after the last one when the peer
    /// has gone.
    Result<std::vector<Bytes>> receive();
    /// Waits for one frame at most so long; nothing when the time is over.
    Result<std::optional<Bytes>> receive_one(std::chrono::milliseconds longest);
    int descriptor() const { return socket_; }
    /// The other side sees the channel's end; nothing is sent or received any more.
    void end();

private:
    Status read_some(bool wait, std::chrono::milliseconds longest);
    std::optional<Bytes> take_frame();
    int socket_ = -1;
    Bytes buffer_;  ///< received; frames not yet taken stand from start_ to used_
    std::size_t start_ = 0;
    std::size_t used_ = 0;
    Bytes queued_;
    bool ended_ = false;
};

}  // namespace entrepot::node
