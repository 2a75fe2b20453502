#include "node/link/worker_process.hpp"

#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

extern char** environ;

namespace entrepot::node {
namespace {

/// Views are flushed in less; a worker that hangs, or reads a long log, is not waited for.
constexpr int longest_goodbye_ms = 2000;

/// Records are made in one thread of the worker and freed in another; with the C library's few
/// cached blocks a thread, the two wait for each other's locks.
constexpr std::string_view more_cached_blocks =
    "GLIBC_TUNABLES=glibc.malloc.tcache_count=2000:glibc.malloc.trim_threshold=67108864";
/// A function found only when it is first called has the linker put the vector registers on the
/// stack, with the bytes of a passphrase that was just copied, and nobody wipes them there.
constexpr std::string_view all_found_at_start = "LD_BIND_NOW=1";

/// The setting's name, with the sign behind it.
std::string_view name_of(std::string_view setting) {
    return setting.substr(0, setting.find('=') + 1);
}

/// This process's environment, with the allocator's settings unless somebody chose others.
std::vector<std::string> worker_environment() {
    std::vector<std::string> out{std::string(all_found_at_start)};
    bool is_chosen = false;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view setting(*entry);
        is_chosen = is_chosen || name_of(setting) == name_of(more_cached_blocks);
        if (name_of(setting) != name_of(all_found_at_start)) {
            out.emplace_back(setting);
        }
    }
    if (!is_chosen) {
        out.emplace_back(more_cached_blocks);
    }
    return out;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> out;
    for (std::string& text : texts) {
        out.push_back(text.data());
    }
    out.push_back(nullptr);
    return out;
}

/// The child starts with no signal blocked: the link blocks those it reads from a descriptor.
int spawn(const WorkerCommand& command, std::vector<std::string> arguments, pid_t& pid) {
    std::vector<std::string> settings = worker_environment();
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    const int rc = ::posix_spawn(&pid, command.program.c_str(), nullptr, &attributes,
                                 pointers_to(arguments).data(), pointers_to(settings).data());
    posix_spawnattr_destroy(&attributes);
    return rc;
}

/// Until the process has ended or its time is over; it is reaped by nobody here.
void wait_for_end(pid_t pid) {
    const auto process = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    if (process >= 0) {
        pollfd ended{process, POLLIN, 0};
        ::poll(&ended, 1, longest_goodbye_ms);
        ::close(process);
    }
}

}  // namespace

Result<WorkerProcess> WorkerProcess::start(const WorkerCommand& command) {
    TRY_ASSIGN(auto ends, FrameChannel::pair());
    std::vector<std::string> arguments{
        command.program.string(),   "node", "worker", "--node", command.node.string(), "--channel",
        std::to_string(ends.second)};
    arguments.insert(arguments.end(), {"--idle-ms", std::to_string(command.idle_ms)});
    if (command.service_key) {
        arguments.insert(arguments.end(), {"--service-key", command.service_key->string()});
    }
    pid_t pid = -1;
    const int rc = spawn(command, std::move(arguments), pid);
    ::close(ends.second);
    if (rc != 0) {
        return Error{worker_not_started,
                     "cannot start " + command.program.string() + ": " +
                         std::error_code(rc, std::generic_category()).message()};
    }
    return WorkerProcess(pid, std::move(ends.first));
}

WorkerProcess::WorkerProcess(WorkerProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), channel_(std::move(other.channel_)) {}

WorkerProcess::~WorkerProcess() {
    if (pid_ > 0) {
        channel_.end();
        wait_for_end(pid_);
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
}

bool WorkerProcess::has_ended() {
    if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) == pid_) {
        pid_ = -1;
    }
    return pid_ <= 0;
}

}  // namespace entrepot::node
