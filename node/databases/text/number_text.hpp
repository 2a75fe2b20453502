// Decimals as people type them. What was typed is kept: "1.50" stays different from "1.5" on the
// screen; comparisons treat them as equal.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "replication/model/value.hpp"

namespace entrepot::node {

/// Optional sign, digits, optional point and digits; at most 18 digits in all. Nothing otherwise.
std::optional<replication::Decimal> decimal_from_text(std::string_view text);
std::string decimal_to_text(const replication::Decimal& decimal);
/// By numeric value: 1.50 and 1.5 are equal.
std::strong_ordering compare(const replication::Decimal& a, const replication::Decimal& b);
std::optional<std::int64_t> integer_from_text(std::string_view text);

}  // namespace entrepot::node
