// Link: the process that stays: network, log store, roster; no plaintext. It starts and ends the
// worker, signs and stores what that makes while it lives, and answers status, lock, sync and stop
// on its own socket. One thread; the API's requests are posted to it.
//
//          node run ──► locked ── OpenStore from worker ──► open ──► paused (disk) ──► open
//                          ▲ after a restart                  └─ the worker may end and start again
#pragma once

#include <unistd.h>

#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "node/access/vault.hpp"
#include "node/api/http_server.hpp"
#include "node/channel/waker.hpp"
#include "node/link/open_node.hpp"
#include "node/link/worker_process.hpp"
#include "node/machine/reserve.hpp"

namespace entrepot::node {

inline constexpr ErrorCode link_not_opened{"link.not_opened", ErrorKind::locked};

struct LinkOptions {
    std::filesystem::path node;
    LinkAddresses addresses;
    std::optional<std::filesystem::path> service_key;
    std::filesystem::path program;                      ///< this same program, for the worker
    std::int64_t idle_ms = 10 * 60 * 1000;              ///< see WorkerOptions
    std::uint64_t reserve_size = default_reserve_size;  ///< bytes put by for when the disk is full
    bool temporary = false;  ///< serves one command: ends when its starter does
};

/// Runs a node until it is told to stop or gets SIGTERM, SIGINT or SIGHUP. Errors are those of
/// starting; later ones are in status.
Status run_link(const LinkOptions& options);

class Link {
public:
    static Result<std::unique_ptr<Link>> start(const LinkOptions& options);
    ~Link();
    /// Works until stop(); gives the error that made it end, if one did.
    Status run();

    // What the API does, in the link's thread.
    std::string status_json() const;
    void lock();
    Status start_worker();
    void sync_now();
    /// link.not_opened until an officer has unlocked the node once, or while the store is paused.
    Result<BundleDesk*> bundles();
    void stop() { stopping_ = true; }
    Waker& waker() { return waker_; }
    const NodeDirectory& directory() const { return directory_; }
    bool worker_runs() const { return worker_.has_value(); }

private:
    Link(const LinkOptions& options, NodeDirectory directory, NodeLock lock);
    Status serve();
    void wait_and_work();
    void watch_descriptors();
    void read_worker();
    void handle(ChannelMessage message);
    Result<std::unique_ptr<OpenNode>> open_node(const crypto::Secret& link_key);
    void open_store(crypto::Secret link_key);
    void open_again();
    void tend_reserve();
    void follow_rights();
    void follow_erasures();
    void answer(const ChannelMessage& message);
    void tell_moved();
    void bundle_acted(const BundleAct& act);
    void worker_ended();
    void read_signals();

    LinkOptions options_;
    NodeDirectory directory_;
    NodeLock lock_;
    Reserve reserve_;
    SystemClock clock_;
    Waker waker_;
    int signals_ = -1;
    std::optional<crypto::Secret> link_key_;
    std::unique_ptr<OpenNode> open_;
    std::optional<WorkerProcess> worker_;
    std::unique_ptr<HttpServer> server_;
    std::deque<BundleAct> bundle_acts_;  ///< the last ones, oldest first
    std::string paused_;  ///< why the store is closed for a moment; empty when it is not
    SteadyTime open_again_at_;
    SteadyTime worker_again_at_;
    SteadyTime reserve_again_at_;
    bool worker_ended_by_itself_ = false;
    bool has_views_open_ = false;  ///< the worker was told that it may open them
    std::map<RealmId, Moved> told_;  ///< what the worker knows
    pid_t starter_ = ::getppid();
    bool stopping_ = false;
};

}  // namespace entrepot::node
