#include "node/erasure/orders.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "crypto/base64.hpp"
#include "node/access/settings.hpp"
#include "node/databases/json_text.hpp"
#include "node/databases/text/time_text.hpp"
#include "node/desk/names.hpp"
#include "node/erasure/carried_over.hpp"
#include "node/erasure/retention.hpp"
#include "node/headquarters/continuation.hpp"
#include "node/roots/entry_draft.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;
using replication::ErasureEntry;
using replication::RecordKey;
using replication::RosterLength;

Result<replication::RecordId> read_record(const std::string& text) {
    const auto bytes = from_base32(text);
    auto out =
        bytes ? replication::RecordId::from(*bytes) : Result<replication::RecordId>(bytes.error());
    if (!out) {
        return Error{place_unknown, "'" + text.substr(0, 40) + "' is not the id of a record"};
    }
    return out;
}

/// The record, wherever in its database it may be: one that no view shows can still have changes.
Result<WantedChanges> read_wanted(Desk& desk, const json& body) {
    TRY_ASSIGN(const auto record, read_record(text_member(body, "record")));
    const std::string database = text_member(body, "database");
    const std::string where = text_member(body, "compartment");
    TRY(desk.catalogue().schema(database));
    WantedChanges out{{}, text_member(body, "path")};
    for (const Place& place : readable_places(desk)) {
        const bool is_meant = where.empty() || place.name == where ||
                              (where.size() >= 6 && to_base32(place.id.view()).starts_with(where));
        if (place.database == database && is_meant) {
            out.records.insert({place.id, record});
        }
    }
    return out;
}

json change_json(const FoundChange& change) {
    return {{"log", to_base32(change.place.log.view())},
            {"number", change.place.number.value},
            {"change", change.place.change},
            {"at", utc_text(change.time.wall())},
            {"paths", change.paths},
            {"counts", change.counts}};
}

/// Paths that go with the one that was asked for, because one change set both.
std::set<std::string> paths_beside(const FoundChanges& found, const std::string& path) {
    std::set<std::string> out;
    for (const FoundChange& change : found.changes) {
        for (const std::string& each : change.paths) {
            if (!path.empty() && each != path && !each.starts_with(path + "/")) {
                out.insert(each);
            }
        }
    }
    return out;
}

/// Those of them whose values would go: authors disagree there, so nothing is written again.
std::set<std::string> disputed(const FoundChanges& found, const replication::RecordState& state,
                               const std::set<std::string>& beside) {
    std::set<replication::Dot> erased;
    for (const FoundChange& change : found.changes) {
        erased.insert({change.place.log, change.place.number});
    }
    std::set<std::string> out;
    for (const auto& each : state.paths) {
        const bool goes =
            std::any_of(each.siblings.begin(), each.siblings.end(), [&](const auto& sibling) {
                return erased.contains(state.authors[sibling.author].dot);
            });
        if (goes && each.siblings.size() > 1 && beside.contains(each.path)) {
            out.insert(each.path);
        }
    }
    return out;
}

json planned_json(Desk& desk, const PlannedErasure& plan, const std::string& path) {
    auto beside = paths_beside(plan.found, path);
    std::set<std::string> lost;
    if (const auto state = desk.views().load(plan.found.changes.front().record); state && *state) {
        lost = disputed(plan.found, **state, beside);
    }
    for (const std::string& each : lost) {
        beside.erase(each);
    }
    json changes = json::array();
    for (const FoundChange& change : plan.found.changes) {
        changes.push_back(change_json(change));
    }
    const RecordKey& record = plan.found.changes.front().record;
    return {{"record", to_base32(record.record.view())},
            {"compartment", to_base32(record.compartment.view())},
            {"name", compartment_name(desk, record.compartment)},
            {"whole", plan.entry.whole},
            {"reason", plan.entry.reason},
            {"changes", std::move(changes)},
            {"attachments", plan.entry.blobs.size()},
            {"beside", beside},
            {"in_conflict", lost},
            {"unreachable", plan.found.unreachable},
            {"left_out", plan.left_out}};
}

json drafted_json(Desk& desk, const PlannedErasure& plan, const std::string& path) {
    json out = planned_json(desk, plan, path);
    const auto draft = EntryDraft::make(desk.roster(), desk.now(), plan.entry);
    out["draft"] = crypto::to_base64(draft.encode());
    return out;
}

Result<PlannedErasure> plan_one(Desk& desk, const json& body) {
    TRY(check_headquarters(desk));
    TRY_ASSIGN(const WantedChanges wanted, read_wanted(desk, body));
    TRY_ASSIGN(auto out, plan_erasure(desk, wanted, text_member(body, "reason")));
    if (!out.entry.further.empty()) {
        return Error{place_ambiguous, "several compartments hold such an id; name one"};
    }
    TRY_ASSIGN(const auto state, desk.views().load(out.found.changes.front().record));
    if (state && is_under_hold(*state)) {
        return Error{erasure_held, "a legal hold stands on the record; lift it first"};
    }
    return out;
}

bool carries_any(const replication::Roster& roster, const replication::NodeId& node) {
    const auto compartments = roster.compartments();
    return std::any_of(compartments.begin(), compartments.end(), [&](const auto* compartment) {
        return roster.right(node, compartment->id) >= replication::Right::relay;
    });
}

