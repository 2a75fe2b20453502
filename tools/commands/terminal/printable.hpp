// Printable text: what came from records, peers and files, made safe for a terminal: no control
// character, escape sequence, direction override or broken UTF-8 reaches it raw.
#pragma once

#include <string>
#include <string_view>

namespace entrepot::tools {

/// Control characters and invisible direction marks as \u{1b}; bytes that are not UTF-8 as \x{ff}.
std::string printable(std::string_view text);
/// Columns that printable text takes: combining marks none, East Asian wide characters two.
std::size_t columns_of(std::string_view printable_text);
/// Cut to at most that many columns, with … at the end when something was cut.
std::string shortened(std::string_view printable_text, std::size_t columns);

}  // namespace entrepot::tools
