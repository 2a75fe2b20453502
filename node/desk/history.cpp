#include "node/desk/history.hpp"

#include <algorithm>

#include "replication/erasure/erasing.hpp"

namespace entrepot::node {
namespace {

using replication::CountedChange;
using replication::Dot;
using replication::RecordKey;

Result<CountedChange> read_change(Desk& desk, const RecordKey& record, const Dot& dot) {
    TRY_ASSIGN(const Bytes bytes, desk.log().read(dot.log, dot.number));
    TRY_ASSIGN(const auto parsed, replication::parse_commit(bytes));
    const auto* key = desk.keys().find(record.compartment, parsed.header);
    if (key == nullptr) {
        return Error{replication::change_waiting, "the key of that commit is not here"};
    }
    TRY_ASSIGN(auto opened, replication::open_commit(parsed, *key, desk.packing()));
    for (auto& change : opened.changes) {
        if (change && change->record == record.record) {
            return CountedChange{dot, replication::prefix_of(opened.hash), parsed.header.time,
                                 *std::move(change)};
        }
    }
    if (replication::has_erased(parsed)) {
        return Error{replication::change_erased, "erased by order"};
    }
    return Error{
        store_damaged,
        "a commit does not hold the change that the views say; 'entrepot verify --rebuild'"};
}

/// Whether one node's receipt covers all of these changes.
bool holds_all(const replication::Receipt& receipt, const std::vector<Dot>& dots) {
    return std::all_of(dots.begin(), dots.end(), [&](const Dot& dot) {
        const auto* head = receipt.find(dot.log);
        return head != nullptr && dot.number <= head->number;
    });
}

bool covers(const replication::Context& shown, const Dot& dot) {
    return std::any_of(shown.begin(), shown.end(), [&](const replication::ContextEntry& entry) {
        return entry.log == dot.log && dot.number <= entry.number;
    });
}

}  // namespace

Result<std::vector<HistoryEntry>> history_of(Desk& desk, const RecordKey& record) {
    std::vector<HistoryEntry> out;
    TRY_ASSIGN(const auto row, desk.views().record(record));
    for (const Dot& dot : row ? row->dots : std::vector<Dot>{}) {
        auto counted = read_change(desk, record, dot);
        if (!counted && counted.error().code == replication::change_erased) {
            continue;  // the views have not followed yet
        }
        TRY(counted);
        out.push_back({*std::move(counted), false});
    }
    for (const auto* arrived : desk.projector().waiting()) {
        if (arrived->record == record) {
            out.push_back({arrived->counted, true});
        }
    }
    return out;
}

Result<std::string> delivery_of(Desk& desk, const RecordKey& record) {
    using replication::NodeKind;
    TRY_ASSIGN(const auto row, desk.views().record(record));
    const std::vector<Dot> dots = row ? row->dots : std::vector<Dot>{};
    bool is_relayed = false;
    for (const auto* node : desk.roster().nodes()) {
        const auto id = node->identity.id();
        const bool passes_on =
            node->kind == NodeKind::headquarters || node->kind == NodeKind::relay;
        if (!passes_on || desk.roster().is_revoked(id)) {
            continue;
        }
        TRY_ASSIGN(const auto receipt, desk.log().receipt({id, record.compartment}));
        if (!receipt || !holds_all(*receipt, dots)) {
            continue;
        }
        if (node->kind == NodeKind::headquarters) {
            return std::string("headquarters");
        }
        is_relayed = true;
    }
    return std::string(is_relayed ? "relay" : "here");
}

Result<replication::RecordState> state_as_shown(Desk& desk, const RecordKey& record,
                                                const replication::Context& shown) {
    TRY_ASSIGN(auto row, desk.views().record(record));
    if (row && row->state.shown == shown) {
        return std::move(row->state);
    }
    std::vector<CountedChange> changes;
    for (const Dot& dot : row ? row->dots : std::vector<Dot>{}) {
        if (covers(shown, dot)) {
            auto counted = read_change(desk, record, dot);
            if (!counted && counted.error().code == replication::change_erased) {
                continue;
            }
            TRY(counted);
            changes.push_back(*std::move(counted));
        }
    }
    return replication::merge_from_scratch(changes);
}

}  // namespace entrepot::node
