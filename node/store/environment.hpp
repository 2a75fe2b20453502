// Environment: a directory with one LMDB database, and its transactions: thin RAII over the C
// library, which nothing outside node/store/ includes. Durable always: MDB_NOSYNC, MDB_WRITEMAP and
// MDB_NOMEMINIT are never used. Knows nothing of keys or sealing.
//
// One process may open a directory once; one transaction writes at a time, in the thread that
// started it. Views of values live until their transaction ends or writes again.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/base/bytes.hpp"

struct MDB_env;
struct MDB_txn;
struct MDB_cursor;

namespace entrepot::node {

inline constexpr ErrorCode store_disk_full{"store.disk_full", ErrorKind::storage};
inline constexpr ErrorCode store_unreadable{"store.unreadable", ErrorKind::storage};
inline constexpr ErrorCode store_damaged{"store.damaged", ErrorKind::storage};
inline constexpr ErrorCode store_missing{"store.missing", ErrorKind::not_found};
inline constexpr ErrorCode store_failed{"store.failed", ErrorKind::storage};
inline constexpr ErrorCode store_key_exists{"store.key_exists", ErrorKind::storage};

/// A table of an environment, by its place in EnvironmentOptions::tables.
enum class TableIndex : unsigned {};

enum class TableKeys {
    bytes,    ///< compared as bytes
    numbers,  ///< 8 bytes, compared as a native unsigned integer: append order
};

struct EnvironmentOptions {
    std::vector<std::pair<std::string, TableKeys>> tables;
    bool read_only = false;
    /// Address space set aside; costs nothing until used.
    std::size_t map_size = std::size_t{256} << 30;
};

enum class PutMode { set, insert_only, append };

class Transaction;

/// Held by a shared pointer where it is exchanged for its compacted copy while transactions run:
/// each keeps the environment it was begun in.
class Environment : public std::enable_shared_from_this<Environment> {
public:
    /// Creates directory (0700) and files (0600) unless read_only; checks modes and owner (path.*)
    /// and, unless read_only, every page that is in use before the file is mapped. store.unreadable
    /// names what cannot be opened and why; store.damaged when the file is no database or a damaged
    /// one; store.missing when read_only and absent.
    static Result<std::unique_ptr<Environment>> open(const std::filesystem::path& directory,
                                                     const EnvironmentOptions& options);
    ~Environment();
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;

    Result<Transaction> read() const;
    Result<Transaction> write();
    /// Bytes of the database file in use.
    std::uint64_t used_bytes() const;
    /// A compacted copy (freed pages left out) into an empty directory.
    Status copy_compacted(const std::filesystem::path& directory) const;
    /// Whether the directory has another database than this one by now: a compacted copy took its
    /// place.
    bool is_replaced() const;
    /// Puts `fresh`, an open compacted copy of this one, in its place on the disk, in one step, and
    /// removes this one's files, which stay readable for whoever has them open. Nobody may write
    /// either meanwhile.
    Status replace_by(Environment& fresh);

private:
    friend class Transaction;
    Environment() = default;
    Status open_tables(const EnvironmentOptions& options);
    MDB_env* env_ = nullptr;
    std::vector<unsigned> tables_;
    std::string path_;
};

/// Ends without effect unless committed.
class Transaction {
public:
    Transaction(Transaction&& other) noexcept;
    Transaction& operator=(Transaction&& other) noexcept;
    Transaction(const Transaction&) = delete;
    ~Transaction();

    Result<std::optional<ByteView>> get(TableIndex table, ByteView key) const;
    Result<std::optional<ByteView>> get(TableIndex table, std::uint64_t key) const;
    /// insert_only: store.key_exists when there; append: keys must rise (else store.key_exists).
    Status put(TableIndex table, ByteView key, ByteView value, PutMode mode = PutMode::set);
    Status put(TableIndex table, std::uint64_t key, ByteView value, PutMode mode = PutMode::set);
    /// No error when the key is absent.
    Status remove(TableIndex table, ByteView key);
    Status remove(TableIndex table, std::uint64_t key);
    Status clear(TableIndex table);
    Result<std::uint64_t> count(TableIndex table) const;

    /// Visits entries with key ≥ from in key order until `visit` returns false.
    Status scan(TableIndex table, ByteView from,
                const std::function<bool(ByteView, ByteView)>& visit) const;
    Status scan(TableIndex table, std::uint64_t from,
                const std::function<bool(std::uint64_t, ByteView)>& visit) const;
    /// Last entry with key < `before`, for finding the newest of a prefix.
    Result<std::optional<std::pair<Bytes, Bytes>>> last_before(TableIndex table,
                                                               ByteView before) const;
    /// Last entry of the table.
    Result<std::optional<std::pair<std::uint64_t, ByteView>>> last(TableIndex table) const;

    /// Durable once it returns. store.disk_full when the disk is; nothing of the transaction is
    /// kept then.
    Status commit();

private:
    friend class Environment;
    Transaction(const Environment* environment, MDB_txn* txn)
        : environment_(environment), keeps_(environment->weak_from_this().lock()), txn_(txn) {}
    unsigned table(TableIndex index) const;
    const Environment* environment_;
    std::shared_ptr<const Environment> keeps_;  ///< null when somebody else sees to that
    MDB_txn* txn_;
};

}  // namespace entrepot::node
