#include "node/store/environment.hpp"

#include <lmdb.h>
#include <sys/stat.h>

#include <cerrno>

#include "node/machine/private_path.hpp"
#include "node/store/page_walk.hpp"

namespace entrepot::node {
namespace {

MDB_val to_val(ByteView bytes) {
    return {bytes.size(), const_cast<std::uint8_t*>(bytes.data())};
}

ByteView from_val(const MDB_val& val) {
    return {static_cast<const std::uint8_t*>(val.mv_data), val.mv_size};
}

MDB_val number_val(const std::uint64_t& key) {
    return {sizeof key, const_cast<std::uint64_t*>(&key)};
}

Error lmdb_error(int rc, const std::string& doing) {
    const std::string context = doing + ": " + mdb_strerror(rc);
    switch (rc) {
        case MDB_MAP_FULL:
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
            return {store_disk_full, context + "; free some space and try again"};
        case MDB_CORRUPTED:
        case MDB_PAGE_NOTFOUND:
        case MDB_PANIC:
        case MDB_INVALID:
        case MDB_VERSION_MISMATCH:
            return {store_damaged,
                    context + "; run 'entrepot verify --rebuild' or restore a backup"};
        case EACCES:
        case EPERM:
        case EROFS:
            return {store_unreadable, context + "; check owner and mode of the node directory"};
        case ENOENT:
            return {store_missing, context};
        case MDB_KEYEXIST:
            return {store_key_exists, context};
        default:
            return {store_failed, context};
    }
}

unsigned put_flags(PutMode mode) {
    switch (mode) {
        case PutMode::insert_only:
            return MDB_NOOVERWRITE;
        case PutMode::append:
            return MDB_APPEND;
        case PutMode::set:
            break;
    }
    return 0;
}

struct CursorCloser {
    void operator()(MDB_cursor* cursor) const { mdb_cursor_close(cursor); }
};
using CursorHandle = std::unique_ptr<MDB_cursor, CursorCloser>;

Result<CursorHandle> open_cursor(MDB_txn* txn, unsigned dbi) {
    MDB_cursor* cursor = nullptr;
    if (const int rc = mdb_cursor_open(txn, dbi, &cursor); rc != 0) {
        return lmdb_error(rc, "reading the database");
    }
    return CursorHandle(cursor);
}

Result<std::optional<ByteView>> get_val(MDB_txn* txn, unsigned dbi, MDB_val key) {
    MDB_val value{};
    const int rc = mdb_get(txn, dbi, &key, &value);
    if (rc == MDB_NOTFOUND) {
        return std::optional<ByteView>{};
    }
    if (rc != 0) {
        return lmdb_error(rc, "reading the database");
    }
    return std::optional<ByteView>{from_val(value)};
}

Status status_of(int rc, const char* doing) {
    if (rc != 0) {
        return lmdb_error(rc, doing);
    }
    return {};
}

/// LMDB makes its files by its own mode argument less the process's umask: narrow that meanwhile.
class NarrowUmask {
public:
    NarrowUmask() : before_(::umask(077)) {}
    ~NarrowUmask() { ::umask(before_); }
    NarrowUmask(const NarrowUmask&) = delete;

private:
    mode_t before_;
};

Status check_modes(const std::filesystem::path& directory) {
    TRY(check_private(directory, PathKind::directory));
    TRY(check_private(directory / "data.mdb", PathKind::file));
    return check_private(directory / "lock.mdb", PathKind::file);
}

/// Makes the directory unless it may only be read, and looks at what is there before the library
/// maps it. Who only reads does so beside a writer that has looked, and that changes pages now.
Status prepare(const std::filesystem::path& directory, const EnvironmentOptions& options) {
    TRY(check_modes(directory));
    if (options.read_only) {
        return {};
    }
    std::error_code failed;
    std::filesystem::create_directories(directory, failed);
    if (failed) {
        return Error{store_unreadable,
                     "cannot make " + directory.string() + ": " + failed.message()};
    }
    const auto checked = check_pages(directory, options);
    if (!checked) {
        return Error{checked.error().code, directory.string() + ": " + checked.error().context};
    }
    return {};
}

}  // namespace

Result<std::unique_ptr<Environment>> Environment::open(const std::filesystem::path& directory,
                                                       const EnvironmentOptions& options) {
    const NarrowUmask narrow;
    TRY(prepare(directory, options));
    std::unique_ptr<Environment> out(new Environment);
    out->path_ = directory.string();
    if (const int rc = mdb_env_create(&out->env_); rc != 0) {
        return lmdb_error(rc, "starting the database library");
    }
    mdb_env_set_maxdbs(out->env_, static_cast<MDB_dbi>(options.tables.size()));
    mdb_env_set_mapsize(out->env_, options.map_size);
    mdb_env_set_maxreaders(out->env_, 512);
    const unsigned flags = MDB_NOTLS | MDB_NORDAHEAD | (options.read_only ? MDB_RDONLY : 0U);
    if (const int rc = mdb_env_open(out->env_, out->path_.c_str(), flags, 0600); rc != 0) {
        return lmdb_error(rc, "opening " + out->path_);
    }
    TRY(out->open_tables(options));
    return out;
}

Status Environment::open_tables(const EnvironmentOptions& options) {
    MDB_txn* txn = nullptr;
    const unsigned mode = options.read_only ? MDB_RDONLY : 0U;
    if (const int rc = mdb_txn_begin(env_, nullptr, mode, &txn); rc != 0) {
        return lmdb_error(rc, "opening " + path_);
    }
    for (const auto& [name, keys] : options.tables) {
        unsigned flags = options.read_only ? 0U : static_cast<unsigned>(MDB_CREATE);
        flags |= keys == TableKeys::numbers ? static_cast<unsigned>(MDB_INTEGERKEY) : 0U;
        MDB_dbi dbi = 0;
        if (int rc = mdb_dbi_open(txn, name.c_str(), flags, &dbi); rc != 0) {
            mdb_txn_abort(txn);
            return lmdb_error(rc == MDB_NOTFOUND ? ENOENT : rc, "opening " + path_);
        }
        tables_.push_back(dbi);
    }
    return status_of(mdb_txn_commit(txn), "opening the database");
}

Environment::~Environment() {
    if (env_ != nullptr) {
        mdb_env_close(env_);
    }
}

Result<Transaction> Environment::read() const {
    MDB_txn* txn = nullptr;
    if (const int rc = mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn); rc != 0) {
        return lmdb_error(rc, "reading " + path_);
    }
    return Transaction(this, txn);
}

