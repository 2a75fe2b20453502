// LostPlaces: compartments that only a branch of the roster made which lost
// (replication/ROSTER.md). Headquarters makes them again under the ids they had: what was written
// in them meanwhile counts as soon as its writer has its right again, and opens for all who are
// granted them.
#pragma once

#include "node/headquarters/continuation.hpp"

namespace entrepot::node {

inline constexpr ErrorCode compartment_not_lost{"headquarters.compartment_not_lost",
                                                ErrorKind::not_found};

/// The lost one of that database and name, as far as its name can be read here.
std::optional<replication::CompartmentStanding> find_lost(const Continuation& roster,
                                                          std::string_view database,
                                                          const std::string& name);
/// The lost one whose id begins so, with six characters or more; headquarters.compartment_not_lost.
Result<replication::CompartmentStanding> find_lost(const Continuation& roster,
                                                   const std::string& id);

/// Makes it again under this name. `grants` are all of it, headquarters' too, this one's among
/// them: each is given the new key and what is held here of the losing ones.
Status make_again(Continuation& roster, const replication::CompartmentStanding& lost,
                  const std::string& name, const std::vector<replication::NewGrant>& grants);

/// Gives this node the rights back that it had in those, and makes them again unless they are
/// there again; not its audit. A name that is taken by now gets a number: 'national suspects (2)'.
/// Those of which this headquarters has no key are left out.
Status add_lost_rights(Continuation& roster, const replication::NodeId& node);

}  // namespace entrepot::node
