// The lists of Debian's package iso-codes, read when the program starts: countries (ISO 3166-1
// alpha-2), subdivisions (3166-2), currencies (4217 alpha-3), languages (639, two letters where
// there are two). French and Spanish names come from its gettext files; a system without those
// shows the English names.
#pragma once

#include <string>
#include <vector>

#include "node/databases/code_list.hpp"

namespace entrepot::node {

inline constexpr ErrorCode iso_codes_missing{"iso_codes.missing", ErrorKind::not_found};

struct IsoCodesPlaces {
    std::string json = "/usr/share/iso-codes/json";
    std::string translations = "/usr/share/locale";
};

/// iso_codes.missing when a file cannot be read (says which and how to get it);
/// code_list.malformed when it is not what the package has.
Result<std::vector<CodeList>> load_iso_codes(const IsoCodesPlaces& places);

}  // namespace entrepot::node
