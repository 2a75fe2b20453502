// What a reader of a state is shown: which of several siblings leads, and where they conflict.
#include <algorithm>
#include <tuple>

#include "replication/model/record_state.hpp"

namespace entrepot::replication {
namespace {

/// Position among the codes that lead by caution, or whether it is present: 0 where neither says.
std::size_t caution(const Value& value, const FieldRule& rule) {
    if (const auto* liveness = std::get_if<Liveness>(&value)) {
        return *liveness == Liveness::present ? 1 : 0;
    }
    if (const auto* code = std::get_if<CodeValue>(&value)) {
        const auto found = std::find(rule.greatest.begin(), rule.greatest.end(), code->code);
        return found == rule.greatest.end()
                   ? 0
                   : static_cast<std::size_t>(found - rule.greatest.begin()) + 1;
    }
    return 0;
}

using Rank = std::tuple<std::size_t, HybridTime, Dot>;

Rank rank_of(const RecordState& state, const Sibling& sibling, const FieldRule& rule) {
    const SiblingAuthor& author = state.authors[sibling.author];
    return {caution(sibling.value, rule), author.time, author.dot};
}

bool is_conflict(const PathState& path) {
    return std::any_of(path.siblings.begin(), path.siblings.end(), [&](const Sibling& sibling) {
        return !(sibling.value == path.siblings.front().value);
    });
}

/// Whether fields below this record or item are in view: it is present, or that is disputed.
bool in_view(const RecordState& state, std::string_view path) {
    const PathState* liveness = state.find(path);
    return liveness == nullptr || is_conflict(*liveness) || is_present(state, path);
}

}  // namespace

std::vector<ShownValue> shown_values(const RecordState& state, const PathState& path,
                                     const FieldRule& rule) {
    std::vector<const Sibling*> siblings;
    for (const Sibling& sibling : path.siblings) {
        siblings.push_back(&sibling);
    }
    std::sort(siblings.begin(), siblings.end(), [&](const Sibling* a, const Sibling* b) {
        return rank_of(state, *a, rule) > rank_of(state, *b, rule);
    });
    std::vector<ShownValue> out;
    for (const Sibling* sibling : siblings) {
        const auto same = std::find_if(out.begin(), out.end(), [&](const ShownValue& shown) {
            return shown.value == sibling->value;
        });
        if (same == out.end()) {
            out.push_back({sibling->value, {sibling->author}});
        } else {
            same->authors.push_back(sibling->author);
        }
    }
    return out;
}

std::vector<Path> conflicting_paths(const RecordState& state) {
    std::vector<Path> out;
    const bool record_in_view = in_view(state, {});
    for (const PathState& path : state.paths) {
        if (!is_conflict(path)) {
            continue;
        }
        const std::string_view item = item_of(path.path);
        const bool item_in_view = item.empty() || item == path.path || in_view(state, item);
        if (path.path.empty() || (record_in_view && item_in_view)) {
            out.push_back(path.path);
        }
    }
    return out;
}

bool is_present(const RecordState& state, std::string_view path) {
    const PathState* liveness = state.find(path);
    return liveness != nullptr && std::any_of(liveness->siblings.begin(), liveness->siblings.end(),
                                              [](const Sibling& sibling) {
                                                  return sibling.value == Value{Liveness::present};
                                              });
}

}  // namespace entrepot::replication
