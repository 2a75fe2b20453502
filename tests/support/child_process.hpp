// ChildProcess: a program started by a test, and its end. It dies with the test that started it,
// and is ended by its id alone. run_program() is the same for a program that ends by itself.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

namespace entrepot {

/// Where a child's standard streams go: descriptors, -1 for /dev/null.
struct ChildStreams {
    int in = -1, out = -1, err = -1;
};

class ChildProcess {
public:
    /// Throws when there is no such program.
    static ChildProcess start(const std::vector<std::string>& words, const ChildStreams& streams);
    ChildProcess(ChildProcess&& other) noexcept;
    ChildProcess& operator=(ChildProcess&& other) noexcept;
    /// Kills it if it still runs.
    ~ChildProcess();

    pid_t pid() const { return pid_; }
    bool runs();
    void signal(int number);
    /// Waits for the end: its exit code, or 128 and the signal's number. A child that outlives the
    /// patience of the tests is killed.
    int wait();

private:
    explicit ChildProcess(pid_t pid) : pid_(pid) {}
    pid_t pid_ = -1;
    int ended_with_ = -1;
};

/// Whether the process still does anything; one that has ended and was not waited for does not.
bool is_alive(pid_t process);
/// The processes that this one has started, by the system's own list.
std::vector<pid_t> children_of(pid_t parent);

/// How a program ended, and what it said.
struct Ran {
    int exit_code = 0;
    std::string out, err;
    /// Lines on standard error.
    std::size_t complaints() const;
};

/// Writes a program's standard input; a write that fails (the program ended) is the end of it.
using Feed = std::function<void(int descriptor)>;
Feed feed_of(std::string text);

Ran run_program(const std::vector<std::string>& words, const Feed& feed = {});

}  // namespace entrepot
