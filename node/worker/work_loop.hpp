// WorkLoop: the worker's one thread: waits for the link and for requests, unlocks, follows the log.
#pragma once

#include <atomic>
#include <future>
#include <map>
#include <memory>
#include <thread>

#include "node/api/http_server.hpp"
#include "node/audit/audit_trail.hpp"
#include "node/channel/waker.hpp"
#include "node/desk/desk.hpp"
#include "node/desk/import_job.hpp"
#include "node/desk/officer_desk.hpp"
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

    /// Enters into the audit that something was refused: of an unlocked node at once, of a locked
    /// one at its next unlock. A passphrase for which the slot still waits (access.wait) is none.
    /// `then` is called, in this thread, once it is entered or cannot be.
    void note_refused(const std::string& what, const Error& why, std::function<void()> then);

    // What the API does, in this thread.
    Waker& waker() { return waker_; }
    Desk* desk() { return desk_.get(); }
    /// Of the unlocked node; null like the desk.
    AuditTrail* trail() { return trail_.get(); }
    /// Opens a slot, then the desk unless it is open, and signs the officer in for the caller.
    struct UnlockWish {
        unsigned uid = 0;
        std::string officer;
    };
    void unlock(const UnlockWish& who, crypto::Secret passphrase, JsonDone done);
    /// Runs `task` in a thread of its own (Argon2id takes its time), then `then` in this one.
    /// worker.busy while another runs.
    Status in_slot_thread(std::function<void()> task, std::function<void()> then);
    SignIns& sign_ins() { return sign_ins_; }
    Attempts& attempts() { return attempts_; }
    const NodeDirectory& directory() const { return directory_; }
    /// After an account changed: sign-ins get their new roles, or end; the directory is told.
    void officer_changed(const replication::OfficerId& officer);
    std::map<std::string, std::unique_ptr<ImportJob>>& imports() { return imports_; }
    std::string why_locked() const;
    /// Runs a reading task in a thread beside this one, so that saving goes on; `done` gets what it
    /// returns, in that thread. worker.crowded, at once, while readers_most of them run.
    void read_aside(std::function<Result<nlohmann::json>()> task, JsonDone done);

private:
    WorkLoop(const WorkerOptions& options, NodeDirectory directory)
        : options_(options),
          directory_(std::move(directory)),
          clock_(options.clock != nullptr ? *options.clock : system_clock_),
          channel_(options.channel),
          attempts_(directory_.attempts(), clock_),
          sign_ins_(clock_, options.idle_ms) {}
    Status serve();
    void take_vault(Result<Vault> vault, unsigned uid, JsonDone done);
    nlohmann::json sign_in(Acting officer, unsigned uid);
    bool is_idle();
    void take_frames();
    void open_desk();
    void note_older_log();
    void note_unlock(const Acting& officer, const std::string& how);
    void keep_for_unlock(const AuditEntry& entry);
    void end_idle();
    void introduce();

    WorkerOptions options_;
    NodeDirectory directory_;
    SystemClock system_clock_;
    const Clock& clock_;
    FrameChannel channel_;
    Waker waker_;
    std::optional<Vault> vault_;  ///< between the slot's opening and the link's
    JsonDone unlocking_;
    unsigned unlocking_uid_ = 0;
    std::optional<Error> refused_;  ///< why the last unlock failed
    std::unique_ptr<Desk> desk_;
    std::unique_ptr<AuditTrail> trail_;
    std::map<std::string, std::unique_ptr<ImportJob>> imports_;
    std::unique_ptr<HttpServer> server_;
    std::thread slot_opener_;
    bool opens_slot_ = false;
    Attempts attempts_;
    SignIns sign_ins_;
    std::vector<std::future<void>> readers_;
    std::atomic<unsigned> reading_{0};  ///< readers that have not finished their task
    /// Length of the roster when the directory was last looked at for this node's own names.
    replication::RosterLength introduced_at_;
    bool ended_ = false;
};

}  // namespace entrepot::node
