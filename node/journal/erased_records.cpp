// What erasures do to the views: the log has leaves where content stood, and records are made anew
// from what is left of them, in the worker, when it has the roster entry. The result is what a node
// would have that had never seen the content.
#include "node/journal/projector.hpp"
#include "replication/erasure/erasing.hpp"

namespace entrepot::node {

using replication::Dot;
using replication::RecordKey;
using replication::RosterLength;

Error late_change() {
    return {change_record_erased,
            "its record was erased by order; headquarters can order its erasure as well"};
}

/// Whether the commit has a leaf where this record's change stood.
Result<bool> Projector::is_erased(const RecordKey& record, const Dot& dot) {
    TRY_ASSIGN(const Bytes bytes, log_.read(dot.log, dot.number));
    TRY_ASSIGN(const auto parsed, replication::parse_commit(bytes));
    if (!replication::has_erased(parsed)) {
        return false;
    }
    TRY_ASSIGN(const auto change, read_change(record, dot));
    return !change.has_value();
}

/// Records that were erased whole, or that merged or wait for a change of one of these commits. The
/// content is gone, so they are found by what their rows say: all rows are read.
Result<std::set<RecordKey>> Projector::find_erased(const std::set<Dot>& dots) {
    std::set<RecordKey> out;
    TRY(flush());
    TRY_ASSIGN(const auto snapshot, views_.snapshot());
    TRY(snapshot->scan(false, [&](const ViewedRecord& record) {
        const bool is_named = std::any_of(record.dots.begin(), record.dots.end(),
                                          [&](const Dot& dot) { return dots.contains(dot); });
        if (is_named || roster_.is_erased(record.key.compartment, record.key.record)) {
            out.insert(record.key);
        }
        return true;
    }));
    for (const auto* waiting : applier_.waiting()) {
        const RecordKey& key = waiting->record;
        if (dots.contains(waiting->counted.dot) ||
            roster_.is_erased(key.compartment, key.record)) {
            out.insert(key);
        }
    }
    return out;
}

/// Changes of a record erased whole that no order names: listed, as if they came now.
Status Projector::quarantine_late(const RecordKey& record, const std::vector<Dot>& dots) {
    for (const Dot& dot : dots) {
        TRY_ASSIGN(const Bytes bytes, log_.read(dot.log, dot.number));
        TRY_ASSIGN(const auto parsed, replication::parse_commit(bytes));
        const auto* key = keys_.find(record.compartment, parsed.header);
        if (key == nullptr || !is_projected(dot)) {
            continue;
        }
        TRY_ASSIGN(const auto opened, replication::open_commit(parsed, *key, packing_));
        std::uint32_t place = 0;
        for (const auto& change : opened.changes) {
            ++place;
            if (change && change->record == record.record) {
                TRY(quarantine(dot, place, late_change()));
            }
        }
    }
    return {};
}

Status Projector::follow_erasures(RosterLength since) {
    std::set<Dot> dots;
    bool has_any = false;
    for (const RosterLength number : roster_.erasures()) {
        if (number > since) {
            has_any = true;
            for (const auto& place : roster_.erasure(number).changes) {
                dots.insert({place.log, place.number});
            }
        }
    }
    if (!has_any) {
        return {};
    }
    TRY(views_.drop_quarantined([this](const QuarantinedContent& content) {
        return roster_.is_erased(replication::ChangePlace{
            content.dot.log, content.dot.number, static_cast<std::uint16_t>(content.change)});
    }));
    TRY_ASSIGN(const auto records, find_erased(dots));
    for (const RecordKey& record : records) {
        if (roster_.is_erased(record.compartment, record.record)) {
            TRY_ASSIGN(const auto row, views_.record(record));
            auto late = row ? row->dots : std::vector<Dot>{};
            for (const auto& waiting : applier_.waiting_of(record)) {
                late.push_back(waiting.dot);
            }
            TRY(quarantine_late(record, late));
        }
    }
    waiting_moved_ = waiting_moved_ || !records.empty();
    return recompute(records);
}

}  // namespace entrepot::node
