// Forks in a replica: which log is stopped, when this node leaves the branch it holds, which of its
// own logs it writes no more, and which logs it knows of though nothing of them counts.
//
// Leaving goes back to before the first commit known to differ, and further by doubling steps for
// as long as a peer on the named branch says that the commit before differs too. What was left is
// kept aside by the driver, so nothing is lost by going back too far: it is fetched again.
#include <algorithm>

#include "replication/sync/replica_state.hpp"

namespace entrepot::replication {
namespace {

/// Logs known by name alone: more of them would be a revoked node's mischief.
constexpr std::size_t learned_most = 4096;

}  // namespace

bool Replica::State::is_stopped(const LogState& log, const LogId& id) const {
    return log.fork && !end_of(log.descriptor, id, roster);
}

bool Replica::State::is_on_named_branch(const LogId& id, const LogState& log,
                                        const Cut& end) const {
    if (end.number.value == 0) {
        return true;
    }
    if (log.accepted.number < end.number) {
        return false;
    }
    const auto held = hash_at(id, log, end.number);
    return held && *held == end.hash;
}

void Replica::State::settle_all() {
    for (auto& [id, log] : logs) {
        settle(id, log);
    }
}

/// Looks once at each cut: is what is held of the branch that it names?
void Replica::State::settle(const LogId& id, LogState& log) {
    const auto end = end_of(log.descriptor, id, roster);
    if (!end || end->hash == log.settled_for) {
        return;
    }
    log.settled_for = end->hash;
    log.steps = 0;
    if (is_on_named_branch(id, log, *end)) {
        return;
    }
    const CommitNumber last = std::min(log.accepted.number, end->number);
    if (log.fork && log.fork->number() <= last) {
        leave_branch(id, log, log.fork->number(), *end);
    } else if (log.accepted.number >= end->number) {
        leave_branch(id, log, end->number, *end);
    }
}

void Replica::State::leave_branch(const LogId& id, LogState& log, CommitNumber differing,
                                  const Cut& end) {
    log.steps = log.steps == 0 ? 1 : log.steps * 2;
    const std::uint64_t back = std::min(log.steps, differing.value);
    rewind(id, log, {differing.value - back}, end);
}

void Replica::State::rewind(const LogId& id, LogState& log, CommitNumber to, const Cut& end) {
    Hash hash;
    if (to.value > 0) {
        const auto held = hash_at(id, log, to);
        if (!held) {
            log.settled_for = {};  // the disk did not answer: looked at again with the next entry
            return;
        }
        hash = *held;
    }
    while (!log.unwritten.empty() && log.unwritten.back().number > to) {
        log.unwritten.pop_back();
    }
    for (PendingWrite& write : pending) {
        if (write.log == id && write.number > to) {
            write.log.reset();
        }
    }
    heads.rewind(id, {log.descriptor, to, hash});
    log.accepted = {to, hash, {}};
    log.knows_roster_length = to.value == 0;
    if (!log.unwritten.empty()) {
        // Not the disk: it may still hold the branch that was left before.
        log.accepted.roster_length = log.unwritten.back().roster_length;
        log.knows_roster_length = true;
    }
    aside_bytes -= log.aside_bytes;
    log.aside.clear();
    log.aside_bytes = 0;
    log.known = true;
    exchange.drop_half(id);
    exchange.note_rewound(id, to);
    queue(RewindWrite{id, log.descriptor, to, end.hash});
}

void Replica::State::end_own(const LogDescriptor& descriptor) {
    LogState& log = state_of(descriptor);
    if (!log.ended) {
        log.ended = true;
        queue(EndWrite{descriptor});
    }
}

/// An order names a commit of this node that it does not have: it was written all the same, and
/// this disk lost it. Another one in its place would be erased at once.
void Replica::State::end_where_erased() {
    for (const ChangePlace& place : roster.erased_changes()) {
        const auto found = logs.find(place.log);
        if (found != logs.end() && found->second.descriptor.node == self &&
            found->second.accepted.number < place.number) {
            end_own(found->second.descriptor);
        }
    }
}

bool Replica::State::learn(const LogDescriptor& descriptor) {
    const LogId id = descriptor.id();
    const auto end = end_of(descriptor, id, roster);
    const bool is_needed =
        end && end->number.value == 0 && roster.writer(descriptor.node) != nullptr;
    const auto found = logs.find(id);
    const bool is_known =
        found != logs.end() && (found->second.known || found->second.is_learning ||
                                found->second.accepted.number.value > 0);
    if (!is_needed || is_known || learned >= learned_most) {
        return false;
    }
    ++learned;
    state_of(descriptor).is_learning = true;
    queue(DescriptorWrite{descriptor});
    return true;
}

/// Keeps the first proof of a log, and later ones only where they show an earlier difference.
Result<bool> Replica::State::take_proof(ForkProof proof) {
    TRY(proof.verify(roster));
    LogState& log = state_of(proof.descriptor);
    if (proof.descriptor.node == self) {
        end_own(proof.descriptor);
    }
    const bool is_new = !log.fork;
    if (!is_new && log.fork->number() <= proof.number()) {
        return false;
    }
    log.fork = proof;
    fork_count += is_new ? 1 : 0;
    ++proof_count;
    queue(ForkWrite{std::move(proof)});
    return is_new;
}

/// Takes one that shows an earlier difference than is known, or a first one, and looks again at
/// what is held. False when it is no first one.
Result<bool> Replica::State::take_earlier(ForkProof proof) {
    const LogId id = proof.descriptor.id();
    const auto known = logs.find(id);
    if (known != logs.end() && known->second.fork &&
        known->second.fork->number() <= proof.number()) {
        return false;
    }
    TRY_ASSIGN(const bool is_new, take_proof(std::move(proof)));
    LogState& log = logs.at(id);
    log.settled_for = {};
    settle(id, log);
    return is_new;
}

}  // namespace entrepot::replication
