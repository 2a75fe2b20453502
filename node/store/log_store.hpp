// LogStore: the environment `log`: every counted commit in append order, the roster, and the sealed
// rows a locked node needs. The truth: views are made from it. One process writes it (the link);
// others open it to read. STORE.md gives tables, keys and values.
//
// Safe for one writing thread and several reading ones.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "node/store/environment.hpp"
#include "node/store/erasure/erasure_marks.hpp"
#include "node/store/sealed_rows.hpp"
#include "replication/log/heads.hpp"
#include "replication/store.hpp"
#include "replication/sync/replica.hpp"

namespace entrepot::node {

/// Place of a commit in the order in which this node stored commits, from 1.
struct LogPosition {
    std::uint64_t value = 0;
    friend auto operator<=>(const LogPosition&, const LogPosition&) = default;
};

/// Rows of which there is one a node, sealed under the link key.
enum class LinkRow : std::uint64_t { keys = 1, settings = 2, peers = 3, erasures = 4 };

struct HeldCommit {
    LogPosition position;
    replication::LogDescriptor descriptor;
    Hash hash;
};

/// A commit of a branch that its log has left: kept, not counted.
struct LeftCommit {
    replication::LogDescriptor descriptor;
    Bytes bytes;
};

struct StoredCommit {
    LogPosition position;
    replication::LogDescriptor descriptor;
    replication::LogId log;
    ByteView bytes;  ///< valid during the visit
};

class LogStore final : public replication::CommitReader {
public:
    enum class Access { read_only, read_write };
    static Result<std::unique_ptr<LogStore>> open(const std::filesystem::path& directory,
                                                  Access access, crypto::Secret link_key);

    Result<std::vector<Bytes>> roster_entries(std::uint64_t from = 0) const;
    Result<replication::Heads> heads() const;
    Result<LogPosition> last_position() const;
    /// store.commit_missing when it is not held.
    Result<Bytes> read(const replication::LogId& log,
                       replication::CommitNumber number) const override;
    /// Where a held commit stands, and its hash; nothing when it is not held.
    Result<std::optional<HeldCommit>> find(const replication::LogId& log,
                                           replication::CommitNumber number) const;
    /// Commits after `after`, in order, until `visit` returns false.
    Status scan(LogPosition after, const std::function<bool(const StoredCommit&)>& visit) const;
    Result<std::uint64_t> aside_count() const;

    Result<std::vector<replication::ForkProof>> forks() const;

    /// One durable transaction for what a replica asks to be written, in its order. On an error
    /// nothing of it is stored.
    Status write(std::span<const replication::Write> writes);

    Result<std::optional<Bytes>> link_row(LinkRow row) const;
    Status set_link_row(LinkRow row, ByteView plain, crypto::Entropy& entropy);
    /// Remembers, durably and sealed, that a log of this node may have had later commits than are
    /// here: its numbers must not be used again, so its writer starts a new incarnation.
    Status require_new_incarnation(const replication::LogId& log);
    /// store.row_broken when the row is not what was sealed for this log.
    Result<bool> needs_new_incarnation(const replication::LogId& log) const;

    std::uint64_t used_bytes() const { return environment()->used_bytes(); }
    const std::filesystem::path& directory() const { return directory_; }
    const crypto::Secret& link_key() const { return rows_.key(); }
    /// The tables of this environment.
    static EnvironmentOptions options(Access access);

    /// Commits beyond a cut, that no node counts.
    Result<std::vector<replication::CommitWrite>> aside() const;
    Result<std::vector<replication::RewindWrite>> rewinds(std::uint64_t from = 0) const;
    /// Commits that left their log, from the `from`-th on.
    Result<std::vector<LeftCommit>> left(std::uint64_t from = 0) const;
    /// Logs known by name of which no commit is held.
    Result<std::vector<replication::LogDescriptor>> known() const;
    /// This node's logs that it writes no more.
    Result<std::vector<replication::LogDescriptor>> ended() const;
    /// The newest receipt of each node and compartment.
    Result<std::vector<replication::Receipt>> receipts() const;
    /// The newest receipt of that node for that compartment; nothing when there is none here.
    Result<std::optional<replication::Receipt>> receipt(
        const replication::ReceiptPlace& place) const;
    /// Who writes a log, of all that this store has heard of.
    Result<std::optional<replication::LogDescriptor>> descriptor(
        const replication::LogId& log) const;
    /// How often the log was rewound, how many logs are known and how many commits lie aside:
    /// what, beside positions and roster, says what counts.
    struct Marks {
        std::uint64_t rewinds = 0, left = 0, logs = 0, aside = 0, ended = 0;
        friend bool operator==(const Marks&, const Marks&) = default;
    };
    Result<Marks> marks() const;

