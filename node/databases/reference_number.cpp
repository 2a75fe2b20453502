#include "node/databases/reference_number.hpp"

#include <algorithm>
#include <charconv>

namespace entrepot::node {

namespace {

bool is_capital(char c) {
    return c >= 'A' && c <= 'Z';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::optional<std::uint32_t> number_of(std::string_view digits) {
    std::uint32_t out = 0;
    if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit)) {
        return std::nullopt;
    }
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    return error == std::errc{} ? std::optional(out) : std::nullopt;
}

}  // namespace

std::optional<ReferenceNumber> reference_number_from_text(std::string_view text) {
    const std::size_t unit_end = text.size() < 3 ? std::string_view::npos : text.find('-', 3);
    if (unit_end == std::string_view::npos || text[2] != '-' || text.size() < unit_end + 11 ||
        text[unit_end + 5] != '-') {
        return std::nullopt;
    }
    ReferenceNumber out{std::string(text.substr(0, 2)), std::string(text.substr(3, unit_end - 3))};
    const auto year = number_of(text.substr(unit_end + 1, 4));
    const std::string_view digits = text.substr(unit_end + 6);
    const auto number = number_of(digits);
    const bool good_unit = out.unit.size() >= 2 && out.unit.size() <= 8 &&
                           std::all_of(out.unit.begin(), out.unit.end(),
                                       [](char c) { return is_capital(c) || is_digit(c); });
    const bool needless_zero = digits.size() > 5 && digits[0] == '0';
    if (!std::all_of(out.country.begin(), out.country.end(), is_capital) || !good_unit || !year ||
        *year == 0 || !number || needless_zero) {
        return std::nullopt;
    }
    out.year = static_cast<std::uint16_t>(*year);
    out.number = *number;
    return out;
}

std::string to_text(const ReferenceNumber& number) {
    std::string year = std::to_string(number.year), digits = std::to_string(number.number);
    year.insert(0, year.size() < 4 ? 4 - year.size() : 0, '0');
    digits.insert(0, digits.size() < 5 ? 5 - digits.size() : 0, '0');
    return number.country + "-" + number.unit + "-" + year + "-" + digits;
}

}  // namespace entrepot::node
