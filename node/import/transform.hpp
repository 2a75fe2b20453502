// Transforms: from what a column holds to what a field takes, as text that value_from_text reads.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "node/databases/problem.hpp"
#include "node/import/mapping.hpp"

namespace entrepot::node {

/// Texts for the field: none when there is no value, one, or several for a set of codes.
using TextsOrProblem = std::variant<std::vector<std::string>, Problem>;

/// `given` has one text, or two for fiscal_month; trimmed UTF-8.
TextsOrProblem transform(const Target& target, std::span<const std::string> given,
                         const CodeList& countries);

/// The date in one of the formats as ISO text: D M (one or two digits), Mon (English, three
/// letters), YY (70–99 are 1970–1999), YYYY; other characters stand for themselves.
std::optional<std::string> date_by_format(std::string_view text, std::string_view format);

}  // namespace entrepot::node
