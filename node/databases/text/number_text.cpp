#include "node/databases/text/number_text.hpp"

#include <charconv>

namespace entrepot::node {

using replication::Decimal;

std::optional<std::int64_t> integer_from_text(std::string_view text) {
    std::int64_t out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return out;
}

std::optional<Decimal> decimal_from_text(std::string_view text) {
    const bool negative = !text.empty() && text.front() == '-';
    if (negative || (!text.empty() && text.front() == '+')) {
        text.remove_prefix(1);
    }
    Decimal out;
    std::size_t digits = 0;
    bool after_point = false;
    for (const char c : text) {
        if (c == '.' && !after_point && digits > 0) {
            after_point = true;
            continue;
        }
        if (c < '0' || c > '9' || ++digits > 18) {
            return std::nullopt;
        }
        out.mantissa = out.mantissa * 10 + (c - '0');
        out.scale = static_cast<std::uint8_t>(out.scale + (after_point ? 1 : 0));
    }
    if (digits == 0 || text.back() == '.') {
        return std::nullopt;
    }
    out.mantissa = negative ? -out.mantissa : out.mantissa;
    return out;
}

std::string decimal_to_text(const Decimal& decimal) {
    const bool negative = decimal.mantissa < 0;
    const auto magnitude = negative ? 0 - static_cast<std::uint64_t>(decimal.mantissa)
                                    : static_cast<std::uint64_t>(decimal.mantissa);
    std::string digits = std::to_string(magnitude);
    if (decimal.scale > 0) {
        if (digits.size() <= decimal.scale) {
            digits.insert(0, decimal.scale + 1U - digits.size(), '0');
        }
        digits.insert(digits.size() - decimal.scale, 1, '.');
    }
    return negative ? "-" + digits : digits;
}

std::strong_ordering compare(const Decimal& a, const Decimal& b) {
    __extension__ using Wide = __int128;
    Wide left = a.mantissa, right = b.mantissa;
    for (int scale = a.scale; scale < b.scale; ++scale) {
        left *= 10;
    }
    for (int scale = b.scale; scale < a.scale; ++scale) {
        right *= 10;
    }
    return left < right   ? std::strong_ordering::less
           : left > right ? std::strong_ordering::greater
                          : std::strong_ordering::equal;
}

}  // namespace entrepot::node
