// What the log store keeps beside the commits that count: commits beyond a cut, branches that a log
// has left, logs known by name, and this node's logs that it writes no more.
#include "crypto/base/wire.hpp"
#include "node/store/log_store.hpp"
#include "node/store/log_tables.hpp"

namespace entrepot::node {
namespace {

using replication::CommitNumber;
using replication::LogDescriptor;
using replication::LogId;

/// A row of `descriptor ‖ commit`.
Result<LeftCommit> decode_commit_row(ByteView row) {
    if (row.size() < LogDescriptor::wire_size + replication::commit_header_size) {
        return Error{store_damaged, "a commit that is kept aside is cut short"};
    }
    TRY_ASSIGN(const auto descriptor, LogDescriptor::decode(row.first(LogDescriptor::wire_size)));
    const ByteView bytes = row.subspan(LogDescriptor::wire_size);
    return LeftCommit{descriptor, Bytes(bytes.begin(), bytes.end())};
}

Result<std::vector<LeftCommit>> read_commits(const Transaction& transaction, TableIndex table,
                                             std::uint64_t from) {
    std::vector<LeftCommit> out;
    Status failed;
    TRY(transaction.scan(table, from + 1, [&](std::uint64_t, ByteView row) {
        auto commit = decode_commit_row(row);
        if (!commit) {
            failed = std::move(commit).error();
            return false;
        }
        out.push_back(*std::move(commit));
        return true;
    }));
    TRY(failed);
    return out;
}

/// Drawn from node and compartment, so that neither stands in clear.
std::uint64_t receipt_key(const replication::ReceiptPlace& place) {
    crypto::Hasher hasher(crypto::domain::receipt_row);
    const Hash name = hasher.add(place.node.view()).add(place.compartment.view()).finish();
    return WireReader(name.view()).u64();
}

}  // namespace

Result<LogStore::KnownLog> LogStore::keep_known(const LogDescriptor& descriptor,
                                                Transaction& transaction) {
    TRY_ASSIGN(const KnownLog log, known_or_new(descriptor, transaction));
    const std::lock_guard lock(mutex_);
    if (log.index == logs_.size()) {
        index_of_.emplace(log.id, log.index);
        logs_.push_back(log);
    }
    return log;
}

Status LogStore::put(const replication::QuarantineWrite& quarantined, Transaction& transaction) {
    TRY_ASSIGN(const std::uint64_t place, next_number(transaction, aside_table));
    Bytes row = quarantined.commit.descriptor.encode();
    append(row, without_ordered(quarantined.commit.bytes));
    return transaction.put(aside_table, place, row, PutMode::append);
}

/// Moves a commit from the log to what was left; its place in the order of storing stays, empty.
Status LogStore::leave(const KnownLog& log, CommitNumber number, Transaction& transaction) {
    const auto key = index_key(log.index, number);
    TRY_ASSIGN(const auto place, transaction.get(index_table, key));
    if (!place) {
        return {};
    }
    const std::uint64_t position = WireReader(*place).u64();
    TRY_ASSIGN(const auto row, transaction.get(commits_table, position));
    if (!row || row->size() < 4) {
        return Error{store_damaged, "the log's index names a commit that is not there"};
    }
    Bytes kept = log.descriptor.encode();
    append(kept, row->subspan(4));
    TRY_ASSIGN(const std::uint64_t next, next_number(transaction, left_table));
    TRY(transaction.put(left_table, next, kept, PutMode::append));
    WireWriter empty;
    empty.u32(log.index);
    TRY(transaction.put(commits_table, position, empty.view()));
    return transaction.remove(index_table, key);
}

Status LogStore::put(const replication::RewindWrite& rewound, Transaction& transaction) {
    TRY_ASSIGN(const KnownLog log, keep_known(rewound.descriptor, transaction));
    TRY_ASSIGN(const auto last, transaction.last_before(index_table, index_key(log.index + 1, {})));
    const auto prefix = index_key(log.index, {});
    if (last && std::equal(prefix.begin(), prefix.begin() + 4, last->first.begin())) {
        TRY_ASSIGN(const auto row, transaction.get(commits_table, WireReader(last->second).u64()));
        if (!row || row->size() < 4 + replication::commit_header_size) {
            return Error{store_damaged, "the log's index names a commit that is not there"};
        }
        const auto newest = replication::read_header(row->subspan(4)).number;
        for (auto number = rewound.to.next(); number <= newest; number = number.next()) {
            TRY(leave(log, number, transaction));
        }
    }
    TRY_ASSIGN(const std::uint64_t place, next_number(transaction, rewinds_table));
    WireWriter plain;
    plain.raw(rewound.descriptor.encode()).u64(rewound.to.value).fixed(rewound.cut);
    return transaction.put(rewinds_table, place,
                           rows_.seal(domain_of(rewinds_table), place, plain.view(), entropy_),
                           PutMode::append);
}

Status LogStore::put(const replication::DescriptorWrite& known, Transaction& transaction) {
    TRY(keep_known(known.descriptor, transaction));
    return {};
}

Status LogStore::put(const replication::EndWrite& ended, Transaction& transaction) {
    TRY(keep_known(ended.descriptor, transaction));
    const LogId log = ended.descriptor.id();
    return transaction.put(ended_table, log.view(),
                           rows_.seal(domain_of(ended_table), log.view(), {}, entropy_));
}

Status LogStore::put(const replication::ReceiptWrite& receipted, Transaction& transaction) {
    const std::uint64_t key = receipt_key(receipted.receipt.place());
    return transaction.put(
        receipts_table, key,
        rows_.seal(domain_of(receipts_table), key, receipted.receipt.encode(), entropy_));
}

Result<std::optional<replication::Receipt>> LogStore::receipt(
    const replication::ReceiptPlace& place) const {
    using Found = std::optional<replication::Receipt>;
    const std::uint64_t key = receipt_key(place);
    TRY_ASSIGN(const Transaction transaction, environment_->read());
    TRY_ASSIGN(const auto sealed, transaction.get(receipts_table, key));
    if (!sealed) {
        return Found();
    }
    TRY_ASSIGN(const Bytes plain, rows_.open(domain_of(receipts_table), key, *sealed));
    TRY_ASSIGN(auto out, replication::Receipt::decode(plain));
    return out.place() == place ? Found(std::move(out)) : Found();
}

Result<std::vector<replication::Receipt>> LogStore::receipts() const {
    std::vector<replication::Receipt> out;
    TRY_ASSIGN(const Transaction transaction, environment()->read());
    Status failed;
    TRY(transaction.scan(receipts_table, 0, [&](std::uint64_t key, ByteView sealed) {
        const auto plain = rows_.open(domain_of(receipts_table), key, sealed);
        auto receipt = plain ? replication::Receipt::decode(*plain)
                             : Result<replication::Receipt>(plain.error());
        failed = receipt ? Status{} : Status(receipt.error());
        if (receipt) {
            out.push_back(*std::move(receipt));
        }
        return failed.has_value();
    }));
    TRY(failed);
    return out;
}

Status LogStore::open_rows(TableIndex table, std::uint64_t from,
                           const std::function<Status(ByteView)>& visit) const {
    TRY_ASSIGN(const Transaction transaction, environment()->read());
    Status failed;
    TRY(transaction.scan(table, from + 1, [&](std::uint64_t key, ByteView sealed) {
        const auto plain = rows_.open(domain_of(table), key, sealed);
        failed = plain ? visit(*plain) : Status(plain.error());
        return failed.has_value();
    }));
    return failed;
}

Result<std::vector<replication::CommitWrite>> LogStore::aside() const {
    TRY_ASSIGN(const Transaction transaction, environment()->read());
    TRY_ASSIGN(auto rows, read_commits(transaction, aside_table, 0));
    std::vector<replication::CommitWrite> out;
    for (LeftCommit& row : rows) {
        const auto number = replication::read_header(row.bytes).number;
        const Hash hash = replication::commit_hash(row.bytes);
        out.push_back({row.descriptor.id(), row.descriptor, number, hash, std::move(row.bytes)});
    }
    return out;
}

Result<std::vector<LeftCommit>> LogStore::left(std::uint64_t from) const {
    TRY_ASSIGN(const Transaction transaction, environment()->read());
    return read_commits(transaction, left_table, from);
}

Result<std::vector<replication::RewindWrite>> LogStore::rewinds(std::uint64_t from) const {
    std::vector<replication::RewindWrite> out;
    const auto read = [&](ByteView plain) -> Status {
        WireReader reader(plain);
        const ByteView bytes = reader.raw(LogDescriptor::wire_size);
        replication::RewindWrite rewound;
        rewound.to.value = reader.u64();
        rewound.cut = reader.fixed<Hash>();
        TRY(reader.finish("rewound log"));
        TRY_ASSIGN(rewound.descriptor, LogDescriptor::decode(bytes));
        rewound.log = rewound.descriptor.id();
        out.push_back(rewound);
        return {};
    };
    TRY(open_rows(rewinds_table, from, read));
    return out;
}

Result<std::vector<LogDescriptor>> LogStore::ended() const {
    std::vector<LogId> logs;
    {
        TRY_ASSIGN(const Transaction transaction, environment()->read());
        Status failed;
        TRY(transaction.scan(ended_table, ByteView{}, [&](ByteView key, ByteView sealed) {
            const auto plain = rows_.open(domain_of(ended_table), key, sealed);
            failed = plain && key.size() == LogId::size
                         ? Status{}
                         : Status(Error{store_damaged, "the row of an ended log is broken"});
            LogId log;
            std::copy_n(key.begin(), std::min(key.size(), LogId::size), log.bytes.begin());
            logs.push_back(log);
            return failed.has_value();
        }));
        TRY(failed);
    }
    std::vector<LogDescriptor> out;
    for (const LogId& log : logs) {
        TRY_ASSIGN(const auto found, descriptor(log));
        if (found) {
            out.push_back(*found);
        }
    }
    return out;
}

Result<std::vector<LogDescriptor>> LogStore::known() const {
    TRY_ASSIGN(const auto held, heads());
    const std::lock_guard lock(mutex_);
    std::vector<LogDescriptor> out;
    for (const KnownLog& log : logs_) {
        if (held.find(log.id) == nullptr) {
            out.push_back(log.descriptor);
        }
    }
    return out;
}

Result<std::optional<LogDescriptor>> LogStore::descriptor(const LogId& log) const {
    if (const auto found = known(log)) {
        return std::optional(found->descriptor);
    }
    TRY_ASSIGN(const Transaction transaction, environment()->read());
    {
        const std::lock_guard lock(mutex_);
        TRY(load_logs(transaction));
    }
    const auto found = known(log);
    return found ? std::optional(found->descriptor) : std::nullopt;
}

Result<LogStore::Marks> LogStore::marks() const {
    TRY_ASSIGN(const Transaction transaction, environment()->read());
    Marks out;
    TRY_ASSIGN(out.rewinds, transaction.count(rewinds_table));
    TRY_ASSIGN(out.left, transaction.count(left_table));
    TRY_ASSIGN(out.logs, transaction.count(logs_table));
    TRY_ASSIGN(out.aside, transaction.count(aside_table));
    TRY_ASSIGN(out.ended, transaction.count(ended_table));
    return out;
}

}  // namespace entrepot::node
