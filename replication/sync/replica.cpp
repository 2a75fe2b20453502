#include "replication/sync/replica.hpp"

#include <algorithm>

#include "crypto/base/ensure.hpp"
#include "replication/sync/replica_state.hpp"

namespace entrepot::replication {
namespace {

Error ended(const LogDescriptor& log) {
    return {replica_log_ended, "others hold more of log " + to_hex(log.id().view()) +
                                   " than this node did; it goes on in another"};
}

Error forked(const LogDescriptor& log) {
    return {replica_log_forked, "log " + to_hex(log.id().view()) + " has forked and takes nothing"};
}

}  // namespace

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
    if (offered != Offered::queued) {
        return offered;
    }
    const LogId id = log.id();
    const CommitNumber number = state_->logs.at(id).accepted.number;
    state_->drain(id);  // what lay aside may prove a fork, and have this one left again
    return state_->logs.at(id).accepted.number < number ? Offered::forked : offered;
}

Result<Offered> Replica::offer_wire(const LogDescriptor& log, CommitNumber number, ByteView wire) {
    const LogId id = log.id();
    Hash before;
    if (number.value > 1) {
        TRY_ASSIGN(before, state_->hash_at(id, state_->logs.at(id), {number.value - 1}));
    }
    TRY_ASSIGN(Bytes commit, from_wire(wire, id, number, before));
    return offer(log, std::move(commit));
}

Result<std::uint64_t> Replica::append_local(const LogDescriptor& log, Bytes commit) {
    TRY_ASSIGN(const ParsedCommit parsed, parse_commit(commit));
    const CommitHeader& header = parsed.header;
    if (is_forked(log.id())) {
        return forked(log);
    }
    if (is_ended(log.id())) {
        return ended(log);
    }
    TRY_ASSIGN(const LogTip tip, accepted_tip(log.id()));
    if (header.log != log.id() || header.number != tip.number.next() ||
        header.previous != tip.hash || header.roster_length < tip.roster_length) {
        return Error{replica_local_chain,
                     "commit " + std::to_string(header.number.value) + " does not continue " +
                         std::to_string(tip.number.value) + ", the last of its log"};
    }
    const Roster& roster = state_->roster;
    const bool right =
        log.node == state_->self && header.roster_length <= roster.length() &&
        roster.right(log.node, log.compartment, header.roster_length) == Right::write &&
        !end_of(log, header.log, roster) &&
        roster.is_generation(log.compartment, header.generation, header.roster_length);
    if (!right) {
        return Error{replica_local_right, "this node may not write that compartment with that key"};
    }
    state_->accept(log, header, std::move(commit));
    return state_->sequence;
}

