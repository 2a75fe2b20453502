// Rebuilding a damaged log from what it still holds, by whoever can open the node's vault. The
// node must not run meanwhile.
#pragma once

#include "node/access/vault.hpp"
#include "node/store/log_salvage.hpp"

namespace entrepot::node {

/// Why the log cannot be used as it is; nothing when it can. Needs no key and opens nothing.
/// path.* when it is not private.
std::optional<Error> log_damage(const NodeDirectory& directory);

/// Saves what the log holds into a new one (see salvage_log) and moves the views aside: the next
/// unlock makes them anew. node.in_use while the node runs; the vault's codes; store.unsalvageable.
Result<SalvagedLog> rebuild_log(const NodeDirectory& directory, const std::string& officer,
                                const Credential& credential);

}  // namespace entrepot::node
