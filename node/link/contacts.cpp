#include "node/link/contacts.hpp"

#include <algorithm>

namespace entrepot::node {
namespace {

using replication::NodeCertificate;
using replication::NodeKind;
using replication::Roster;

/// Whether the node is a headquarters of that country, looked at from outside.
bool is_of_country(const NodeCertificate& node, const Roster& roster, const std::string& country) {
    if (!roster.partner()) {
        return false;
    }
    return node.kind == NodeKind::partner ? roster.partner()->country == country
                                          : roster.genesis()->country == country;
}

bool is_country(const std::string& word) {
    return word.size() == 2 && std::all_of(word.begin(), word.end(),
                                           [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool is_named(const NodeCertificate& node, const Roster& roster, const std::string& wanted) {
    if (wanted.empty()) {
        return !roster.partner() && node.kind == NodeKind::headquarters;
    }
    return is_country(wanted) ? is_of_country(node, roster, wanted)
                              : to_base32(node.identity.id().view()).starts_with(wanted);
}

}  // namespace

std::set<replication::PeerKey> allowed_keys(const Roster& roster, const replication::NodeId& self) {
    std::set<replication::PeerKey> out;
    if (roster.is_revoked(self)) {
        return out;  // a revoked node has nobody to talk to
    }
    for (const NodeCertificate* node : roster.nodes()) {
        if (!roster.is_revoked(node->identity.id()) && node->identity.id() != self) {
            out.insert(node->identity.transport);
        }
    }
    return out;
}

Result<replication::DialTarget> resolve_peer(const std::string& address,
                                             std::span<const Roster* const> rosters) {
    const auto at = address.find('@');
    const std::string wanted = at == std::string::npos ? "" : address.substr(0, at);
    const std::string where = at == std::string::npos ? address : address.substr(at + 1);
    for (const Roster* roster : rosters) {
        for (const NodeCertificate* node : roster->nodes()) {
            if (is_named(*node, *roster, wanted) && !roster->is_revoked(node->identity.id())) {
                return replication::DialTarget{where, node->identity.transport};
            }
        }
    }
    return Error{link_unknown_peer,
                 wanted.empty() ? "no headquarters is in the roster yet"
                                : "no roster here has the node or country " + wanted};
}

Result<replication::DialTarget> resolve_peer(const std::string& address, const Roster& roster) {
    const Roster* const one[] = {&roster};
    return resolve_peer(address, one);
}

}  // namespace entrepot::node
