#include "node/headquarters/audit_places.hpp"

#include "node/audit/sealed_entry.hpp"
#include "node/headquarters/lost_places.hpp"

namespace entrepot::node {
namespace {

using replication::NewGrant;
using replication::NodeCertificate;
using replication::NodeId;
using replication::NodeKind;
using replication::Right;
using replication::Roster;

bool shows_records(const Roster& roster, const NodeCertificate& node) {
    const bool shows = node.kind == NodeKind::unit || node.kind == NodeKind::headquarters;
    return shows && !roster.is_revoked(node.identity.id());
}

/// Its node writes; every headquarters reads.
std::vector<NewGrant> grants_for(const Roster& roster, const NodeId& node) {
    std::vector<NewGrant> out{{node, Right::write}};
    for (const NodeCertificate* other : roster.nodes()) {
        const auto id = other->identity.id();
        if (other->kind == NodeKind::headquarters && !roster.is_revoked(id) && id != node) {
            out.push_back({id, Right::read});
        }
    }
    return out;
}

std::string audit_name(const NodeId& node) {
    return "audit of " + to_base32(node.view());
}

/// Where the node wrote its audit on branches that lost, also where it has another place by now.
Status add_lost_places(Continuation& roster, const NodeId& node) {
    std::vector<replication::CompartmentStanding> wrote;
    for (const auto* lost : roster.roster().lost_compartments()) {
        if (lost->database == audit_database &&
            roster.roster().lost_right(node, lost->id) == Right::write &&
            readable_name(roster.desk(), *lost)) {
            wrote.push_back(*lost);
        }
    }
    for (const auto& lost : wrote) {
        TRY(make_again(roster, lost, audit_name(node), grants_for(roster.roster(), node)));
    }
    return {};
}

}  // namespace

Status add_audit_places(Continuation& roster) {
    const Roster before = roster.roster();
    for (const NodeCertificate* node : before.nodes()) {
        const NodeId id = node->identity.id();
        if (!shows_records(before, *node)) {
            continue;
        }
        TRY(add_lost_places(roster, id));
        if (audit_place_of(roster.roster(), id)) {
            continue;
        }
        const replication::NewCompartment wanted{std::string(audit_database), audit_name(id),
                                                 replication::Lane::records,
                                                 grants_for(roster.roster(), id)};
        TRY_ASSIGN(auto entry, replication::make_compartment(roster.roster(), wanted,
                                                             roster.desk().entropy()));
        TRY(roster.add(std::move(entry)));
    }
    return {};
}

}  // namespace entrepot::node
