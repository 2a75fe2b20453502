#include "node/store/view_store.hpp"

#include <algorithm>

#include "crypto/base/ensure.hpp"
#include "crypto/base/wire.hpp"
#include "node/store/erasure/compaction.hpp"
#include "node/store/view_tables.hpp"

namespace entrepot::node {
namespace {

using namespace views;
using replication::ArrivedChange;
using replication::Dot;
using replication::RecordKey;
using replication::RecordState;

constexpr std::uint64_t standing_row = 1;

EnvironmentOptions view_options() {
    EnvironmentOptions out;
    out.tables = {{"r", TableKeys::numbers}, {"i", TableKeys::bytes},   {"x", TableKeys::numbers},
                  {"p", TableKeys::numbers}, {"w", TableKeys::numbers}, {"q", TableKeys::numbers},
                  {"o", TableKeys::numbers}, {"y", TableKeys::numbers}};
    return out;
}

Bytes encode_row(const ViewedRecord& record, const RecordState& state) {
    const Bytes encoded = replication::encode_state(state);
    WireWriter out;
    out.fixed(record.key.compartment).fixed(record.key.record);
    out.u32(static_cast<std::uint32_t>(record.dots.size()));
    for (const Dot& dot : record.dots) {
        out.fixed(dot.log).u64(dot.number.value);
    }
    return out.raw(encoded).take();
}

Result<ViewedRecord> decode_row(ByteView plain) {
    WireReader reader(plain);
    ViewedRecord out;
    out.key.compartment = reader.fixed<replication::CompartmentId>();
    out.key.record = reader.fixed<replication::RecordId>();
    const std::uint32_t dots = reader.u32();
    if (dots > plain.size() / 24) {
        reader.fail_limit();
    }
    for (std::uint32_t i = 0; i < dots && reader.ok(); ++i) {
        const auto log = reader.fixed<replication::LogId>();
        out.dots.push_back({log, {reader.u64()}});
    }
    TRY(reader.check("record row"));
    TRY_ASSIGN(out.state, replication::decode_state(reader.rest()));
    return out;
}

/// Dots of newly merged changes: where `shown` is beyond what the row had.
void add_new_dots(const RecordState& state, std::vector<Dot>& dots) {
    for (const replication::ContextEntry& shown : state.shown) {
        const Dot dot{shown.log, shown.number};
        if (std::find(dots.rbegin(), dots.rend(), dot) == dots.rend()) {
            dots.push_back(dot);
        }
    }
}

Bytes encode_waiting(const ArrivedChange& arrived) {
    const auto change = replication::encode_change(arrived.counted.change);
    WireWriter out;
    out.fixed(arrived.record.compartment)
        .fixed(arrived.record.record)
        .fixed(arrived.counted.dot.log);
    out.u64(arrived.counted.dot.number.value)
        .fixed(arrived.counted.hash)
        .u64(arrived.counted.time.value);
    out.sized32(change ? ByteView(*change) : ByteView{});
    return out.take();
}

Result<ArrivedChange> decode_waiting(ByteView plain) {
    WireReader reader(plain);
    ArrivedChange out;
    out.record.compartment = reader.fixed<replication::CompartmentId>();
    out.record.record = reader.fixed<replication::RecordId>();
    out.counted.dot.log = reader.fixed<replication::LogId>();
    out.counted.dot.number.value = reader.u64();
    out.counted.hash = reader.fixed<replication::HashPrefix>();
    out.counted.time.value = reader.u64();
    const ByteView change = reader.sized32(replication::change_plain_limit);
    TRY(reader.finish("waiting change"));
    TRY_ASSIGN(out.counted.change, replication::decode_change(change));
    return out;
}

}  // namespace

ViewStore::ViewStore(std::filesystem::path directory, std::shared_ptr<Environment> environment,
                     SealedRows rows, crypto::Secret index_key)
    : directory_(std::move(directory)),
      environment_(std::move(environment)),
      rows_(std::move(rows)),
      marks_(rows_.key().view(), table_count),
      index_key_(std::move(index_key)) {}

Result<std::unique_ptr<ViewStore>> ViewStore::open(const std::filesystem::path& directory,
                                                   crypto::Secret vault_key) {
    TRY_ASSIGN(auto environment, Environment::open(directory, view_options()));
    crypto::Secret index_key = crypto::derive(vault_key.view(), crypto::domain::vault_index, {});
    SealedRows rows(std::move(vault_key), crypto::domain::vault_row);
    std::unique_ptr<ViewStore> out(new ViewStore(directory, std::move(environment),
                                                 std::move(rows), std::move(index_key)));
    TRY(out->read_standing());
    TRY(out->check_rows());
    TRY(out->read_officers());
    return out;
}

Status ViewStore::read_standing() {
    TRY_ASSIGN(const Transaction transaction, environment_->read());
    TRY_ASSIGN(const auto sealed, transaction.get(standing_table, standing_row));
    position_ = {};
    next_row_ = 1;
    counts_.clear();
    stalled_.clear();
    last_reference_ = 0;
    counted_ = {};
    seen_ = {};
    marks_.clear();
    loaded_ = {};
    if (!sealed) {
        return {};
    }
    auto plain = rows_.open(domain_of(standing_table), standing_row, *sealed);
    if (!plain) {
        return Error{view_other_key,
                     "the views do not open with this vault key; 'entrepot verify --rebuild'"
                     " makes them anew from the log"};
    }
    WireReader reader(*plain);
    position_.value = reader.u64();
    next_row_ = reader.u64();
    for (std::uint32_t count = reader.u32(); count > 0 && reader.ok(); --count) {
        const auto compartment = reader.fixed<replication::CompartmentId>();
        std::string database(as_text(reader.sized8()));
        const std::uint64_t records = reader.u64();
        counts_[{compartment, std::move(database)}] = {records, reader.u64()};
    }
    last_reference_ = reader.u32();
    for (std::uint32_t count = reader.u32(); count > 0 && reader.ok(); --count) {
        const auto log = reader.fixed<replication::LogId>();
        stalled_[log] = {reader.u64()};
    }
    read_counted(reader, counted_);
    seen_.read(reader);
    marks_.read(reader);
    if (!reader.finish("standing of the views")) {
        return Error{store_damaged, "the standing of the views is of another program's"};
    }
    return {};
}

/// Goes back to what was durable.
Status ViewStore::read_again() {
    TRY(read_standing());
    return read_officers();
}

Result<Transaction*> ViewStore::batch() {
    if (!batch_) {
        TRY_ASSIGN(batch_, environment_->write());
    }
    return &*batch_;
}

std::array<std::uint8_t, 16> ViewStore::index_of(const RecordKey& key) const {
    crypto::Hasher hasher(crypto::domain::vault_index, index_key_.view());
    const Hash full = hasher.add(key.compartment.view()).add(key.record.view()).finish();
    std::array<std::uint8_t, 16> out{};
    std::memcpy(out.data(), full.bytes.data(), out.size());
    return out;
}

Result<std::optional<ViewedRecord>> ViewStore::find(const RecordKey& key) {
    TRY_ASSIGN(const Transaction* transaction, batch());
    loaded_ = {key, 0, {}, {}};
    TRY_ASSIGN(const auto place, transaction->get(ids_table, index_of(key)));
    if (!place) {
        return std::optional<ViewedRecord>{};
    }
    loaded_.row = WireReader(*place).u64();
    TRY_ASSIGN(const auto sealed, transaction->get(records_table, loaded_.row));
    if (!sealed) {
        return Error{store_damaged, "a record's row is missing; run 'entrepot verify --rebuild'"};
    }
    TRY_ASSIGN(const Bytes plain, rows_.open(domain_of(records_table), loaded_.row, *sealed));
    TRY_ASSIGN(ViewedRecord record, decode_row(plain));
    loaded_.mark = marks_.mark(records_table, number_key(loaded_.row), *sealed);
    loaded_.dots = record.dots;
    return std::optional(std::move(record));
}

Result<std::optional<ViewedRecord>> ViewStore::record(const RecordKey& key) {
    return find(key);
}

Result<std::optional<RecordState>> ViewStore::load(const RecordKey& key) {
    TRY_ASSIGN(auto record, find(key));
    return record ? std::optional(std::move(record->state)) : std::nullopt;
}

Status ViewStore::save(const RecordKey& key, const RecordState& state) {
    if (loaded_.key != key) {
        TRY(find(key));
    }
    RecordCounts& counts = counts_[{key.compartment, state.database}];
    const bool is_new = loaded_.row == 0;
    if (is_new) {
        loaded_.row = next_row_++;
        WireWriter value;
        value.u64(loaded_.row);
        TRY(add_row(ids_table, index_of(key), value.view(), PutMode::insert_only));
        ++counts.records;
    }
    ViewedRecord row{key, std::move(loaded_.dots), {}};
    add_new_dots(state, row.dots);
    const std::uint64_t number = loaded_.row;
    const Hash old_mark = loaded_.mark;
    loaded_ = {};
    const Bytes sealed =
        rows_.seal(domain_of(records_table), number, encode_row(row, state), entropy_);
    TRY(is_new ? add_row(records_table, number_key(number), sealed, PutMode::append)
               : change_row(records_table, number_key(number), old_mark, sealed));
    ++unflushed_;
    return note_conflict(number, !replication::conflicting_paths(state).empty(), counts);
}

Status ViewStore::note_conflict(std::uint64_t row, bool conflicted, RecordCounts& counts) {
    TRY_ASSIGN(const Transaction* transaction, batch());
    TRY_ASSIGN(const auto listed, transaction->get(conflicts_table, row));
    if (conflicted && !listed) {
        ++counts.conflicts;
        const std::uint8_t mark = 1;
        return add_row(conflicts_table, number_key(row), ByteView(&mark, 1), PutMode::set);
    }
    if (!conflicted && listed) {
        --counts.conflicts;
        return remove_row(conflicts_table, number_key(row),
                          marks_.mark(conflicts_table, number_key(row), *listed));
    }
    return {};
}

Status ViewStore::flush() {
    TRY_ASSIGN(Transaction * transaction, batch());
    WireWriter standing;
    standing.u64(position_.value).u64(next_row_).u32(static_cast<std::uint32_t>(counts_.size()));
    for (const auto& [of, counts] : counts_) {
        standing.fixed(of.first)
            .sized8(as_bytes(of.second))
            .u64(counts.records)
            .u64(counts.conflicts);
    }
    standing.u32(last_reference_).u32(static_cast<std::uint32_t>(stalled_.size()));
    for (const auto& [log, number] : stalled_) {
        standing.fixed(log).u64(number.value);
    }
    write_counted(standing, counted_);
    seen_.write(standing);
    marks_.write(standing);
    Status stored = transaction->put(
        standing_table, standing_row,
        rows_.seal(domain_of(standing_table), standing_row, standing.view(), entropy_));
    stored = stored ? transaction->commit() : stored;
    batch_.reset();
    unflushed_ = 0;
    if (!stored) {
        TRY(read_again());
    }
    return stored;
}

Status ViewStore::forget_batch() {
    batch_.reset();
    unflushed_ = 0;
    return read_again();
}

Status ViewStore::keep_waiting(std::span<const ArrivedChange* const> waiting) {
    TRY(clear_rows(waiting_table));
    std::uint64_t row = 0;
    for (const ArrivedChange* arrived : waiting) {
        ++row;
        TRY(add_row(waiting_table, number_key(row),
                    rows_.seal(domain_of(waiting_table), row, encode_waiting(*arrived), entropy_),
                    PutMode::append));
    }
    return {};
}

Result<std::vector<ArrivedChange>> ViewStore::waiting() const {
    TRY_ASSIGN(const Transaction transaction, environment_->read());
    std::vector<ArrivedChange> out;
    Status failed;
    TRY(transaction.scan(waiting_table, 0, [&](std::uint64_t row, ByteView sealed) {
        auto plain = rows_.open(domain_of(waiting_table), row, sealed);
        auto arrived = plain ? decode_waiting(*plain) : Result<ArrivedChange>(plain.error());
        if (!arrived) {
            failed = std::move(arrived).error();
            return false;
        }
        out.push_back(std::move(*arrived));
        return true;
    }));
    TRY(failed);
    return out;
}

Result<std::unique_ptr<ViewSnapshot>> ViewStore::snapshot() const {
    TRY_ASSIGN(Transaction transaction, environment_->read());
    return std::unique_ptr<ViewSnapshot>(new ViewSnapshot(std::move(transaction), rows_));
}

Status ViewStore::clear() {
    batch_.reset();
    TRY_ASSIGN(Transaction transaction, environment_->write());
    for (const TableIndex table : {records_table, ids_table, conflicts_table, standing_table,
                                   waiting_table, quarantine_table, officers_table,
                                   far_reaching_table}) {
        TRY(transaction.clear(table));
    }
    TRY(transaction.commit());
    unflushed_ = 0;
    return read_again();
}

Status ViewStore::compact() {
    ENSURE(unflushed_ == 0);
    batch_.reset();
    TRY(remove_copies(directory_));
    TRY_ASSIGN(std::shared_ptr<Environment> fresh,
               compacted_copy(*environment_, directory_, view_options()));
    TRY(environment_->replace_by(*fresh));
    environment_ = std::move(fresh);
    return {};
}

Status ViewSnapshot::scan(bool only_conflicts,
                          const std::function<bool(const ViewedRecord&)>& visit) const {
    Status failed;
    const auto show = [&](std::uint64_t row, ByteView sealed) {
        auto plain = rows_.open(domain_of(records_table), row, sealed);
        auto record = plain ? decode_row(*plain) : Result<ViewedRecord>(plain.error());
        if (!record) {
            failed = std::move(record).error();
            return false;
        }
        return visit(*record);
    };
    if (!only_conflicts) {
        TRY(transaction_.scan(records_table, 0, show));
        return failed;
    }
    TRY(transaction_.scan(conflicts_table, 0, [&](std::uint64_t row, ByteView) {
        const auto sealed = transaction_.get(records_table, row);
        if (!sealed || !*sealed) {
            failed =
                Error{store_damaged, "a record's row is missing; run 'entrepot verify --rebuild'"};
            return false;
        }
        return show(row, **sealed);
    }));
    return failed;
}

}  // namespace entrepot::node
