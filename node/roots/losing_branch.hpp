// LosingBranch: the entries of a forked roster that the root keys have yet to settle, and what they
// did in plain words, since it is nothing until it is made again. Decides nothing: whose roster it
// is called on is the branch that counts.
#pragma once

#include "replication/roster/roster.hpp"

namespace entrepot::node {

inline constexpr ErrorCode settle_other_administration{"settle.other_administration",
                                                       ErrorKind::refused};
inline constexpr ErrorCode settle_nothing{"settle.nothing", ErrorKind::invalid_input};

struct LosingBranch {
    replication::RosterLength common;
    std::vector<replication::RosterEntry> entries;  ///< after the common ones
    std::vector<Bytes> wanted;  ///< as signed, those that no settlement carries yet
};

/// What `loses` has that `counts` has not. settle.other_administration; settle.nothing when it is a
/// beginning of the other or all of it is carried; roster.settlement where `counts` is a beginning
/// of it.
Result<LosingBranch> losing_branch(const replication::Roster& counts,
                                   const replication::Roster& loses);

/// What the entry did, and by what command that is made again, in an inner or an outer roster: one
/// line.
std::string describe_lost(const replication::RosterEntry& entry, bool is_outer = false);

}  // namespace entrepot::node
