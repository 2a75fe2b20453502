// The set rule of merge, word for word and quadratic: the value of a path is the set of assignments
// made to it by merged changes, less each one whose dot is covered by the context of another merged
// change that assigns the same path. Shares no code with the incremental form on purpose.
#include <algorithm>

#include "replication/model/record_state.hpp"

namespace entrepot::replication {
namespace {

struct Merged {
    const CountedChange* counted;
    std::vector<Assignment> assignments;
};

std::vector<Merged> once_each(std::span<const CountedChange> changes) {
    std::map<Dot, const CountedChange*> by_dot;
    for (const CountedChange& counted : changes) {
        by_dot.emplace(counted.dot, &counted);
    }
    std::vector<Merged> out;
    for (const auto& [dot, counted] : by_dot) {
        out.push_back({counted, assignments_with_liveness(counted->change)});
    }
    return out;
}

bool assigns(const Merged& merged, const Path& path) {
    return std::any_of(merged.assignments.begin(), merged.assignments.end(),
                       [&](const Assignment& assignment) { return assignment.path == path; });
}

bool saw(const Merged& merged, const Dot& dot) {
    const Context& context = merged.counted->change.context;
    return std::any_of(context.begin(), context.end(), [&](const ContextEntry& entry) {
        return entry.log == dot.log && dot.number <= entry.number;
    });
}

bool is_covered(const Merged& by, const Path& path, const std::vector<Merged>& all) {
    return std::any_of(all.begin(), all.end(), [&](const Merged& other) {
        return &other != &by && assigns(other, path) && saw(other, by.counted->dot);
    });
}

}  // namespace

RecordState merge_from_scratch(std::span<const CountedChange> merged) {
    const std::vector<Merged> all = once_each(merged);
    std::map<Path, std::map<Dot, Value>> values;
    std::map<Dot, HybridTime> authors;
    std::map<LogId, ContextEntry> shown;
    RecordState state;
    for (const Merged& each : all) {
        const CountedChange& counted = *each.counted;
        state.database = counted.change.database;
        shown[counted.dot.log] = {counted.dot.log, counted.dot.number, counted.hash};
        for (const Assignment& assignment : each.assignments) {
            if (!is_covered(each, assignment.path, all)) {
                values[assignment.path].emplace(counted.dot, assignment.value);
                authors.emplace(counted.dot, counted.time);
            }
        }
    }
    for (const auto& [log, entry] : shown) {
        state.shown.push_back(entry);
    }
    std::map<Dot, std::uint32_t> place;
    for (const auto& [dot, time] : authors) {
        place.emplace(dot, static_cast<std::uint32_t>(state.authors.size()));
        state.authors.push_back({dot, time});
    }
    for (const auto& [path, siblings] : values) {
        PathState& out = state.paths.emplace_back(PathState{path, {}});
        for (const auto& [dot, value] : siblings) {
            out.siblings.push_back({place.at(dot), value});
        }
    }
    return state;
}

}  // namespace entrepot::replication
