#include "replication/sync/replica_state.hpp"

#include "crypto/base/ensure.hpp"

namespace entrepot::replication {

LogState& Replica::State::state_of(const LogDescriptor& log) {
    LogState& out = logs[log.id()];
    out.descriptor = log;
    return out;
}

Status Replica::State::load_tip(const LogId& id, LogState& log) const {
    if (!log.knows_roster_length) {
        TRY_ASSIGN(const Bytes tip, reader.read(id, log.accepted.number));
        log.accepted.roster_length = read_header(tip).roster_length;
        log.knows_roster_length = true;
    }
    return {};
}

/// A held commit: from the writes not yet taken, or from the store.
Result<Bytes> Replica::State::held_commit(const LogId& id, CommitNumber number) const {
    for (const Write& write : writes) {
        const auto* commit = std::get_if<CommitWrite>(&write.what);
        if (commit != nullptr && commit->log == id && commit->number == number) {
            return commit->bytes;
        }
    }
    return reader.read(id, number);
}

Result<Hash> Replica::State::hash_at(const LogId& id, const LogState& log,
                                     CommitNumber number) const {
    if (number == log.accepted.number) {
        return log.accepted.hash;
    }
    if (!log.unwritten.empty() && number >= log.unwritten.front().number) {
        return log.unwritten[number.value - log.unwritten.front().number.value].hash;
    }
    TRY_ASSIGN(const Bytes commit, reader.read(id, number));
    return commit_hash(commit);
}

std::uint64_t Replica::State::queue(
    std::variant<CommitWrite, QuarantineWrite, RosterWrite, ForkWrite> what) {
    PendingWrite next{++sequence, std::nullopt, {}};
    if (const auto* commit = std::get_if<CommitWrite>(&what)) {
        next.log = commit->log;
    }
    if (const auto* entry = std::get_if<RosterWrite>(&what)) {
        next.roster_length = entry->number;
    }
    pending.push_back(next);
    writes.push_back({sequence, std::move(what)});
    return sequence;
}

void Replica::State::accept(const LogDescriptor& descriptor, const CommitHeader& header,
                            Bytes commit) {
    const Hash hash = commit_hash(commit);
    LogState& log = state_of(descriptor);
    log.accepted = {header.number, hash, header.roster_length};
    log.knows_roster_length = true;
    exchange.drop_half(header.log);
    const std::uint64_t at =
        queue(CommitWrite{header.log, descriptor, header.number, hash, std::move(commit)});
    log.unwritten.push_back({at, header.number, hash});
}

Offered Replica::State::keep_aside(const LogDescriptor& descriptor, CommitNumber number,
                                   Bytes commit) {
    LogState& log = state_of(descriptor);
    if (log.aside.contains(number)) {
        return Offered::kept_aside;
    }
    const std::size_t size = commit.size();
    if (log.aside_bytes + size > limits.aside_per_log || aside_bytes + size > limits.aside_in_all) {
        return Offered::no_room;
    }
    log.aside_bytes += size;
    aside_bytes += size;
    log.aside.emplace(number, std::move(commit));
    return Offered::kept_aside;
}

Offered Replica::State::quarantine(const LogDescriptor& descriptor, const CommitHeader& header,
                                   Bytes commit) {
    LogState& log = state_of(descriptor);
    if (log.quarantine.contains(header.number)) {
        return Offered::quarantined;
    }
    if (log.quarantine_bytes + commit.size() > limits.quarantine_per_log) {
        return Offered::no_room;
    }
    log.quarantine_bytes += commit.size();
    log.quarantine.emplace(header.number, commit);
    const Hash hash = commit_hash(commit);
    queue(QuarantineWrite{{header.log, descriptor, header.number, hash, std::move(commit)}});
    return Offered::quarantined;
}

Result<Offered> Replica::State::prove_fork(const LogDescriptor& descriptor,
                                           const ParsedCommit& other) {
    TRY_ASSIGN(const Bytes held, held_commit(other.header.log, other.header.number));
    ForkProof proof = ForkProof::of(descriptor, held, other.bytes);
    TRY(proof.verify(roster));
    LogState& log = state_of(descriptor);
    log.fork = proof;
    ++fork_count;
    queue(ForkWrite{std::move(proof)});
    return Offered::forked;
}

Result<Offered> Replica::State::judge(const LogDescriptor& descriptor, Bytes commit) {
    TRY_ASSIGN(const ParsedCommit parsed, parse_commit(commit));
    const LogId id = descriptor.id();
    const auto found = logs.find(id);
    LogStanding standing{descriptor, {}, {}, {}, std::nullopt};
    if (found != logs.end()) {
        LogState& log = found->second;
        if (log.fork) {
            return Offered::forked;
        }
        TRY(load_tip(id, log));
        standing.tip = log.accepted.number;
        standing.tip_hash = log.accepted.hash;
        standing.tip_roster_length = log.accepted.roster_length;
        if (parsed.header.number <= standing.tip && parsed.header.log == id) {
            TRY_ASSIGN(standing.held_hash, hash_at(id, log, parsed.header.number));
        }
    }
    TRY_ASSIGN(const Admission admission, admit(parsed, standing, roster));
    switch (admission) {
        case Admission::counts:
            accept(descriptor, parsed.header, std::move(commit));
            return Offered::queued;
        case Admission::duplicate:
            return Offered::duplicate;
        case Admission::gap:
        case Admission::roster_ahead:
            return keep_aside(descriptor, parsed.header.number, std::move(commit));
        case Admission::beyond_cut:
            return quarantine(descriptor, parsed.header, std::move(commit));
        case Admission::fork:
            return prove_fork(descriptor, parsed);
    }
    ENSURE(false);
}

/// Judges what was kept aside of a log for as long as the next one is there and counts.
void Replica::State::drain(const LogId& id) {
    LogState& log = logs.at(id);
    while (!log.aside.empty() && log.aside.begin()->first <= log.accepted.number.next()) {
        auto first = log.aside.extract(log.aside.begin());
        log.aside_bytes -= first.mapped().size();
        aside_bytes -= first.mapped().size();
        const Result<Offered> judged = judge(log.descriptor, std::move(first.mapped()));
        if (judged && *judged == Offered::kept_aside) {
            return;
        }
    }
}

/// After the roster grew: what waited for it, and what a cut that moved lets count.
void Replica::State::judge_again() {
    for (auto& [id, log] : logs) {
        auto quarantined = std::exchange(log.quarantine, {});
        log.quarantine_bytes = 0;
        for (auto& [number, commit] : quarantined) {
            // Judged as if it came now; one that still lies beyond the cut goes back, unwritten.
            const std::size_t size = commit.size();
            const auto end = end_of(log.descriptor, id, roster);
            if (end && number > end->number) {
                log.quarantine_bytes += size;
                log.quarantine.emplace(number, std::move(commit));
            } else {
                static_cast<void>(judge(log.descriptor, std::move(commit)));
            }
        }
        drain(id);
    }
}

}  // namespace entrepot::replication
