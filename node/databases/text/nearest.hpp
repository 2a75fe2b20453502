// Nearest: the word somebody may have meant.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace entrepot::node {

/// The candidate at the smallest edit distance (a swap of neighbours counts one) from `given`,
/// ignoring case, or empty when none is within a third of its length, at least one.
std::string_view nearest(std::string_view given, std::span<const std::string_view> candidates);

}  // namespace entrepot::node
