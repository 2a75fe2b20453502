// The document of a record, as `get` shows it: leading values, and what a person must know of the
// others. Leading values are computed with the schema's rules, so that they follow its edition.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "node/databases/schema.hpp"
#include "replication/model/record_state.hpp"

namespace entrepot::node {

/// {"database", "present": bool,
///  "document": {fields; sets as arrays of codes; groups as arrays of items, each with its "id"},
///  "conflicts": [{"path", "values": [{"value", "authors": [{"log", "number", "time"}]}]}],
///  "unknown": [{"path", "value", "note"}]   — fields or kinds that need a newer program or schema
///  "marked": [{"path", "value", "code", "message"}]}   — received values that this schema refuses
/// Removed items are left out, unless their removal is in conflict. `document` can be given back
/// to assignments_against as it is and changes nothing.
nlohmann::json record_document(const Schema& schema, const replication::RecordState& state);

}  // namespace entrepot::node
