// Whether an entry may follow a standing: who signed it, and whether what it says is right. Its
// number and chain are Roster's to check. Changes nothing. ROSTER.md lists what refuses with which
// code.
#pragma once

#include "replication/roster/standing.hpp"

namespace entrepot::replication {

/// Whether the roots sign such an entry, or else headquarters with its roster key.
bool is_for_root(const EntryContent& content, const Standing& standing);

/// roster.signer unless exactly those signed whom the content needs; roster.signature unless each
/// signature is that key's over `signed_bytes`. roster.genesis for a genesis that is not the first
/// entry, or another kind that is.
Status check_signers(const RosterEntry& entry, ByteView signed_bytes, const Standing& standing);

/// Keys, rights, generations, numbers, cuts, and wraps exactly those that are called for, but those
/// of a grant.
Status check_content(const EntryContent& content, const Standing& standing);

/// roster.wraps unless `wraps` has for each generation from `first` to `last` exactly one envelope
/// for each of `nodes`, and nothing else.
struct WantedWraps {
    CompartmentId compartment;
    Generation first, last;
    std::vector<NodeId> nodes;  ///< by rising id
};
Status check_wraps(const std::vector<KeyWrap>& wraps, const WantedWraps& wanted);

/// roster.wraps unless a grant has one envelope for its node of each generation from the first
/// granted to the newest, and beside it as many as `lost` says were made of that generation
/// elsewhere, or as were given to the headquarters that signs, or any number between.
Status check_grant_wraps(const GrantEntry& grant, Generation newest,
                         const std::map<Generation, LostKeys>& lost);

}  // namespace entrepot::replication
