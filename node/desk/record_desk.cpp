#include "node/desk/record_desk.hpp"

#include <nlohmann/json.hpp>

#include "node/databases/field_value.hpp"
#include "node/databases/record_document.hpp"
#include "node/databases/validate.hpp"
#include "node/desk/history.hpp"
#include "node/desk/names.hpp"
#include "node/databases/text/time_text.hpp"
#include "node/desk/token.hpp"
#include "node/erasure/orders.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;
using replication::Change;
using replication::RecordKey;

std::string text_of(const json& body, const char* name) {
    const auto found = body.find(name);
    return found != body.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

const char* name_of(replication::ChangeKind kind) {
    using replication::ChangeKind;
    switch (kind) {
        case ChangeKind::set:
            return "set";
        case ChangeKind::tombstone:
            return "tombstone";
        case ChangeKind::restore:
            return "restore";
        case ChangeKind::merge_into:
            break;
    }
    return "merge_into";
}

/// A record that is more than a draft gets a reference number of this node where it has none.
Status give_reference(Desk& desk, const Schema& schema, json& document) {
    const Field* field = schema.find("reference");
    const bool wanted = field != nullptr && field->form == "reference_number" &&
                        document.is_object() && !document.contains("reference") &&
                        text_of(document, "status") != "draft";
    if (wanted) {
        TRY_ASSIGN(document["reference"], desk.next_reference());
    }
    return {};
}

Result<Change> new_record(Desk& desk, const Schema& schema, json document) {
    TRY(give_reference(desk, schema, document));
    ReadDocument read = read_document(schema, document);
    if (!read.problems.empty()) {
        return as_error(read.problems);
    }
    Change out;
    out.record = desk.entropy().fixed<replication::RecordId>();
    out.database = schema.database;
    out.assignments = std::move(read.assignments);
    return out;
}

Result<Change> edited_record(Desk& desk, const Schema& schema, const RecordKey& key,
                             const json& body) {
    const std::string token = text_of(body, "token");
    if (token.empty()) {
        return Error{token_needed,
                     "give the token that 'get' printed, so that what came meanwhile is not lost"};
    }
    TRY_ASSIGN(auto shown, read_token(token, key, desk.vault().vault_key));
    TRY_ASSIGN(const auto state, state_as_shown(desk, key, shown));
    ReadDocument read = assignments_against(schema, state, body.at("document"), desk.entropy());
    if (!read.problems.empty()) {
        return as_error(read.problems);
    }
    if (read.assignments.empty()) {
        return Error{record_unchanged, "nothing differs from what was shown"};
    }
    Change out;
    out.record = key.record;
    out.database = schema.database;
    out.context = std::move(shown);
    out.assignments = std::move(read.assignments);
    return out;
}

json saved(Desk& desk, const RecordKey& key) {
    json out{{"id", to_base32(key.record.view())},
             {"compartment", to_base32(key.compartment.view())}};
    const auto state = desk.views().load(key);
    if (state && *state) {
        out["token"] = make_token(key, (*state)->shown, desk.vault().vault_key);
        if (const auto* path = (*state)->find("reference")) {
            out["reference"] = value_to_json(path->siblings.front().value);
        }
    }
    return out;
}

void save(Desk& desk, const RecordKey& key, Change change, JsonDone done) {
    auto packed = desk.pack(std::move(change));
    if (!packed) {
        return done(std::move(packed).error());
    }
    std::vector<PackedChange> changes;
    changes.push_back(*std::move(packed));
    desk.save(
        key.compartment, std::move(changes), [&desk, key, done = std::move(done)](Status status) {
            done(status ? Result<json>(saved(desk, key)) : Result<json>(std::move(status).error()));
        });
}

/// A change and where it goes.
struct Prepared {
    Desk& desk;
    RecordKey key;
    Change change;
};

Result<Prepared> prepare(Desk& desk, std::string_view database, const json& body) {
    TRY_ASSIGN(const Schema* schema, desk.catalogue().schema(database));
    if (!body.is_object() || !body.contains("document")) {
        return Error{request_body, "expected an object with a document"};
    }
    const std::string id = text_of(body, "id");
    const std::string place = text_of(body, "compartment");
    if (!id.empty()) {
        TRY_ASSIGN(const SharedRecord found, find_shared_record(desk, id, place));
        TRY(check_not_erased(*found.desk, found.key));
        TRY_ASSIGN(Change change, edited_record(*found.desk, *schema, found.key, body));
        return Prepared{*found.desk, found.key, std::move(change)};
    }
    SharedPlace found{&desk, {}};
    if (place.empty()) {
        TRY_ASSIGN(found.place, default_place(desk, database));
    } else {
        TRY_ASSIGN(found, find_shared_place(desk, place));
    }
    const Place& where = found.place;
    if (where.database != database) {
        return Error{place_unknown, "compartment '" + where.name + "' keeps " + where.database +
                                        ", not " + std::string(database)};
    }
    TRY_ASSIGN(Change change, new_record(*found.desk, *schema, body.at("document")));
    const RecordKey key{where.id, change.record};
    return Prepared{*found.desk, key, std::move(change)};
}

Result<replication::Value> chosen_value(const Schema& schema, const replication::RecordState& state,
                                        const std::string& path, const json& body) {
    const auto* siblings = state.find(path);
    if (siblings == nullptr) {
        return Error{record_no_conflict, "'" + path + "' has no value that was shown"};
    }
    const auto values = replication::shown_values(state, *siblings, schema.rule_at(path));
    if (values.size() < 2) {
        return Error{record_no_conflict, "'" + path + "' has no conflict in what was shown"};
    }
    if (body.contains("take")) {
        const auto& take = body.at("take");
        const std::int64_t number = take.is_number_integer() ? take.get<std::int64_t>() : 0;
        if (number < 1 || static_cast<std::size_t>(number) > values.size()) {
            return Error{record_no_choice,
                         "take a number from 1 to " + std::to_string(values.size())};
        }
        return values[static_cast<std::size_t>(number) - 1].value;
    }
    const Field* field = schema.field_at(path);
    if (field == nullptr || !body.contains("value")) {
        return Error{record_no_choice, "take one of the values shown, or give another for a field"};
    }
    auto value = value_from_json(*field, body.at("value"));
    if (auto* problem = std::get_if<Problem>(&value)) {
        problem->path = path;
        return as_error({*problem});
    }
    return std::get<replication::Value>(std::move(value));
}

Result<Prepared> prepare_resolution(Desk& home, std::string_view id, const json& body) {
    const std::string path = text_of(body, "path");
    const std::string token = text_of(body, "token");
    TRY_ASSIGN(const SharedRecord found,
               find_shared_record(home, id, text_of(body, "compartment")));
    Desk& desk = *found.desk;
    const RecordKey& key = found.key;
    TRY(check_not_erased(desk, key));
    if (token.empty()) {
        return Error{token_needed, "give the token that 'conflicts' or 'get' printed"};
    }
    TRY_ASSIGN(auto shown, read_token(token, key, desk.vault().vault_key));
    TRY_ASSIGN(const auto state, state_as_shown(desk, key, shown));
    TRY_ASSIGN(const Schema* schema, desk.catalogue().schema(state.database));
    TRY_ASSIGN(auto value, chosen_value(*schema, state, path, body));
    Change out;
    out.record = key.record;
    out.database = state.database;
    out.context = std::move(shown);
    const auto* liveness = std::get_if<replication::Liveness>(&value);
    if (path.empty() && liveness != nullptr) {
        out.kind = *liveness == replication::Liveness::present ? replication::ChangeKind::restore
                                                               : replication::ChangeKind::tombstone;
    } else {
        out.assignments.push_back({path, std::move(value)});
    }
    return Prepared{desk, key, std::move(out)};
}

}  // namespace

