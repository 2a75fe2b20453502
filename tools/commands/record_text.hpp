// Record text: records, conflicts and histories as a person reads them at a terminal.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tools/commands/terminal/console.hpp"

namespace entrepot::tools {

/// A value on one line: text as it is, null as "(cleared)", everything else as JSON.
std::string value_text(const nlohmann::json& value);
/// Each field of a document by its path ("goods/1/quantity"), in the document's order.
std::vector<std::pair<std::string, std::string>> flat_fields(const nlohmann::json& document);
/// "2026-04-03 14:05 Kingston seaport, M. Brown": when, where, who, as far as they are known.
std::string author_text(const nlohmann::json& author);

/// The whole record: heading, fields, conflicts, and the token to give back.
void print_record(Console& console, const nlohmann::json& record);
/// The values that stand against each other, numbered, with author, unit and time.
void print_conflicts(Console& console, const nlohmann::json& record);
/// One line a record: id, reference and the fields that tell it from others.
void print_listing(Console& console, const nlohmann::json& records);
/// Every change, with what it assigned.
void print_history(Console& console, const nlohmann::json& history);

}  // namespace entrepot::tools
