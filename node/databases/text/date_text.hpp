// Dates and moments as ISO 8601 writes them, with the precision of what was written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "replication/model/value.hpp"

namespace entrepot::node {

/// "2016", "2016-03" or "2016-03-07"; nothing for another form or a day that does not exist.
std::optional<replication::Date> date_from_text(std::string_view text);
std::string date_to_text(const replication::Date& date);
/// First and last day of the date as days since 1970: what a range compares.
struct DaySpan {
    std::int64_t first = 0;
    std::int64_t last = 0;
};
DaySpan days_of(const replication::Date& date);

/// "2016-03-07T14:05", with optional ":09", ".250", and "Z" or "+01:00" (required: a moment
/// without its offset is ambiguous). Nothing otherwise.
std::optional<replication::Moment> moment_from_text(std::string_view text);
std::string moment_to_text(const replication::Moment& moment);

}  // namespace entrepot::node
