// The worker's routes for the audit: sealed entries for who has the auditor's key, and the check of
// the logs for anybody.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "node/api/http_server.hpp"
#include "node/desk/desk.hpp"

namespace entrepot::node {

inline constexpr ErrorCode audit_head{"audit.head", ErrorKind::invalid_input};

/// Sealed entries of every node whose audit is held and readable here, in the order of storing,
/// from the query's `after` on, at most 500 commits at a time:
/// {"entries": [{"node","unit_name","compartment","log","number","at","change"}], "next", "more"}.
Result<nlohmann::json> audit_entries(Desk& desk, const HttpRequest& request);
/// {"heads": [{"log","number","hash"}]?}: {"logs": [...], "problems": [{"log","code","why"}]}.
/// audit.head for a head that cannot be read.
Result<nlohmann::json> audit_verdict(Desk& desk, const nlohmann::json& body);

}  // namespace entrepot::node
