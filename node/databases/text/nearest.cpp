#include "node/databases/text/nearest.hpp"

#include <algorithm>
#include <vector>

#include "node/databases/text/utf8.hpp"

namespace entrepot::node {

namespace {

/// Optimal string alignment distance, over bytes.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) {
        above[j] = j;
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = std::min(row[j], before[j - 2] + 1);
            }
        }
        std::swap(before, above);
        std::swap(above, row);
    }
    return above[b.size()];
}

}  // namespace

std::string_view nearest(std::string_view given, std::span<const std::string_view> candidates) {
    const std::string wanted = fold_case(given.substr(0, 64));
    std::size_t best = std::max<std::size_t>(1, wanted.size() / 3);
    std::string_view found;
    for (const std::string_view candidate : candidates) {
        const std::size_t gap = candidate.size() > wanted.size() ? candidate.size() - wanted.size()
                                                                 : wanted.size() - candidate.size();
        if (gap > best) {
            continue;
        }
        const std::size_t far = distance(wanted, fold_case(candidate));
        if (far < best || (far == best && found.empty())) {
            best = far;
            found = candidate;
        }
    }
    return found;
}

}  // namespace entrepot::node
