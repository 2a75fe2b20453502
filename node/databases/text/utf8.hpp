// UTF-8: whether bytes are well-formed, and folding for comparisons that ignore case. Folding
// knows Latin, Greek and Cyrillic letters; it is no transliteration and drops no accents.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace entrepot::node {

/// Well-formed as Unicode 15 table 3-7 says: no surrogates, no overlong forms, nothing cut short.
bool is_utf8(std::string_view text);
/// Whether `text` holds a control character other than tab, line feed and carriage return.
bool has_control(std::string_view text);
/// Lower case; other characters unchanged. Bytes that are no UTF-8 stay as they are.
std::string fold_case(std::string_view text);
/// Folded, with runs of spaces made one and none at either end: for comparing entries of lists.
std::string fold_entry(std::string_view text);
/// Without blanks (space, tab, no-break space, line ends) at either end.
std::string_view trim(std::string_view text);
/// The first `limit` bytes, cut at a character, with "…" where something was cut.
std::string shorten(std::string_view text, std::size_t limit);
/// The characters of windows-1252 (what people call latin-1) as UTF-8; the five unassigned bytes
/// become the control characters of the same number.
std::string from_windows_1252(std::string_view bytes);

}  // namespace entrepot::node
