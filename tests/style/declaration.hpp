// The names a C++ file declares and how long its functions are, found by braces and keywords.
// Sees what stands in namespaces and classes; looks into no function body.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace entrepot::style {

enum class DeclarationKind { type, space, function };

/// A declared name without its qualifiers; for a function with a body, from signature to brace.
struct Declaration {
    DeclarationKind kind = DeclarationKind::function;
    std::string name;
    std::size_t first_line = 0;
    std::size_t last_line = 0;

    std::size_t length() const { return last_line - first_line + 1; }
};

/// All declarations of a file in the order of their ends; lines count from 1.
std::vector<Declaration> declarations_in(std::string_view text);

}  // namespace entrepot::style
