#include "node/store/log_store.hpp"

#include "crypto/base/ensure.hpp"
#include "crypto/base/wire.hpp"
#include "node/store/log_tables.hpp"

namespace entrepot::node {
namespace {

using replication::CommitNumber;
using replication::LogDescriptor;
using replication::LogId;

std::uint64_t as_u64(ByteView bytes) {
    return WireReader(bytes).u64();
}

Error no_commit() {
    return {replication::store_commit_missing, "that commit is not held here"};
}

}  // namespace

EnvironmentOptions LogStore::options(Access access) {
    EnvironmentOptions out;
    out.tables = {{"c", TableKeys::numbers}, {"i", TableKeys::bytes},   {"l", TableKeys::numbers},
                  {"r", TableKeys::numbers}, {"s", TableKeys::numbers}, {"a", TableKeys::numbers},
                  {"f", TableKeys::numbers}, {"n", TableKeys::bytes},   {"w", TableKeys::numbers},
                  {"b", TableKeys::numbers}, {"t", TableKeys::numbers}};
    out.read_only = access == Access::read_only;
    return out;
}

Result<std::unique_ptr<LogStore>> LogStore::open(const std::filesystem::path& directory,
                                                 Access access, crypto::Secret link_key) {
    TRY_ASSIGN(auto environment, Environment::open(directory, options(access)));
    std::unique_ptr<LogStore> out(
        new LogStore(directory, access, std::move(environment), std::move(link_key)));
    {
        TRY_ASSIGN(const Transaction transaction, out->environment()->read());
        TRY(out->load_logs(transaction));
    }
    if (access == Access::read_write) {
        TRY(out->finish_erasures());
    }
    return out;
}

Status LogStore::load_logs(const Transaction& transaction) const {
    Status failed;
    TRY(transaction.scan(logs_table, logs_.size(), [&](std::uint64_t key, ByteView sealed) {
        auto plain = rows_.open(domain_of(logs_table), key, sealed);
        auto descriptor =
            plain ? LogDescriptor::decode(*plain) : Result<LogDescriptor>(plain.error());
        if (!descriptor) {
            failed = std::move(descriptor).error();
            return false;
        }
        if (key != logs_.size()) {  // rows are found by place
            failed = Error{store_damaged, "the description of a log is missing"};
            return false;
        }
        const KnownLog log{static_cast<std::uint32_t>(key), *descriptor, descriptor->id()};
        index_of_.emplace(log.id, log.index);
        logs_.push_back(log);
        return true;
    }));
    return failed;
}

std::optional<LogStore::KnownLog> LogStore::known(const LogId& log) const {
    const std::lock_guard lock(mutex_);
    const auto found = index_of_.find(log);
    if (found == index_of_.end()) {
        return std::nullopt;
    }
    return logs_[found->second];
}

std::optional<LogStore::KnownLog> LogStore::known(std::uint32_t index) const {
    const std::lock_guard lock(mutex_);
    return index < logs_.size() ? std::optional(logs_[index]) : std::nullopt;
}

Result<LogStore::KnownLog> LogStore::known_or_new(const LogDescriptor& descriptor,
                                                  Transaction& transaction) {
    if (const auto found = known(descriptor.id())) {
        return *found;
    }
    std::uint64_t index = 0;
    TRY_ASSIGN(const auto last, transaction.last(logs_table));
    if (last) {
        index = last->first + 1;
    }
    TRY(transaction.put(logs_table, index,
                        rows_.seal(domain_of(logs_table), index, descriptor.encode(), entropy_),
                        PutMode::append));
    return KnownLog{static_cast<std::uint32_t>(index), descriptor, descriptor.id()};
}

Result<std::vector<Bytes>> LogStore::roster_entries(std::uint64_t from) const {
    TRY_ASSIGN(const Transaction transaction, environment()->read());
    std::vector<Bytes> out;
    Status failed;
    TRY(transaction.scan(roster_table, from + 1, [&](std::uint64_t key, ByteView sealed) {
        auto plain = rows_.open(domain_of(roster_table), key, sealed);
        if (!plain) {
            failed = std::move(plain).error();
            return false;
        }
        out.push_back(std::move(*plain));
        return true;
    }));
    TRY(failed);
    return out;
}

Result<replication::Heads> LogStore::heads() const {
    TRY_ASSIGN(const Transaction transaction, environment()->read());
    std::vector<KnownLog> logs;
    {
        const std::lock_guard lock(mutex_);
        logs = logs_;
    }
    replication::Heads out;
    for (const KnownLog& log : logs) {
        TRY_ASSIGN(const auto last,
                   transaction.last_before(index_table, index_key(log.index + 1, {})));
        if (!last || !std::equal(last->first.begin(), last->first.begin() + 4,
                                 index_key(log.index, {}).begin())) {
            continue;
        }
        TRY_ASSIGN(const auto row, transaction.get(commits_table, as_u64(last->second)));
        if (!row || row->size() < 4 + replication::commit_header_size) {
            return Error{store_damaged, "the log's index names a commit that is not there"};
        }
        const ByteView bytes = row->subspan(4);
        out.advance(log.id, {log.descriptor, replication::read_header(bytes).number,
                             replication::commit_hash(bytes)});
    }
    return out;
}

Result<LogPosition> LogStore::last_position() const {
    TRY_ASSIGN(const Transaction transaction, environment()->read());
    TRY_ASSIGN(const auto last, transaction.last(commits_table));
    return LogPosition{last ? last->first : 0};
}

Result<std::optional<std::uint64_t>> LogStore::position_of(const Transaction& transaction,
                                                           const KnownLog& log,
                                                           CommitNumber number) const {
    TRY_ASSIGN(const auto value, transaction.get(index_table, index_key(log.index, number)));
    if (!value) {
        return std::optional<std::uint64_t>{};
    }
    return std::optional(as_u64(*value));
}

Result<Bytes> LogStore::read(const LogId& log, CommitNumber number) const {
    const auto found = known(log);
    if (!found) {
        return no_commit();
    }
    TRY_ASSIGN(const Transaction transaction, environment()->read());
    TRY_ASSIGN(const auto position, position_of(transaction, *found, number));
    if (!position) {
        return no_commit();
    }
    TRY_ASSIGN(const auto row, transaction.get(commits_table, *position));
    if (!row || row->size() < 4) {
        return Error{store_damaged, "the log's index names a commit that is not there"};
    }
    const ByteView bytes = row->subspan(4);
    return Bytes(bytes.begin(), bytes.end());
}

Result<std::optional<HeldCommit>> LogStore::find(const LogId& log, CommitNumber number) const {
    using Found = std::optional<HeldCommit>;
    const auto found = known(log);
    if (!found) {
        return Found{};
    }
    TRY_ASSIGN(const Transaction transaction, environment()->read());
    TRY_ASSIGN(const auto position, position_of(transaction, *found, number));
    if (!position) {
        return Found{};
    }
    TRY_ASSIGN(const auto row, transaction.get(commits_table, *position));
    if (!row || row->size() < 4 + replication::commit_header_size) {
        return Error{store_damaged, "the log's index names a commit that is not there"};
    }
    return Found{
        {LogPosition{*position}, found->descriptor, replication::commit_hash(row->subspan(4))}};
}

Status LogStore::scan(LogPosition after,
                      const std::function<bool(const StoredCommit&)>& visit) const {
    TRY_ASSIGN(const Transaction transaction, environment()->read());
    Status failed;
    TRY(transaction.scan(commits_table, after.value + 1, [&](std::uint64_t key, ByteView row) {
        const std::uint32_t index = WireReader(row).u32();
        if (row.size() == 4) {
            return true;  // its commit left the log
        }
        auto log = known(index);
        if (!log) {  // a log that another process began since this one opened the store
            const std::lock_guard lock(mutex_);
            failed = load_logs(transaction);
        }
        log = log ? log : known(index);
        if (!failed || !log || row.size() < 4 + replication::commit_header_size) {
            failed = failed ? Error{store_damaged, "a commit of an unknown log is stored"} : failed;
            return false;
        }
        return visit({LogPosition{key}, log->descriptor, log->id, row.subspan(4)});
    }));
    return failed;
}

Result<std::uint64_t> LogStore::aside_count() const {
    TRY_ASSIGN(const Transaction transaction, environment()->read());
    return transaction.count(aside_table);
}

Result<std::vector<replication::ForkProof>> LogStore::forks() const {
    TRY_ASSIGN(const Transaction transaction, environment()->read());
    std::vector<replication::ForkProof> out;
    Status failed;
    TRY(transaction.scan(forks_table, 0, [&](std::uint64_t, ByteView row) {
        auto proof = replication::ForkProof::decode(row);
        if (!proof) {
            failed = std::move(proof).error();
            return false;
        }
        out.push_back(std::move(*proof));
        return true;
    }));
    TRY(failed);
    return out;
}

Status LogStore::put(const replication::CommitWrite& commit, Transaction& transaction) {
    TRY_ASSIGN(const KnownLog log, keep_known(commit.descriptor, transaction));
    TRY_ASSIGN(const std::uint64_t position, next_number(transaction, commits_table));
    WireWriter row;
    row.u32(log.index).raw(without_ordered(commit.bytes));
    TRY(transaction.put(commits_table, position, row.view(), PutMode::append));
    WireWriter place;
    place.u64(position);
    return transaction.put(index_table, index_key(log.index, commit.number), place.view(),
                           PutMode::insert_only);
}

Status LogStore::put(const replication::RosterWrite& entry, Transaction& transaction) {
    const std::uint64_t number = entry.number.value;
    TRY(transaction.put(roster_table, number,
                        rows_.seal(domain_of(roster_table), number, entry.bytes, entropy_),
                        PutMode::append));
    const auto order = ErasureOrder::read(entry.number, entry.bytes);
    return order ? carry_out(*order, transaction) : Status();
}

/// Every row after the common ones is written over: there are more than were held.
Status LogStore::put(const replication::SettledRosterWrite& settled, Transaction& transaction) {
    TRY(forget_ordered(settled.common, transaction));
    std::uint64_t number = settled.common.value;
    for (const Bytes& entry : settled.entries) {
        ++number;
        TRY(transaction.put(roster_table, number,
                            rows_.seal(domain_of(roster_table), number, entry, entropy_)));
        const auto order = ErasureOrder::read({number}, entry);
        TRY(order ? carry_out(*order, transaction) : Status());
    }
    return {};
}

Status LogStore::put(const replication::ForkWrite& fork, Transaction& transaction) {
    TRY_ASSIGN(const std::uint64_t place, next_number(transaction, forks_table));
    return transaction.put(forks_table, place, fork.proof.encode(), PutMode::append);
}

Status LogStore::write(std::span<const replication::Write> writes) {
    const std::lock_guard writing(writing_);
    TRY_ASSIGN(Transaction transaction, environment()->write());
    std::size_t known_before = 0;
    {
        const std::lock_guard lock(mutex_);
        known_before = logs_.size();
    }
    Status stored;
    for (const replication::Write& write : writes) {
        stored = std::visit([&](const auto& what) { return put(what, transaction); }, write.what);
        if (!stored) {
            break;
        }
    }
    if (stored) {
        stored = transaction.commit();
    }
    if (!stored) {  // the rows of new logs went with the transaction
        const std::lock_guard lock(mutex_);
        while (logs_.size() > known_before) {
            index_of_.erase(logs_.back().id);
            logs_.pop_back();
        }
    }
    return stored;
}

Result<std::optional<Bytes>> LogStore::link_row(LinkRow row) const {
    TRY_ASSIGN(const Transaction transaction, environment()->read());
    const auto key = static_cast<std::uint64_t>(row);
    TRY_ASSIGN(const auto sealed, transaction.get(rows_table, key));
    if (!sealed) {
        return std::optional<Bytes>{};
    }
    TRY_ASSIGN(Bytes plain, rows_.open(domain_of(rows_table), key, *sealed));
    return std::optional(std::move(plain));
}

Status LogStore::set_link_row(LinkRow row, ByteView plain, crypto::Entropy& entropy) {
    const std::lock_guard writing(writing_);
    TRY_ASSIGN(Transaction transaction, environment()->write());
    const auto key = static_cast<std::uint64_t>(row);
    TRY(transaction.put(rows_table, key, rows_.seal(domain_of(rows_table), key, plain, entropy)));
    return transaction.commit();
}

Status LogStore::require_new_incarnation(const LogId& log) {
    const std::lock_guard writing(writing_);
    TRY_ASSIGN(Transaction transaction, environment()->write());
    TRY(transaction.put(ended_table, log.view(),
                        rows_.seal(domain_of(ended_table), log.view(), {}, entropy_)));
    return transaction.commit();
}

Result<bool> LogStore::needs_new_incarnation(const LogId& log) const {
    TRY_ASSIGN(const Transaction transaction, environment()->read());
    TRY_ASSIGN(const auto sealed, transaction.get(ended_table, log.view()));
    if (sealed) {
        TRY(rows_.open(domain_of(ended_table), log.view(), *sealed));
    }
    return sealed.has_value();
}

}  // namespace entrepot::node
