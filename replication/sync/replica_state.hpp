// What a replica is made of; only replica*.cpp include this.
//
// Invariants of a log's standing:
//   1. accepted ≥ durable head; `unwritten` holds exactly the commits between them, in order.
//   2. The log continues accepted.hash; nothing enters it otherwise, and nothing once it is forked.
//   3. What is kept aside is not counted, not acknowledged and not announced.
#pragma once

#include <deque>

#include "replication/sync/exchange.hpp"

namespace entrepot::replication {

struct Unwritten {
    std::uint64_t sequence;
    CommitNumber number;
    Hash hash;
};

struct LogState {
    LogDescriptor descriptor;
    LogTip accepted;
    bool knows_roster_length = true;  ///< false until the stored tip has been read
    std::deque<Unwritten> unwritten;
    std::map<CommitNumber, Bytes> aside;
    std::size_t aside_bytes = 0;
    std::map<CommitNumber, Bytes> quarantine;
    std::size_t quarantine_bytes = 0;
    std::optional<ForkProof> fork;
};

/// What becomes durable with a write.
struct PendingWrite {
    std::uint64_t sequence;
    std::optional<LogId> log;  ///< of a counted commit
    RosterLength roster_length;
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
    std::vector<Write> writes;
    std::deque<PendingWrite> pending;
    std::uint64_t sequence = 0;
    std::uint64_t durable_sequence = 0;
    RosterLength durable_roster;
    std::size_t fork_count = 0;

    State(ReplicaStart&& start, const CommitReader& commits, ReplicaLimits bounds)
        : self(start.self),
          roster(std::move(start.roster)),
          heads(std::move(start.heads)),
          reader(commits),
          limits(bounds),
          exchange(bounds),
          durable_roster(roster.length()) {
        for (const auto& [log, head] : heads.all()) {
            logs.emplace(log, LogState{head.descriptor,
                                       {head.number, head.hash, {}},
                                       false,
                                       {},
                                       {},
                                       0,
                                       {},
                                       0,
                                       std::nullopt});
        }
        for (ForkProof& proof : start.forks) {
            LogState& log = state_of(proof.descriptor);
            log.fork = std::move(proof);
            ++fork_count;
        }
    }

    LogState& state_of(const LogDescriptor& log);
    Status load_tip(const LogId& id, LogState& log) const;
    Result<Hash> hash_at(const LogId& id, const LogState& log, CommitNumber number) const;
    Result<Offered> judge(const LogDescriptor& descriptor, Bytes commit);
    std::uint64_t queue(std::variant<CommitWrite, QuarantineWrite, RosterWrite, ForkWrite> what);
    void accept(const LogDescriptor& descriptor, const CommitHeader& header, Bytes commit);
    Offered keep_aside(const LogDescriptor& descriptor, CommitNumber number, Bytes commit);
    Offered quarantine(const LogDescriptor& descriptor, const CommitHeader& header, Bytes commit);
    Result<Offered> prove_fork(const LogDescriptor& descriptor, const ParsedCommit& other);
    Result<Bytes> held_commit(const LogId& id, CommitNumber number) const;
    void drain(const LogId& id);
    void judge_again();
};

}  // namespace entrepot::replication
