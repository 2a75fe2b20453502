// Input: documents, values and words from a file, from standard input ("-") or as given.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "replication/roster/root_pin.hpp"
#include "tools/commands/line/command.hpp"

namespace entrepot::tools {

inline constexpr ErrorCode input_not_json{"input.not_json", ErrorKind::invalid_input};
inline constexpr ErrorCode input_too_large{"input.too_large", ErrorKind::invalid_input};

inline constexpr std::size_t input_limit = 64 * 1024 * 1024;  ///< bytes of documents

/// The whole of a file, or of standard input for "-"; at most input_limit bytes.
Outcome<std::string> read_text(Console& console, const std::string& path);
/// The word itself, or the first line of standard input for "-".
Outcome<std::string> word_or_line(Console& console, const std::string& word);
/// What --root pins; words.* and, for a text with digits, bytes.* say what is wrong with it.
Outcome<replication::RootPin> root_of(const Invocation& invocation);
/// One JSON object, an array of them, or one a line; input.not_json names line and column.
Outcome<std::vector<nlohmann::json>> parse_documents(const std::string& text,
                                                     const std::string& where);
/// JSON when it is that, else the text itself: --value cites as well as --value '"cites"'.
nlohmann::json value_of_text(const std::string& text);

}  // namespace entrepot::tools
