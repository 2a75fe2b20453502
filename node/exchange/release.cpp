#include "node/exchange/release.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <tuple>

#include "crypto/base/ensure.hpp"
#include "node/databases/field_value.hpp"
#include "node/databases/validate.hpp"

namespace entrepot::node {

namespace {

using replication::CodeValue;
using replication::Path;
using replication::PathState;
using replication::RecordState;
using replication::Value;

/// Fields that leave with a record, and for which alone no copy is made.
constexpr std::array<std::string_view, 3> accompanying{"tlp", "retention", "review_on"};

/// Items in the order in which they were numbered, then those added later.
using ItemOrder = std::tuple<bool, std::uint64_t, std::string>;

ItemOrder order_of(std::string_view item) {
    const std::string_view id = item.substr(item.find('/') + 1);
    std::uint64_t number = 0;
    const auto read = std::from_chars(id.data(), id.data() + id.size(), number);
    const bool is_number = read.ec == std::errc() && read.ptr == id.data() + id.size();
    return {!is_number, is_number ? number : 0, std::string(id)};
}

class Projection {
public:
    Projection(const Schema& schema, const RecordState& source, const ReleaseWish& wish)
        : schema_(schema), source_(source), wish_(wish) {
        for (Path& path : replication::conflicting_paths(source)) {
            disputed_.insert(std::move(path));
        }
    }

    Result<Release> project();

private:
    struct Leaving {
        std::size_t line;  ///< its place in lines
        Value value;
    };

    bool in_view(const PathState& path) const;
    Status check_named() const;
    Status check_status() const;
    Status look_at(const PathState& path);
    Status settled(std::string_view path) const;
    void number_items();
    Path path_in_copy(const Leaving& leaving) const;

