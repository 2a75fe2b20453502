// C++ text with parts blanked out, so that rules look at code and not at what is said in it.
// A reading by characters, not a compiler: macros are not expanded.
#pragma once

#include <string>
#include <string_view>

namespace entrepot::style {

/// Comments become spaces; every line keeps its number and every column its place.
std::string without_comments(std::string_view text);
/// Comments, and what stands between the quotes of strings and characters, become spaces.
std::string without_literals(std::string_view text);
/// The same, and preprocessor lines with their continuations become spaces too.
std::string without_directives(std::string_view text);

}  // namespace entrepot::style
