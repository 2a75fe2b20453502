// Exchange: what the sessions of one replica share so that two peers do not send the same twice:
// which logs moved, who fetches which log, half-received commits, credit, what peers hold.
// Bounded; all of it may be lost at any moment without harm.
#pragma once

#include <map>
#include <set>

#include "crypto/base/clock.hpp"
#include "replication/sync/replica.hpp"

namespace entrepot::replication {

/// Distinguishes the sessions of one replica.
struct SessionNumber {
    std::uint64_t value = 0;
    friend auto operator<=>(const SessionNumber&, const SessionNumber&) = default;
};

/// The first bytes of the wire form of a log's next commit.
struct HalfCommit {
    CommitNumber number;
    Bytes wire;
};

class Exchange {
public:
    explicit Exchange(const ReplicaLimits& limits) : limits_(limits) {}

    SessionNumber next_session() { return {++sessions_}; }

    /// Notes that a log's durable head moved.
    void note_moved(const LogId& log);
    std::uint64_t moved_end() const { return moved_base_ + moved_.size(); }
    /// Logs noted since `cursor`, each once; nothing when that is too long ago: look at all.
    std::optional<std::set<LogId>> moved_since(std::uint64_t cursor) const;

    /// Notes that a log left the branch it was on, back to this number: what peers were thought to
    /// hold of it beyond that is forgotten.
    void note_rewound(const LogId& log, CommitNumber to);
    std::size_t rewound_end() const { return rewound_.size(); }
    const LogId& rewound(std::size_t place) const { return rewound_[place]; }

    /// Takes or renews the right to fetch a log's backlog; false while another session fetches it.
    bool claim(const LogId& log, SessionNumber session, SteadyTime now);
    void release(const LogId& log, SessionNumber session);
    void release_all(SessionNumber session);

    /// Bytes held of that commit; an older commit's are dropped.
    std::size_t half_size(const LogId& log, CommitNumber number);
    /// Takes them out if there are at least `size`, cut to that.
    std::optional<Bytes> take_half(const LogId& log, CommitNumber number, std::size_t size);
    /// Keeps the longer one; dropped when the bound of all is reached.
    void keep_half(const LogId& log, HalfCommit half);
    void drop_half(const LogId& log);

    /// Up to `wanted` bytes of the node's credit; give them back with return_credit.
    std::uint64_t borrow_credit(std::uint64_t wanted);
    void return_credit(std::uint64_t bytes) { credit_lent_ -= bytes; }

    void note_acknowledged(const NodeId& peer, const LogId& log, CommitNumber number);
    /// The peer asks for it from there on: it does not hold what it held.
    void note_lacking(const NodeId& peer, const LogId& log, CommitNumber number);
    CommitNumber acknowledged(const NodeId& peer, const LogId& log) const;

private:
    static constexpr std::int64_t claim_ms = 10'000;
    static constexpr std::size_t moved_most = 4096;
    struct Claim {
        SessionNumber session;
        SteadyTime renewed;
    };

    ReplicaLimits limits_;
    std::uint64_t sessions_ = 0;
    std::vector<LogId> moved_;
    std::uint64_t moved_base_ = 0;
    std::vector<LogId> rewound_;
    std::map<LogId, Claim> claims_;
    std::map<LogId, HalfCommit> halves_;
    std::size_t half_bytes_ = 0;
    std::uint64_t credit_lent_ = 0;
    std::map<NodeId, std::map<LogId, CommitNumber>> acknowledged_;
};

}  // namespace entrepot::replication
