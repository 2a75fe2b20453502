// WorkLoop: the worker's one thread: waits for the link and for requests, unlocks, follows the log.
#pragma once

#include <atomic>
#include <future>
#include <map>
#include <memory>
#include <thread>

#include "node/api/http_server.hpp"
#include "node/channel/waker.hpp"
#include "node/desk/desk.hpp"
#include "node/desk/import_job.hpp"
#include "node/worker/worker.hpp"

namespace entrepot::node {

inline constexpr ErrorCode worker_locked{"worker.locked", ErrorKind::locked};
inline constexpr ErrorCode worker_busy{"worker.busy", ErrorKind::unavailable};
inline constexpr ErrorCode worker_crowded{"worker.crowded", ErrorKind::unavailable};
/// So many reading tasks run beside the worker's thread at once.
inline constexpr unsigned readers_most = 8;

class WorkLoop {
public:
    static Result<std::unique_ptr<WorkLoop>> start(const WorkerOptions& options);
    ~WorkLoop();
    Status run();

    // What the API does, in this thread.
    Waker& waker() { return waker_; }
    Desk* desk() { return desk_.get(); }
    /// Opens a slot (in a thread of its own: Argon2id takes its time), then the desk.
    void unlock(std::string officer, crypto::Secret passphrase, JsonDone done);
    std::map<std::string, std::unique_ptr<ImportJob>>& imports() { return imports_; }
    std::string why_locked() const;
    /// Runs a reading task in a thread beside this one, so that saving goes on; `done` gets what it
    /// returns, in that thread. worker.crowded, at once, while readers_most of them run.
    void read_aside(std::function<Result<nlohmann::json>()> task, JsonDone done);

private:
    WorkLoop(const WorkerOptions& options, NodeDirectory directory)
        : options_(options), directory_(std::move(directory)), channel_(options.channel) {}
    Status serve();
    void take_vault(Result<Vault> vault, JsonDone done);
    void take_frames();
    void open_desk();
    void introduce();

    WorkerOptions options_;
    NodeDirectory directory_;
    SystemClock clock_;
    FrameChannel channel_;
    Waker waker_;
    std::optional<Vault> vault_;  ///< between the slot's opening and the link's
    JsonDone unlocking_;
    std::optional<Error> refused_;  ///< why the last unlock failed
    std::unique_ptr<Desk> desk_;
    std::map<std::string, std::unique_ptr<ImportJob>> imports_;
    std::unique_ptr<HttpServer> server_;
    std::thread slot_opener_;
    std::vector<std::future<void>> readers_;
    std::atomic<unsigned> reading_{0};  ///< readers that have not finished their task
    /// Length of the roster when the directory was last looked at for this node's own names.
    replication::RosterLength introduced_at_;
    bool ended_ = false;
};

}  // namespace entrepot::node