/// What each node in force that may hold anything has receipted: it signs one receipt a
/// compartment.
std::map<replication::NodeId, RosterLength> receipted_by(
    const replication::Roster& roster, const std::vector<replication::Receipt>& receipts) {
    std::map<replication::NodeId, RosterLength> out;
    for (const auto* node : roster.nodes()) {
        if (carries_any(roster, node->identity.id())) {
            out[node->identity.id()] = {};
        }
    }
    for (const auto& receipt : receipts) {
        if (const auto found = out.find(receipt.node); found != out.end()) {
            found->second = std::max(found->second, receipt.erased);
        }
    }
    return out;
}

json order_json(const replication::Roster& roster, RosterLength number) {
    const ErasureEntry erasure = roster.erasure(number);
    const auto entry = replication::decode_entry(roster.entries()[number.value - 1]);
    const bool has_name = !erasure.record.is_zero();
    return {{"entry", number.value},
            {"at", entry ? utc_text(entry->time.wall()) : ""},
            {"reason", erasure.reason},
            {"whole", erasure.whole && has_name},
            {"records", erasure.further.size() + (has_name ? 1 : 0)},
            {"changes", erasure.changes.size()},
            {"attachments", erasure.blobs.size()}};
}

}  // namespace

Result<PlannedErasure> plan_erasure(Desk& desk, const WantedChanges& wanted,
                                    const std::string& reason) {
    if (reason.empty() || reason.size() > ErasureEntry::reason_limit) {
        return Error{erasure_reason, "say why in 1 to 200 bytes; every node sees it, so no names"};
    }
    PlannedErasure out;
    TRY_ASSIGN(out.found, find_changes(desk, wanted));
    auto& changes = out.found.changes;
    if (changes.empty()) {
        return Error{erasure_nothing, "no change of that is held here: nothing to erase"};
    }
    if (changes.size() > erasure_changes_most) {
        out.left_out = changes.size() - erasure_changes_most;
        changes.resize(erasure_changes_most);
    }
    std::set<Hash> records;
    for (const FoundChange& change : changes) {
        out.entry.changes.push_back(change.place);
        records.insert(
            replication::erased_record(change.record.compartment, change.record.record));
    }
    out.entry.record = *records.begin();
    out.entry.further.assign(std::next(records.begin()), records.end());
    out.entry.blobs.assign(out.found.blobs.begin(), out.found.blobs.end());
    out.entry.whole = wanted.path.empty();
    out.entry.reason = reason;
    return out;
}

void erase_record(Desk& desk, const json& body, JsonDone done) {
    const auto plan = plan_one(desk, body);
    if (!plan || body.value("preview", false)) {
        return done(plan ? Result<json>(planned_json(desk, *plan, text_member(body, "path")))
                         : Result<json>(plan.error()));
    }
    const auto draft = [&desk, body, done](Status carried) {
        const auto again = carried ? plan_one(desk, body)
                                   : Result<PlannedErasure>(std::move(carried).error());
        done(again ? Result<json>(drafted_json(desk, *again, text_member(body, "path")))
                   : Result<json>(again.error()));
    };
    if (plan->entry.whole) {
        return draft({});
    }
    auto carried = carried_over(desk, plan->found, text_member(body, "path"));
    if (!carried || !*carried) {
        return draft(carried ? Status() : Status(carried.error()));
    }
    auto packed = desk.pack(**std::move(carried));
    if (!packed) {
        return done(std::move(packed).error());
    }
    std::vector<PackedChange> changes;
    changes.push_back(*std::move(packed));
    desk.save(plan->found.changes.front().record.compartment, std::move(changes), draft);
}

Result<json> list_erasures(Desk& desk) {
    const auto& roster = desk.roster();
    TRY_ASSIGN(const auto receipts, desk.log().receipts());
    const auto receipted = receipted_by(roster, receipts);
    json orders = json::array();
    for (const RosterLength number : roster.erasures()) {
        json order = order_json(roster, number);
        json nodes = json::array();
        std::size_t count = 0;
        for (const auto& [node, upto] : receipted) {
            const auto* certificate = roster.node(node);
            const bool has = upto >= number;
            count += has ? 1 : 0;
            nodes.push_back({{"node", to_base32(node.view())},
                             {"name", unit_name(desk, certificate->unit)},
                             {"kind", kind_name(certificate->kind)},
                             {"receipted", has}});
        }
        order["receipted"] = count;
        order["nodes"] = std::move(nodes);
        orders.push_back(std::move(order));
    }
    return json{{"orders", std::move(orders)}};
}

json erasures_json(const Desk& desk, const RecordKey& record) {
    json out = json::array();
    const auto& roster = desk.roster();
    for (const RosterLength number : roster.erasures_of(record.compartment, record.record)) {
        const ErasureEntry erasure = roster.erasure(number);
        json order = order_json(roster, number);
        order["places"] = json::array();
        if (erasure.further.empty()) {  // else they are of several records
            for (const auto& place : erasure.changes) {
                order["places"].push_back({{"log", to_base32(place.log.view())},
                                           {"number", place.number.value},
                                           {"change", place.change}});
            }
        }
        out.push_back(std::move(order));
    }
    return out;
}

}  // namespace entrepot::node
