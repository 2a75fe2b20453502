// ViewStore: the environment `views`: the state of every record, made from the log, sealed under
// the vault key. Changes gather in one batch; flush() makes it durable together with the log
// position it reflects, so that after a crash the node catches up from there. STORE.md gives the
// bytes.
//
// For one thread, but for snapshots, which may be read in another.
#pragma once

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <set>

#include "node/store/environment.hpp"
#include "node/store/log_store.hpp"
#include "node/store/rollback/row_marks.hpp"
#include "node/store/rollback/seen_log.hpp"
#include "node/store/sealed_rows.hpp"
#include "replication/model/applier.hpp"
#include "replication/roster/officer_certificate.hpp"

namespace entrepot::node {

inline constexpr ErrorCode view_other_key{"store.other_key", ErrorKind::storage};

/// How many records of a database a compartment holds, and how many have conflicts.
struct RecordCounts {
    std::uint64_t records = 0;
    std::uint64_t conflicts = 0;
};
using CompartmentCounts =
    std::map<std::pair<replication::CompartmentId, std::string>, RecordCounts>;

/// Content of a counted commit that is not merged, and why.
struct QuarantinedContent {
    replication::Dot dot;
    std::uint32_t change = 0;  ///< 0: the whole commit
    std::string code;
    std::string why;
};

/// Logs that stand still (a key is missing, or only relayed here): the first number not opened.
using StalledLogs = std::map<replication::LogId, replication::CommitNumber>;

/// What the views rest on, beside the log's position: how much of it was looked at, and where logs
/// ended then. A log without an entry had no end.
struct CountedMarks {
    replication::RosterLength roster_length;
    Hash roster;  ///< of its entry at that length
    LogStore::Marks log;
    std::map<replication::LogId, replication::CommitNumber> ends;
};
/// What a log has said of its node's officers: the newest certificate of each.
using LogOfficers = std::map<replication::OfficerId, replication::OfficerCertificate>;

/// A record's row: its state and the dots of all its merged changes, in order of merging.
struct ViewedRecord {
    replication::RecordKey key;
    std::vector<replication::Dot> dots;
    replication::RecordState state;
};

/// What the views were at one moment; for lists and searches off the worker's thread.
class ViewSnapshot {
public:
    /// All records in order of arrival here; `only_conflicts` reads no others.
    Status scan(bool only_conflicts, const std::function<bool(const ViewedRecord&)>& visit) const;

private:
    friend class ViewStore;
    ViewSnapshot(Transaction transaction, const SealedRows& rows)
        : transaction_(std::move(transaction)), rows_(rows) {}
    Transaction transaction_;
    const SealedRows& rows_;
};

class ViewStore final : public replication::RecordStates {
public:
    /// Reads every row. store.other_key when the environment was sealed under another vault key;
    /// store.damaged also when the rows are not all and only those that were flushed last: one was
    /// put back to an older one, changed, taken out or added.
    static Result<std::unique_ptr<ViewStore>> open(const std::filesystem::path& directory,
                                                   crypto::Secret vault_key);

    Result<std::optional<replication::RecordState>> load(
        const replication::RecordKey& key) override;
    /// Adds the dots that `state.shown` has and the record's row has not.
    Status save(const replication::RecordKey& key, const replication::RecordState& state) override;

    Status forget(const replication::RecordKey& key) override;

    Result<std::optional<ViewedRecord>> record(const replication::RecordKey& key);

    /// Log position that the batch reflects; 0 for empty views.
    LogPosition position() const { return position_; }
    void set_position(LogPosition position) { position_ = position; }
    /// Highest reference number that this node's own records have; 0 for none.
    std::uint32_t last_reference() const { return last_reference_; }
    void note_reference(std::uint32_t number) {
        last_reference_ = std::max(last_reference_, number);
    }

