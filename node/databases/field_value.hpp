// Values of fields: from JSON, from text as in a spreadsheet, and back.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "node/databases/problem.hpp"
#include "node/databases/schema.hpp"
#include "replication/model/value.hpp"

namespace entrepot::node {

/// A value, or what is wrong with it (with an empty path: the caller knows where it stands).
using ValueOrProblem = std::variant<replication::Value, Problem>;

/// JSON null clears the field (std::monostate). Decimals may be JSON strings, which keep them
/// exactly as typed, or numbers; dates, moments, codes and references are strings.
ValueOrProblem value_from_json(const Field& field, const nlohmann::json& json);
/// The same from text, as typed on a command line or read from a file; empty clears.
ValueOrProblem value_from_text(const Field& field, std::string_view text);

/// What value_from_json reads back. Photos and values of unknown kinds give a description.
nlohmann::json value_to_json(const replication::Value& value);
/// One line for people; empty for a cleared field.
std::string value_to_text(const replication::Value& value);
/// Whether the value is of the field's type (and in its list): of received values, which are never
/// refused, only marked. Gives the problem otherwise.
std::optional<Problem> mark_of(const Field& field, const replication::Value& value);

/// "<compartment>/<record>", 26 base-32 characters each.
std::string reference_to_text(const replication::RecordKey& key);
std::optional<replication::RecordKey> reference_from_text(std::string_view text);

}  // namespace entrepot::node
