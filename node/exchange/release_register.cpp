#include "node/exchange/release_register.hpp"

#include <nlohmann/json.hpp>

#include "node/databases/field_value.hpp"
#include "node/desk/names.hpp"
#include "node/desk/places.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;
using replication::Assignment;
using replication::RecordKey;

constexpr std::string_view database = "releases";

}  // namespace

Result<Place> register_place(Desk& home) {
    for (const Place& place : readable_places(home)) {
        if (place.database == database && place.right == replication::Right::write) {
            return place;
        }
    }
    return Error{release_no_register,
                 "headquarters keeps no register of releases yet: 'entrepot partner open'"};
}

json answer_for(const RegisteredRelease& entry, std::string_view state) {
    const auto copy = entry.reference("copy");
    return {{"release", to_base32(entry.key.record.view())},
            {"partner", entry.text("partner")},
            {"copy", copy ? to_base32(copy->record.view()) : ""},
            {"state", state},
            {"needs_second_officer", state == "proposed"}};
}

void save_change(Desk& desk, const RecordKey& key, replication::Change change, Desk::Done done) {
    auto packed = desk.pack(std::move(change));
    if (!packed) {
        return done(std::move(packed).error());
    }
    std::vector<PackedChange> changes;
    changes.push_back(*std::move(packed));
    desk.save(key.compartment, std::move(changes), std::move(done));
}

std::string RegisteredRelease::text(std::string_view field) const {
    const auto* path = state.find(field);
    return path == nullptr || path->siblings.empty()
               ? std::string()
               : value_to_text(path->siblings.front().value);
}

std::optional<RecordKey> RegisteredRelease::reference(std::string_view field) const {
    const auto* path = state.find(field);
    const auto* value = path == nullptr || path->siblings.empty()
                            ? nullptr
                            : std::get_if<replication::Reference>(&path->siblings.front().value);
    return value == nullptr ? std::nullopt : std::optional(value->target);
}

Result<RegisteredRelease> find_release(Desk& home, const std::string& id) {
    TRY_ASSIGN(const Place place, register_place(home));
    const auto bytes = from_base32(id);
    const auto record =
        bytes ? replication::RecordId::from(*bytes) : Result<replication::RecordId>(bytes.error());
    if (record) {
        TRY_ASSIGN(auto state, home.views().load({place.id, *record}));
        if (state) {
            return RegisteredRelease{{place.id, *record}, *std::move(state)};
        }
    }
    return Error{release_unknown, "no release '" + id.substr(0, 40) +
                                      "'; 'entrepot release list' shows them"};
}

void save_release(Desk& home, const RegisteredRelease& entry, std::vector<Assignment> assignments,
                  Desk::Done done) {
    const auto now = home.views().load(entry.key);
    if (!now || !*now) {
        return done(now ? Error{release_unknown, "the register entry is gone"} : now.error());
    }
    replication::Change change;
    change.record = entry.key.record;
    change.database = database;
    change.context = (*now)->shown;
    change.assignments = std::move(assignments);
    save_change(home, entry.key, std::move(change), std::move(done));
}

Result<json> list_releases(Desk& home) {
    TRY_ASSIGN(const Place place, register_place(home));
    TRY_ASSIGN(const auto snapshot, home.snapshot());
    json out = json::array();
    TRY(snapshot->scan(false, [&](const ViewedRecord& record) {
        if (record.key.compartment != place.id || record.state.database != database) {
            return true;
        }
        const RegisteredRelease entry{record.key, record.state};
        json line = answer_for(entry, entry.text("state"));
        for (const char* field : {"database", "source", "legal_basis", "handling", "until"}) {
            line[field] = entry.text(field);
        }
        if (const auto by = author_of(home, record.dots.front())) {
            line["proposed_by"] = by->officer_name;
        }
        out.push_back(std::move(line));
        return true;
    }));
    return json{{"releases", std::move(out)}};
}

}  // namespace entrepot::node
