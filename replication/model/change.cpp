#include "replication/model/change.hpp"

#include <algorithm>

namespace entrepot::replication {
namespace {

constexpr std::size_t database_limit = 32;

Error refused(std::string why) {
    return {change_malformed, std::move(why)};
}

Status check_database(std::string_view name) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    };
    if (name.empty() || name.size() > database_limit ||
        !std::all_of(name.begin(), name.end(), allowed)) {
        return refused("database name wants 1 to 32 bytes of a-z 0-9 _");
    }
    return {};
}

Status check_context(const Context& context) {
    if (context.size() > context_limit) {
        return Error{change_too_large, "context names more than 1024 logs"};
    }
    for (std::size_t i = 0; i < context.size(); ++i) {
        if (context[i].number.value == 0) {
            return refused("context names commit 0");
        }
        if (i > 0 && !(context[i - 1].log < context[i].log)) {
            return refused("context is not sorted by log");
        }
    }
    return {};
}

/// Liveness stands at items' own paths only, and is written only where nothing below implies it.
Status check_liveness(const Assignment& assignment, const Assignment* following) {
    const bool at_item = holds_liveness(assignment.path);
    if (std::holds_alternative<UnknownValue>(assignment.value)) {
        return {};
    }
    const Liveness* liveness = std::get_if<Liveness>(&assignment.value);
    if (at_item != (liveness != nullptr)) {
        return refused("'" + assignment.path +
                       "': liveness belongs at an item's path, and only there");
    }
    if (liveness != nullptr && *liveness == Liveness::tombstoned) {
        return refused("'" + assignment.path + "': an item is removed, not tombstoned");
    }
    if (at_item && following != nullptr && item_of(following->path) == assignment.path) {
        return refused("'" + assignment.path + "': assigned together with fields below it");
    }
    return {};
}

Status check_assignments(const std::vector<Assignment>& assignments) {
    if (assignments.size() > assignment_limit) {
        return Error{change_too_large, "more than 4096 assignments"};
    }
    for (std::size_t i = 0; i < assignments.size(); ++i) {
        const Assignment& assignment = assignments[i];
        const bool last = i + 1 == assignments.size();
        if (assignment.path.empty()) {
            return refused("the record's own liveness is implied, not assigned");
        }
        TRY(check_path(assignment.path));
        if (i > 0 && !(assignments[i - 1].path < assignment.path)) {
            return refused("'" + assignment.path + "': paths are not sorted, or one stands twice");
        }
        TRY(check_value(assignment.value));
        TRY(check_liveness(assignment, last ? nullptr : &assignments[i + 1]));
    }
    return {};
}

}  // namespace

Status check_change(const Change& change) {
    if (change.kind < ChangeKind::set || change.kind > ChangeKind::merge_into) {
        return refused("no such kind of change");
    }
    TRY(check_database(change.database));
    TRY(check_context(change.context));
    return check_assignments(change.assignments);
}

}  // namespace entrepot::replication
