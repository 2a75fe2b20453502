// Projector: turns the log into views: opens each counted commit in the order of its storing, has
// its officers checked and merges its changes. Owns nothing; runs in the worker's thread. A log
// stands still where a key is missing and goes on when the key has come.
#pragma once

#include <functional>
#include <set>
#include <unordered_map>

#include "node/journal/counted.hpp"
#include "node/journal/keyring.hpp"
#include "node/journal/officer_check.hpp"

namespace entrepot::node {

/// A change to a record that was erased whole, which no order names: made by somebody who had not
/// heard. It is in no view; headquarters orders its erasure as well.
inline constexpr ErrorCode change_record_erased{"change.record_erased", ErrorKind::refused};
Error late_change();

/// What this node made itself and therefore need not open again, by dot.
using OwnChanges =
    std::unordered_map<replication::Dot, std::vector<replication::Change>, replication::DotHash>;

class Projector final : private replication::CommitKnowledge {
public:
    /// All must outlive it; `roster` is read at each call.
    Projector(const LogStore& log, ViewStore& views, const Keyring& keys,
              const replication::Roster& roster, const Catalogue& catalogue);

    /// Reads back what waited. Called once after the views were opened or cleared.
    Status resume();
    /// Opens and merges everything stored up to `upto`; `own` is used and emptied as it goes.
    /// Returns the records whose state changed, perhaps with repeats.
    Result<std::vector<replication::RecordKey>> catch_up(LogPosition upto, OwnChanges& own);
    /// Whether roster or log say anew what counts; catch_up follows.
    Result<bool> has_counted_set_moved() const;
    /// After new keys: goes on with logs that stood still.
    Result<std::vector<replication::RecordKey>> retry_stalled();
    /// Makes views durable together with what waits.
    Status flush();
    std::size_t waiting_count() const { return applier_.waiting_count(); }
    std::vector<const replication::ArrivedChange*> waiting() const { return applier_.waiting(); }

private:
    replication::CommitStanding standing(const replication::ContextEntry& named) const override;
    Status project(const StoredCommit& stored, OwnChanges& own);
    /// `made`: the changes of a commit of this node's own, which need not be opened again.
    Status project_opened(const StoredCommit& stored, const crypto::Secret& key,
                          std::vector<replication::Change>* made = nullptr);
    Status retry(const replication::LogId& log, replication::CommitNumber number);
    void note_reference(const replication::Change& change);
    Status project_changes(const StoredCommit& stored,
                           std::vector<Result<replication::Change>> changes, const Attested& by);
    /// What a commit says and who stands behind it; fills `known` from the log's own certificates.
    struct Said {
        std::vector<Result<replication::Change>> changes;
        Attested by;
    };
    Result<Said> open(const StoredCommit& stored, const crypto::Secret& key,
                      std::vector<replication::Change>* made, LogOfficers& known);
    Status quarantine(const replication::Dot& dot, std::uint32_t change, const Error& error);

    // When the counted set changed: recount.cpp.
    struct Recount;
    Status follow_counted(OwnChanges& own);
    Status find_moved_ends(Recount& recount);
    Status find_left(Recount& recount);
    Status learn_officers(const replication::LogId& log, replication::CommitNumber last);
    void touch(const replication::LogDescriptor& log, ByteView commit, Recount& recount);
    Status count_again(const replication::LogId& log, replication::CommitNumber after,
                       std::optional<replication::CommitNumber> last, Recount& recount);
    Status recompute(const std::set<replication::RecordKey>& records);
    Result<std::optional<replication::CountedChange>> read_change(
        const replication::RecordKey& record, const replication::Dot& dot);
    bool is_projected(const replication::Dot& dot) const;

    // What was ordered erased: erased_records.cpp.
    Status follow_erasures(replication::RosterLength since);
    Result<std::set<replication::RecordKey>> find_erased(
        const std::set<replication::Dot>& dots);
    Result<bool> is_erased(const replication::RecordKey& record, const replication::Dot& dot);
    Status quarantine_late(const replication::RecordKey& record,
                           const std::vector<replication::Dot>& dots);
    Status note_far_reaching();

    const LogStore& log_;
    ViewStore& views_;
    const Keyring& keys_;
    const replication::Roster& roster_;
    Counted counted_;
    const Catalogue& catalogue_;
    replication::Applier applier_;
    replication::Packing packing_;
    std::set<replication::Dot> needs_newer_;
    std::set<replication::RecordKey> far_reaching_;
    std::vector<replication::RecordKey> changed_;
    bool waiting_moved_ = false;
};

}  // namespace entrepot::node