Result<Transaction> Environment::write() {
    MDB_txn* txn = nullptr;
    if (const int rc = mdb_txn_begin(env_, nullptr, 0, &txn); rc != 0) {
        return lmdb_error(rc, "writing " + path_);
    }
    return Transaction(this, txn);
}

std::uint64_t Environment::used_bytes() const {
    MDB_envinfo state{};
    MDB_stat stat{};
    mdb_env_info(env_, &state);
    mdb_env_stat(env_, &stat);
    return (state.me_last_pgno + 1) * stat.ms_psize;
}

bool Environment::is_replaced() const {
    int file = -1;
    struct stat held {};
    struct stat there {};
    return mdb_env_get_fd(env_, &file) == 0 && ::fstat(file, &held) == 0 &&
           ::stat((path_ + "/data.mdb").c_str(), &there) == 0 &&
           (held.st_ino != there.st_ino || held.st_dev != there.st_dev);
}

Status Environment::copy_compacted(const std::filesystem::path& directory) const {
    const NarrowUmask narrow;
    return status_of(mdb_env_copy2(env_, directory.c_str(), MDB_CP_COMPACT),
                     "copying the database");
}

Transaction::Transaction(Transaction&& other) noexcept
    : environment_(other.environment_),
      keeps_(std::move(other.keeps_)),
      txn_(std::exchange(other.txn_, nullptr)) {}

Transaction& Transaction::operator=(Transaction&& other) noexcept {
    if (this != &other) {
        if (txn_ != nullptr) {
            mdb_txn_abort(txn_);
        }
        environment_ = other.environment_;
        keeps_ = std::move(other.keeps_);
        txn_ = std::exchange(other.txn_, nullptr);
    }
    return *this;
}

Transaction::~Transaction() {
    if (txn_ != nullptr) {
        mdb_txn_abort(txn_);
    }
}

unsigned Transaction::table(TableIndex index) const {
    return environment_->tables_[static_cast<unsigned>(index)];
}

Result<std::optional<ByteView>> Transaction::get(TableIndex index, ByteView key) const {
    return get_val(txn_, table(index), to_val(key));
}

Result<std::optional<ByteView>> Transaction::get(TableIndex index, std::uint64_t key) const {
    return get_val(txn_, table(index), number_val(key));
}

