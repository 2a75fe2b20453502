// Records at the desk: put, get, resolve and history, as JSON for the local API. Runs in the
// worker's thread; a save is answered through `done` once it is durable and visible.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "node/desk/desk.hpp"
#include "node/desk/places.hpp"

namespace entrepot::node {

inline constexpr ErrorCode record_no_conflict{"record.no_conflict", ErrorKind::not_found};
inline constexpr ErrorCode record_no_choice{"record.no_choice", ErrorKind::invalid_input};
inline constexpr ErrorCode record_unchanged{"record.unchanged", ErrorKind::invalid_input};
inline constexpr ErrorCode request_body{"request.body", ErrorKind::invalid_input};

/// What a save answers with.
using JsonDone = std::function<void(Result<nlohmann::json>)>;

/// {"compartment"?, "id"?, "token"?, "document"}; see API.md. Gives id, compartment and token.
void put_record(Desk& desk, std::string_view database, const nlohmann::json& body, JsonDone done);
/// {"path", "take": n | "value", "token", "compartment"?}.
void resolve_record(Desk& desk, std::string_view id, const nlohmann::json& body, JsonDone done);
/// The document with its token, its conflicts and who said what.
Result<nlohmann::json> get_record(Desk& desk, const replication::RecordKey& key);
Result<nlohmann::json> record_history(Desk& desk, const replication::RecordKey& key);
/// Adds who is behind each dot of a record document's conflicts, and numbers the values from 1.
void name_authors(Desk& desk, nlohmann::json& document);

}  // namespace entrepot::node
