// Which required fields a record lacks.
#include "node/databases/required.hpp"

#include <algorithm>

#include "node/databases/validate.hpp"

namespace entrepot::node {

using replication::Assignment;
using replication::CodeValue;
using replication::Liveness;
using replication::RecordState;
using replication::Value;

namespace {

bool is_empty(const Value& value) {
    return std::holds_alternative<std::monostate>(value);
}

const Assignment* find(std::span<const Assignment> sorted, std::string_view path) {
    const auto at = std::lower_bound(sorted.begin(), sorted.end(), path,
                                     [](const Assignment& assignment, std::string_view wanted) {
                                         return assignment.path < wanted;
                                     });
    return at != sorted.end() && at->path == path ? &*at : nullptr;
}

/// What a record will hold once the assignments are merged into what was shown.
class Outcome {
public:
    Outcome(std::span<const Assignment> sorted, const RecordState* shown)
        : sorted_(sorted), shown_(shown) {}

    bool has(std::string_view path) const {
        if (const Assignment* assignment = find(sorted_, path)) {
            return !is_empty(assignment->value);
        }
        const replication::PathState* before = shown_ == nullptr ? nullptr : shown_->find(path);
        return before != nullptr &&
               std::any_of(before->siblings.begin(), before->siblings.end(),
                           [](const auto& sibling) { return !is_empty(sibling.value); });
    }

    /// "goods/1" for every item of the group, sorted.
    std::vector<std::string> items_of(const std::string& group) const {
        std::vector<std::string> out;
        const std::string prefix = group + "/";
        for (auto at = std::lower_bound(sorted_.begin(), sorted_.end(), prefix,
                                        [](const Assignment&assignment, const std::string&wanted) {
                                            return assignment.path < wanted;
                                        });
             at != sorted_.end() && at->path.compare(0, prefix.size(), prefix) == 0; ++at) {
            add_item(out, at->path, is_empty(at->value));
        }
        for (std::size_t i = 0; shown_ != nullptr && i < shown_->paths.size(); ++i) {
            const std::string& path = shown_->paths[i].path;
            if (path.compare(0, prefix.size(), prefix) == 0) {
                const std::string item = path.substr(0, path.find('/', prefix.size()));
                add_item(out, path, !replication::is_present(*shown_, item));
            }
        }
        std::sort(out.begin(), out.end());
        out.erase(std::unique(out.begin(), out.end()), out.end());
        out.erase(std::remove_if(out.begin(), out.end(),
                                 [this](const std::string& item) { return is_removed(item); }),
                  out.end());
        return out;
    }

private:
    static void add_item(std::vector<std::string>& out, const std::string& path, bool leave_out) {
        const std::size_t end = path.find('/', path.find('/') + 1);
        if (!leave_out && end != std::string::npos &&
            (out.empty() || path.compare(0, end, out.back()) != 0)) {
            out.push_back(path.substr(0, end));
        }
    }
    bool is_removed(const std::string& item) const {
        const Assignment* assignment = find(sorted_, item);
        return assignment != nullptr && std::holds_alternative<Liveness>(assignment->value);
    }

    std::span<const Assignment> sorted_;
    const RecordState* shown_;
};

/// Of the simplified form, and for a person to fill in: reference numbers are the node's to give.
bool is_wanted(const Field& field) {
    return field.required == Requirement::simplified && field.form != "reference_number";
}

/// Once is enough: a required field with a wrong value has its problem already.
void report(const std::string& path, const Labels& labels, std::vector<Problem>& problems) {
    for (const Problem& problem : problems) {
        const bool below = problem.path.size() > path.size() && problem.path[path.size()] == '/';
        if (problem.path.compare(0, path.size(), path) == 0 &&
            (below || problem.path.size() == path.size())) {
            return;
        }
    }
    problems.push_back({path, {}, field_missing, "is required (" + labels.en + ")", {}});
}

void check_group(const Group& group, const Outcome& outcome, std::vector<Problem>& problems) {
    const bool any_field = std::any_of(group.fields.begin(), group.fields.end(), is_wanted);
    const bool needed = group.required == Requirement::simplified;
    if (!needed && !any_field) {
        return;
    }
    const std::vector<std::string> items = outcome.items_of(group.name);
    if (needed && items.empty()) {
        report(group.name, group.labels, problems);
    }
    std::string path;
    for (const std::string& item : items) {
        for (const Field& field : group.fields) {
            if (!is_wanted(field)) {
                continue;
            }
            path.assign(item).append(1, '/').append(field.name);
            if (!outcome.has(path)) {
                report(path, field.labels, problems);
            }
        }
    }
}

bool is_draft(const Value& value) {
    const CodeValue* code = std::get_if<CodeValue>(&value);
    return code != nullptr && code->code == "draft";
}

/// Whether this change makes a record that others will see: not a draft, and a draft until now.
bool leaves_draft(std::span<const Assignment> sorted, const RecordState* shown) {
    const Assignment* status = find(sorted, "status");
    if (shown == nullptr) {
        return status == nullptr || !is_draft(status->value);
    }
    const replication::PathState* before = shown->find("status");
    return status != nullptr && !is_draft(status->value) && before != nullptr &&
           std::all_of(before->siblings.begin(), before->siblings.end(),
                       [](const auto& sibling) { return is_draft(sibling.value); });
}

}  // namespace

void check_required_after(const Schema& schema, std::span<const Assignment> sorted,
                          const RecordState* shown, std::vector<Problem>& problems) {
    if (!leaves_draft(sorted, shown)) {
        return;
    }
    const Outcome outcome(sorted, shown);
    for (const Field& field : schema.fields) {
        if (is_wanted(field) && !outcome.has(field.name)) {
            report(field.name, field.labels, problems);
        }
    }
    for (const Group& group : schema.groups) {
        check_group(group, outcome, problems);
    }
}

void check_required(const Schema& schema, std::span<const Assignment> assignments,
                    std::vector<Problem>& problems) {
    check_required_after(schema, assignments, nullptr, problems);
}

}  // namespace entrepot::node
