// The incremental form of the set rule. Changes merge in causal order (applier.hpp), so a merged
// change is never covered by one merged before it, and keeping the siblings of each path suffices.
#include "replication/model/record_state.hpp"

#include <algorithm>

namespace entrepot::replication {
namespace {

const ContextEntry* entry_of(const Context& context, const LogId& log) {
    const auto found = std::lower_bound(
        context.begin(), context.end(), log,
        [](const ContextEntry& entry, const LogId& wanted) { return entry.log < wanted; });
    return found != context.end() && found->log == log ? &*found : nullptr;
}

bool covers(const Context& context, const Dot& dot) {
    const ContextEntry* entry = entry_of(context, dot.log);
    return entry != nullptr && dot.number <= entry->number;
}

void show(Context& shown, const CountedChange& counted) {
    const auto at = std::lower_bound(
        shown.begin(), shown.end(), counted.dot.log,
        [](const ContextEntry& entry, const LogId& log) { return entry.log < log; });
    const ContextEntry entry{counted.dot.log, counted.dot.number, counted.hash};
    if (at != shown.end() && at->log == counted.dot.log) {
        *at = entry;
    } else {
        shown.insert(at, entry);
    }
}

/// Puts the author into its place, moving the indexes after it; returns its index.
std::uint32_t add_author(RecordState& state, const CountedChange& counted) {
    const SiblingAuthor author{counted.dot, counted.time};
    const auto at = std::lower_bound(
        state.authors.begin(), state.authors.end(), author,
        [](const SiblingAuthor& a, const SiblingAuthor& b) { return a.dot < b.dot; });
    const auto index = static_cast<std::uint32_t>(at - state.authors.begin());
    const bool is_last = at == state.authors.end();
    state.authors.insert(at, author);
    if (!is_last) {
        for (PathState& path : state.paths) {
            for (Sibling& sibling : path.siblings) {
                sibling.author += sibling.author >= index ? 1 : 0;
            }
        }
    }
    return index;
}

void add_sibling(std::vector<Sibling>& siblings, Sibling sibling) {
    const auto at =
        std::lower_bound(siblings.begin(), siblings.end(), sibling,
                         [](const Sibling& a, const Sibling& b) { return a.author < b.author; });
    siblings.insert(at, std::move(sibling));
}

/// Drops authors without a sibling and closes the gaps they leave.
void drop_unused_authors(RecordState& state) {
    std::vector<std::uint32_t> place(state.authors.size(), 0);
    for (const PathState& path : state.paths) {
        for (const Sibling& sibling : path.siblings) {
            place[sibling.author] = 1;
        }
    }
    if (std::find(place.begin(), place.end(), 0U) == place.end()) {
        return;
    }
    std::uint32_t kept = 0;
    for (std::size_t i = 0; i < place.size(); ++i) {
        if (place[i] != 0) {
            state.authors[kept] = state.authors[i];
            place[i] = kept++;
        }
    }
    state.authors.resize(kept);
    for (PathState& path : state.paths) {
        for (Sibling& sibling : path.siblings) {
            sibling.author = place[sibling.author];
        }
    }
}

/// Assigns to the path where `at` stands or should; returns the position after it.
std::size_t assign(RecordState& state, std::size_t at, Assignment& assignment,
                   const std::vector<bool>& covered, std::uint32_t author) {
    while (at < state.paths.size() && state.paths[at].path < assignment.path) {
        ++at;
    }
    if (at == state.paths.size() || state.paths[at].path != assignment.path) {
        state.paths.insert(state.paths.begin() + static_cast<std::ptrdiff_t>(at),
                           PathState{std::move(assignment.path), {}});
    }
    std::vector<Sibling>& siblings = state.paths[at].siblings;
    siblings.erase(std::remove_if(siblings.begin(), siblings.end(),
                                  [&](const Sibling& old) { return covered[old.author]; }),
                   siblings.end());
    add_sibling(siblings, {author, std::move(assignment.value)});
    return at + 1;
}

}  // namespace

const PathState* RecordState::find(std::string_view path) const {
    const auto found = std::lower_bound(
        paths.begin(), paths.end(), path,
        [](const PathState& state, std::string_view wanted) { return state.path < wanted; });
    return found != paths.end() && found->path == path ? &*found : nullptr;
}

std::vector<Assignment> assignments_with_liveness(const Change& change) {
    std::vector<Assignment> out;
    out.reserve(change.assignments.size() + 4);
    const bool tombstone = change.kind == ChangeKind::tombstone;
    out.push_back({Path{}, tombstone ? Liveness::tombstoned : Liveness::present});
    for (const Assignment& assignment : change.assignments) {
        const std::string_view item = item_of(assignment.path);
        const bool below_item = !item.empty() && item.size() < assignment.path.size();
        if (below_item && item_of(out.back().path) != item) {
            out.push_back({Path{item}, Liveness::present});
        }
        out.push_back(assignment);
    }
    return out;
}

void merge_change(RecordState& state, const CountedChange& counted) {
    if (covers(state.shown, counted.dot)) {
        return;
    }
    if (state.database.empty()) {
        state.database = counted.change.database;
    }
    show(state.shown, counted);
    const std::uint32_t author = add_author(state, counted);
    std::vector<bool> covered(state.authors.size());
    for (std::size_t i = 0; i < covered.size(); ++i) {
        covered[i] = i != author && covers(counted.change.context, state.authors[i].dot);
    }
    std::vector<Assignment> assignments = assignments_with_liveness(counted.change);
    if (state.paths.empty()) {
        state.paths.reserve(assignments.size());
    }
    std::size_t at = 0;
    for (Assignment& assignment : assignments) {
        at = assign(state, at, assignment, covered, author);
    }
    drop_unused_authors(state);
}

}  // namespace entrepot::replication
