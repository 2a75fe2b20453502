#include "tests/simulation/simulated_worker.hpp"

#include <algorithm>

#include "crypto/base/ensure.hpp"
#include "replication/log/reauthoring.hpp"

namespace entrepot::simulation {

Result<std::optional<RecordState>> MemoryStates::load(const RecordKey& key) {
    const auto found = states_.find(key);
    return found == states_.end() ? std::optional<RecordState>() : found->second;
}

Status MemoryStates::save(const RecordKey& key, const RecordState& state) {
    RecordState kept = state;
    for (PathState& path : kept.paths) {
        if (drops_siblings_ && path.siblings.size() > 1) {
            path.siblings.pop_back();
        }
    }
    states_[key] = std::move(kept);
    return {};
}

SimulatedWorker::SimulatedWorker(const Replica& replica, const crypto::Identity& identity,
                                 Packing& packing, bool drops_siblings)
    : replica_(replica), identity_(identity), packing_(packing), drops_siblings_(drops_siblings) {
    start_over();
}

void SimulatedWorker::start_over() {
    logs_.clear();
    given_.clear();
    places_.clear();
    reauthored_.clear();
    states_ = std::make_unique<MemoryStates>(drops_siblings_);
    applier_ = std::make_unique<Applier>(*states_, *this);
}

const crypto::Secret* SimulatedWorker::key(const CompartmentId& compartment,
                                           Generation generation) const {
    const auto found = keys_.find({compartment, generation});
    return found == keys_.end() ? nullptr : &found->second;
}

void SimulatedWorker::learn_keys() {
    for (const KeyWrap* wrap : replica_.roster().wraps_for(identity_.id())) {
        const std::pair name{wrap->compartment, wrap->generation};
        if (!keys_.contains(name)) {
            keys_.emplace(name, unwrap_key(*wrap, identity_.box()).value());
        }
    }
}

CommitStanding SimulatedWorker::standing(const ContextEntry& named) const {
    const auto end = replica_.end(named.log);
    if (end && named.number > end->number) {
        return CommitStanding::excluded;
    }
    const auto found = logs_.find(named.log);
    if (found == logs_.end() || named.number.value > found->second.hashes.size()) {
        return CommitStanding::unknown;
    }
    if (found->second.hashes[named.number.value - 1] == named.hash) {
        return CommitStanding::held;
    }
    return end ? CommitStanding::excluded : CommitStanding::other_branch;
}

void SimulatedWorker::catch_up() {
    if (replica_.roster().length() != roster_length_ ||
        replica_.durable_roster_length() != durable_length_) {
        roster_length_ = replica_.roster().length();
        durable_length_ = replica_.durable_roster_length();
        learn_keys();
        start_over();  // a cut or an erasure may have taken something away: recompute
    } else if (has_left_a_branch()) {
        start_over();
    }
    for (const auto& [id, head] : replica_.heads().all()) {
        if (const auto counted = replica_.counted_head(id)) {
            open_log(id, *counted);
        }
    }
    ENSURE(applier_->recheck().has_value());  // a log may have become known of which nothing counts
}

bool SimulatedWorker::has_left_a_branch() const {
    return std::any_of(logs_.begin(), logs_.end(), [this](const auto& entry) {
        const auto& [id, log] = entry;
        if (log.hashes.empty()) {
            return false;
        }
        const CommitNumber last{log.hashes.size()};
        const Head* head = replica_.heads().find(id);
        if (head == nullptr || head->number < last) {
            return true;
        }
        const Bytes held = replica_.reader().read(id, last).value();
        return prefix_of(commit_hash(held)) != log.hashes.back();
    });
}

void SimulatedWorker::open_log(const LogId& id, const Head& head) {
    if (replica_.roster().right(identity_.id(), head.descriptor.compartment) < Right::read) {
        return;
    }
    Log& log = logs_[id];
    log.compartment = head.descriptor.compartment;
    while (log.hashes.size() < head.number.value) {
        if (!open_next(id, log, {log.hashes.size() + 1})) {
            return;
        }
    }
}

bool SimulatedWorker::open_next(const LogId& id, Log& log, CommitNumber number) {
    const Bytes bytes = replica_.reader().read(id, number).value();
    const ParsedCommit commit = parse_commit(bytes).value();
    const crypto::Secret* secret = key(log.compartment, commit.header.generation);
    if (secret == nullptr) {
        return false;
    }
    Result<OpenedCommit> opened = open_commit(commit, *secret, packing_);
    ENSURE(opened.has_value());
    opened_compartments_.insert(log.compartment);
    log.hashes.push_back(prefix_of(opened->hash));
    const auto lost = opened->attestation ? reauthored_commit(opened->attestation->purpose)
                                          : std::optional<ContextEntry>();
    if (lost) {
        reauthored_[*lost] = {id, number, prefix_of(opened->hash)};
    }
    ChangePlace place{id, number, 0};
    for (Result<Change>& change : opened->changes) {
        ++place.change;
        ENSURE(change.has_value() || change.error().code == change_erased);
        if (change) {
            give({log.compartment, change->record}, place,
                 {{id, number}, prefix_of(opened->hash), commit.header.time, std::move(*change)});
        }
    }
    ENSURE(applier_->opened({id, number}).has_value());
    return true;
}

/// Merges a change, unless its record was erased whole.
void SimulatedWorker::give(const RecordKey& record, const ChangePlace& place,
                           CountedChange change) {
    if (replica_.roster().is_erased(record.compartment, record.record)) {
        return;
    }
    places_[record].insert(place);
    given_[record].push_back(change);
    ENSURE(applier_->apply({record, std::move(change)}).has_value());
}

std::set<std::pair<RecordKey, Dot>> SimulatedWorker::waiting() const {
    std::set<std::pair<RecordKey, Dot>> out;
    for (const ArrivedChange* change : applier_->waiting()) {
        out.insert({change->record, change->counted.dot});
    }
    return out;
}

}  // namespace entrepot::simulation
