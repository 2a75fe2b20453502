// Status text: a node's standing, peers, roster and compartments for a person.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "tools/commands/terminal/console.hpp"

namespace entrepot::tools {

void print_status(Console& console, const nlohmann::json& status);
void print_peers(Console& console, const nlohmann::json& status);
void print_roster(Console& console, const nlohmann::json& roster);
void print_compartments(Console& console, const nlohmann::json& compartments);

}  // namespace entrepot::tools
