#include "tests/support/child_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "tests/support/eventually.hpp"

namespace entrepot {
namespace {

[[noreturn]] void become(char* const* words, const ChildStreams& streams) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    ::dup2(streams.in < 0 ? nothing : streams.in, STDIN_FILENO);
    ::dup2(streams.out < 0 ? nothing : streams.out, STDOUT_FILENO);
    ::dup2(streams.err < 0 ? nothing : streams.err, STDERR_FILENO);
    ::execv(words[0], words);
    ::_exit(127);
}

std::string whole_of(int file) {
    std::string out(static_cast<std::size_t>(::lseek(file, 0, SEEK_END)), '\0');
    const auto got = ::pread(file, out.data(), out.size(), 0);
    out.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    ::close(file);
    return out;
}

/// Fields of a process from its state on: "S 4711 …"; empty when there is no such process.
std::string standing_of(const std::filesystem::path& process) {
    std::ifstream in(process / "stat");
    std::string text;
    std::getline(in, text);
    const auto name_end = text.rfind(')');
    return name_end == std::string::npos || name_end + 4 > text.size() ? std::string{}
                                                                       : text.substr(name_end + 2);
}

pid_t parent_of(const std::filesystem::path& process) {
    const std::string standing = standing_of(process);
    return standing.empty() ? -1 : static_cast<pid_t>(std::atol(standing.c_str() + 2));
}

}  // namespace

ChildProcess ChildProcess::start(const std::vector<std::string>& words,
                                 const ChildStreams& streams) {
    ::signal(SIGPIPE, SIG_IGN);
    std::vector<std::string> copy = words;
    std::vector<char*> argv;
    for (std::string& word : copy) {
        argv.push_back(word.data());
    }
    argv.push_back(nullptr);
    if (::access(argv[0], X_OK) != 0) {
        throw std::runtime_error("there is no program " + words.front());
    }
    const pid_t pid = ::fork();
    if (pid == 0) {
        become(argv.data(), streams);
    }
    if (pid < 0) {
        throw std::runtime_error("the system starts no process");
    }
    return ChildProcess(pid);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), ended_with_(other.ended_with_) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(ended_with_, other.ended_with_);
    return *this;
}

ChildProcess::~ChildProcess() {
    if (runs()) {
        signal(SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
}

bool ChildProcess::runs() {
    int status = 0;
    if (pid_ > 0 && ::waitpid(pid_, &status, WNOHANG) == pid_) {
        ended_with_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        pid_ = -1;
    }
    return pid_ > 0;
}

void ChildProcess::signal(int number) {
    if (pid_ > 0) {
        ::kill(pid_, number);
    }
}

int ChildProcess::wait() {
    if (!eventually([this] { return !runs(); }, 3 * patience)) {
        signal(SIGKILL);
        eventually([this] { return !runs(); });
    }
    return ended_with_;
}

bool is_alive(pid_t process) {
    const std::string standing = standing_of("/proc/" + std::to_string(process));
    return !standing.empty() && standing.front() != 'Z' && standing.front() != 'X';
}

std::vector<pid_t> children_of(pid_t parent) {
    std::vector<pid_t> out;
    for (const auto& process : std::filesystem::directory_iterator("/proc")) {
        const std::string name = process.path().filename();
        if (std::all_of(name.begin(), name.end(), ::isdigit) &&
            parent_of(process.path()) == parent) {
            out.push_back(static_cast<pid_t>(std::stol(name)));
        }
    }
    return out;
}

std::size_t Ran::complaints() const {
    return static_cast<std::size_t>(std::count(err.begin(), err.end(), '\n'));
}

Feed feed_of(std::string text) {
    return [text = std::move(text)](int descriptor) {
        for (std::size_t at = 0; at < text.size();) {
            const auto wrote = ::write(descriptor, text.data() + at, text.size() - at);
            if (wrote <= 0) {
                return;
            }
            at += static_cast<std::size_t>(wrote);
        }
    };
}

Ran run_program(const std::vector<std::string>& words, const Feed& feed) {
    int input[2] = {-1, -1};
    if (feed && ::pipe2(input, O_CLOEXEC) != 0) {
        throw std::runtime_error("the system gives no pipe");
    }
    const int out = ::memfd_create("out", MFD_CLOEXEC);
    const int err = ::memfd_create("err", MFD_CLOEXEC);
    auto child = ChildProcess::start(words, {input[0], out, err});
    if (feed) {
        ::close(input[0]);
        feed(input[1]);
        ::close(input[1]);
    }
    const int exit_code = child.wait();
    return {exit_code, whole_of(out), whole_of(err)};
}

}  // namespace entrepot
