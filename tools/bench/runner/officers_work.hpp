// Officers' work: records typed, looked at and edited through a node's local API, one change a
// save, by as many officers at once as asked for.
#pragma once

#include <string>
#include <vector>

#include "tools/bench/runner/running_node.hpp"

namespace entrepot::bench {

inline constexpr ErrorCode work_unfit{"bench.work", ErrorKind::unavailable};

/// A record as an officer has it on the screen.
struct ShownRecord {
    std::string id;
    std::string compartment;
    std::string token;
};

/// `count` seizures from the `offset`-th on, in the order in which the node got them.
Result<std::vector<ShownRecord>> look_at(RunningNode& node, std::size_t offset, std::size_t count);

/// Saves one field of each record, each save a commit of its own.
Status edit_each(const RunningNode& node, const std::vector<ShownRecord>& records,
                 const std::string& text, unsigned officers);

/// bench.work unless that node shows what edit_each saved, on this node or on another.
Status check_edits(RunningNode& node, const std::vector<ShownRecord>& records,
                   const std::string& text);

/// Saves each document as a new record.
Status type_each(const RunningNode& node, const std::vector<std::string>& documents,
                 unsigned officers);

/// Conflicts that the node's list shows with two values or more.
Result<std::size_t> listed_conflicts(RunningNode& node, std::size_t limit);

}  // namespace entrepot::bench
