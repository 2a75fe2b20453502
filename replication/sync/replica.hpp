// Replica: what one node holds and counts, shared by its sessions. Judges what arrives, hands the
// driver what must be written, and moves heads only when the driver says that it is durable.
//
//   offer / append_local / offer_roster ──► take_writes ──► (driver: one transaction) ──► durable
//
// Sans-I/O and for one thread. Does not promise that anything offered is on disk: only heads() and
// durable_roster_length() say so, and sessions acknowledge and announce nothing else.
#pragma once

#include <memory>
#include <span>
#include <variant>
#include <vector>

#include "replication/log/admission.hpp"
#include "replication/store.hpp"
#include "replication/sync/fork.hpp"

namespace entrepot::replication {

inline constexpr ErrorCode replica_log_forked{"replica.log_forked", ErrorKind::conflict};
inline constexpr ErrorCode replica_local_chain{"replica.local_chain", ErrorKind::conflict};
inline constexpr ErrorCode replica_local_right{"replica.local_right", ErrorKind::denied};

struct ReplicaLimits {
    std::size_t aside_per_log = 1024 * 1024;  ///< bytes kept aside (gap, roster ahead) of one log
    std::size_t aside_in_all = 16 * 1024 * 1024;  ///< bytes kept aside of all logs
    std::size_t quarantine_per_log =
        1024 * 1024;  ///< bytes beyond a cut of one log, since the start
    std::size_t partial_in_all = 16 * 1024 * 1024;  ///< bytes of half-received commits
    std::uint64_t credit_in_all = 64 * 1024 * 1024;
};

/// The last commit of a log and the roster length its author had; number 0 when there is none.
struct LogTip {
    CommitNumber number;
    Hash hash;
    RosterLength roster_length;
};

/// What became of an offered commit.
enum class Offered {
    queued,       ///< counts: in the next writes
    duplicate,    ///< held or queued already
    kept_aside,   ///< a gap before it, or its author's roster is not here yet
    no_room,      ///< as kept_aside, but the bound is reached: dropped, to be asked for again
    quarantined,  ///< beyond a cut: in the next writes (bounded), not counted
    forked,  ///< another commit with its number is held: proof kept, the log takes nothing more
};

struct CommitWrite {
    LogId log;
    LogDescriptor descriptor;
    CommitNumber number;
    Hash hash;
    Bytes bytes;
};
/// A commit beyond a cut: kept for headquarters, never counted. May come again after a restart.
struct QuarantineWrite {
    CommitWrite commit;
};
struct RosterWrite {
    RosterLength number;
    Bytes bytes;
};
struct ForkWrite {
    ForkProof proof;
};
/// One thing to make durable. A later write may rest on an earlier one: a prefix by sequence may be
/// durable without the rest, never the other way round.
struct Write {
    std::uint64_t sequence = 0;
    std::variant<CommitWrite, QuarantineWrite, RosterWrite, ForkWrite> what;
};

/// What the node held when it started.
struct ReplicaStart {
    NodeId self;
    Roster roster;
    Heads heads;
    std::vector<ForkProof> forks;
};

class Replica {
public:
    /// `reader` must outlive the replica and answer for every commit up to `start.heads`.
    Replica(ReplicaStart start, const CommitReader& reader, ReplicaLimits limits = {});
    ~Replica();
    Replica(const Replica&) = delete;
    Replica& operator=(const Replica&) = delete;

    const NodeId& self() const;
    /// Accepted roster: may be longer than the durable one.
    const Roster& roster() const;
    RosterLength durable_roster_length() const;
    const CommitReader& reader() const;
    /// Durable heads, as stored: also beyond a cut that came later. See counted_head.
    const Heads& heads() const;
    /// The durable head, or the cut where that is before it; nothing when no commit counts.
    std::optional<Head> counted_head(const LogId& log) const;
    /// Last accepted commit, durable or still to be written; number 0 for an unknown log. An error
    /// is the store's, when the stored tip cannot be read.
    Result<LogTip> accepted_tip(const LogId& log) const;

    /// Judges a commit of another node, or of this one come back from a peer. Errors are refusals
    /// of the bytes (commit.*, admission.*), replica.log_forked, or the store's.
    Result<Offered> offer(const LogDescriptor& log, Bytes commit);
    /// Queues a commit made here; its signature is taken as right. Gives its write's sequence.
    /// replica.local_chain unless it continues the accepted tip, replica.local_right without the
    /// right or with another generation than its roster length knows, replica.log_forked.
    Result<std::uint64_t> append_local(const LogDescriptor& log, Bytes commit);
    /// Appends encoded entries, first to last; entries already held are skipped when equal
    /// (roster.forked when not). Then judges what was kept aside again. Gives how many were new.
    Result<std::size_t> offer_roster(RosterLength before_first, std::span<const Bytes> entries);
    /// Takes a proven fork: the log takes nothing more. fork.unproven otherwise; false if known.
    Result<bool> offer_fork(ForkProof proof);

    /// Everything to be written since the last call, by rising sequence.
    std::vector<Write> take_writes();
    /// Whether take_writes would give anything.
    bool has_writes() const;
    /// Tells that every write up to `sequence` is durable: heads move, sessions may speak of them.
    void durable(std::uint64_t sequence);
    std::uint64_t durable_sequence() const;
    /// The sequence of the newest write queued so far, taken or not.
    std::uint64_t queued_sequence() const;

    bool is_forked(const LogId& log) const;
    std::vector<ForkProof> forks() const;
    std::size_t fork_count() const;
    /// Whether the node may at least relay the compartment under the accepted roster.
    bool may_carry(const NodeId& node, const CompartmentId& compartment) const;

    /// What `peer` said that it durably holds, in this process's life; number 0 when it said
    /// nothing.
    CommitNumber acknowledged(const NodeId& peer, const LogId& log) const;

    /// What sessions of this node share: positions, half-received commits, credit. See
    /// exchange.hpp.
    class Exchange& exchange();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace entrepot::replication