void put_record(Desk& desk, std::string_view database, const json& body, JsonDone done) {
    auto prepared = prepare(desk, database, body);
    if (!prepared) {
        return done(std::move(prepared).error());
    }
    save(prepared->desk, prepared->key, std::move(prepared->change), std::move(done));
}

void resolve_record(Desk& desk, std::string_view id, const json& body, JsonDone done) {
    auto prepared = prepare_resolution(desk, id, body);
    if (!prepared) {
        return done(std::move(prepared).error());
    }
    save(prepared->desk, prepared->key, std::move(prepared->change), std::move(done));
}

void name_authors(Desk& desk, json& document) {
    for (json& conflict : document["conflicts"]) {
        std::size_t n = 0;
        for (json& value : conflict["values"]) {
            value["n"] = ++n;
            for (json& author : value["authors"]) {
                const auto log = from_hex(author["log"].get<std::string>());
                const auto id =
                    log ? replication::LogId::from(*log) : Result<replication::LogId>(log.error());
                if (!id) {
                    continue;
                }
                if (const auto name =
                        author_of(desk, {*id, {author["number"].get<std::uint64_t>()}})) {
                    author["node"] = to_base32(name->node.view());
                    author["unit"] = to_base32(name->unit.view());
                    author["unit_name"] = name->unit_name;
                    author["officer"] = to_base32(name->officer.view());
                    author["officer_name"] = name->officer_name;
                }
                author["log"] = to_base32(id->view());
                author["at"] = utc_text({author["time"].get<std::int64_t>()});
            }
        }
    }
}

