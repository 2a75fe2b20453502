// Restored: what a node that was restored from a backup does before anything else, as soon as its
// link has its key: it takes in the roster of today, so that what was erased since goes before
// anybody sees it, and ends its own logs, so that no number is used twice. The file `restored` in
// the node's folder says that this is still to be done, and holds that roster.
#pragma once

#include <filesystem>

#include "node/store/log_store.hpp"

namespace entrepot::node {

inline constexpr ErrorCode restore_roster{"restore.roster", ErrorKind::refused};

inline constexpr const char* restored_name = "restored";

/// Whether the bytes are a roster file with right entries; restore.roster, and the roster's codes.
Status check_roster_of_today(ByteView roster_file);
/// Entries of the roster file beyond those held, or in their place when it settles a fork; nothing
/// of an older one. restore.roster when it does neither.
Status take_roster_of_today(LogStore& store, ByteView roster_file);
/// This node writes none of the logs on that disk any more: it begins others.
Status end_own_logs(LogStore& store, const replication::NodeId& self);

}  // namespace entrepot::node
