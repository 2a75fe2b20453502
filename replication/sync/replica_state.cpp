#include "replication/sync/replica_state.hpp"

#include "crypto/base/ensure.hpp"
#include "replication/erasure/erasing.hpp"

namespace entrepot::replication {
namespace {

/// Another commit than the one the log is cut at, continuing what is held and rightly signed: of a
/// branch that does not count, from a peer that does not know so yet.
bool is_beside_cut(const ParsedCommit& commit, const LogStanding& log, const Roster& roster) {
    const auto end = end_of(log.descriptor, commit.header.log, roster);
    const NodeCertificate* writer = roster.writer(log.descriptor.node);
    return end && writer != nullptr && commit.header.number == end->number &&
           commit_hash(commit.bytes) != end->hash && verify_root(commit) &&
           verify_signature(commit, writer->identity.sign);
}

}  // namespace

Replica::State::State(ReplicaStart&& start, const CommitReader& commits, ReplicaLimits bounds)
    : self(start.self),
      roster(std::move(start.roster)),
      heads(std::move(start.heads)),
      reader(commits),
      limits(bounds),
      exchange(bounds),
      durable_roster(roster.length()),
      erased(start.erased) {
    for (const auto& [log, head] : heads.all()) {
        LogState& state = state_of(head.descriptor);
        state.accepted = {head.number, head.hash, {}};
        state.knows_roster_length = false;
        state.known = true;
    }
    for (const LogDescriptor& log : start.known) {
        state_of(log).known = true;
    }
    learned = start.known.size();
    for (const LogDescriptor& log : start.ended) {
        state_of(log).ended = true;
    }
    for (const RewindWrite& rewound : start.rewinds) {
        state_of(rewound.descriptor).settled_for = rewound.cut;
    }
    for (ForkProof& proof : start.forks) {
        LogState& log = state_of(proof.descriptor);
        if (!log.fork || proof.number() < log.fork->number()) {
            fork_count += log.fork ? 0 : 1;
            ++proof_count;
            log.fork = std::move(proof);
        }
    }
    for (Receipt& receipt : start.receipts) {
        receipt_times[receipt.place()] = receipt.time;
        receipts.insert_or_assign(receipt.place(), std::move(receipt));
    }
    for (CommitWrite& commit : start.quarantined) {
        LogState& log = state_of(commit.descriptor);
        log.quarantine_bytes += commit.bytes.size();
        quarantine_bytes += commit.bytes.size();
        log.quarantine.emplace(QuarantinePlace(commit.number, commit.hash),
                               std::move(commit.bytes));
    }
    judge_again();
}

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

const Unwritten* LogState::find_unwritten(CommitNumber number) const {
    if (unwritten.empty() || number < unwritten.front().number ||
        number > unwritten.back().number) {
        return nullptr;
    }
    return &unwritten[number.value - unwritten.front().number.value];
}

/// Of a held commit: of one on its way to the store, or from the store.
Result<Bytes> Replica::State::held_header(const LogId& id, CommitNumber number) const {
    if (const Unwritten* commit = logs.at(id).find_unwritten(number)) {
        return commit->header;
    }
    return reader.read(id, number);
}

Result<Hash> Replica::State::hash_at(const LogId& id, const LogState& log,
                                     CommitNumber number) const {
    if (number == log.accepted.number) {
        return log.accepted.hash;
    }
    if (const Unwritten* commit = log.find_unwritten(number)) {
        return commit->hash;
    }
    TRY_ASSIGN(const Bytes commit, reader.read(id, number));
    return commit_hash(commit);
}

std::uint64_t Replica::State::queue(WriteContent what) {
    PendingWrite next{++sequence, std::nullopt, {}, {}, std::nullopt, std::nullopt};
    if (const auto* commit = std::get_if<CommitWrite>(&what)) {
        next.log = commit->log;
        next.number = commit->number;
    }
    if (const auto* receipted = std::get_if<ReceiptWrite>(&what)) {
        next.receipt = receipted->receipt;
    }
    if (const auto* learnt = std::get_if<DescriptorWrite>(&what)) {
        next.learned = learnt->descriptor.id();
    }
    if (const auto* entry = std::get_if<RosterWrite>(&what)) {
        next.roster_length = entry->number;
    }
    if (const auto* settled = std::get_if<SettledRosterWrite>(&what)) {
        next.roster_length = {settled->common.value + settled->entries.size()};
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
    const ByteView bytes = ByteView(commit).first(commit_header_size);
    Bytes signed_header(bytes.begin(), bytes.end());
    const std::uint64_t at =
        queue(CommitWrite{header.log, descriptor, header.number, hash, std::move(commit)});
    log.unwritten.push_back(
        {at, header.number, hash, header.roster_length, std::move(signed_header)});
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
    const Hash hash = commit_hash(commit);
    if (log.quarantine.contains({header.number, hash})) {
        return Offered::quarantined;
    }
    if (log.quarantine_bytes + commit.size() > limits.quarantine_per_log ||
        quarantine_bytes + commit.size() > limits.quarantine_in_all) {
        return Offered::no_room;
    }
    log.quarantine_bytes += commit.size();
    quarantine_bytes += commit.size();
    log.quarantine.emplace(QuarantinePlace(header.number, hash), commit);
    learn(descriptor);
    queue(QuarantineWrite{{header.log, descriptor, header.number, hash, std::move(commit)}});
    return Offered::quarantined;
}

Result<Offered> Replica::State::prove_fork(const LogDescriptor& descriptor,
                                           const ParsedCommit& other) {
    TRY_ASSIGN(const Bytes held, held_header(other.header.log, other.header.number));
    TRY(take_earlier(ForkProof::of(descriptor, held, other.bytes)));
    return Offered::forked;
}

/// What was ordered erased comes back from nowhere: it is swapped before anything is kept of it.
Status Replica::State::swap_erased(Bytes& commit) const {
    if (roster.erased_changes().empty()) {
        return {};
    }
    TRY_ASSIGN(const ParsedCommit parsed, parse_commit(commit));
    if (auto swapped = without_erased(parsed, roster)) {
        commit = *std::move(swapped);
    }
    return {};
}

Result<Offered> Replica::State::judge(const LogDescriptor& descriptor, Bytes commit) {
    TRY(swap_erased(commit));
    TRY_ASSIGN(const ParsedCommit parsed, parse_commit(commit));
    const LogId id = descriptor.id();
    const auto found = logs.find(id);
    LogStanding standing{descriptor, {}, {}, {}, std::nullopt};
    if (found != logs.end()) {
        LogState& log = found->second;
        if (is_stopped(log, id)) {
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
    auto judged = admit(parsed, standing, roster);
    if (!judged && is_beside_cut(parsed, standing, roster)) {
        judged = Admission::beyond_cut;
    }
    TRY_ASSIGN(const Admission admission, std::move(judged));
    if (descriptor.node == self && admission != Admission::duplicate) {
        end_own(descriptor);
    }
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

/// What a cut that moved lets count: back from the commit it names, each by the hash of the one
/// before. Where one on the way is not here, one that has its number to itself is judged too.
void Replica::State::admit_quarantined(const LogId& id, LogState& log) {
    auto kept = std::exchange(log.quarantine, {});
    quarantine_bytes -= log.quarantine_bytes;
    log.quarantine_bytes = 0;
    const auto end = end_of(log.descriptor, id, roster);
    std::set<QuarantinePlace> named;
    QuarantinePlace at = end ? QuarantinePlace{end->number, end->hash} : QuarantinePlace{};
    for (auto found = kept.find(at); found != kept.end(); found = kept.find(at)) {
        named.insert(at);
        at = {{at.first.value - 1}, read_header(found->second).previous};
    }
    const bool is_whole = at == QuarantinePlace{log.accepted.number, log.accepted.hash};
    std::map<CommitNumber, int> candidates;
    for (const auto& [place, commit] : kept) {
        ++candidates[place.first];
    }
    for (auto& [place, commit] : kept) {
        static_cast<void>(swap_erased(commit));
        const bool may_count = !end || place.first <= end->number;
        const bool is_alone = !is_whole && candidates[place.first] == 1;
        if (may_count && (!end || is_alone || named.contains(place))) {
            static_cast<void>(judge(log.descriptor, std::move(commit)));
        } else if (!may_count || !is_whole) {
            log.quarantine_bytes += commit.size();  // goes back, unwritten
            quarantine_bytes += commit.size();
            log.quarantine.emplace(place, std::move(commit));
        }
    }
}

/// Takes these entries in place of those held after `common`, if that settles the fork. Every log's
/// end is looked at anew, and what a withdrawn cut kept out is judged.
Result<std::size_t> Replica::State::settle_roster(std::uint64_t common,
                                                  std::span<const Bytes> entries) {
    const Error forked{roster_forked,
                       "another roster entry " + std::to_string(common + 1) + " is held here"};
    if (common + entries.size() <= roster.length().value) {
        return forked;
    }
    Roster offered = roster.first({common});
    for (const Bytes& entry : entries) {
        if (!offered.append(entry)) {
            return forked;
        }
    }
    if (!offered.settles(roster)) {
        return forked;
    }
    roster = std::move(offered);
    settled_from = settled_count == 0 ? RosterLength{common}
                                      : std::min(settled_from, RosterLength{common});
    ++settled_count;
    durable_roster = std::min(durable_roster, RosterLength{common});
    erased = std::min(erased, RosterLength{common});
    queue(SettledRosterWrite{{common}, {entries.begin(), entries.end()}});
    judge_again();
    return entries.size();
}

/// After the roster grew: what waited for it, and what a cut that moved lets count.
void Replica::State::judge_again() {
    settle_all();
    end_where_erased();
    for (auto& [id, log] : logs) {
        if (!log.quarantine.empty()) {
            admit_quarantined(id, log);
        }
        drain(id);
    }
}

}  // namespace entrepot::replication
