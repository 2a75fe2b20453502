// Partnership: what the root keys of an administration sign before anything can be released to
// another one, entry by entry: the partner's pin in the inner roster, then in an outer roster its
// first entry, the certificates of our headquarters and those of the partner's. What is signed
// already is not asked for again, so that it can be done in several sittings.
#pragma once

#include <optional>

#include "node/roots/entry_draft.hpp"

namespace entrepot::node {

inline constexpr ErrorCode partner_unpinned{"partner.unpinned", ErrorKind::refused};
inline constexpr ErrorCode partner_not_for_us{"partner.not_for_us", ErrorKind::refused};
inline constexpr ErrorCode partner_ended{"partner.ended", ErrorKind::refused};

struct PartnerWish {
    std::string country;
    Hash fingerprint;                             ///< of its root keys
    const replication::Roster* theirs = nullptr;  ///< the outer roster that it made for us
};

/// Whether this outer roster is the one that the partner made for the administration of `home`:
/// partner.unpinned when its maker is not pinned there, partner.not_for_us when it is for another,
/// partner.ended when the partner is no longer in force.
Status check_theirs(const replication::Roster& theirs, const replication::Roster& home);

/// The next entry to be signed; nothing when all of them are there. `outer` is our outer roster for
/// this partner, empty at first.
std::optional<EntryDraft> next_partner_draft(const replication::Roster& home,
                                             const replication::Roster& outer,
                                             const PartnerWish& wish, replication::HybridTime time);

/// The end of a partnership in the inner roster; partner.unpinned when it never began.
Result<EntryDraft> end_partner_draft(const replication::Roster& home, const std::string& country,
                                     replication::HybridTime time);

}  // namespace entrepot::node
