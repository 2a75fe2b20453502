#include "node/roots/partnership.hpp"

#include <algorithm>

#include "crypto/words.hpp"

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

bool is_for(const Roster& outer, const PartnerWish& wish) {
    return outer.partner() && outer.partner()->fingerprint == wish.fingerprint;
}

/// Begun by the root keys in force: those before them may be lost or stolen, and a chain from them
/// would show the partner entries of the inner roster.
replication::OuterGenesis first_entry(const Roster& home, const PartnerWish& wish) {
    replication::OuterGenesis out{*home.genesis(), wish.country, wish.fingerprint};
    out.own.threshold = home.roots().threshold;
    out.own.roots = home.roots().roots;
    return out;
}

}  // namespace

Status check_wish(const PartnerWish& wish, const Roster& home) {
    for (const PartnerEntry& held : home.partners()) {
        if (held.country == wish.country && held.in_force &&
            held.fingerprint != wish.fingerprint) {
            return Error{partner_pinned,
                         wish.country + " is pinned by the fingerprint " +
                             crypto::eight_words(held.fingerprint) +
                             ", which stays when its root keys change; to trust other keys, end "
                             "the partnership first: 'entrepot administration partner-end'"};
        }
    }
    return {};
}

Status check_roots(const Roster& ours, const Roster& home) {
    if (ours.present_fingerprint() != home.present_fingerprint()) {
        return Error{partner_roots,
                     "the root keys in force in that roster are not those of the administration; "
                     "it follows a change of root keys by 'entrepot administration partner'"};
    }
    return {};
}

Status check_ours(const Roster& ours, const Roster& home) {
    if (!home.had_roots(ours.root_fingerprint()) || !home.shares(ours)) {
        return Error{partner_unpinned, "no partner in force is pinned for that roster; import the "
                                       "administration's own roster first"};
    }
    return check_roots(ours, home);
}

Status check_theirs(const Roster& theirs, const Roster& home) {
    const PartnerEntry* partner = find_partner(home, theirs.root_fingerprint());
    if (!theirs.partner() || partner == nullptr) {
        return Error{partner_unpinned,
                     "that roster was made by root keys that are not pinned as a partner's; "
                     "compare the fingerprint, then 'entrepot administration partner'"};
    }
    if (!home.had_roots(theirs.partner()->fingerprint)) {
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
    if (!is_for(outer, wish)) {
        return EntryDraft::make_outer(home, time, first_entry(home, wish));
    }
    if (outer.present_fingerprint() != home.present_fingerprint()) {
        return EntryDraft::make(outer, time, home.roots());
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

Hash pin_for_partner(const Roster& home, const Roster& outer, const PartnerWish& wish) {
    return is_for(outer, wish) ? outer.root_fingerprint() : home.present_fingerprint();
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
