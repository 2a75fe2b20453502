// Reference numbers of seizures: CC-UNIT-YYYY-NNNNN, from a block that the node owns, so that two
// units off line never give the same one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace entrepot::node {

struct ReferenceNumber {
    std::string country;  ///< two letters A-Z
    std::string unit;     ///< 2…8 of A-Z 0-9
    std::uint16_t year = 0;
    std::uint32_t number = 0;  ///< at least five digits when written
    friend bool operator==(const ReferenceNumber&, const ReferenceNumber&) = default;
};

std::optional<ReferenceNumber> reference_number_from_text(std::string_view text);
std::string to_text(const ReferenceNumber& number);

}  // namespace entrepot::node
