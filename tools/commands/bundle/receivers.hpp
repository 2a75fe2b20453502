// Receivers: whom --to names, as the link understands it: the link knows ids, names of units are in
// the directory that the worker reads.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "tools/commands/node_connection.hpp"

namespace entrepot::tools {

/// A list of "headquarters", node ids and beginnings of ids. A name of a unit becomes the ids of
/// its nodes in force; what is no name is passed on as it is: ids work while the node is locked.
nlohmann::json receivers_of(NodeConnection& node, const std::vector<std::string>& wanted);

}  // namespace entrepot::tools