Result<std::size_t> Replica::offer_roster(RosterLength before_first,
                                          std::span<const Bytes> entries) {
    std::size_t added = 0;
    Status status;
    for (std::size_t i = 0; i < entries.size() && status; ++i) {
        Roster& roster = state_->roster;
        const std::uint64_t place = before_first.value + i;
        if (place < roster.length().value) {
            if (!equal(roster.entries()[place], entries[i])) {
                return state_->settle_roster(place, entries.subspan(i));
            }
            continue;
        }
        if (place > roster.length().value) {
            status =
                Error{roster_number, "entries before " + std::to_string(place + 1) + " missing"};
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

std::uint64_t Replica::settled_count() const {
    return state_->settled_count;
}
RosterLength Replica::settled_from() const {
    return state_->settled_from;
}

Result<bool> Replica::offer_fork(ForkProof proof) {
    return state_->take_earlier(std::move(proof));
}

Result<bool> Replica::offer_claim(ForkProof proof) {
    TRY(proof.verify(state_->roster));
    const LogId id = proof.descriptor.id();
    const CommitNumber number = proof.number();
    TRY_ASSIGN(const bool is_new, state_->take_proof(std::move(proof)));
    LogState& log = state_->logs.at(id);
    const auto end = end_of(log.descriptor, id, state_->roster);
    if (end && number <= end->number && number <= log.accepted.number &&
        !state_->is_on_named_branch(id, log, *end)) {
        state_->leave_branch(id, log, number, *end);
    }
    return is_new;
}

bool Replica::learn(const LogDescriptor& log) {
    return state_->learn(log);
}

Result<bool> Replica::offer_receipt(Receipt receipt) {
    State& state = *state_;
    TRY(receipt.verify(state.roster));
    const auto known = state.receipt_times.find(receipt.place());
    if (known != state.receipt_times.end() && known->second >= receipt.time) {
        return false;
    }
    state.receipt_times[receipt.place()] = receipt.time;
    state.queue(ReceiptWrite{std::move(receipt)});
    return true;
}

std::size_t Replica::issue_receipts(const crypto::SigningKey& key, WallTime now) {
    State& state = *state_;
    std::map<CompartmentId, std::vector<ReceiptHead>> held;
    for (const auto& [log, head] : state.heads.all()) {
        const auto counted = counted_head(log);
        auto& heads = held[head.descriptor.compartment];
        if (counted && heads.size() < Receipt::heads_most) {
            heads.push_back({log, counted->number, counted->hash});
        }
    }
    const RosterLength erased = std::min(state.erased, state.durable_roster);
    for (const auto* compartment : state.roster.compartments()) {
        if (erased.value > 0) {
            held.try_emplace(compartment->id);
        }
    }
    std::size_t issued = 0;
    for (auto& [compartment, heads] : held) {
        const ReceiptPlace place{state.self, compartment};
        const auto last = state.receipts.find(place);
        const auto time = state.receipt_times.find(place);
        const bool under_way = time != state.receipt_times.end() &&
                               (last == state.receipts.end() || last->second.time < time->second);
        const bool is_news = last == state.receipts.end()
                                 ? !heads.empty() || erased.value > 0
                                 : last->second.heads != heads || last->second.erased < erased;
        if (under_way || !is_news || !may_carry(state.self, compartment)) {
            continue;
        }
        const HybridTime after{time == state.receipt_times.end() ? 0 : time->second.value + 1};
        Receipt receipt{state.self,
                        state.roster.administration(),
                        compartment,
                        state.durable_roster,
                        std::max(HybridTime::from_wall(now), after),
                        std::move(heads),
                        {},
                        erased};
        receipt.sign(key);
        const auto offered = offer_receipt(std::move(receipt));
        issued += offered && *offered ? 1 : 0;
    }
    return issued;
}

void Replica::note_erased(RosterLength upto) {
    state_->erased = std::max(state_->erased, upto);
}

const std::map<ReceiptPlace, Receipt>& Replica::receipts() const {
    return state_->receipts;
}

std::uint64_t Replica::receipt_count() const {
    return state_->receipt_count;
}

std::optional<ReceiptHead> Replica::receipted(const LogId& log) const {
    std::optional<ReceiptHead> out;
    for (const auto& [place, receipt] : state_->receipts) {
        const NodeCertificate* node = state_->roster.node(place.node);
        const bool leads = node != nullptr && node->kind == NodeKind::headquarters &&
                           !state_->roster.is_revoked(place.node);
        const ReceiptHead* head = leads ? receipt.find(log) : nullptr;
        if (head != nullptr && (!out || out->number < head->number)) {
            out = *head;
        }
    }
    return out;
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
        PendingWrite done = std::move(state.pending.front());
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
        if (done.receipt) {
            const ReceiptPlace place = done.receipt->place();
            state.receipts.insert_or_assign(place, *std::move(done.receipt));
            ++state.receipt_count;
        }
        if (done.learned) {
            state.logs.at(*done.learned).known = true;
            ++state.known_count;
        }
    }
    state.durable_sequence = std::max(state.durable_sequence, sequence);
}

bool Replica::is_forked(const LogId& log) const {
    const auto found = state_->logs.find(log);
    return found != state_->logs.end() && found->second.fork.has_value();
}

bool Replica::is_stopped(const LogId& log) const {
    const auto found = state_->logs.find(log);
    return found != state_->logs.end() && state_->is_stopped(found->second, log);
}

bool Replica::is_ended(const LogId& log) const {
    const auto found = state_->logs.find(log);
    return found != state_->logs.end() && found->second.ended;
}

std::vector<Head> Replica::uncounted() const {
    std::vector<Head> out;
    for (const auto& [id, log] : state_->logs) {
        const bool is_held = state_->heads.find(id) != nullptr;
        const auto end = log.known || is_held ? end_of(log.descriptor, id, state_->roster)
                                              : std::optional<Cut>();
        if (end && end->number.value == 0) {
            out.push_back({log.descriptor, {}, {}});
        }
    }
    return out;
}

std::vector<CommitWrite> Replica::quarantined() const {
    std::vector<CommitWrite> out;
    for (const auto& [id, log] : state_->logs) {
        for (const auto& [place, commit] : log.quarantine) {
            out.push_back({id, log.descriptor, place.first, place.second, commit});
        }
    }
    return out;
}

std::optional<Cut> Replica::end(const LogId& log) const {
    const auto found = state_->logs.find(log);
    const bool is_known =
        found != state_->logs.end() && (found->second.known || state_->heads.find(log) != nullptr);
    return is_known ? end_of(found->second.descriptor, log, state_->roster) : std::nullopt;
}

std::uint64_t Replica::known_count() const {
    return state_->known_count;
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

std::uint64_t Replica::proof_count() const {
    return state_->proof_count;
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
