// WorkerProcess: the child that holds plaintext, and the link's end of the channel to it. Ending it
// is what locking means: its memory goes with it, connections do not.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>

#include "node/channel/frame_channel.hpp"

namespace entrepot::node {

inline constexpr ErrorCode worker_not_started{"worker.not_started", ErrorKind::unavailable};

struct WorkerCommand {
    std::filesystem::path program;
    std::filesystem::path node;
    std::optional<std::filesystem::path> service_key;
    std::int64_t idle_ms = 10 * 60 * 1000;  ///< see WorkerOptions
};

class WorkerProcess {
public:
    static Result<WorkerProcess> start(const WorkerCommand& command);
    WorkerProcess(WorkerProcess&& other) noexcept;
    WorkerProcess& operator=(WorkerProcess&&) = delete;
    /// Ends the process: it may still make durable what its views have seen, for two seconds at
    /// most.
    ~WorkerProcess();

    FrameChannel& channel() { return channel_; }
    pid_t pid() const { return pid_; }
    /// Whether the process has ended by itself; reaps it.
    bool has_ended();

private:
    WorkerProcess(pid_t pid, FrameChannel channel) : pid_(pid), channel_(std::move(channel)) {}
    pid_t pid_ = -1;
    FrameChannel channel_;
};

}  // namespace entrepot::node
