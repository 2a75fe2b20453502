// RunningNode: a node of this build that runs as its own two processes, and the two sockets it
// answers on.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "node/api/http_client.hpp"
#include "tools/bench/runner/child_process.hpp"

namespace entrepot::bench {

inline constexpr ErrorCode node_answered{"bench.answer", ErrorKind::unavailable};
inline constexpr ErrorCode node_late{"bench.late", ErrorKind::unavailable};

/// The program measured, and where its nodes live.
struct Workshop {
    std::string program;
    std::filesystem::path folder;
    std::filesystem::path service_key;
};

struct RunWish {
    std::filesystem::path directory;
    std::string listen;  ///< empty: it does not
    std::string peer;    ///< empty: it dials nobody
};

class RunningNode {
public:
    /// Returns once the worker has opened its views and caught up with the log.
    static Result<RunningNode> start(const Workshop& workshop, const RunWish& wish);
    RunningNode(RunningNode&&) noexcept = default;
    RunningNode& operator=(RunningNode&&) noexcept = default;

    Result<nlohmann::json> link(const std::string& method, const std::string& path);
    Result<nlohmann::json> worker(const std::string& method, const std::string& path,
                                  const nlohmann::json& body);
    Result<nlohmann::json> standing();
    /// A further connection to the worker, for another thread.
    node::HttpClient worker_client() const;

    /// Stops the link in its tracks: the system still takes connections for it, and it answers
    /// none of them before resume().
    void pause() const;
    void resume() const;
    /// Ends the node and waits until it has ended.
    Status stop();
    Usage usage() const { return usage_of(process_.id()); }
    void forget_peak() const { bench::forget_peak(process_.id()); }
    const std::filesystem::path& directory() const { return directory_; }

private:
    RunningNode(std::filesystem::path directory, ChildProcess process);
    /// Whether the worker has caught up; an error once the process has ended.
    Result<bool> is_open();

    std::filesystem::path directory_;
    ChildProcess process_;
    node::HttpClient link_;
    node::HttpClient worker_;
};

/// One request with a JSON body; bench.answer names what the node reported.
Result<nlohmann::json> ask(node::HttpClient& client, const std::string& method,
                           const std::string& path, const nlohmann::json& body);

/// Asks again every `pause_ms` milliseconds until `holds` says true; bench.late after ten minutes.
Status wait_until(const std::string& what, int pause_ms,
                  const std::function<Result<bool>()>& holds);

}  // namespace entrepot::bench
