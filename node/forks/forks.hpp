// Forks at the desk: what is known of logs with two commits of one number, and headquarters'
// settlement: a cut that names the branch that counts. What headquarters has given a receipt for
// never stops to count this way.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "node/desk/record_desk.hpp"

namespace entrepot::node {

inline constexpr ErrorCode fork_unknown{"fork.unknown", ErrorKind::not_found};
inline constexpr ErrorCode fork_settled{"fork.settled", ErrorKind::conflict};
inline constexpr ErrorCode fork_branch{"fork.branch", ErrorKind::invalid_input};
inline constexpr ErrorCode fork_receipted{"fork.receipted", ErrorKind::denied};

/// Each fork: log, writer, compartment, number, both branches with who is known to hold which,
/// whether a cut has settled it and where.
Result<nlohmann::json> list_forks(Desk& desk);
/// {"log", "keep": hash or its first characters, or nothing for the branch that the receipts of
/// headquarters cover}: signs and appends the cut. headquarters.only; fork.unknown, fork.settled,
/// fork.branch for a hash of neither branch, fork.receipted for one that headquarters' receipts
/// speak against.
void settle_fork(Desk& desk, const nlohmann::json& body, JsonDone done);

}  // namespace entrepot::node
