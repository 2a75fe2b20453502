#include "replication/transport/zmq_endpoint.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

#include "crypto/base/ensure.hpp"
#include "replication/transport/dialler.hpp"
#include "replication/transport/listener.hpp"
#include "replication/transport/self_test.hpp"
#include "replication/transport/zap_handler.hpp"

namespace entrepot::replication {
namespace {

using std::chrono::milliseconds;

// While a message waits for room, look again at least so often: libzmq may have taken the news of
// the room into account while it did something else.
constexpr milliseconds longest_wait_while_holding{20};

Error unexpected(const zmq::error_t& error) {
    return {transport_no_socket, std::string("the transport cannot start: ") + error.what()};
}

class WakeFlag {
public:
    WakeFlag() : descriptor_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
    ~WakeFlag() { ::close(descriptor_); }
    WakeFlag(const WakeFlag&) = delete;
    WakeFlag& operator=(const WakeFlag&) = delete;

    bool is_open() const { return descriptor_ >= 0; }
    int descriptor() const { return descriptor_; }
    void raise() { static_cast<void>(eventfd_write(descriptor_, 1)); }
    bool take() {
        eventfd_t value = 0;
        return eventfd_read(descriptor_, &value) == 0;
    }

private:
    int descriptor_;
};

}  // namespace

std::string_view name_of(EndReason reason) {
    switch (reason) {
        case EndReason::lost:
            return "lost";
        case EndReason::closed:
            return "closed";
        case EndReason::hung_up:
            return "hung up";
        case EndReason::revoked:
            return "revoked";
        case EndReason::replaced:
            return "replaced";
        case EndReason::renewed:
            return "renewed";
    }
    return "unknown";
}

class ZmqEndpoint::Core {
public:
    Core(const crypto::TransportKey& key, ZmqEndpointOptions options)
        : options_(std::move(options)),
          key_(key.duplicate()),
          zap_(context_, allowed_),
          shared_{context_,       {key_, options_.times}, allowed_, counter_, events_, total_,
                  options_.unsent_bytes} {}

    Status start() {
        if (!wake_.is_open()) {
            return Error{transport_no_socket, "the system gives no more descriptors"};
        }
        TRY(prove_strangers_are_refused(context_, shared_.curve, allowed_));
        strangers_in_self_test_ = allowed_.strangers();
        static_cast<void>(allowed_.replace(options_.allowed));
        TRY(set_dial_targets(options_.dial));
        if (!options_.listen.empty()) {
            TRY_ASSIGN(auto listening, ListeningSocket::open(options_.listen));
            listener_.emplace(shared_, std::move(listening));
        }
        return {};
    }

    std::vector<EndpointEvent> poll(milliseconds max_wait) {
        const SteadyTime deadline{clock_.steady().ms + max_wait.count()};
        for (;;) {
            step();
            const bool woken = wake_.take() || std::exchange(watched_ready_, false);
            const SteadyTime now = clock_.steady();
            if (!events_.empty() || woken || now >= deadline) {
                break;
            }
            wait(deadline, now);
        }
        std::vector<EndpointEvent> out(std::make_move_iterator(events_.begin()),
                                       std::make_move_iterator(events_.end()));
        events_.clear();
        return out;
    }

    void watch(std::vector<int> descriptors) { watched_ = std::move(descriptors); }

    bool send(ConnectionId connection, ByteView message) {
        ENSURE(message.size() <= largest_message);
        if (listener_ && listener_->send(connection, message)) {
            return true;
        }
        return std::any_of(diallers_.begin(), diallers_.end(),
                           [&](auto& dialler) { return dialler->send(connection, message); });
    }

    void close(ConnectionId connection) {
        if (listener_ && listener_->close(connection, EndReason::closed)) {
            return;
        }
        for (auto& dialler : diallers_) {
            dialler->close(connection, EndReason::closed);
        }
    }

    void allow(std::set<PeerKey> keys) {
        const std::set<PeerKey> before = allowed_.replace(keys);
        const bool fewer = !std::includes(keys.begin(), keys.end(), before.begin(), before.end());
        if (!fewer) {
            return;
        }
        if (listener_ && listener_->has_clients()) {
            listener_->rebind();
        }
        for (auto& dialler : diallers_) {
            if (keys.count(dialler->target().peer) == 0) {
                dialler->end(EndReason::revoked);
            }
        }
    }

    Status set_dial_targets(const std::vector<DialTarget>& targets) {
        for (const DialTarget& target : targets) {
            TRY(check_dial_address(target.address));
        }
        const auto is_wanted = [&](const DialTarget& target) {
            return std::find(targets.begin(), targets.end(), target) != targets.end();
        };
        for (auto& dialler : diallers_) {
            if (!is_wanted(dialler->target())) {
                dialler->end(EndReason::closed);
            }
        }
        const auto unwanted = std::remove_if(
            diallers_.begin(), diallers_.end(),
            [&](const auto& dialler) { return !is_wanted(dialler->target()); });
        diallers_.erase(unwanted, diallers_.end());
        for (const DialTarget& target : targets) {
            add_dialler(target);
        }
        return {};
    }

    void redial_now() {
        for (auto& dialler : diallers_) {
            dialler->dial_now();
        }
    }

