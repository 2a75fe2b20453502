// JSON text in and out of nlohmann-json, without its exceptions, for files that come with the
// program or an administration: one clear error with file and place.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "crypto/base/result.hpp"

namespace entrepot::node {

/// The value, or `code` with "where: line 3, column 7: what is wrong".
Result<nlohmann::json> parse_json(std::string_view text, std::string_view where, ErrorCode code);
/// The member as text; empty when it is absent or something else.
std::string text_member(const nlohmann::json& object, const char* name);
/// The whole file, at most 64 MiB; `code` names the file and the reason.
Result<std::string> read_text_file(const std::string& path, ErrorCode code);

}  // namespace entrepot::node
