#include "node/headquarters/continuation.hpp"

#include <algorithm>

#include "node/desk/names.hpp"

namespace entrepot::node {
namespace {

using replication::CompartmentStanding;
using replication::NewGrant;
using replication::NodeCertificate;
using replication::NodeKind;
using replication::Right;
using replication::Roster;

constexpr std::uint32_t block_size = 2000;
constexpr std::uint32_t spare_size = 500;
constexpr std::size_t least_prefix = 6;  ///< characters of an id that name it

bool is_called(ByteView id, const std::string& name) {
    return name.size() >= least_prefix && to_base32(id).starts_with(name);
}

}  // namespace

std::vector<NewGrant> headquarters_grants(const Roster& roster) {
    std::vector<NewGrant> out;
    for (const NodeCertificate* node : roster.nodes()) {
        if (node->kind == NodeKind::headquarters && !roster.is_revoked(node->identity.id())) {
            out.push_back({node->identity.id(), Right::write});
        }
    }
    return out;
}

std::optional<std::string> readable_name(const Desk& desk, const CompartmentStanding& compartment) {
    const auto* key = desk.keys().find(compartment.id, replication::Generation{1});
    if (key == nullptr) {
        return std::nullopt;
    }
    auto name = replication::open_name(compartment, *key);
    return name ? std::optional(*std::move(name)) : std::nullopt;
}

Status Continuation::add(replication::EntryContent content) {
    const crypto::SigningKey* key = desk_.roster_key();
    Bytes entry = replication::sign_entry(roster_, desk_.now(), std::move(content), {&key, 1});
    TRY(roster_.append(entry));
    entries_.push_back(std::move(entry));
    return {};
}

Status check_headquarters(const Desk& desk) {
    if (desk.roster_key() == nullptr) {
        return Error{headquarters_only, "only a headquarters' node can do this; ask yours"};
    }
    TRY(desk.self());
    return {};
}

Result<std::vector<const NodeCertificate*>> find_nodes(Desk& desk, const std::string& name) {
    std::vector<const NodeCertificate*> out;
    for (const NodeCertificate* node : desk.roster().nodes()) {
        if (desk.roster().is_revoked(node->identity.id())) {
            continue;
        }
        if (is_called(node->identity.id().view(), name)) {
            return std::vector{node};
        }
        if (is_called(node->unit.view(), name) || unit_name(desk, node->unit) == name) {
            out.push_back(node);
        }
    }
    if (out.empty()) {
        return Error{unit_unknown, "no unit or node '" + name +
                                       "' in force; 'entrepot roster show' lists them"};
    }
    return out;
}

Result<replication::UnitId> find_unit(Desk& desk, const std::string& name) {
    for (const NodeCertificate* node : desk.roster().nodes()) {
        if (is_called(node->unit.view(), name) || unit_name(desk, node->unit) == name) {
            return node->unit;
        }
    }
    return Error{unit_unknown, "no unit '" + name + "'; 'entrepot roster show' lists them"};
}

Result<const NodeCertificate*> find_node(Desk& desk, const std::string& name) {
    TRY_ASSIGN(const auto nodes, find_nodes(desk, name));
    if (nodes.size() > 1) {
        std::string ids;
        for (const NodeCertificate* node : nodes) {
            ids += (ids.empty() ? "" : ", ") + to_base32(node->identity.id().view());
        }
        return Error{node_ambiguous, "'" + name + "' runs several nodes, say which: " + ids};
    }
    return nodes.front();
}

const replication::CompartmentStanding* find_named(const Desk& desk, const Roster& roster,
                                                   std::string_view database,
                                                   const std::string& name) {
    const auto all = roster.compartments();
    const auto found = std::find_if(all.begin(), all.end(), [&](const CompartmentStanding* each) {
        return each->database == database && readable_name(desk, *each) == name;
    });
    return found == all.end() ? nullptr : *found;
}

std::string compartment_name(const Desk& desk, const replication::CompartmentId& compartment) {
    const auto* standing = desk.roster().compartment(compartment);
    for (const CompartmentStanding* lost : desk.roster().lost_compartments()) {
        standing = lost->id == compartment ? lost : standing;
    }
    const auto name = standing == nullptr ? std::nullopt : readable_name(desk, *standing);
    return name.value_or(to_base32(compartment.view()));
}

Status add_compartment(Continuation& roster, std::string_view database, const std::string& name,
                       std::vector<NewGrant> grants) {
    replication::NewCompartment wanted{std::string(database), name, replication::Lane::records,
                                       headquarters_grants(roster.roster())};
    wanted.grants.insert(wanted.grants.end(), grants.begin(), grants.end());
    TRY_ASSIGN(auto entry, replication::make_compartment(roster.roster(), wanted,
                                                         roster.desk().entropy()));
    return roster.add(std::move(entry));
}

Status add_grant(Continuation& roster, const replication::CompartmentId& compartment,
                 const replication::NewGrant& grant) {
    Desk& desk = roster.desk();
    const auto keys = desk.keys().all_of(compartment);
    TRY_ASSIGN(auto entry, replication::make_grant(roster.roster(), compartment, grant, keys,
                                                   desk.entropy()));
    return roster.add(std::move(entry));
}

namespace {

/// The first number after all of these.
std::uint64_t after(const std::vector<replication::NumberBlock>& blocks) {
    std::uint64_t out = 1;
    for (const auto& block : blocks) {
        out = std::max(out, std::uint64_t{block.first} + block.count);
    }
    return out;
}

}  // namespace

/// Beyond those of branches that lost as well, unless one of them leaves no room: it may have been
/// made for that.
replication::NumberBlocks free_blocks(const Roster& roster) {
    std::uint64_t next = after(roster.given_numbers());
    if (next + block_size + spare_size > UINT32_MAX) {
        next = 1;
        for (const NodeCertificate* node : roster.nodes()) {
            next = std::max(next, after(roster.numbers_of(node->identity.id())));
        }
    }
    const auto first = static_cast<std::uint32_t>(next);
    return {{first, block_size}, {first + block_size, spare_size}};
}

}  // namespace entrepot::node
