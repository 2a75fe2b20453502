#include "node/desk/names.hpp"

#include <algorithm>

#include "node/access/settings.hpp"
#include "node/desk/places.hpp"

namespace entrepot::node {
namespace {

using replication::Change;
using replication::CodeValue;
using replication::RecordId;

constexpr std::string_view directory = "directory";
constexpr std::string_view national_directory = "national directory";

/// Directory records have the id of what they name.
template <class Named>
RecordId record_of(const Named& id) {
    RecordId out;
    out.bytes = id.bytes;
    return out;
}

std::string name_in(const replication::RecordState& state) {
    const auto* path = state.find("name");
    if (path == nullptr) {
        return {};
    }
    const auto values = replication::shown_values(state, *path, {});
    const auto* text = values.empty() ? nullptr : std::get_if<std::string>(&values.front().value);
    return text == nullptr ? std::string{} : *text;
}

std::string name_of(Desk& desk, const RecordId& record) {
    for (const auto* compartment : desk.roster().compartments()) {
        if (compartment->database != directory) {
            continue;
        }
        const auto state = desk.views().load({compartment->id, record});
        if (state && *state) {
            return name_in(**state);
        }
    }
    return {};
}

/// In an outer roster there are only headquarters: each side's country says whose.
std::string headquarters_name(const replication::Roster& roster,
                              const replication::UnitId& unit) {
    for (const auto* node : roster.nodes()) {
        if (node->unit == unit) {
            const bool is_partner = node->kind == replication::NodeKind::partner;
            return (is_partner ? roster.partner()->country : roster.genesis()->country) +
                   " headquarters";
        }
    }
    return {};
}

Change officer_record(const OfficerAccount& account, const replication::UnitId& unit) {
    Change out;
    out.record = record_of(account.officer);
    out.database = directory;
    out.assignments = {{"kind", CodeValue{"officer"}},
                       {"name", account.name},
                       {"unit", to_base32(unit.view())}};
    return out;
}

/// The directory compartment that every unit reads: where headquarters introduces itself.
std::optional<replication::CompartmentId> national_place(const Desk& desk) {
    for (const Place& place : readable_places(desk)) {
        if (place.database == directory && place.name == national_directory &&
            place.right == replication::Right::write) {
            return place.id;
        }
    }
    return std::nullopt;
}

/// The directory compartment of this unit and headquarters alone. The national one is not it, not
/// even while no other unit has been enrolled.
std::optional<replication::CompartmentId> own_place(const Desk& desk,
                                                    const replication::UnitId& unit) {
    const auto& roster = desk.roster();
    const auto is_of_another_unit = [&](const replication::NodeId& node) {
        const auto* certificate = roster.node(node);
        return certificate->unit != unit &&
               certificate->kind != replication::NodeKind::headquarters;
    };
    for (const Place& place : readable_places(desk)) {
        if (place.database != directory || place.name == national_directory ||
            place.right != replication::Right::write) {
            continue;
        }
        const auto readers = roster.entitled(place.id, replication::Right::read);
        if (std::none_of(readers.begin(), readers.end(), is_of_another_unit)) {
            return place.id;
        }
    }
    return std::nullopt;
}

}  // namespace

std::string unit_name(Desk& desk, const replication::UnitId& unit) {
    if (!desk.realm().is_zero()) {
        return headquarters_name(desk.roster(), unit);
    }
    return name_of(desk, record_of(unit));
}

std::string officer_name(Desk& desk, const replication::OfficerId& officer) {
    const auto* account = desk.officers().find(officer);
    return account != nullptr ? account->name : name_of(desk, record_of(officer));
}

Result<AuthorName> author_of(Desk& desk, const replication::Dot& dot) {
    TRY_ASSIGN(const auto held, desk.log().find(dot.log, dot.number));
    if (!held) {
        return Error{replication::store_commit_missing, "that commit is not held here"};
    }
    AuthorName out;
    out.node = held->descriptor.node;
    const auto* certificate = desk.roster().writer(out.node);
    if (certificate != nullptr) {
        out.unit = certificate->unit;
        out.unit_name = unit_name(desk, out.unit);
    }
    TRY_ASSIGN(const Bytes bytes, desk.log().read(dot.log, dot.number));
    TRY_ASSIGN(const auto parsed, replication::parse_commit(bytes));
    const auto* key = desk.keys().find(held->descriptor.compartment, parsed.header);
    if (key == nullptr) {
        return out;
    }
    TRY_ASSIGN(const auto opened, replication::open_commit(parsed, *key, desk.packing()));
    if (opened.attestation && !opened.attestation->signatures.empty()) {
        out.officer = opened.attestation->signatures.front().officer;
        out.officer_name = officer_name(desk, out.officer);
    }
    return out;
}

Change unit_record(const replication::UnitId& unit, const std::string& name,
                   const std::string& kind, const std::string& country) {
    Change out;
    out.record = record_of(unit);
    out.database = directory;
    out.assignments = {
        {"country", CodeValue{country}}, {"kind", CodeValue{"unit"}}, {"name", name}};
    if (!kind.empty()) {
        out.assignments.push_back({"unit_kind", CodeValue{kind}});
    }
    return out;
}

std::vector<std::pair<replication::CompartmentId, Change>> introductions(Desk& desk) {
    std::vector<std::pair<replication::CompartmentId, Change>> out;
    const auto self = desk.self();
    if (!self) {
        return out;
    }
    const replication::UnitId unit = (*self)->unit;
    const bool is_headquarters = (*self)->kind == replication::NodeKind::headquarters;
    const auto place = is_headquarters ? national_place(desk) : own_place(desk, unit);
    if (!place) {
        return out;
    }
    for (const OfficerAccount& account : desk.officers().all()) {
        const auto known = desk.views().load({*place, record_of(account.officer)});
        if (known && !*known) {
            out.emplace_back(*place, officer_record(account, unit));
        }
    }
    if (is_headquarters && unit_name(desk, unit).empty()) {
        const auto& settings = desk.settings();
        out.emplace_back(*place,
                         unit_record(unit, settings.name, std::string(kind_name(settings.kind)),
                                     settings.country));
    }
    return out;
}

}  // namespace entrepot::node
