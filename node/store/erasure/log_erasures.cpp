// Erasures in the log store: what an order names is swapped for its leaf wherever it stands, in the
// transaction that stores the order; then the file is compacted, since freed pages keep old bytes.
// Marks say how far both are, so that what a crash or a full disk held up is done at the next
// opening. STORE.md, "Erasures".
#include "crypto/base/wire.hpp"
#include "node/store/erasure/compaction.hpp"
#include "node/store/log_store.hpp"
#include "node/store/log_tables.hpp"
#include "replication/erasure/erasing.hpp"

namespace entrepot::node {
namespace {

using replication::ChangePlace;
using replication::LogDescriptor;
using replication::RosterLength;

constexpr auto marks_row = static_cast<std::uint64_t>(LinkRow::erasures);

/// The commit with those places as leaves; nothing when it has none of them, or cannot be read.
std::optional<Bytes> swapped(ByteView commit, const ErasedPlaces& places) {
    const auto parsed = replication::parse_commit(commit);
    if (!parsed) {
        return std::nullopt;
    }
    return replication::without_changes(
        *parsed, [&places](const ChangePlace& place) { return places.contains(place); });
}

bool names_commit(const ErasedPlaces& places, const replication::CommitHeader& header) {
    const auto first = places.lower_bound({header.log, header.number, 0});
    return first != places.end() && first->log == header.log && first->number == header.number;
}

}  // namespace

std::optional<ErasureOrder> ErasureOrder::read(RosterLength number, ByteView entry) {
    auto decoded = replication::decode_entry(entry);
    auto* erasure =
        decoded ? std::get_if<replication::ErasureEntry>(&decoded->content) : nullptr;
    return erasure == nullptr ? std::nullopt
                              : std::optional(ErasureOrder{number, std::move(*erasure)});
}

std::shared_ptr<Environment> LogStore::environment() const {
    const std::lock_guard lock(environment_mutex_);
    return environment_;
}

Result<ErasureMarks> LogStore::erasure_marks(const Transaction& transaction) const {
    TRY_ASSIGN(const auto sealed, transaction.get(rows_table, marks_row));
    ErasureMarks out;
    if (sealed) {
        TRY_ASSIGN(const Bytes plain, rows_.open(domain_of(rows_table), marks_row, *sealed));
        WireReader reader(plain);
        out.log.value = reader.u64();
        out.disk.value = reader.u64();
        out.views.value = reader.u64();
        TRY(reader.finish("row of erasures"));
    }
    return out;
}

Result<ErasureMarks> LogStore::erasure_marks() const {
    TRY_ASSIGN(const Transaction transaction, environment()->read());
    return erasure_marks(transaction);
}

Status LogStore::keep_marks(const ErasureMarks& marks, Transaction& transaction) {
    WireWriter plain;
    plain.u64(marks.log.value).u64(marks.disk.value).u64(marks.views.value);
    return transaction.put(
        rows_table, marks_row,
        rows_.seal(domain_of(rows_table), marks_row, plain.view(), entropy_));
}

/// Takes what the roster's erasures name from the `from`-th entry on.
Status LogStore::learn_ordered(std::uint64_t from) {
    TRY_ASSIGN(const auto entries, roster_entries(from));
    for (std::size_t at = 0; at < entries.size(); ++at) {
        if (const auto order = ErasureOrder::read({from + at + 1}, entries[at])) {
            ordered_.insert(order->entry.changes.begin(), order->entry.changes.end());
        }
    }
    return {};
}

/// Orders of a branch that lost are none: what was erased stays so, but nothing more is, and orders
/// in their place are carried out from the beginning.
Status LogStore::forget_ordered(RosterLength after, Transaction& transaction) {
    ordered_.clear();
    Status failed;
    TRY(transaction.scan(roster_table, 1, [&](std::uint64_t key, ByteView sealed) {
        if (key > after.value) {
            return false;
        }
        const auto plain = rows_.open(domain_of(roster_table), key, sealed);
        const auto order = plain ? ErasureOrder::read({key}, *plain) : std::nullopt;
        if (order) {
            ordered_.insert(order->entry.changes.begin(), order->entry.changes.end());
        }
        failed = plain ? Status() : Status(plain.error());
        return failed.has_value();
    }));
    TRY(failed);
    TRY_ASSIGN(ErasureMarks marks, erasure_marks(transaction));
    for (RosterLength* mark : {&marks.log, &marks.disk, &marks.views}) {
        *mark = std::min(*mark, after);
    }
    return keep_marks(marks, transaction);
}

/// What an earlier program, a crash or a full disk left undone.
Status LogStore::finish_erasures() {
    TRY(learn_ordered(0));
    TRY_ASSIGN(const ErasureMarks marks, erasure_marks());
    TRY_ASSIGN(const auto entries, roster_entries(marks.log.value));
    {
        TRY_ASSIGN(Transaction transaction, environment()->write());
        bool has_any = false;
        for (std::size_t at = 0; at < entries.size(); ++at) {
            const auto order = ErasureOrder::read({marks.log.value + at + 1}, entries[at]);
            has_any = has_any || order;
            TRY(order ? carry_out(*order, transaction) : Status());
        }
        if (has_any) {
            TRY(transaction.commit());
        }
    }
    const Status compacted = compact_erased();
    const bool is_full = !compacted && compacted.error().code == store_disk_full;
    return is_full ? Status() : compacted;  // not receipted until there is room
}

Bytes LogStore::without_ordered(ByteView commit) const {
    if (!ordered_.empty() && commit.size() >= replication::commit_header_size &&
        names_commit(ordered_, replication::read_header(commit))) {
        if (auto out = swapped(commit, ordered_)) {
            return *std::move(out);
        }
    }
    return {commit.begin(), commit.end()};
}

Status LogStore::carry_out(const ErasureOrder& order, Transaction& transaction) {
    const ErasedPlaces places(order.entry.changes.begin(), order.entry.changes.end());
    ordered_.insert(places.begin(), places.end());
    bool has_swapped = false;
    TRY_ASSIGN(has_swapped, swap_counted(places, transaction));
    for (const TableIndex table : {aside_table, left_table}) {
        TRY_ASSIGN(const bool here, swap_beside(table, places, transaction));
        has_swapped = has_swapped || here;
    }
    TRY_ASSIGN(ErasureMarks marks, erasure_marks(transaction));
    const RosterLength before = std::exchange(marks.log, order.number);
    if (!has_swapped) {  // nothing of it was ever here
        marks.disk = marks.disk == before ? order.number : marks.disk;
        marks.views = marks.views == before ? order.number : marks.views;
    }
    return keep_marks(marks, transaction);
}

/// Commits that count, or were cut later: found by log and number.
Result<bool> LogStore::swap_counted(const ErasedPlaces& places, Transaction& transaction) {
    bool has_swapped = false;
    for (auto at = places.begin(); at != places.end();) {
        const ChangePlace first = *at;
        while (at != places.end() && at->log == first.log && at->number == first.number) {
            ++at;
        }
        const auto log = known(first.log);
        if (!log) {
            continue;
        }
        TRY_ASSIGN(const auto position, position_of(transaction, *log, first.number));
        if (!position) {
            continue;
        }
        TRY_ASSIGN(const auto row, transaction.get(commits_table, *position));
        if (!row || row->size() < 4) {
            return Error{store_damaged, "the log's index names a commit that is not there"};
        }
        if (const auto commit = swapped(row->subspan(4), places)) {
            WireWriter fresh;
            fresh.u32(log->index).raw(*commit);
            TRY(transaction.put(commits_table, *position, fresh.view()));
            has_swapped = true;
        }
    }
    return has_swapped;
}

/// Commits beyond a cut, or of a branch that was left: rows of `descriptor ‖ commit`.
Result<bool> LogStore::swap_beside(TableIndex table, const ErasedPlaces& places,
                                   Transaction& transaction) {
    std::vector<std::pair<std::uint64_t, Bytes>> fresh;
    TRY(transaction.scan(table, 0, [&](std::uint64_t key, ByteView row) {
        if (row.size() < LogDescriptor::wire_size + replication::commit_header_size) {
            return true;
        }
        if (const auto commit = swapped(row.subspan(LogDescriptor::wire_size), places)) {
            const ByteView descriptor = row.first(LogDescriptor::wire_size);
            fresh.emplace_back(key, Bytes(descriptor.begin(), descriptor.end()));
            append(fresh.back().second, *commit);
        }
        return true;
    }));
    for (const auto& [key, row] : fresh) {
        TRY(transaction.put(table, key, row));
    }
    return !fresh.empty();
}

Status LogStore::compact_erased() {
    const std::lock_guard writing(writing_);
    TRY_ASSIGN(ErasureMarks marks, erasure_marks());
    if (marks.disk == marks.log) {
        return {};
    }
    marks.disk = marks.log;
    TRY(remove_copies(directory_));
    TRY_ASSIGN(std::shared_ptr<Environment> fresh,
               compacted_copy(*environment(), directory_, options(Access::read_write)));
    {
        TRY_ASSIGN(Transaction transaction, fresh->write());
        TRY(keep_marks(marks, transaction));
        TRY(transaction.commit());
    }
    TRY(environment()->replace_by(*fresh));
    const std::lock_guard lock(environment_mutex_);
    environment_ = std::move(fresh);
    return {};
}

Status LogStore::set_views_erased(RosterLength upto) {
    const std::lock_guard writing(writing_);
    TRY_ASSIGN(Transaction transaction, environment()->write());
    TRY_ASSIGN(ErasureMarks marks, erasure_marks(transaction));
    marks.views = std::max(marks.views, std::min(marks.log, upto));
    TRY(keep_marks(marks, transaction));
    return transaction.commit();
}

Status LogStore::follow_compaction() {
    if (!environment()->is_replaced()) {
        return {};
    }
    TRY_ASSIGN(std::shared_ptr<Environment> fresh, Environment::open(directory_, options(access_)));
    const std::lock_guard lock(environment_mutex_);
    environment_ = std::move(fresh);
    return {};
}

}  // namespace entrepot::node
