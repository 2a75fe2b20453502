// Lost compartments: those that this node was given and may not even relay any more. What it holds
// of them goes: commits, and freed pages with them. STORE.md, "A right that is withdrawn".
#pragma once

#include <filesystem>

#include "node/store/log_store.hpp"

namespace entrepot::node {

/// Logs held of compartments to which `self` has no right now. None of a node that is revoked: what
/// became of it is not for itself to say.
std::vector<replication::LogDescriptor> lost_logs(const replication::Heads& heads,
                                                  const replication::Roster& roster,
                                                  const replication::NodeId& self);

/// Takes the commits of these logs out of the log store in `directory`, which nobody else may have
/// open for writing, and the file without them into its place. Commits of this node's own that lie
/// beyond their log's end, which perhaps nobody else has, are kept aside; the logs are ended.
Status drop_logs(const std::filesystem::path& directory, const crypto::Secret& link_key,
                 const std::vector<replication::LogDescriptor>& logs,
                 const replication::Roster& roster, const replication::NodeId& self);

}  // namespace entrepot::node
