// Enrolment at headquarters: a request becomes a certificate, the unit's compartments, its rights
// in them, and a join file. A unit may run several nodes; a lost one is replaced by one of the same
// unit, which gets the unit's rights and its records from headquarters, while the lost one's end.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "node/headquarters/continuation.hpp"

namespace entrepot::node {

inline constexpr ErrorCode enrolment_unit_known{"enrolment.unit_known", ErrorKind::conflict};
inline constexpr ErrorCode enrolment_other_kind{"enrolment.other_kind", ErrorKind::invalid_input};
inline constexpr ErrorCode numbers_count{"numbers.count", ErrorKind::invalid_input};

inline constexpr std::uint32_t numbers_most = 1'000'000;  ///< of one further block

/// {"request": base64, "unit"}: certificate, the unit's default compartments and its grants, a
/// place for the audit of each node that has none; gives the join file. Without "unit" the
/// request's name is a new unit's, which is written into the directory: enrolment.unit_known when
/// there is one of that name. With "unit", which is there already, the node is a further one of it
/// and gets the rights of its others.
void enrol_node(Desk& desk, const nlohmann::json& body, JsonDone done);

/// {"node", "request": base64, "cuts", "preview"}: enrols the request's node into the unit of
/// `node`, with its rights, and then revokes `node` (see revoke_node). enrolment.other_kind when
/// the request is of another kind of node.
void replace_node(Desk& desk, const nlohmann::json& body, JsonDone done);

/// {"node", "count"}: a further block of reference numbers. numbers.count unless 1…1,000,000.
void send_numbers(Desk& desk, const nlohmann::json& body, JsonDone done);

}  // namespace entrepot::node
