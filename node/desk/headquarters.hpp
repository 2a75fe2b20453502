// Headquarters at the desk: certifies nodes, makes compartments, grants rights. Each act is one or
// more roster entries signed with the roster key; they are checked as everybody will check them
// before the link stores them.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "node/desk/record_desk.hpp"
#include "replication/roster/enrolment_request.hpp"

namespace entrepot::node {

inline constexpr ErrorCode headquarters_only{"headquarters.only", ErrorKind::denied};
inline constexpr ErrorCode headquarters_root_signs{"headquarters.root_signs", ErrorKind::denied};
inline constexpr ErrorCode unit_unknown{"headquarters.unknown_unit", ErrorKind::not_found};

/// {"request": base64}: certificate, the unit's default compartments and its grants; gives the join
/// file. Writes the unit's name into the directory.
void enrol_node(Desk& desk, const nlohmann::json& body, JsonDone done);
/// {"database","name","members":[{"unit","right"}]}: headquarters itself may write.
void add_compartment(Desk& desk, const nlohmann::json& body, JsonDone done);
/// {"compartment","unit","right"}.
void grant_right(Desk& desk, const nlohmann::json& body, JsonDone done);
/// Country, length, fingerprint in words and whole (root), nodes with names, compartments.
nlohmann::json describe_roster(Desk& desk);

}  // namespace entrepot::node
