// The schema, list, mapping and word files that are part of the program: put into it at build time
// by node/shipped.cmake, byte for byte as in the source tree.
#pragma once

#include <span>
#include <string_view>

namespace entrepot::node {

struct ShippedFile {
    std::string_view name;  ///< "schemas/seizures.json", "mappings/cbp_weapons.json"
    std::string_view text;
};

std::span<const ShippedFile> shipped_files();
/// The text of a shipped file, or an empty view when there is none of that name.
std::string_view shipped_file(std::string_view name);

}  // namespace entrepot::node
