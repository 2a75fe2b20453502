// Headquarters at the desk: makes compartments, grants rights, tells what the roster says. Each act
// is one or more roster entries, see node/headquarters/continuation.hpp.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "node/headquarters/continuation.hpp"

namespace entrepot::node {

/// {"database","name","members":[{"unit","right"}]}: headquarters itself may write.
void add_compartment(Desk& desk, const nlohmann::json& body, JsonDone done);
/// {"compartment","unit","right"}: to each node of the unit.
void grant_right(Desk& desk, const nlohmann::json& body, JsonDone done);
/// Country, length, fingerprint in words and whole (root), nodes with names, compartments.
nlohmann::json describe_roster(Desk& desk);

}  // namespace entrepot::node