    const Schema& schema_;
    const RecordState& source_;
    const ReleaseWish& wish_;
    std::set<Path> disputed_;
    std::vector<Leaving> leaving_;
    std::map<std::string, std::string> item_in_copy_;  ///< "goods/7" → "goods/1"
    Release out_;
};

bool Projection::in_view(const PathState& path) const {
    if (replication::holds_liveness(path.path) || is_marking(path.path)) {
        return false;
    }
    const std::string_view item = replication::item_of(path.path);
    return item.empty() || replication::is_present(source_, item);
}

/// What nobody may name, before anything else is looked at.
Status Projection::check_named() const {
    for (const std::set<Path>* named : {&wish_.added, &wish_.cleared}) {
        for (const Path& path : *named) {
            const Field* field = schema_.field_at(path);
            const auto reason = field == nullptr ? std::nullopt : never_leaves(*field);
            if (reason == FateReason::source) {
                return Error{release_source_class, path + " protects a source and never leaves"};
            }
            if (reason) {
                return Error{release_points_back, path + " leads back here and never leaves"};
            }
            const PathState* found = source_.find(path);
            const bool has_value =
                field != nullptr && found != nullptr && in_view(*found) &&
                std::any_of(found->siblings.begin(), found->siblings.end(), [](const auto& one) {
                    return !std::holds_alternative<std::monostate>(one.value);
                });
            if (!has_value) {
                return Error{release_unknown_path, "the record has no value at '" + path + "'"};
            }
        }
    }
    return {};
}

/// A field that says `release_as` must be on a code from which that one may follow.
Status Projection::check_status() const {
    for (const Field& field : schema_.fields) {
        if (field.release_as.empty()) {
            continue;
        }
        const PathState* found = source_.find(field.name);
        TRY(settled(field.name));
        const auto* code =
            found == nullptr ? nullptr : std::get_if<CodeValue>(&found->siblings.front().value);
        const std::string now = code == nullptr ? "" : code->code;
        const auto follow = field.transitions.find(now);
        const bool may = follow != field.transitions.end() &&
                         std::find(follow->second.begin(), follow->second.end(),
                                   field.release_as) != follow->second.end();
        if (!may && (code == nullptr || !field.transitions.empty())) {
            return Error{release_status, field.name + " is '" + now + "', which cannot become '" +
                                             field.release_as + "'"};
        }
    }
    return {};
}

/// release.conflicted where the path or its item is in conflict.
Status Projection::settled(std::string_view path) const {
    for (const std::string_view part : {path, replication::item_of(path)}) {
        if (!part.empty() && disputed_.count(Path(part)) > 0) {
            return Error{release_conflicted,
                         std::string(part) + " is in conflict: resolve it first"};
        }
    }
    return {};
}

Status Projection::look_at(const PathState& path) {
    const Field* field = schema_.field_at(path.path);
    const ValueWish wish{wish_.added.count(path.path) > 0, wish_.cleared.count(path.path) > 0};
    std::optional<ReleaseLine> line;
    Value leading;
    for (const auto& shown : shown_values(source_, path, schema_.rule_at(path.path))) {
        if (std::holds_alternative<std::monostate>(shown.value)) {
            continue;
        }
        const ValueFate fate = fate_of(field, shown.value, wish);
        if (fate.leaves()) {
            TRY(settled(path.path));
        }
        if (!line) {
            line = ReleaseLine{path.path, {}, fate};
            leading = shown.value;
        }
    }
    if (!line) {
        return {};
    }
    if (line->fate.leaves()) {
        Value value = line->fate.fate == Fate::generalised
                          ? *generalised(field->generalise, leading)
                          : std::move(leading);
        if (!field->release_as.empty()) {
            value = CodeValue{field->release_as};
        }
        leaving_.push_back({out_.lines.size(), std::move(value)});
    }
    out_.lines.push_back(std::move(*line));
    return {};
}

/// Numbers the items of which something leaves, so that no id and no gap tells of the source.
void Projection::number_items() {
    std::map<std::string, std::set<ItemOrder>> items;
    for (const Leaving& leaving : leaving_) {
        const std::string_view item = replication::item_of(out_.lines[leaving.line].source);
        if (!item.empty()) {
            items[std::string(item.substr(0, item.find('/')))].insert(order_of(item));
        }
    }
    for (const auto& [group, ordered] : items) {
        std::size_t number = 0;
        for (const ItemOrder& item : ordered) {
            item_in_copy_[group + "/" + std::get<2>(item)] = group + "/" + std::to_string(++number);
        }
    }
}

Path Projection::path_in_copy(const Leaving& leaving) const {
    const Path& source = out_.lines[leaving.line].source;
    const std::string_view item = replication::item_of(source);
    if (item.empty()) {
        return source;
    }
    const Group* group = schema_.find_group(item.substr(0, item.find('/')));
    if (group->is_set) {
        return set_path(*group, std::get<CodeValue>(leaving.value).code);
    }
    return item_in_copy_.find(std::string(item))->second + source.substr(item.size());
}

Result<Release> Projection::project() {
    if (!replication::is_present(source_, {})) {
        return Error{release_nothing, "the record is tombstoned"};
    }
    if (disputed_.count({}) > 0) {
        return Error{release_conflicted, "whether the record still stands is in conflict"};
    }
    TRY(check_named());
    TRY(check_status());
    for (const PathState& path : source_.paths) {
        if (in_view(path)) {
            TRY(look_at(path));
        }
    }
    number_items();
    std::map<Path, Value> copy;
    bool has_content = false;
    for (Leaving& leaving : leaving_) {
        ReleaseLine& line = out_.lines[leaving.line];
        line.copy = path_in_copy(leaving);
        copy.insert_or_assign(line.copy, std::move(leaving.value));
        const Field& field = *schema_.field_at(line.source);
        const bool accompanies =
            std::find(accompanying.begin(), accompanying.end(), line.source) != accompanying.end();
        has_content |= !accompanies && field.release_as.empty();
        out_.needs_second_officer |= line.fate == ValueFate{Fate::whole, FateReason::added};
    }
    if (!has_content) {
        return Error{release_nothing, "nothing of the record would leave"};
    }
    for (replication::Assignment& mark : assignments_of(wish_.marking)) {
        copy.insert_or_assign(std::move(mark.path), std::move(mark.value));
    }
    for (auto& [path, value] : copy) {
        out_.assignments.push_back({path, std::move(value)});
    }
    return std::move(out_);
}

}  // namespace

Result<Release> make_release(const Schema& schema, const RecordState& source,
                             const ReleaseWish& wish) {
    ENSURE(schema.database == source.database);
    TRY(check_marking(schema, source, wish.marking, wish.today));
    return Projection(schema, source, wish).project();
}

}  // namespace entrepot::node
