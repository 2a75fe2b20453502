#include "tools/bench/runner/child_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <utility>

namespace entrepot::bench {
namespace {

constexpr double kib_per_mb = 1000.0 * 1000.0 / 1024.0;

std::string whole_file(const std::filesystem::path& path) {
    const std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

std::filesystem::path errors_of(const std::filesystem::path& output) {
    return output.string() + ".err";
}

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

[[noreturn]] void become(std::vector<char*>& words, int out, int err) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int none = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::dup2(none, STDIN_FILENO);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(err, STDERR_FILENO);
    ::execv(words[0], words.data());
    ::_exit(127);
}

std::vector<pid_t> children_of(pid_t process) {
    const std::string tasks = "/proc/" + std::to_string(process) + "/task";
    std::vector<pid_t> out;
    std::error_code failed;
    for (const auto& task : std::filesystem::directory_iterator(tasks, failed)) {
        std::ifstream in(task.path() / "children");
        for (pid_t child = 0; in >> child;) {
            out.push_back(child);
        }
    }
    return out;
}

double cpu_seconds_of(pid_t process) {
    const std::string stat = whole_file("/proc/" + std::to_string(process) + "/stat");
    const auto name_end = stat.rfind(')');
    if (name_end == std::string::npos) {
        return 0;
    }
    constexpr int before_user_time = 11;
    std::istringstream rest(stat.substr(name_end + 1));
    std::string skipped;
    for (int i = 0; i < before_user_time; ++i) {
        rest >> skipped;
    }
    double user = 0, system = 0;
    rest >> user >> system;
    return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double peak_rss_of(pid_t process) {
    std::ifstream in("/proc/" + std::to_string(process) + "/status");
    for (std::string word; in >> word;) {
        double kib = 0;
        if (word == "VmHWM:" && in >> kib) {
            return kib / kib_per_mb;
        }
    }
    return 0;
}

}  // namespace

Result<ChildProcess> ChildProcess::start(const std::vector<std::string>& words,
                                         const std::filesystem::path& output) {
    const int flags = O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC;
    const int out = ::open(output.c_str(), flags, 0600);
    const int err = ::open(errors_of(output).c_str(), flags, 0600);
    if (out < 0 || err < 0) {
        return Error{process_failed, "cannot write " + output.string()};
    }
    std::vector<std::string> copy = words;
    std::vector<char*> pointers;
    for (std::string& word : copy) {
        pointers.push_back(word.data());
    }
    pointers.push_back(nullptr);
    const pid_t id = ::fork();
    if (id == 0) {
        become(pointers, out, err);
    }
    ::close(out);
    ::close(err);
    if (id < 0) {
        return Error{process_failed, "cannot start " + words.front()};
    }
    return ChildProcess(id, output);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : id_(std::exchange(other.id_, -1)), output_(std::move(other.output_)) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(output_, other.output_);
    return *this;
}

ChildProcess::~ChildProcess() {
    if (id_ > 0) {
        signal(SIGCONT);
        signal(SIGKILL);
        ::waitpid(id_, nullptr, 0);
    }
}

void ChildProcess::signal(int number) const { ::kill(id_, number); }

Result<Usage> ChildProcess::wait() {
    int state = 0;
    rusage used{};
    ::wait4(std::exchange(id_, -1), &state, 0, &used);
    if (!WIFEXITED(state) || WEXITSTATUS(state) != 0) {
        return Error{process_failed, whole_file(errors_of(output_))};
    }
    return Usage{seconds(used.ru_utime) + seconds(used.ru_stime),
                 static_cast<double>(used.ru_maxrss) / kib_per_mb};
}

Result<std::string> run_and_read(const std::vector<std::string>& words,
                                 const std::filesystem::path& output) {
    TRY_ASSIGN(auto child, ChildProcess::start(words, output));
    TRY(child.wait());
    return whole_file(output);
}

Usage usage_of(pid_t process) {
    Usage out{cpu_seconds_of(process), peak_rss_of(process)};
    for (const pid_t child : children_of(process)) {
        out += usage_of(child);
    }
    return out;
}

void forget_peak(pid_t process) {
    std::ofstream("/proc/" + std::to_string(process) + "/clear_refs") << "5";
    for (const pid_t child : children_of(process)) {
        forget_peak(child);
    }
}

}  // namespace entrepot::bench
