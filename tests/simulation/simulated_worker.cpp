#include "tests/simulation/simulated_worker.hpp"

#include "crypto/base/ensure.hpp"

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
    const Head* head = replica_.heads().find(named.log);
    if (head != nullptr) {
        const auto end = end_of(head->descriptor, named.log, replica_.roster());
        if (end && named.number > end->number) {
            return CommitStanding::excluded;
        }
    }
    const auto found = logs_.find(named.log);
    if (found == logs_.end() || named.number.value > found->second.hashes.size()) {
        return CommitStanding::unknown;
    }
    return found->second.hashes[named.number.value - 1] == named.hash
               ? CommitStanding::held
               : CommitStanding::other_branch;
}

void SimulatedWorker::catch_up() {
    if (replica_.roster().length() != roster_length_) {
        roster_length_ = replica_.roster().length();
        learn_keys();
        start_over();  // a cut may have taken something away: recompute
    }
    for (const auto& [id, head] : replica_.heads().all()) {
        if (const auto counted = replica_.counted_head(id)) {
            open_log(id, *counted);
        }
    }
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
    for (Result<Change>& change : opened->changes) {
        ENSURE(change.has_value());
        ArrivedChange arrived{
            {log.compartment, change->record},
            {{id, number}, prefix_of(opened->hash), commit.header.time, std::move(*change)}};
        given_[arrived.record].push_back(arrived.counted);
        ENSURE(applier_->apply(std::move(arrived)).has_value());
    }
    ENSURE(applier_->opened({id, number}).has_value());
    return true;
}

std::set<std::pair<RecordKey, Dot>> SimulatedWorker::waiting() const {
    std::set<std::pair<RecordKey, Dot>> out;
    for (const ArrivedChange* change : applier_->waiting()) {
        out.insert({change->record, change->counted.dot});
    }
    return out;
}

}  // namespace entrepot::simulation