    Traffic traffic(ConnectionId connection) const {
        const Traffic* found = listener_ ? listener_->traffic(connection) : nullptr;
        for (const auto& dialler : diallers_) {
            found = found != nullptr ? found : dialler->traffic(connection);
        }
        return found == nullptr ? Traffic{} : *found;
    }

    std::vector<DialState> dial_states() const {
        std::vector<DialState> out;
        for (const auto& dialler : diallers_) {
            out.push_back(dialler->state());
        }
        return out;
    }

    RefusalCounts refusals() const {
        return {allowed_.strangers() - strangers_in_self_test_,
                listener_ ? listener_->foreign_ids() : 0,
                listener_ ? listener_->stray_messages() : 0};
    }

    std::string bound_address() const { return listener_ ? listener_->bound_address() : ""; }
    const Traffic& total() const { return total_; }
    void wake() { wake_.raise(); }

private:
    void add_dialler(const DialTarget& target) {
        const bool known = std::any_of(diallers_.begin(), diallers_.end(), [&](const auto& one) {
            return one->target() == target;
        });
        if (!known) {
            diallers_.push_back(std::make_unique<Dialler>(shared_, target));
        }
    }

    void step() {
        if (listener_) {
            listener_->step();
        }
        const SteadyTime now = clock_.steady();
        for (auto& dialler : diallers_) {
            dialler->step(now);
        }
    }

    void wait(SteadyTime deadline, SteadyTime now) {
        std::vector<pollfd> descriptors{{wake_.descriptor(), POLLIN, 0}};
        for (const int watched : watched_) {
            descriptors.push_back({watched, POLLIN, 0});
        }
        bool idle = !listener_ || listener_->add_descriptors(descriptors);
        bool holding = listener_ && listener_->is_holding();
        SteadyTime until = deadline;
        for (auto& dialler : diallers_) {
            idle = dialler->add_descriptors(descriptors) && idle;
            holding = holding || dialler->is_holding();
            until = std::min(until, dialler->due());
        }
        if (!idle) {
            return;
        }
        milliseconds time(std::max<std::int64_t>(until.ms - now.ms, 0));
        if (holding) {
            time = std::min(time, longest_wait_while_holding);
        }
        time = std::min(time, milliseconds(std::chrono::hours(1)));
        static_cast<void>(
            ::poll(descriptors.data(), descriptors.size(), static_cast<int>(time.count())));
        for (std::size_t i = 1; i <= watched_.size(); ++i) {
            watched_ready_ = watched_ready_ || descriptors[i].revents != 0;
        }
    }

    // Order matters: sockets end before the handler that authenticates them, and all before the
    // context.
    ZmqEndpointOptions options_;
    crypto::TransportKey key_;
    SystemClock clock_;
    WakeFlag wake_;
    std::vector<int> watched_;
    bool watched_ready_ = false;
    AllowList allowed_;
    ConnectionCounter counter_;
    EventQueue events_;
    Traffic total_;
    std::uint64_t strangers_in_self_test_ = 0;
    zmq::context_t context_;
    ZapHandler zap_;
    TransportContext shared_;
    std::optional<Listener> listener_;
    std::vector<std::unique_ptr<Dialler>> diallers_;
};

ZmqEndpoint::ZmqEndpoint(std::unique_ptr<Core> core) : core_(std::move(core)) {}
ZmqEndpoint::~ZmqEndpoint() = default;

Result<std::unique_ptr<ZmqEndpoint>> ZmqEndpoint::start(const crypto::TransportKey& key,
                                                        ZmqEndpointOptions options) {
    try {
        auto core = std::make_unique<Core>(key, std::move(options));
        TRY(core->start());
        return std::unique_ptr<ZmqEndpoint>(new ZmqEndpoint(std::move(core)));
    } catch (const zmq::error_t& error) {
        return unexpected(error);
    }
}

std::vector<EndpointEvent> ZmqEndpoint::poll(milliseconds max_wait) {
    return core_->poll(max_wait);
}
void ZmqEndpoint::wake() { core_->wake(); }
void ZmqEndpoint::watch(std::vector<int> descriptors) { core_->watch(std::move(descriptors)); }
bool ZmqEndpoint::send(ConnectionId connection, ByteView message) {
    return core_->send(connection, message);
}
void ZmqEndpoint::close(ConnectionId connection) { core_->close(connection); }
Traffic ZmqEndpoint::traffic(ConnectionId connection) const { return core_->traffic(connection); }
void ZmqEndpoint::allow(std::set<PeerKey> keys) { core_->allow(std::move(keys)); }
Status ZmqEndpoint::set_dial_targets(std::vector<DialTarget> targets) {
    return core_->set_dial_targets(targets);
}
void ZmqEndpoint::redial_now() { core_->redial_now(); }
std::string ZmqEndpoint::bound_address() const { return core_->bound_address(); }
std::vector<DialState> ZmqEndpoint::dial_states() const { return core_->dial_states(); }
RefusalCounts ZmqEndpoint::refusals() const { return core_->refusals(); }
Traffic ZmqEndpoint::total_traffic() const { return core_->total(); }

}  // namespace entrepot::replication
