// Revocation: headquarters takes rights away: a node's certificate, or one right of a unit. What
// the node wrote counts up to cuts; every compartment it could read goes on under a new key that
// is wrapped to all others. Later commits that still come are kept aside, and count once the cut
// is moved to them: see quarantine.hpp.
//
// A revocation of a headquarters is for the root keys to sign: the answer is then a draft
// (entry_draft.hpp), and nothing has changed.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "node/headquarters/cuts.hpp"

namespace entrepot::node {

inline constexpr ErrorCode withdrawal_of_nothing{"headquarters.no_right", ErrorKind::not_found};

/// What a revocation will do, before it is made.
struct PlannedRevocation {
    const replication::NodeCertificate* node = nullptr;
    std::vector<PlannedCut> cuts;
};

Result<PlannedRevocation> plan_revocation(Desk& desk, const std::string& node,
                                          const nlohmann::json& cuts);
/// Adds the revocation to a roster being continued.
Status add_revocation(Continuation& roster, const PlannedRevocation& plan);
/// node, unit, name, kind, cuts, renewed compartments with how many nodes keep them.
nlohmann::json revocation_json(Desk& desk, const PlannedRevocation& plan);

/// {"node", "cuts": ["LOG:NUMBER"], "preview"}: the node's certificate ends. With "preview" it only
/// tells what would happen. headquarters.only, headquarters.unknown_unit,
/// headquarters.ambiguous_node and those of plan_cuts.
void revoke_node(Desk& desk, const nlohmann::json& body, JsonDone done);

/// {"compartment", "unit", "cuts", "preview"}: the unit's nodes lose their right to it.
/// headquarters.no_right when they have none.
void withdraw_right(Desk& desk, const nlohmann::json& body, JsonDone done);

}  // namespace entrepot::node
