// Salvage of a damaged log: every commit that still verifies, the roster, and the sealed rows of
// the node go into a new log, which takes the damaged one's place; that is kept as `log.damaged`.
// What is not found comes back from peers at the next contact. Commits that this node made and
// nobody else has are lost, so none of its logs may go on with the numbers that follow: each is
// marked as needing a new incarnation.
#pragma once

#include "node/store/log_store.hpp"

namespace entrepot::node {

inline constexpr ErrorCode store_unsalvageable{"store.unsalvageable", ErrorKind::storage};

struct SalvagedLog {
    std::uint64_t commits = 0;
    std::uint64_t roster_entries = 0;
    std::uint64_t left_out = 0;  ///< rows that look like commits and do not continue a log
    std::vector<replication::LogId> ended;  ///< logs of this node that need a new incarnation
};

/// Nobody may have the log open. store.unsalvageable when the node's own keys are not found: then a
/// backup or a new node is the way. The damaged log stays as it is on an error.
Result<SalvagedLog> salvage_log(const std::filesystem::path& directory,
                                const crypto::Secret& link_key);

}  // namespace entrepot::node