Result<json> get_record(Desk& desk, const RecordKey& key) {
    TRY(check_not_erased(desk, key));
    TRY_ASSIGN(const auto state, desk.views().load(key));
    if (!state) {
        return Error{place_unknown, "no record " + to_base32(key.record.view()) +
                                        " is here; it may not have arrived yet"};
    }
    TRY_ASSIGN(const Schema* schema, desk.catalogue().schema(state->database));
    json out = record_document(*schema, *state);
    name_authors(desk, out);
    out["id"] = to_base32(key.record.view());
    out["compartment"] = to_base32(key.compartment.view());
    out["token"] = make_token(key, state->shown, desk.vault().vault_key);
    TRY_ASSIGN(out["delivery"], delivery_of(desk, key));
    if (json erased = erasures_json(desk, key); !erased.empty()) {
        out["erased"] = std::move(erased);
    }
    for (const Place& place : readable_places(desk)) {
        if (place.id == key.compartment) {
            out["compartment_name"] = place.name;
        }
    }
    if (const std::string country = partner_country(desk); !country.empty()) {
        out["partner"] = country;
    }
    return out;
}

Result<json> record_history(Desk& desk, const RecordKey& key) {
    TRY_ASSIGN(const auto entries, history_of(desk, key));
    json changes = json::array();
    for (const HistoryEntry& entry : entries) {
        const auto& counted = entry.counted;
        json change{{"log", to_base32(counted.dot.log.view())},
                    {"number", counted.dot.number.value},
                    {"at", utc_text(counted.time.wall())},
                    {"state", entry.waiting ? "waiting" : "merged"},
                    {"kind", name_of(counted.change.kind)},
                    {"assignments", json::array()}};
        if (const auto name = author_of(desk, counted.dot)) {
            change["node"] = to_base32(name->node.view());
            change["unit"] = to_base32(name->unit.view());
            change["unit_name"] = name->unit_name;
            change["officer"] = to_base32(name->officer.view());
            change["officer_name"] = name->officer_name;
            // What is merged or waits has passed the check of its officers' signatures.
            const bool by_node = name->officer == replication::OfficerId{};
            change["signature"] = by_node ? "node" : "verified";
        }
        for (const auto& assignment : counted.change.assignments) {
            change["assignments"].push_back(
                {{"path", assignment.path}, {"value", value_to_json(assignment.value)}});
        }
        changes.push_back(std::move(change));
    }
    return json{{"id", to_base32(key.record.view())},
                {"changes", std::move(changes)},
                {"erased", erasures_json(desk, key)}};
}

}  // namespace entrepot::node
