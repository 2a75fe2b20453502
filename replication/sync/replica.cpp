// Invariants of a log's standing:
//   1. accepted ≥ durable head; `unwritten` holds exactly the commits between them, in order.
//   2. The log continues accepted.hash; nothing enters it otherwise, and nothing once it is forked.
//   3. What is kept aside is not counted, not acknowledged and not announced.
#include <algorithm>
#include <deque>

#include "crypto/base/ensure.hpp"
#include "replication/sync/exchange.hpp"

namespace entrepot::replication {
namespace {

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
struct Pending {
    std::uint64_t sequence;
    std::optional<LogId> log;  ///< of a counted commit
    RosterLength roster_length;
};

Error forked(const LogDescriptor& log) {
    return {replica_log_forked, "log " + to_hex(log.id().view()) + " has forked and takes nothing"};
}

}  // namespace

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
    std::deque<Pending> pending;
    std::uint64_t sequence = 0;
    std::uint64_t durable_sequence = 0;
    RosterLength durable_roster;
    std::size_t fork_count = 0;

    State(ReplicaStart&& start, const CommitReader& commits, ReplicaLimits bounds)
        : self(start.self), roster(std::move(start.roster)), heads(std::move(start.heads)),
          reader(commits), limits(bounds), exchange(bounds), durable_roster(roster.length()) {
        for (const auto& [log, head] : heads.all()) {
            logs.emplace(log, LogState{head.descriptor, {head.number, head.hash, {}}, false,
                                       {}, {}, 0, {}, 0, std::nullopt});
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
    Pending next{++sequence, std::nullopt, {}};
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
        case Admission::duplicate: return Offered::duplicate;
        case Admission::gap:
        case Admission::roster_ahead:
            return keep_aside(descriptor, parsed.header.number, std::move(commit));
        case Admission::beyond_cut: return quarantine(descriptor, parsed.header, std::move(commit));
        case Admission::fork: return prove_fork(descriptor, parsed);
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

Replica::Replica(ReplicaStart start, const CommitReader& reader, ReplicaLimits limits)
    : state_(std::make_unique<State>(std::move(start), reader, limits)) {}
Replica::~Replica() = default;

const NodeId& Replica::self() const {
    return state_->self;
}
const Roster& Replica::roster() const {
    return state_->roster;
}
RosterLength Replica::durable_roster_length() const {
    return state_->durable_roster;
}
const CommitReader& Replica::reader() const {
    return state_->reader;
}
const Heads& Replica::heads() const {
    return state_->heads;
}

std::optional<Head> Replica::counted_head(const LogId& log) const {
    const Head* held = state_->heads.find(log);
    if (held == nullptr) {
        return std::nullopt;
    }
    const auto end = end_of(held->descriptor, log, state_->roster);
    if (!end || held->number <= end->number) {
        return *held;
    }
    if (end->number.value == 0) {
        return std::nullopt;
    }
    return Head{held->descriptor, end->number, end->hash};
}

Result<LogTip> Replica::accepted_tip(const LogId& log) const {
    const auto found = state_->logs.find(log);
    if (found == state_->logs.end()) {
        return LogTip{};
    }
    TRY(state_->load_tip(log, found->second));
    return found->second.accepted;
}

Result<Offered> Replica::offer(const LogDescriptor& log, Bytes commit) {
    TRY_ASSIGN(const Offered offered, state_->judge(log, std::move(commit)));
    if (offered == Offered::queued) {
        state_->drain(log.id());
    }
    return offered;
}

Result<std::uint64_t> Replica::append_local(const LogDescriptor& log, Bytes commit) {
    TRY_ASSIGN(const ParsedCommit parsed, parse_commit(commit));
    const CommitHeader& header = parsed.header;
    if (is_forked(log.id())) {
        return forked(log);
    }
    TRY_ASSIGN(const LogTip tip, accepted_tip(log.id()));
    if (header.log != log.id() || header.number != tip.number.next() ||
        header.previous != tip.hash || header.roster_length < tip.roster_length) {
        return Error{replica_local_chain,
                     "commit " + std::to_string(header.number.value) + " does not continue " +
                         std::to_string(tip.number.value) + ", the last of its log"};
    }
    const Roster& roster = state_->roster;
    const bool right = log.node == state_->self && header.roster_length <= roster.length() &&
                       roster.right(log.node, log.compartment, header.roster_length) == Right::write &&
                       !end_of(log, header.log, roster) &&
                       roster.generation_at(log.compartment, header.roster_length) == header.generation;
    if (!right) {
        return Error{replica_local_right, "this node may not write that compartment with that key"};
    }
    state_->accept(log, header, std::move(commit));
    return state_->sequence;
}

Result<std::size_t> Replica::offer_roster(RosterLength before_first, std::span<const Bytes> entries) {
    std::size_t added = 0;
    Status status;
    for (std::size_t i = 0; i < entries.size() && status; ++i) {
        Roster& roster = state_->roster;
        const std::uint64_t place = before_first.value + i;
        if (place < roster.length().value) {
            if (!equal(roster.entries()[place], entries[i])) {
                status = Error{roster_forked,
                               "another roster entry " + std::to_string(place + 1) + " is held here"};
            }
            continue;
        }
        if (place > roster.length().value) {
            status = Error{roster_number, "entries before " + std::to_string(place + 1) + " missing"};
            continue;
        }
        status = roster.append(entries[i]);
        if (status) {
            state_->queue(RosterWrite{roster.length(), entries[i]});
            ++added;
        }
    }
    if (added > 0) {
        state_->judge_again();
    }
    TRY(std::move(status));
    return added;
}

Result<bool> Replica::offer_fork(ForkProof proof) {
    if (is_forked(proof.descriptor.id())) {
        return false;
    }
    TRY(proof.verify(state_->roster));
    state_->state_of(proof.descriptor).fork = proof;
    ++state_->fork_count;
    state_->queue(ForkWrite{std::move(proof)});
    return true;
}

std::vector<Write> Replica::take_writes() {
    return std::exchange(state_->writes, {});
}
bool Replica::has_writes() const {
    return !state_->writes.empty();
}
std::uint64_t Replica::queued_sequence() const {
    return state_->sequence;
}
std::uint64_t Replica::durable_sequence() const {
    return state_->durable_sequence;
}

void Replica::durable(std::uint64_t sequence) {
    State& state = *state_;
    while (!state.pending.empty() && state.pending.front().sequence <= sequence) {
        const Pending done = state.pending.front();
        state.pending.pop_front();
        if (done.log) {
            LogState& log = state.logs.at(*done.log);
            const Unwritten& commit = log.unwritten.front();
            ENSURE(commit.sequence == done.sequence);
            state.heads.advance(*done.log, {log.descriptor, commit.number, commit.hash});
            log.unwritten.pop_front();
            state.exchange.note_moved(*done.log);
        }
        state.durable_roster = std::max(state.durable_roster, done.roster_length);
    }
    state.durable_sequence = std::max(state.durable_sequence, sequence);
}

bool Replica::is_forked(const LogId& log) const {
    const auto found = state_->logs.find(log);
    return found != state_->logs.end() && found->second.fork.has_value();
}

std::vector<ForkProof> Replica::forks() const {
    std::vector<ForkProof> out;
    for (const auto& [id, log] : state_->logs) {
        if (log.fork) {
            out.push_back(*log.fork);
        }
    }
    return out;
}

std::size_t Replica::fork_count() const {
    return state_->fork_count;
}

bool Replica::may_carry(const NodeId& node, const CompartmentId& compartment) const {
    return state_->roster.right(node, compartment) >= Right::relay;
}

CommitNumber Replica::acknowledged(const NodeId& peer, const LogId& log) const {
    return state_->exchange.acknowledged(peer, log);
}

Exchange& Replica::exchange() {
    return state_->exchange;
}

}  // namespace entrepot::replication
