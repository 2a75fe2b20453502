#include "node/headquarters/lost_places.hpp"

#include <algorithm>
#include <set>

#include "node/audit/sealed_entry.hpp"

namespace entrepot::node {
namespace {

using replication::CompartmentStanding;
using replication::Generation;
using replication::GenerationKey;
using replication::NewGrant;
using replication::Right;

constexpr std::size_t least_prefix = 6;  ///< characters of an id that name it

using TakenNames = std::set<std::pair<std::string, std::string>>;  ///< database and name

TakenNames taken_names(const Desk& desk) {
    TakenNames out;
    for (const CompartmentStanding* place : desk.roster().compartments()) {
        out.emplace(place->database, readable_name(desk, *place).value_or(""));
    }
    return out;
}

std::string free_name(TakenNames& taken, const std::string& database, const std::string& name) {
    std::string out = name;
    for (int number = 2; !taken.emplace(database, out).second; ++number) {
        out = numbered_name(name, number);
    }
    return out;
}

/// Of those that are there again.
Status add_rights_again(Continuation& roster, const replication::NodeId& node) {
    for (const CompartmentStanding* place : roster.desk().roster().compartments()) {
        const replication::Roster& now = roster.roster();
        const Right right = now.lost_right(node, place->id);
        if (place->database != audit_database && now.was_lost(place->id) &&
            right > now.right(node, place->id)) {
            TRY(add_grant(roster, place->id, {node, right}));
        }
    }
    return {};
}

/// The new key, then those of the branch that are held here.
Result<std::vector<GenerationKey>> keys_of(const Continuation& roster,
                                           const replication::CompartmentEntry& made) {
    const Keyring& held = roster.desk().keys();
    const auto own = std::find_if(made.wraps.begin(), made.wraps.end(),
                                  [&](const auto& wrap) { return wrap.node == held.self(); });
    if (own == made.wraps.end()) {
        return Error{author_no_right, "headquarters must read what it makes again"};
    }
    std::vector<GenerationKey> out;
    TRY_ASSIGN(auto key, replication::unwrap_key(*own, held.box()));
    out.push_back({Generation{1}, std::move(key)});
    for (GenerationKey& lost : held.all_of(made.compartment)) {
        out.push_back(std::move(lost));
    }
    return out;
}

}  // namespace

std::optional<CompartmentStanding> find_lost(const Continuation& roster, std::string_view database,
                                             const std::string& name) {
    for (const CompartmentStanding* lost : roster.roster().lost_compartments()) {
        if (lost->database == database && readable_name(roster.desk(), *lost) == name) {
            return *lost;
        }
    }
    return std::nullopt;
}

Result<CompartmentStanding> find_lost(const Continuation& roster, const std::string& id) {
    for (const CompartmentStanding* lost : roster.roster().lost_compartments()) {
        if (id.size() >= least_prefix && to_base32(lost->id.view()).starts_with(id)) {
            return *lost;
        }
    }
    return Error{compartment_not_lost,
                 "no compartment '" + id +
                     "' that a settlement lost and that is not made again yet; settle-roster "
                     "names them"};
}

Status make_again(Continuation& roster, const CompartmentStanding& lost, const std::string& name,
                  const std::vector<NewGrant>& grants) {
    Desk& desk = roster.desk();
    replication::NewCompartment wanted{lost.database, name, lost.lane, {}, lost.id};
    std::vector<NewGrant> others;
    for (const NewGrant& grant : grants) {
        (grant.node == desk.keys().self() ? wanted.grants : others).push_back(grant);
    }
    TRY_ASSIGN(const auto made,
               replication::make_compartment(roster.roster(), wanted, desk.entropy()));
    TRY_ASSIGN(const auto keys, keys_of(roster, made));
    TRY(roster.add(made));
    for (const NewGrant& grant : others) {
        TRY_ASSIGN(auto entry,
                   replication::make_grant(roster.roster(), lost.id, grant, keys, desk.entropy()));
        TRY(roster.add(std::move(entry)));
    }
    return {};
}

Status add_lost_rights(Continuation& roster, const replication::NodeId& node) {
    TRY(add_rights_again(roster, node));
    TakenNames taken = taken_names(roster.desk());
    std::vector<CompartmentStanding> lost;
    for (const CompartmentStanding* each : roster.roster().lost_compartments()) {
        lost.push_back(*each);
    }
    for (const CompartmentStanding& each : lost) {
        const Right right = roster.roster().lost_right(node, each.id);
        const auto name = readable_name(roster.desk(), each);
        if (right == Right::none || each.database == audit_database || !name) {
            continue;
        }
        auto grants = headquarters_grants(roster.roster());
        grants.push_back({node, right});
        TRY(make_again(roster, each, free_name(taken, each.database, *name), grants));
    }
    return {};
}

}  // namespace entrepot::node
