// Applier: takes counted commits of all logs, each log in number order, and merges their changes
// into record states, keeping those that must wait. Reads no store itself: record states and what
// is known of commits come through the two interfaces below, so that a node, the simulator and the
// tests run the same code.
//
// Waiting: a change is merged once every commit its context names (number and hash) has been opened
// here or is excluded, and no earlier change of this record in those logs, or in its own, waits.
// Excluded entries cover nothing. A change of a kind not known here (decode_change could not read
// it, record_of_change names its record) waits for a newer program.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "replication/model/record_state.hpp"

namespace entrepot::replication {

/// Why a change is stored but not merged.
inline constexpr ErrorCode change_waiting{"change.waiting", ErrorKind::unavailable};
inline constexpr ErrorCode change_wrong_database{"change.wrong_database", ErrorKind::refused};

/// Where record states live; the worker's views, or memory.
class RecordStates {
public:
    virtual ~RecordStates() = default;
    virtual Result<std::optional<RecordState>> load(const RecordKey& key) = 0;
    virtual Status save(const RecordKey& key, const RecordState& state) = 0;
    /// Forgets the record: it has no merged change. No error when there is none.
    virtual Status forget(const RecordKey& key) = 0;
};

/// What this node knows of a commit that a context names.
enum class CommitStanding { unknown, held, other_branch, excluded };

class CommitKnowledge {
public:
    virtual ~CommitKnowledge() = default;
    /// held: that number of that log is counted here and its hash starts so, and the log has been
    /// opened up to it; other_branch: another hash stands there; excluded: by a cut, or for ever.
    virtual CommitStanding standing(const ContextEntry& named) const = 0;
};

/// One opened change on its way into a record.
struct ArrivedChange {
    RecordKey record;
    CountedChange counted;
};

class Applier {
public:
    Applier(RecordStates& states, const CommitKnowledge& knowledge);

    /// Merges the change or keeps it waiting, then merges every waiting change it sets free. The
    /// knowledge must already say `held` for the commit of `arrived`. Returns the records whose
    /// state changed, without repeats. change.wrong_database for another database than the
    /// record's: to be excluded by the caller before. After an error of the states nothing merged
    /// is forgotten: the change may be given again.
    Result<std::vector<RecordKey>> apply(ArrivedChange arrived);

    /// Tells that every change of a commit has been given to apply, if it had any for the applier
    /// (its content quarantined, or of records of others), or that the commit is excluded: frees
    /// what waited for it. To be told after every commit: a context may name one without a change
    /// of its record, and changes put back by restore_waiting are looked at here.
    Result<std::vector<RecordKey>> opened(const Dot& dot);

    /// After a cut or a settled fork excluded commits that are not merged here: drops waiting
    /// changes that are excluded now, and looks at all others anew. Where a merged change is
    /// excluded, or one admitted that was not, recompute the records first.
    Result<std::vector<RecordKey>> recheck();

    /// After the counted set changed: makes the record anew from its changes, all that are counted
    /// now, merged before or not, in any order. What must wait, waits. recheck() follows, once for
    /// all records.
    Status recompute(const RecordKey& record, std::vector<CountedChange> counted);
    /// Waiting changes of one record.
    std::vector<CountedChange> waiting_of(const RecordKey& record) const;
    /// Records merged since the last call of which a change's context names a commit that is
    /// excluded, or perhaps holds no change of this record: commits that do not touch such a record
    /// may change it, so it is recomputed whenever the counted set changes.
    std::vector<RecordKey> take_far_reaching() { return std::exchange(far_reaching_, {}); }

    /// Waiting changes in order of arrival, for `status` and for keeping across restarts.
    std::vector<const ArrivedChange*> waiting() const;
    /// For each of waiting(), change.waiting and in words what it was last seen to wait for.
    std::vector<Error> waiting_reasons() const;
    std::size_t waiting_count() const;
    /// Puts back a change that waited at the last stop; nothing is merged by this alone.
    void restore_waiting(ArrivedChange arrived);

private:
    struct Waiting;
    /// False for a change that the state holds already.
    Result<bool> merge(const RecordKey& record, const CountedChange& counted);
    /// Merges this waiting change if it may, and says which ones watched it.
    Result<bool> try_waiting(std::uint64_t order, std::vector<std::uint64_t>& woken);
    /// Merges those of the waiting changes that may, and what they set free, in a queue.
    Result<std::vector<RecordKey>> settle(std::vector<std::uint64_t> orders,
                                          std::vector<RecordKey> changed);
    std::shared_ptr<Waiting> waiting_;
    RecordStates& states_;
    const CommitKnowledge& knowledge_;
    std::vector<RecordKey> far_reaching_;
};

}  // namespace entrepot::replication