    CountedMarks& counted() { return counted_; }
    const CountedMarks& counted() const { return counted_; }
    /// What the batch has seen of the log; durable with it.
    SeenLog& seen() { return seen_; }
    /// The last commit of a log of this node; counts as a change to be flushed.
    void note_own(const replication::LogId& log, replication::CommitNumber number,
                  const Hash& hash) {
        seen_.own[log] = {number, hash};
        ++unflushed_;
    }
    const SeenLog& seen() const { return seen_; }
    /// Adds to the records that are recomputed whenever the counted set changes.
    Status add_far_reaching(const replication::RecordKey& key);
    Result<std::set<replication::RecordKey>> far_reaching() const;

    StalledLogs& stalled() { return stalled_; }
    const StalledLogs& stalled() const { return stalled_; }
    /// Changes since the last flush.
    std::uint64_t unflushed() const { return unflushed_; }
    /// Durable once it returns. On an error the batch is lost and position() is what was durable.
    /// What waits must be kept first (keep_waiting): Projector::flush does both.
    Status flush();

    /// Throws the batch away: position() is what was durable.
    Status forget_batch();

    /// Replaces the waiting changes and reads them back; kept across restarts.
    Status keep_waiting(std::span<const replication::ArrivedChange* const> waiting);
    Result<std::vector<replication::ArrivedChange>> waiting() const;

    Status add_quarantined(const QuarantinedContent& content);
    Result<std::vector<QuarantinedContent>> quarantined() const;
    /// Takes out content of commits that do not count any more, or that was erased.
    Status drop_quarantined(const std::function<bool(const QuarantinedContent&)>& is_dropped);

    /// What a log has said of officers up to position(); empty when nothing.
    const LogOfficers& officers(const replication::LogId& log) const;
    /// Replaces it: the certificates as their log carried them, verified.
    Status keep_officers(const replication::LogId& log, LogOfficers officers);

    const CompartmentCounts& counts() const { return counts_; }
    /// What was durable at the last flush.
    Result<std::unique_ptr<ViewSnapshot>> snapshot() const;
    /// Empties the views: they are rebuilt from the log.
    Status clear();
    /// Takes out of the file what rows left in freed pages: puts a compacted copy in its place, and
    /// removes views that were set aside. Nothing may be unflushed. Snapshots go on with the old.
    Status compact();
    std::uint64_t used_bytes() const { return environment_->used_bytes(); }

private:
    ViewStore(std::filesystem::path directory, std::shared_ptr<Environment> environment,
              SealedRows rows, crypto::Secret index_key);
    /// What the last load found, for the save that follows it.
    struct Loaded {
        replication::RecordKey key;
        std::uint64_t row = 0;  ///< 0: no row yet
        std::vector<replication::Dot> dots;
        Hash mark = {};  ///< of the row as it is stored
    };
    Result<Transaction*> batch();
    // Every row but the standing is written by these.
    Status add_row(TableIndex table, ByteView row, ByteView value, PutMode mode);
    Status change_row(TableIndex table, ByteView row, const Hash& old_mark, ByteView value);
    Status remove_row(TableIndex table, ByteView row, const Hash& old_mark);
    Status clear_rows(TableIndex table);
    Status check_rows() const;
    Result<std::optional<ViewedRecord>> find(const replication::RecordKey& key);
    Status read_standing();
    Status read_officers();
    Status read_again();
    Status note_conflict(std::uint64_t row, bool conflicted, RecordCounts& counts);
    std::array<std::uint8_t, 16> index_of(const replication::RecordKey& key) const;

    std::filesystem::path directory_;
    std::shared_ptr<Environment> environment_;
    SealedRows rows_;
    RowMarks marks_;  ///< of all rows in the batch but the standing
    crypto::Secret index_key_;
    crypto::SystemEntropy entropy_;
    std::optional<Transaction> batch_;
    LogPosition position_;
    std::uint64_t next_row_ = 1;
    std::uint64_t unflushed_ = 0;
    CompartmentCounts counts_;
    StalledLogs stalled_;
    CountedMarks counted_;
    SeenLog seen_;
    std::uint32_t last_reference_ = 0;
    std::map<replication::LogId, std::pair<std::uint64_t, LogOfficers>> officers_;  ///< with row
    Loaded loaded_;
};

}  // namespace entrepot::node
