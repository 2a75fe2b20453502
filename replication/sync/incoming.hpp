// Incoming: puts the peer's frames together into commits, offers them to the replica, and says what
// to ask for, what to acknowledge and how much more the peer may send.
#pragma once

#include <array>
#include <deque>
#include <set>

#include "replication/sync/exchange.hpp"
#include "replication/sync/outgoing.hpp"

namespace entrepot::replication {

class Incoming {
public:
    Incoming(Replica& replica, Carriage& carriage, Outgoing& outgoing, const SessionLimits& limits,
             SessionCounters& counters);
    /// Keeps half-received commits for the next session, returns claims and credit.
    ~Incoming();
    Incoming(const Incoming&) = delete;
    Incoming& operator=(const Incoming&) = delete;

    /// Both sides' statements of a log.
    void stated(const LogDescriptor& log, const Stated& heads);
    /// Takes a frame; commits that it completes are offered at once.
    Status frame(const message::Frame& frame, SteadyTime now);
    /// The replica's durable sequence moved.
    void durable();
    /// The log's durable head moved.
    void moved(const LogId& log);
    void roster_grew();
    /// The log has forked, or left its branch: nothing more is asked for, what is on its way is
    /// passed over, until heads are compared again.
    void stop(const LogId& log);

    /// What to ask for now; nothing while other sessions fetch what is lacking.
    std::optional<message::Want> want(SteadyTime now);
    /// What to acknowledge now: when it is due, or anything there is when `in_passing`.
    std::optional<message::Acknowledge> acknowledge(SteadyTime now, bool in_passing);
    std::optional<SteadyTime> acknowledge_due() const;

    /// Whether the peer holds something that is not durable here, or an acknowledgement is to be
    /// sent.
    bool is_behind() const;
    /// Whether the peer was asked for something that has not come.
    bool awaits_peer() const { return !lacking_.empty() && to_want_.empty(); }
    /// When to try again what another session fetches.
    std::optional<SteadyTime> want_due(std::int64_t retry_ms) const;

private:
    /// A log as the peer's frames name it.
    struct Source {
        LogDescriptor descriptor;
        LogId log;
    };
    struct Progress {
        LogDescriptor descriptor;
        CommitNumber peer;        ///< what it stated last
        CommitNumber stuck_at;    ///< what was lacking first when it stated that; 0 for nothing
        bool subscribed = false;  ///< the peer's stream is open at our next commit, or will be
        bool stalled = false;     ///< what comes is dropped until the log or the roster moves
        bool restarting = false;  ///< asked for again: what was sent before that is passed over
    };
    struct Assembly {
        std::uint32_t index = 0;
        CommitNumber number;
        Bytes wire;
        std::uint64_t left = 0;  ///< bytes still to come; 0 when between commits
        bool skip = false;
        bool resumed = false;
        std::size_t carried_over = 0;  ///< bytes that an earlier session received
    };
    struct Undurable {
        std::uint64_t sequence;
        std::uint64_t bytes;
    };

    Status begin(Assembly& assembly, WireReader& in, Lane lane, SteadyTime now);
    void place(Assembly& assembly, std::uint64_t offset, SteadyTime now);
    Result<std::uint32_t> read_source(WireReader& in, std::uint64_t reference);
    Status complete(Assembly& assembly);
    Status take(const Source& source, Assembly& assembly);
    Status settle(const Source& source, const Assembly& assembly, Offered offered,
                  std::size_t size);
    Status refuse(const Source& source, const Assembly& assembly, Error error);
    Progress& progress_of(const LogDescriptor& log, const LogId& id);
    void ask_again(const LogId& log);
    void update_lacking(const LogId& log, const Progress& progress);
    void grow_window();
    std::uint64_t limit_now() const { return received_ - undurable_bytes_ + window_; }

    Replica& replica_;
    Carriage& carriage_;
    Outgoing& outgoing_;
    const SessionLimits& limits_;
    SessionCounters& counters_;
    SessionNumber session_;
    std::vector<Source> sources_;
    std::map<LogId, std::uint32_t> index_of_;
    std::map<LogId, Progress> progress_;
    std::set<LogId> to_want_;
    std::set<LogId> lacking_;
    std::set<std::uint32_t> unacknowledged_;
    std::optional<SteadyTime> unacknowledged_since_;
    std::array<Assembly, lane_count> lanes_;
    std::deque<Undurable> undurable_;
    std::uint64_t undurable_bytes_ = 0;
    std::uint64_t received_ = 0;
    std::uint64_t window_;
    std::uint64_t granted_;
    std::uint64_t grown_at_ = 0;  ///< bytes consumed when the window grew last
    bool wants_credit_ = false;   ///< the sender said so since then
    std::uint64_t borrowed_ = 0;
    SteadyTime now_;
    SteadyTime wanted_;  ///< when want was last asked
};

}  // namespace entrepot::replication
