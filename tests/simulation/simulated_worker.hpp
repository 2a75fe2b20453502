// SimulatedWorker: what opens and merges on a simulated node: production opener and applier over
// states in memory. Starts empty after every crash and catches up from the store.
#pragma once

#include <set>

#include "replication/log/commit_opener.hpp"
#include "replication/model/applier.hpp"
#include "replication/roster/roster_author.hpp"
#include "replication/sync/replica.hpp"

namespace entrepot::simulation {

using namespace replication;

/// Record states of one node, in a fixed order.
class MemoryStates final : public RecordStates {
public:
    /// A planted fault: whatever has two siblings loses one.
    explicit MemoryStates(bool drops_siblings) : drops_siblings_(drops_siblings) {}
    Result<std::optional<RecordState>> load(const RecordKey& key) override;
    Status save(const RecordKey& key, const RecordState& state) override;
    Status forget(const RecordKey& key) override {
        states_.erase(key);
        return {};
    }
    const std::map<RecordKey, RecordState>& all() const { return states_; }

private:
    bool drops_siblings_;
    std::map<RecordKey, RecordState> states_;
};

class SimulatedWorker final : public CommitKnowledge {
public:
    SimulatedWorker(const Replica& replica, const crypto::Identity& identity, Packing& packing,
                    bool drops_siblings);

    /// Opens and merges what became durable; starts over when a cut took something away.
    void catch_up();

    const std::map<RecordKey, RecordState>& states() const { return states_->all(); }
    const crypto::Secret* key(const CompartmentId& compartment, Generation generation) const;
    /// Compartments of which something was opened here.
    const std::set<CompartmentId>& opened() const { return opened_compartments_; }
    /// Every change that was given to the applier, by record.
    const std::map<RecordKey, std::vector<CountedChange>>& given() const { return given_; }
    /// Where those stand, by record.
    const std::map<RecordKey, std::set<ChangePlace>>& places() const { return places_; }
    std::set<std::pair<RecordKey, Dot>> waiting() const;
    /// Commits that a counted commit of this node says to have written again, and as which.
    const std::map<ContextEntry, ContextEntry>& reauthored() const { return reauthored_; }
    /// What roster the states rest on, and how much of it was durable: what that orders erased is
    /// in no state.
    RosterLength roster_length() const { return roster_length_; }
    RosterLength durable_length() const { return durable_length_; }
    CommitStanding standing(const ContextEntry& named) const override;

private:
    struct Log {
        std::vector<HashPrefix> hashes;  ///< of opened commits
        CompartmentId compartment;
    };

    void learn_keys();
    bool has_left_a_branch() const;
    void start_over();
    void open_log(const LogId& id, const Head& head);
    bool open_next(const LogId& id, Log& log, CommitNumber number);
    void give(const RecordKey& record, const ChangePlace& place, CountedChange change);

    const Replica& replica_;
    const crypto::Identity& identity_;
    Packing& packing_;
    bool drops_siblings_;
    RosterLength roster_length_, durable_length_;
    std::map<std::pair<CompartmentId, Generation>, crypto::Secret> keys_;
    std::map<LogId, Log> logs_;
    std::unique_ptr<MemoryStates> states_;
    std::unique_ptr<Applier> applier_;
    std::set<CompartmentId> opened_compartments_;
    std::map<RecordKey, std::vector<CountedChange>> given_;
    std::map<RecordKey, std::set<ChangePlace>> places_;
    std::map<ContextEntry, ContextEntry> reauthored_;
};

}  // namespace entrepot::simulation
