// What a replica is made of; only replica*.cpp include this.
//
// Invariants of a log's standing:
//   1. accepted ≥ durable head; `unwritten` holds exactly the commits between them, in order.
//   2. The log continues accepted.hash; nothing enters it otherwise, and nothing while it is forked
//      and no cut says which branch counts.
//   3. What is kept aside is not counted, not acknowledged and not announced.
//   4. Where a cut ends the log and the cut's number is held, it is the commit that the cut names:
//      else the log was rewound before anything was said of it.
#pragma once

#include <deque>

#include "replication/sync/exchange.hpp"

namespace entrepot::replication {

struct Unwritten {
    std::uint64_t sequence;
    CommitNumber number;
    Hash hash;
    RosterLength roster_length;
    Bytes header;
};

/// A thief who has the writer's key may bring another commit of a number before the honest one
/// comes: both are kept, and a cut that moves says which counts.
using QuarantinePlace = std::pair<CommitNumber, Hash>;

struct LogState {
    LogDescriptor descriptor;
    LogTip accepted;
    bool knows_roster_length = true;  ///< false until the stored tip has been read
    std::deque<Unwritten> unwritten;
    std::map<CommitNumber, Bytes> aside;
    std::size_t aside_bytes = 0;
    std::map<QuarantinePlace, Bytes> quarantine;
    std::size_t quarantine_bytes = 0;
    std::optional<ForkProof> fork;
    Hash settled_for;          ///< the cut that was last looked at
    std::uint64_t steps = 0;   ///< commits that the last rewind went back
    bool known = false;        ///< durably, though it may hold no commit
    bool is_learning = false;  ///< a DescriptorWrite is under way
    bool ended = false;        ///< own, and written no more

    const Unwritten* find_unwritten(CommitNumber number) const;
};

/// What becomes durable with a write.
struct PendingWrite {
    std::uint64_t sequence;
    std::optional<LogId> log;  ///< of a counted commit
    CommitNumber number;
    RosterLength roster_length;
    std::optional<LogId> learned;
    std::optional<Receipt> receipt;
};

struct Replica::State {
    NodeId self;
    Roster roster;
    Heads heads;
    const CommitReader& reader;
    ReplicaLimits limits;
    Exchange exchange;
    std::map<LogId, LogState> logs;
    std::size_t aside_bytes = 0;
    std::size_t quarantine_bytes = 0;
    std::vector<Write> writes;
    std::deque<PendingWrite> pending;
    std::uint64_t sequence = 0;
    std::uint64_t durable_sequence = 0;
    RosterLength durable_roster;
    std::uint64_t settled_count = 0;
    RosterLength settled_from;
    std::size_t fork_count = 0;
    std::uint64_t proof_count = 0;

    std::size_t learned = 0;
    std::uint64_t known_count = 0;
    std::map<ReceiptPlace, Receipt> receipts;          ///< durable
    std::map<ReceiptPlace, HybridTime> receipt_times;  ///< of the newest, durable or not
    std::uint64_t receipt_count = 0;
    RosterLength erased;  ///< as the driver said

    State(ReplicaStart&& start, const CommitReader& commits, ReplicaLimits bounds);

    LogState& state_of(const LogDescriptor& log);
    Status load_tip(const LogId& id, LogState& log) const;
    Result<Hash> hash_at(const LogId& id, const LogState& log, CommitNumber number) const;
    Result<Offered> judge(const LogDescriptor& descriptor, Bytes commit);
    Status swap_erased(Bytes& commit) const;
    std::uint64_t queue(WriteContent what);
    void accept(const LogDescriptor& descriptor, const CommitHeader& header, Bytes commit);
    Offered keep_aside(const LogDescriptor& descriptor, CommitNumber number, Bytes commit);
    Offered quarantine(const LogDescriptor& descriptor, const CommitHeader& header, Bytes commit);
    Result<Offered> prove_fork(const LogDescriptor& descriptor, const ParsedCommit& other);
    Result<Bytes> held_header(const LogId& id, CommitNumber number) const;
    void drain(const LogId& id);
    void judge_again();
    Result<std::size_t> settle_roster(std::uint64_t common, std::span<const Bytes> entries);
    void admit_quarantined(const LogId& id, LogState& log);

    // Forks, branches.cpp.
    bool is_stopped(const LogState& log, const LogId& id) const;
    void settle_all();
    void settle(const LogId& id, LogState& log);
    bool is_on_named_branch(const LogId& id, const LogState& log, const Cut& end) const;
    void leave_branch(const LogId& id, LogState& log, CommitNumber differing, const Cut& end);
    void rewind(const LogId& id, LogState& log, CommitNumber to, const Cut& end);
    void end_own(const LogDescriptor& descriptor);
    void end_where_erased();
    bool learn(const LogDescriptor& descriptor);
    Result<bool> take_proof(ForkProof proof);
    Result<bool> take_earlier(ForkProof proof);
};

}  // namespace entrepot::replication
