#include "node/headquarters/audit_places.hpp"

#include "node/audit/sealed_entry.hpp"

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

}  // namespace

Status add_audit_places(Continuation& roster) {
    const Roster before = roster.roster();
    for (const NodeCertificate* node : before.nodes()) {
        const NodeId id = node->identity.id();
        if (!shows_records(before, *node) || audit_place_of(before, id)) {
            continue;
        }
        const replication::NewCompartment wanted{std::string(audit_database),
                                                 "audit of " + to_base32(id.view()),
                                                 replication::Lane::records,
                                                 grants_for(roster.roster(), id)};
        TRY_ASSIGN(auto entry, replication::make_compartment(roster.roster(), wanted,
                                                             roster.desk().entropy()));
        TRY(roster.add(std::move(entry)));
    }
    return {};
}

}  // namespace entrepot::node
