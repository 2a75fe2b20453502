#include "node/desk/places.hpp"

#include <algorithm>
#include <charconv>

#include "node/audit/sealed_entry.hpp"

namespace entrepot::node {
namespace {

using replication::NodeKind;
using replication::Right;

constexpr std::size_t least_id_characters = 6;
constexpr ErrorCode record_unknown = place_unknown;

/// Whether every writer of the compartment is headquarters or of this unit.
bool is_own(const replication::Roster& roster, const replication::CompartmentId& compartment,
            const replication::UnitId& unit) {
    bool ours = false;
    for (const auto& node : roster.entitled(compartment, Right::write)) {
        const auto* certificate = roster.node(node);
        if (certificate == nullptr || certificate->kind == NodeKind::headquarters) {
            continue;
        }
        if (certificate->unit != unit) {
            return false;
        }
        ours = true;
    }
    return ours;
}

/// Whether it was made again beside one that has its name: nobody's default.
bool is_second(const Place& place, const std::vector<Place>& writable) {
    return std::any_of(writable.begin(), writable.end(), [&](const Place& first) {
        int number = 0;
        const std::string& name = place.name;
        const std::size_t at = first.name.size() + 2;
        if (first.name.empty() || name.size() <= at) {
            return false;
        }
        std::from_chars(name.data() + at, name.data() + name.size(), number);
        return number >= 2 && name == numbered_name(first.name, number);
    });
}

std::string listed(const std::vector<Place>& places, std::string_view database) {
    std::string out;
    for (const Place& place : places) {
        if (place.right == Right::write && (database.empty() || place.database == database)) {
            out += (out.empty() ? "" : ", ") +
                   (place.name.empty() ? to_base32(place.id.view()) : place.name);
        }
    }
    return out.empty() ? "none" : out;
}

}  // namespace

std::string numbered_name(const std::string& name, int number) {
    return name + " (" + std::to_string(number) + ")";
}

std::vector<Place> readable_places(const Desk& desk) {
    std::vector<Place> out;
    const auto& roster = desk.roster();
    const auto* self = roster.node(desk.keys().self());
    for (const auto* compartment : roster.compartments()) {
        const Right right = roster.right(desk.keys().self(), compartment->id);
        if (self == nullptr || right < Right::read || compartment->database == audit_database) {
            continue;
        }
        Place place{compartment->id, "", compartment->database, right,
                    is_own(roster, compartment->id, self->unit)};
        if (const auto* key = desk.keys().find(compartment->id, replication::Generation{1})) {
            if (auto name = replication::open_name(*compartment, *key)) {
                place.name = *std::move(name);
            }
        }
        out.push_back(std::move(place));
    }
    return out;
}

Result<Place> find_place(const Desk& desk, std::string_view name) {
    const auto places = readable_places(desk);
    const Place* found = nullptr;
    for (const Place& place : places) {
        const bool by_id =
            name.size() >= least_id_characters && to_base32(place.id.view()).starts_with(name);
        if (place.name != name && !by_id) {
            continue;
        }
        if (found != nullptr) {
            return Error{place_ambiguous,
                         "'" + std::string(name) + "' names several compartments; use the id"};
        }
        found = &place;
    }
    if (found == nullptr) {
        return Error{place_unknown, "no compartment '" + std::string(name) +
                                        "' that this node can read; it has " + listed(places, "")};
    }
    return *found;
}

Result<Place> default_place(const Desk& desk, std::string_view database) {
    std::vector<Place> own, writable;
    for (const Place& place : readable_places(desk)) {
        if (place.database == database && place.right == Right::write) {
            writable.push_back(place);
        }
    }
    const std::vector<Place> all = writable;
    std::erase_if(writable, [&](const Place& place) { return is_second(place, all); });
    for (const Place& place : writable) {
        if (place.own) {
            own.push_back(place);
        }
    }
    if (own.size() == 1) {
        return own.front();
    }
    if (writable.size() == 1) {
        return writable.front();
    }
    return Error{place_must_name, "say which compartment the record of '" + std::string(database) +
                                      "' belongs to: " + listed(writable, database)};
}

Result<replication::RecordKey> find_record(Desk& desk, std::string_view id,
                                           std::string_view place) {
    const auto bytes = from_base32(id);
    const auto record =
        bytes ? replication::RecordId::from(*bytes) : Result<replication::RecordId>(bytes.error());
    if (!record) {
        return Error{record_unknown,
                     "'" + std::string(id.substr(0, 40)) + "' is not the id of a record"};
    }
    if (!place.empty()) {
        TRY_ASSIGN(const Place named, find_place(desk, place));
        return replication::RecordKey{named.id, *record};
    }
    for (const Place& candidate : readable_places(desk)) {
        TRY_ASSIGN(const auto state, desk.views().load({candidate.id, *record}));
        if (state || desk.roster().is_erased(candidate.id, *record)) {
            return replication::RecordKey{candidate.id, *record};
        }
    }
    return Error{record_unknown,
                 "no record " + std::string(id) + " is here; it may not have arrived yet"};
}

Result<SharedPlace> find_shared_place(Desk& home, std::string_view name) {
    std::optional<SharedPlace> found;
    for (Desk* desk : home.shared_desks()) {
        auto place = find_place(*desk, name);
        if (!place && place.error().code == place_unknown) {
            continue;
        }
        TRY(place);
        if (found) {
            return Error{place_ambiguous,
                         "'" + std::string(name) +
                             "' names compartments of several rosters; use the id"};
        }
        found = SharedPlace{desk, *std::move(place)};
    }
    if (!found) {
        return find_place(home, name).error();
    }
    return *std::move(found);
}

Result<SharedRecord> find_shared_record(Desk& home, std::string_view id, std::string_view place) {
    if (!place.empty()) {
        TRY_ASSIGN(const SharedPlace named, find_shared_place(home, place));
        TRY_ASSIGN(const auto key, find_record(*named.desk, id, place));
        return SharedRecord{named.desk, key};
    }
    for (Desk* desk : home.shared_desks()) {
        auto key = find_record(*desk, id, place);
        if (key || key.error().code != record_unknown) {
            TRY(key);
            return SharedRecord{desk, *key};
        }
    }
    return find_record(home, id, place).error();
}

std::string partner_country(const Desk& desk) {
    const auto& partner = desk.roster().partner();
    if (!partner) {
        return {};
    }
    const bool is_made_here =
        desk.home().roster().had_roots(desk.roster().root_fingerprint());
    return is_made_here ? partner->country : desk.roster().genesis()->country;
}

Status check_not_erased(const Desk& desk, const replication::RecordKey& record) {
    const auto& roster = desk.roster();
    if (!roster.is_erased(record.compartment, record.record)) {
        return {};
    }
    const auto orders = roster.erasures_of(record.compartment, record.record);
    return Error{record_erased, "record " + to_base32(record.record.view()) +
                                    " was erased by order: roster entry " +
                                    std::to_string(orders.back().value)};
}

std::string_view right_name(Right right) {
    switch (right) {
        case Right::relay:
            return "relay";
        case Right::read:
            return "read";
        case Right::write:
            return "write";
        case Right::none:
            break;
    }
    return "none";
}

std::optional<Right> right_from_name(std::string_view name) {
    for (const Right right : {Right::relay, Right::read, Right::write}) {
        if (right_name(right) == name) {
            return right;
        }
    }
    return std::nullopt;
}

}  // namespace entrepot::node
