// Random histories for the properties of merge: several logs and records, items, tombstones and
// restores, contexts of new and old screens, a cut suffix, a lost branch of a fork, a log that
// stops short; and their replay through an Applier in any order, with duplicates and restarts.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <vector>

#include "replication/model/applier.hpp"

namespace entrepot::replication::history {

/// Random choices that shrink with the numbers they are drawn from; zero once those run out.
class Tape {
public:
    explicit Tape(std::vector<std::uint32_t> numbers) : numbers_(std::move(numbers)) {}
    std::size_t below(std::size_t limit);
    bool one_in(std::size_t chances) { return below(chances) == chances - 1; }
    bool empty() const { return at_ >= numbers_.size(); }

private:
    std::vector<std::uint32_t> numbers_;
    std::size_t at_ = 0;
};

LogId log_named(char letter);
RecordKey record_numbered(std::uint8_t number);
HashPrefix hash_of(const Dot& dot, bool lost_branch = false);

/// "A3 B1": commit 3 of log A and commit 1 of log B.
Context operator""_vv(const char* text, std::size_t size);

/// A change of record 1 at a dot such as "A3", with integers as values.
CountedChange edit(std::string_view dot, Context context,
                   std::vector<std::pair<Path, std::int64_t>> values);

struct Commit {
    Dot dot;
    HashPrefix hash;
    bool lost = false;  ///< on the branch of a fork that the cut left out
    std::vector<ArrivedChange> changes;
};

struct History {
    std::vector<Commit> commits;             ///< in the order they were made
    std::map<LogId, CommitNumber> cut;       ///< the last commit of a log that counts
    std::map<LogId, CommitNumber> readable;  ///< the last commit that opens here

    /// Whether the commit a context names, or a commit, is excluded once cuts are known.
    bool excluded(const Dot& dot, const HashPrefix& hash) const;
    /// Commits that count and open here, log by log in number order.
    std::map<LogId, std::vector<const Commit*>> opening() const;
};

History make_history(Tape& tape);

/// What the rule says of each record, from scratch: the least fixpoint of the waiting conditions,
/// then the set rule over what they let through.
std::map<RecordKey, std::vector<CountedChange>> merged_set(const History& history);
std::map<RecordKey, Bytes> states_from_scratch(const History& history);

/// One node that receives a history.
class Replay {
public:
    explicit Replay(const History& history);
    ~Replay();
    Replay(const Replay&) = delete;
    Replay& operator=(const Replay&) = delete;

    /// Delivers everything, choosing order, duplicates, restarts and when cuts become known.
    void deliver_all(Tape& tape);
    /// As a node does when commits that were merged are excluded, or excluded ones admitted:
    /// forgets the states and merges the counted commits again.
    void recompute(const History& changed, Tape& tape);

    void deliver(const Commit& commit);
    void restart();
    std::map<RecordKey, Bytes> states() const;
    RecordState state(const RecordKey& record) const;
    std::size_t waiting_count() const { return applier_->waiting_count(); }
    /// Records that apply() said changed, for the last delivery.
    const std::vector<RecordKey>& changed() const { return changed_; }
    Applier& applier() { return *applier_; }

private:
    struct Memory;
    struct Knowledge;
    void settle();

    std::unique_ptr<Memory> memory_;
    std::unique_ptr<Knowledge> knowledge_;
    std::unique_ptr<Applier> applier_;
    std::vector<RecordKey> changed_;
};

}  // namespace entrepot::replication::history
