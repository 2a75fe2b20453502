#include "node/roots/partnership.hpp"

#include <algorithm>

namespace entrepot::node {
namespace {

using replication::NodeCertificate;
using replication::NodeKind;
using replication::PartnerEntry;
using replication::Roster;

const PartnerEntry* find_partner(const Roster& home, const Hash& fingerprint) {
    const auto& all = home.partners();
    const auto found = std::find_if(all.begin(), all.end(), [&](const PartnerEntry& partner) {
        return partner.fingerprint == fingerprint;
    });
    return found == all.end() ? nullptr : &*found;
}

/// As an outer roster shows it: how many numbers a headquarters gives is nobody's business.
NodeCertificate shown(const NodeCertificate& node) {
    NodeCertificate out = node;
    out.numbers = out.spare_numbers = {1, 0};
    return out;
}

NodeCertificate as_partner(const NodeCertificate& node) {
    NodeCertificate out = shown(node);
    out.kind = NodeKind::partner;
    out.roster_key.reset();
    return out;
}

/// A headquarters in force of `from` that `outer` lacks.
const NodeCertificate* lacking(const Roster& from, const Roster& outer) {
    for (const NodeCertificate* node : from.nodes()) {
        const auto id = node->identity.id();
        if (node->kind == NodeKind::headquarters && !from.is_revoked(id) &&
            outer.node(id) == nullptr) {
            return node;
        }
    }
    return nullptr;
}

}  // namespace

Status check_theirs(const Roster& theirs, const Roster& home) {
    const PartnerEntry* partner = find_partner(home, theirs.root_fingerprint());
    if (!theirs.partner() || partner == nullptr) {
        return Error{partner_unpinned,
                     "that roster was made by root keys that are not pinned as a partner's; "
                     "compare the fingerprint, then 'entrepot administration partner'"};
    }
    if (theirs.partner()->fingerprint != home.root_fingerprint()) {
        return Error{partner_not_for_us, "that roster is shared with " + theirs.partner()->country +
                                             " by " + partner->country + ", not with us"};
    }
    if (!partner->in_force) {
        return Error{partner_ended, "the partnership with " + partner->country + " has ended"};
    }
    return {};
}

std::optional<EntryDraft> next_partner_draft(const Roster& home, const Roster& outer,
                                             const PartnerWish& wish,
                                             replication::HybridTime time) {
    const PartnerEntry* pinned = find_partner(home, wish.fingerprint);
    if (pinned == nullptr || !pinned->in_force) {
        return EntryDraft::make(home, time, PartnerEntry{wish.country, wish.fingerprint, true});
    }
    if (outer.length().value == 0) {
        return EntryDraft::make_outer(
            home, time,
            replication::OuterGenesis{*home.genesis(), wish.country, wish.fingerprint});
    }
    if (const NodeCertificate* own = lacking(home, outer)) {
        return EntryDraft::make(outer, time, shown(*own));
    }
    const NodeCertificate* other = wish.theirs == nullptr ? nullptr : lacking(*wish.theirs, outer);
    if (other != nullptr) {
        return EntryDraft::make(outer, time, as_partner(*other));
    }
    return std::nullopt;
}

Result<EntryDraft> end_partner_draft(const Roster& home, const std::string& country,
                                     replication::HybridTime time) {
    for (const PartnerEntry& partner : home.partners()) {
        if (partner.country == country && partner.in_force) {
            PartnerEntry ended = partner;
            ended.in_force = false;
            return EntryDraft::make(home, time, std::move(ended));
        }
    }
    return Error{partner_unpinned, "there is no partnership with " + country + " in force"};
}

}  // namespace entrepot::node
