// ChildProcess: one program that the benchmark starts, its output, and what it used. Ends with its
// owner.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "crypto/base/result.hpp"

namespace entrepot::bench {

inline constexpr ErrorCode process_failed{"bench.process", ErrorKind::unavailable};

/// Processor seconds, user and system, and the most memory resident at once.
struct Usage {
    double cpu_seconds = 0;
    double peak_rss_mb = 0;

    Usage& operator+=(const Usage& other) {
        cpu_seconds += other.cpu_seconds;
        peak_rss_mb += other.peak_rss_mb;
        return *this;
    }
};

class ChildProcess {
public:
    /// Starts words[0] with its standard output and error in two files, made anew.
    static Result<ChildProcess> start(const std::vector<std::string>& words,
                                      const std::filesystem::path& output);
    ChildProcess(ChildProcess&& other) noexcept;
    ChildProcess& operator=(ChildProcess&& other) noexcept;
    /// Kills what still runs.
    ~ChildProcess();

    pid_t id() const { return id_; }
    /// Waits for the end; bench.process with its last words unless it ended with 0.
    Result<Usage> wait();
    void signal(int number) const;

private:
    ChildProcess(pid_t id, std::filesystem::path output) : id_(id), output_(std::move(output)) {}
    pid_t id_ = -1;
    std::filesystem::path output_;
};

/// Runs words[0] to its end and gives what it wrote to standard output.
Result<std::string> run_and_read(const std::vector<std::string>& words,
                                 const std::filesystem::path& output);

/// Of a process that runs, and of its children; zero for one that has ended.
Usage usage_of(pid_t process);
/// From here on the most memory counts anew.
void forget_peak(pid_t process);

}  // namespace entrepot::bench