    // Erasures, erasure/log_erasures.cpp. write() swaps what a roster entry orders in the entry's
    // own transaction, and what comes with a commit later before it is stored.

    /// How far erasures are carried out here; as stored.
    Result<ErasureMarks> erasure_marks() const;
    /// Takes out of the file what erasures left in freed pages: puts a compacted copy in its place
    /// and removes copies that were set aside as damaged. Does nothing when that is done. Other
    /// writers wait. store.disk_full when there is no room for the copy.
    Status compact_erased();
    /// Tells that this node's views have nothing left of the erasures up to this one.
    Status set_views_erased(replication::RosterLength upto);
    /// For who only reads: goes on with the compacted copy where the writer has put one in place.
    Status follow_compaction();

private:
    struct KnownLog {
        std::uint32_t index = 0;
        replication::LogDescriptor descriptor;
        replication::LogId id;
    };
    LogStore(std::filesystem::path directory, Access access,
             std::shared_ptr<Environment> environment, crypto::Secret link_key)
        : directory_(std::move(directory)),
          access_(access),
          environment_(std::move(environment)),
          rows_(std::move(link_key), crypto::domain::link_row) {}
    std::shared_ptr<Environment> environment() const;
    Result<ErasureMarks> erasure_marks(const Transaction& transaction) const;
    Status keep_marks(const ErasureMarks& marks, Transaction& transaction);
    Status finish_erasures();
    Status learn_ordered(std::uint64_t from);
    Status forget_ordered(replication::RosterLength after, Transaction& transaction);
    Status carry_out(const ErasureOrder& order, Transaction& transaction);
    Result<bool> swap_counted(const ErasedPlaces& places, Transaction& transaction);
    Result<bool> swap_beside(TableIndex table, const ErasedPlaces& places,
                             Transaction& transaction);
    /// The commit as it may be stored here.
    Bytes without_ordered(ByteView commit) const;
    Status load_logs(const Transaction& transaction) const;
    std::optional<KnownLog> known(const replication::LogId& log) const;
    std::optional<KnownLog> known(std::uint32_t index) const;
    Result<KnownLog> known_or_new(const replication::LogDescriptor& descriptor,
                                  Transaction& transaction);
    Status put(const replication::CommitWrite& commit, Transaction& transaction);
    Status put(const replication::RosterWrite& entry, Transaction& transaction);
    Status put(const replication::SettledRosterWrite& settled, Transaction& transaction);
    Status put(const replication::QuarantineWrite& commit, Transaction& transaction);
    Status put(const replication::ForkWrite& fork, Transaction& transaction);
    Status put(const replication::RewindWrite& rewound, Transaction& transaction);
    Status put(const replication::DescriptorWrite& known, Transaction& transaction);
    Status put(const replication::EndWrite& ended, Transaction& transaction);
    Status put(const replication::ReceiptWrite& receipted, Transaction& transaction);
    Status leave(const KnownLog& log, replication::CommitNumber number, Transaction& transaction);
    Result<KnownLog> keep_known(const replication::LogDescriptor& descriptor,
                                Transaction& transaction);
    Status open_rows(TableIndex table, std::uint64_t from,
                     const std::function<Status(ByteView)>& visit) const;
    Result<std::optional<std::uint64_t>> position_of(const Transaction& transaction,
                                                     const KnownLog& log,
                                                     replication::CommitNumber number) const;

    std::filesystem::path directory_;
    Access access_;
    std::shared_ptr<Environment> environment_;
    SealedRows rows_;
    crypto::SystemEntropy entropy_;
    std::mutex writing_;              ///< one writer, or a compaction
    ErasedPlaces ordered_;            ///< all that the roster's erasures name, for who writes
    mutable std::mutex environment_mutex_;
    mutable std::mutex mutex_;  ///< of the two maps of logs
    mutable std::unordered_map<replication::LogId, std::uint32_t, FixedBytesHash> index_of_;
    mutable std::vector<KnownLog> logs_;
};

}  // namespace entrepot::node