Status Transaction::put(TableIndex index, ByteView key, ByteView value, PutMode mode) {
    MDB_val k = to_val(key);
    MDB_val v = to_val(value);
    return status_of(mdb_put(txn_, table(index), &k, &v, put_flags(mode)), "writing the database");
}

Status Transaction::put(TableIndex index, std::uint64_t key, ByteView value, PutMode mode) {
    MDB_val k = number_val(key);
    MDB_val v = to_val(value);
    return status_of(mdb_put(txn_, table(index), &k, &v, put_flags(mode)), "writing the database");
}

Status Transaction::remove(TableIndex index, ByteView key) {
    MDB_val k = to_val(key);
    const int rc = mdb_del(txn_, table(index), &k, nullptr);
    return status_of(rc == MDB_NOTFOUND ? 0 : rc, "writing the database");
}

Status Transaction::remove(TableIndex index, std::uint64_t key) {
    return remove(index, ByteView(reinterpret_cast<const std::uint8_t*>(&key), sizeof key));
}

Status Transaction::clear(TableIndex index) {
    return status_of(mdb_drop(txn_, table(index), 0), "writing the database");
}

Result<std::uint64_t> Transaction::count(TableIndex index) const {
    MDB_stat stat{};
    TRY(status_of(mdb_stat(txn_, table(index), &stat), "reading the database"));
    return std::uint64_t{stat.ms_entries};
}

Status Transaction::scan(TableIndex index, ByteView from,
                         const std::function<bool(ByteView, ByteView)>& visit) const {
    TRY_ASSIGN(const CursorHandle cursor, open_cursor(txn_, table(index)));
    MDB_val key = to_val(from);
    MDB_val value{};
    int rc = mdb_cursor_get(cursor.get(), &key, &value, from.empty() ? MDB_FIRST : MDB_SET_RANGE);
    while (rc == 0 && visit(from_val(key), from_val(value))) {
        rc = mdb_cursor_get(cursor.get(), &key, &value, MDB_NEXT);
    }
    return status_of(rc == MDB_NOTFOUND ? 0 : rc, "reading the database");
}

Status Transaction::scan(TableIndex index, std::uint64_t from,
                         const std::function<bool(std::uint64_t, ByteView)>& visit) const {
    const ByteView start(reinterpret_cast<const std::uint8_t*>(&from), sizeof from);
    return scan(index, start, [&](ByteView key, ByteView value) {
        std::uint64_t number = 0;
        std::memcpy(&number, key.data(), sizeof number);
        return visit(number, value);
    });
}

Result<std::optional<std::pair<Bytes, Bytes>>> Transaction::last_before(TableIndex index,
                                                                        ByteView before) const {
    using Found = std::optional<std::pair<Bytes, Bytes>>;
    TRY_ASSIGN(const CursorHandle cursor, open_cursor(txn_, table(index)));
    MDB_val key = to_val(before);
    MDB_val value{};
    int rc = mdb_cursor_get(cursor.get(), &key, &value, MDB_SET_RANGE);
    rc = mdb_cursor_get(cursor.get(), &key, &value, rc == MDB_NOTFOUND ? MDB_LAST : MDB_PREV);
    if (rc == MDB_NOTFOUND) {
        return Found{};
    }
    TRY(status_of(rc, "reading the database"));
    const ByteView k = from_val(key);
    const ByteView v = from_val(value);
    return Found{std::pair(Bytes(k.begin(), k.end()), Bytes(v.begin(), v.end()))};
}

Result<std::optional<std::pair<std::uint64_t, ByteView>>> Transaction::last(
    TableIndex index) const {
    using Found = std::optional<std::pair<std::uint64_t, ByteView>>;
    TRY_ASSIGN(const CursorHandle cursor, open_cursor(txn_, table(index)));
    MDB_val key{};
    MDB_val value{};
    const int rc = mdb_cursor_get(cursor.get(), &key, &value, MDB_LAST);
    if (rc == MDB_NOTFOUND) {
        return Found{};
    }
    TRY(status_of(rc, "reading the database"));
    std::uint64_t number = 0;
    std::memcpy(&number, key.mv_data, sizeof number);
    return Found{std::pair(number, from_val(value))};
}

Status Transaction::commit() {
    const int rc = mdb_txn_commit(std::exchange(txn_, nullptr));
    if (rc == EIO) {  // what LMDB says when the system took only part of a write
        return Error{store_disk_full,
                     "writing the database: the disk is full, or failing; free some space and try "
                     "again"};
    }
    return status_of(rc, "writing the database");
}

}  // namespace entrepot::node
