// Rosters as a running headquarters has them: it has made entries since, and what root keys sign
// goes on from those.
#pragma once

#include "node/access/administration.hpp"
#include "tools/commands/line/command.hpp"
#include "tools/commands/node_connection.hpp"

namespace entrepot::tools {

/// Takes the inner roster into the administration's directory, and our outer one for each partner
/// of whom headquarters has one.
Outcome<void> follow_headquarters(node::AdministrationDirectory& administration,
                                  NodeConnection& headquarters);

}  // namespace entrepot::tools
