#include "node/erasure/retention.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "crypto/base64.hpp"
#include "node/databases/json_text.hpp"
#include "node/databases/text/date_text.hpp"
#include "node/headquarters/continuation.hpp"
#include "node/roots/entry_draft.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;
using replication::Date;
using replication::RecordState;

constexpr std::size_t records_most = 1000;
constexpr std::size_t changes_most = 6000;
constexpr std::int64_t day_ms = std::int64_t{24} * 3600 * 1000;

/// All values that a field has, more than one where it is in conflict.
template <class T>
std::vector<T> values_of(const RecordState& state, std::string_view path) {
    std::vector<T> out;
    const auto* found = state.find(path);
    for (const auto& sibling : found != nullptr ? found->siblings
                                                : std::vector<replication::Sibling>{}) {
        if (const auto* value = std::get_if<T>(&sibling.value)) {
            out.push_back(*value);
        }
    }
    return out;
}

std::optional<Date> latest(const std::vector<Date>& dates) {
    const auto found = std::max_element(
        dates.begin(), dates.end(),
        [](const Date& a, const Date& b) { return days_of(a).last < days_of(b).last; });
    return found == dates.end() ? std::nullopt : std::optional(*found);
}

ReviewedRecord reviewed(const ViewedRecord& record, const Date& date) {
    ReviewedRecord out;
    out.record = record.key;
    out.database = record.state.database;
    out.review_on = date;
    out.is_held = is_under_hold(record.state);
    out.changes = record.dots.size();
    const auto references = values_of<std::string>(record.state, "reference");
    out.reference = references.empty() ? "" : references.front();
    const auto classes = values_of<replication::CodeValue>(record.state, "retention");
    out.retention = classes.empty() ? "" : classes.front().code;
    return out;
}

json record_json(Desk& desk, const ReviewedRecord& record) {
    const std::string date = date_to_text(record.review_on);
    const std::string why =
        "to be reviewed on " + date +
        (record.retention.empty() ? "" : ", retention class " + record.retention) +
        (record.is_held ? "; kept by a legal hold" : "");
    return {{"record", to_base32(record.record.record.view())},
            {"database", record.database},
            {"compartment", to_base32(record.record.compartment.view())},
            {"name", compartment_name(desk, record.record.compartment)},
            {"reference", record.reference},
            {"review_on", date},
            {"retention", record.retention},
            {"changes", record.changes},
            {"why", why}};
}

/// As many of the due records as one order may name.
WantedChanges first_of(const std::vector<ReviewedRecord>& due) {
    WantedChanges out;
    std::size_t changes = 0;
    for (const ReviewedRecord& record : due) {
        changes += record.changes;
        if (!out.records.empty() &&
            (changes > changes_most || out.records.size() >= records_most)) {
            break;
        }
        out.records.insert(record.record);
    }
    return out;
}

Result<json> sweep(Desk& desk, const json& body) {
    TRY(check_headquarters(desk));
    TRY_ASSIGN(const auto all, due_records(desk, text_member(body, "database"), desk.wall()));
    json told{{"due", json::array()}, {"held", json::array()}};
    std::vector<ReviewedRecord> due;
    for (const ReviewedRecord& record : all) {
        told[record.is_held ? "held" : "due"].push_back(record_json(desk, record));
        if (!record.is_held) {
            due.push_back(record);
        }
    }
    const WantedChanges wanted = first_of(due);
    told["ordered"] = wanted.records.size();
    told["later"] = due.size() - wanted.records.size();
    if (!body.value("order", false)) {
        return told;
    }
    if (due.empty()) {
        return Error{retention_nothing, "no record is due that no legal hold keeps"};
    }
    TRY_ASSIGN(const auto plan, plan_erasure(desk, wanted, text_member(body, "reason")));
    const auto draft = EntryDraft::make(desk.roster(), desk.now(), plan.entry);
    told["changes"] = plan.entry.changes.size();
    told["draft"] = crypto::to_base64(draft.encode());
    return told;
}

}  // namespace

bool is_under_hold(const RecordState& state) {
    const auto values = values_of<bool>(state, "legal_hold");
    return std::find(values.begin(), values.end(), true) != values.end();
}

Result<std::vector<ReviewedRecord>> due_records(Desk& desk, const std::string& database,
                                                WallTime today) {
    if (!database.empty()) {
        TRY(desk.catalogue().schema(database));
    }
    const std::int64_t day = today.ms / day_ms;
    TRY_ASSIGN(const auto snapshot, desk.snapshot());
    std::vector<ReviewedRecord> out;
    TRY(snapshot->scan(false, [&](const ViewedRecord& record) {
        const bool is_meant = database.empty() || record.state.database == database;
        const auto date = latest(values_of<Date>(record.state, "review_on"));
        if (is_meant && date && days_of(*date).last < day) {
            out.push_back(reviewed(record, *date));
        }
        return true;
    }));
    std::stable_sort(out.begin(), out.end(),
                     [](const ReviewedRecord& a, const ReviewedRecord& b) {
                         return days_of(a.review_on).last < days_of(b.review_on).last;
                     });
    return out;
}

void sweep_retention(Desk& desk, const json& body, JsonDone done) {
    done(sweep(desk, body));
}

}  // namespace entrepot::node
