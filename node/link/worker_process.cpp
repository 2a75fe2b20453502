#include "node/link/worker_process.hpp"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

extern char** environ;

namespace entrepot::node {
namespace {

/// The child starts with no signal blocked: the link blocks those it reads from a descriptor.
int spawn(const WorkerCommand& command, std::vector<std::string> arguments, pid_t& pid) {
    std::vector<char*> argv;
    for (std::string& argument : arguments) {
        argv.push_back(argument.data());
    }
    argv.push_back(nullptr);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    const int rc =
        ::posix_spawn(&pid, command.program.c_str(), nullptr, &attributes, argv.data(), environ);
    posix_spawnattr_destroy(&attributes);
    return rc;
}

}  // namespace

Result<WorkerProcess> WorkerProcess::start(const WorkerCommand& command) {
    TRY_ASSIGN(auto ends, FrameChannel::pair());
    std::vector<std::string> arguments{
        command.program.string(),   "node", "worker", "--node", command.node.string(), "--channel",
        std::to_string(ends.second)};
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
