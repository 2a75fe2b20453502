#include "node/link/link.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>

#include "node/audit/locked_notes.hpp"
#include "node/link/link_api.hpp"
#include "node/store/erasure/compaction.hpp"

namespace entrepot::node {
namespace {

constexpr std::int64_t open_again_after_ms = 2000;
constexpr std::int64_t worker_again_after_ms = 1000;
constexpr std::int64_t reserve_again_after_ms = 1000;
constexpr int longest_wait_ms = 1000;
constexpr std::size_t bundle_acts_kept = 16;

sigset_t handled_signals() {
    sigset_t out;
    sigemptyset(&out);
    sigaddset(&out, SIGTERM);
    sigaddset(&out, SIGINT);
    sigaddset(&out, SIGHUP);
    sigaddset(&out, SIGCHLD);
    return out;
}

}  // namespace

Status run_link(const LinkOptions& options) {
    TRY_ASSIGN(const auto link, Link::start(options));
    return link->run();
}

Link::Link(const LinkOptions& options, NodeDirectory directory, NodeLock lock)
    : options_(options),
      directory_(std::move(directory)),
      lock_(std::move(lock)),
      reserve_(Reserve::in(directory_.path()), options.reserve_size) {}

Result<std::unique_ptr<Link>> Link::start(const LinkOptions& options) {
    TRY_ASSIGN(auto directory, NodeDirectory::open(options.node));
    TRY_ASSIGN(auto lock, NodeLock::take(directory));
    std::unique_ptr<Link> out(new Link(options, std::move(directory), std::move(lock)));
    TRY(out->serve());
    return out;
}

Status Link::serve() {
    const sigset_t signals = handled_signals();
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before any thread starts
    signals_ = ::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (options_.service_key) {
        // Opened here first, so that a wrong key or a port in use is told at once and plainly.
        TRY_ASSIGN(link_key_, service_link_key(directory_, *options_.service_key));
        TRY_ASSIGN(open_, open_node(*link_key_));
    }
    HttpServerOptions server;
    server.socket = directory_.link_socket();
    TRY_ASSIGN(server_, HttpServer::start(std::move(server), link_routes(*this)));
    TRY(start_worker());
    watch_descriptors();
    return {};
}

Link::~Link() {
    server_.reset();
    worker_.reset();
    open_.reset();
    if (signals_ >= 0) {
        ::close(signals_);
    }
}

Status Link::start_worker() {
    if (worker_) {
        return {};
    }
    TRY_ASSIGN(auto started,
               WorkerProcess::start({options_.program, directory_.path(), options_.service_key,
                                      options_.idle_ms}));
    worker_.emplace(std::move(started));
    has_views_open_ = false;
    worker_ended_by_itself_ = false;
    told_.clear();
    watch_descriptors();
    return {};
}

void Link::watch_descriptors() {
    if (!open_) {
        return;
    }
    std::vector<int> watched{waker_.descriptor(), signals_};
    if (worker_) {
        watched.push_back(worker_->channel().descriptor());
    }
    open_->watch(std::move(watched));
}

void Link::lock() {
    if (worker_ && open_) {
        crypto::SystemEntropy entropy;
        AuditEntry entry;
        entry.kind = AuditKind::lock;
        entry.at = clock_.wall();
        static_cast<void>(note_while_locked(directory_, entry, entropy));  // locking comes first
    }
    worker_.reset();
    has_views_open_ = false;
    watch_descriptors();
}

void Link::worker_ended() {
    worker_.reset();
    has_views_open_ = false;
    worker_ended_by_itself_ = true;
    worker_again_at_ = {clock_.steady().ms + worker_again_after_ms};
    watch_descriptors();
}

void Link::read_signals() {
    signalfd_siginfo got{};
    while (::read(signals_, &got, sizeof got) == sizeof got) {
        if (got.ssi_signo == SIGCHLD) {
            if (worker_ && worker_->has_ended()) {
                worker_ended();
            }
        } else {
            stopping_ = true;
        }
    }
}

void Link::read_worker() {
    if (!worker_) {
        return;
    }
    auto frames = worker_->channel().receive();
    if (!frames) {
        return worker_ended();
    }
    for (Bytes& frame : *frames) {
        auto message = decode_message(frame);
        crypto::wipe(frame);
        if (!message) {
            return worker_ended();
        }
        handle(*std::move(message));
    }
}

void Link::handle(ChannelMessage message) {
    if (auto* open = std::get_if<OpenStore>(&message)) {
        return open_store(std::move(open->link_key));
    }
    const auto* commit = std::get_if<AppendCommit>(&message);
    const auto* roster = std::get_if<AppendRoster>(&message);
    if (const auto* erased = std::get_if<Erased>(&message)) {
        // Not kept on a full disk: then no receipt goes out before the next start.
        static_cast<void>(open_ ? open_->views_erased(*erased) : Status());
        return;
    }
    const auto* end = std::get_if<EndLogs>(&message);
    if (!open_ && (commit != nullptr || roster != nullptr || end != nullptr)) {
        const Ticket ticket = commit != nullptr   ? commit->ticket
                              : roster != nullptr ? roster->ticket
                                                  : end->ticket;
        return answer(Failed{ticket, std::string(store_disk_full.name()), paused_});
    }
    if (end != nullptr) {
        open_->end_logs(*end);
    } else if (commit != nullptr) {
        open_->append(*commit);
    } else if (roster != nullptr) {
        open_->append(*roster);
    }
}

Result<std::unique_ptr<OpenNode>> Link::open_node(const crypto::Secret& link_key) {
    TRY_ASSIGN(auto opened,
               OpenNode::open(directory_.log(), link_key.duplicate(), options_.addresses, clock_,
                              [this](const ChannelMessage& m) { answer(m); }));
    opened->on_bundle([this](const BundleAct& act) { bundle_acted(act); });
    opened->set_make_room([this] { return reserve_.give_up(); });
    return opened;
}

void Link::open_store(crypto::Secret link_key) {
    if (!open_) {
        auto opened = open_node(link_key);
        if (!opened) {
            return answer(
                Failed{{}, std::string(opened.error().code.name()), opened.error().context});
        }
        open_ = *std::move(opened);
        link_key_ = std::move(link_key);
        paused_.clear();
        watch_descriptors();
    }
    follow_erasures();
    has_views_open_ = true;
    answer(Opened{});
    told_.clear();
    tell_moved();
}

/// A node that serves one command makes none of its own.
void Link::tend_reserve() {
    const bool may_make = !options_.temporary || reserve_.state() != Reserve::State::none;
    if (may_make && clock_.steady() >= reserve_again_at_) {
        reserve_.tend();
        reserve_again_at_ = {clock_.steady().ms + reserve_again_after_ms};
    }
}

/// The commits of a right that was withdrawn go when the store is opened, before anything rests on
/// them.
void Link::follow_rights() {
    if (open_ && open_->should_open_again()) {
        open_.reset();
        open_again();
    }
}

void Link::open_again() {
    auto opened = open_node(*link_key_);
    if (!opened) {
        paused_ = opened.error().context;
        open_again_at_ = {clock_.steady().ms + open_again_after_ms};
        return;
    }
    open_ = *std::move(opened);
    paused_.clear();
    watch_descriptors();
}

void Link::answer(const ChannelMessage& message) {
    if (worker_ && !worker_->channel().queue(encode_message(message))) {
        worker_ended_by_itself_ = true;  // its SIGCHLD or the end of its channel follows
    }
}

void Link::tell_moved() {
    if (!worker_ || !open_ || worker_->channel().has_queued()) {
        return;
    }
    for (const Moved& now : open_->all_moved()) {
        Moved& told = told_[now.realm];
        if (now.position != told.position || now.roster_length != told.roster_length) {
            told = now;
            answer(now);
        }
    }
}

Result<BundleDesk*> Link::bundles() {
    if (!open_) {
        return Error{link_not_opened,
                     paused_.empty() ? "the node was not unlocked since its start; 'entrepot "
                                       "unlock' lets it make and take bundles, locked again or not"
                                     : paused_};
    }
    return &open_->bundles();
}

/// The one place that hears of every bundle made or taken in, also while the node is locked.
void Link::bundle_acted(const BundleAct& act) {
    bundle_acts_.push_back(act);
    if (bundle_acts_.size() > bundle_acts_kept) {
        bundle_acts_.pop_front();
    }
}

/// Of a locked node: nobody can make its views anew without the content that was erased, or that it
/// lost its right to, so they go; they are made from the log when it is unlocked. Whoever has them
/// open sees to it himself.
void Link::follow_erasures() {
    if (!open_ || has_views_open_) {
        return;
    }
    for (const auto& realm : open_->realms()) {
        const ErasureMarks& marks = realm->erasures();
        if (marks.views == marks.log && !realm->has_dropped()) {
            continue;
        }
        const auto views = realm->is_home()
                               ? directory_.views()
                               : directory_.partner(to_base32(realm->id().view())).views();
        if (remove_database(views)) {
            realm->views_dropped();
            static_cast<void>(realm->views_erased(marks.log));
        }
    }
}

void Link::sync_now() {
    if (open_) {
        open_->sync_now();
    }
}

void Link::wait_and_work() {
    if (open_) {
        if (const Status worked = open_->work(); !worked) {
            paused_ = worked.error().context;
            open_.reset();
            open_again_at_ = {clock_.steady().ms + open_again_after_ms};
        }
        return;
    }
    pollfd waiting[3] = {{waker_.descriptor(), POLLIN, 0},
                         {signals_, POLLIN, 0},
                         {worker_ ? worker_->channel().descriptor() : -1, POLLIN, 0}};
    ::poll(waiting, 3, longest_wait_ms);
    if (!paused_.empty() && clock_.steady() >= open_again_at_) {
        open_again();
    }
}

Status Link::run() {
    while (!stopping_) {
        tend_reserve();
        wait_and_work();
        waker_.run_posted();
        read_signals();
        read_worker();
        if (worker_ && worker_->channel().has_queued() && !worker_->channel().flush()) {
            worker_ended();
        }
        tell_moved();
        follow_rights();
        follow_erasures();
        const bool unattended = options_.service_key.has_value();
        if (!worker_ && worker_ended_by_itself_ && unattended &&
            clock_.steady() >= worker_again_at_) {
            TRY(start_worker());
        }
        if (options_.temporary && ::getppid() != starter_) {
            stopping_ = true;
        }
    }
    return {};
}

}  // namespace entrepot::node
