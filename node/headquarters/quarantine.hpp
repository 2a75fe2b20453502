// Quarantine at headquarters: commits that came after the cut of their log. They are kept and do
// not count; headquarters lists them and may move the cut forward, along one chain and never past
// a commit that it does not hold.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "node/headquarters/continuation.hpp"

namespace entrepot::node {

inline constexpr ErrorCode quarantine_unknown_log{"quarantine.unknown_log", ErrorKind::not_found};
inline constexpr ErrorCode quarantine_not_held{"quarantine.not_held", ErrorKind::not_found};
inline constexpr ErrorCode quarantine_not_forward{"quarantine.not_forward",
                                                  ErrorKind::invalid_input};

/// Each log with commits beyond its cut: log, node, unit, compartment, why, the cut, the commits
/// with their numbers and hashes, and how far the cut may be moved (admissible_to: nothing when
/// the next one is missing). Also contents that are kept but not merged, with code and reason.
Result<nlohmann::json> list_quarantine(Desk& desk);

/// Commits held as part of a log that ends before them, of all logs here, partners' too.
std::uint64_t count_uncounted(Desk& home);

/// {"log", "to"}: moves the cut of a log to a commit that is kept, so that it and those before it
/// count. headquarters.only, quarantine.unknown_log, quarantine.not_forward,
/// quarantine.not_held when that commit or one before it is not here.
void admit_commits(Desk& desk, const nlohmann::json& body, JsonDone done);

}  // namespace entrepot::node
