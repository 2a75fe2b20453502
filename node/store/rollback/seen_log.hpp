// SeenLog: what the views have seen of the log that they were made from, kept in their sealed
// standing. A log that does not hold it is an older one that somebody put back, or an altered one.
//
// Does not notice an older log beside views that are as old, or that are not there: nothing on the
// disk tells it from the node's own past. Peers do, at the first contact.
#pragma once

#include <map>

#include "crypto/base/wire.hpp"
#include "node/store/log_store.hpp"
#include "replication/roster/roster.hpp"

namespace entrepot::node {

class ViewStore;

/// The log holds less than the views reflect, or something else: an older one was put back.
inline constexpr ErrorCode views_ahead{"store.views_ahead", ErrorKind::storage};

struct SeenLog {
    replication::RosterLength roster_length;
    Hash roster_head;
    Hash last_commit;  ///< at the views' position; zero when that place is empty
    /// Last commit of each log of this node.
    std::map<replication::LogId, std::pair<replication::CommitNumber, Hash>> own;

    void write(WireWriter& out) const;
    void read(WireReader& in);
};

/// Hash of the commit at that place in the order of storing; zero when the place is empty.
Result<Hash> commit_at(const LogStore& log, LogPosition position);

/// Whether the log holds what the views have seen of it, `roster` being what it holds of that:
/// store.views_ahead when it does not, else the log's errors.
Status check_seen(const ViewStore& views, const LogStore& log, const replication::Roster& roster);

}  // namespace entrepot::node
