// Partnership: what the root keys of an administration sign before anything can be released to
// another one, entry by entry: the partner's pin in the inner roster, then in an outer roster its
// first entry, the certificates of our headquarters and those of the partner's; and our change of
// root keys, once there was one, before anything else in it. What is signed already is not asked
// for again, so that it can be done in several sittings.
#pragma once

#include <optional>

#include "node/roots/entry_draft.hpp"

namespace entrepot::node {

inline constexpr ErrorCode partner_unpinned{"partner.unpinned", ErrorKind::refused};
inline constexpr ErrorCode partner_not_for_us{"partner.not_for_us", ErrorKind::refused};
inline constexpr ErrorCode partner_ended{"partner.ended", ErrorKind::refused};
inline constexpr ErrorCode partner_roots{"partner.roots", ErrorKind::refused};
inline constexpr ErrorCode partner_pinned{"partner.pinned", ErrorKind::conflict};

struct PartnerWish {
    std::string country;
    Hash fingerprint;                             ///< of its root keys
    const replication::Roster* theirs = nullptr;  ///< the outer roster that it made for us
};

/// partner.pinned while another fingerprint of that country is in force: root keys that changed are
/// followed by the partner's outer roster, under the fingerprint that was pinned.
Status check_wish(const PartnerWish& wish, const replication::Roster& home);

/// Whether the root keys in force in our outer roster are those of `home`: partner.roots. Keys that
/// have left begin none, and one that they lead has to follow before it is taken in.
Status check_roots(const replication::Roster& ours, const replication::Roster& home);
/// The same, of one that the administration of `home` shares with a partner in force:
/// partner.unpinned.
Status check_ours(const replication::Roster& ours, const replication::Roster& home);
/// Whether this outer roster is the one that the partner made for the administration of `home`:
/// partner.unpinned when its maker is not pinned there, partner.not_for_us when it is for another,
/// partner.ended when the partner is no longer in force.
Status check_theirs(const replication::Roster& theirs, const replication::Roster& home);

/// The next entry to be signed; nothing when all of them are there. `outer` is our outer roster for
/// this partner, empty at first; one for other root keys of that country counts as none.
std::optional<EntryDraft> next_partner_draft(const replication::Roster& home,
                                             const replication::Roster& outer,
                                             const PartnerWish& wish, replication::HybridTime time);

/// The fingerprint of our root keys that the partner has to pin: those that began our outer roster
/// for it, or will.
Hash pin_for_partner(const replication::Roster& home, const replication::Roster& outer,
                     const PartnerWish& wish);

/// The end of a partnership in the inner roster; partner.unpinned when it never began.
Result<EntryDraft> end_partner_draft(const replication::Roster& home, const std::string& country,
                                     replication::HybridTime time);

}  // namespace entrepot::node
