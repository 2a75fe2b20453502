#include "node/erasure/carried_over.hpp"

namespace entrepot::node {

Result<std::optional<replication::Change>> carried_over(Desk& desk, const FoundChanges& found,
                                                        const std::string& path) {
    using Carried = std::optional<replication::Change>;
    std::set<replication::Dot> erased;
    for (const FoundChange& change : found.changes) {
        erased.insert({change.place.log, change.place.number});
    }
    const auto record = found.changes.front().record;
    TRY_ASSIGN(const auto state, desk.views().load(record));
    if (!state) {
        return Carried{};
    }
    replication::Change out;
    out.record = record.record;
    out.database = state->database;
    out.context = state->shown;
    std::string removed;  // the item before, when it was removed: nothing below it is written
    for (const auto& each : state->paths) {
        const auto& only = each.siblings.front();
        const auto* liveness = std::get_if<replication::Liveness>(&only.value);
        const bool is_removed = liveness != nullptr && *liveness == replication::Liveness::removed;
        removed = is_removed ? each.path + "/" : removed;
        const bool is_implied = liveness != nullptr && !is_removed;
        const bool is_below_removed = !removed.empty() && each.path.starts_with(removed);
        const bool goes = each.path == path || each.path.starts_with(path + "/");
        if (!is_implied && !is_below_removed && !goes && each.siblings.size() == 1 &&
            erased.contains(state->authors[only.author].dot)) {
            out.assignments.push_back({each.path, only.value});
        }
    }
    return out.assignments.empty() ? Carried{} : Carried(std::move(out));
}

}  // namespace entrepot::node
