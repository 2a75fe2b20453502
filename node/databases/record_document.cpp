#include "node/databases/record_document.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "node/databases/field_value.hpp"
#include "node/databases/text/number_text.hpp"
#include "replication/model/path.hpp"

namespace entrepot::node {

using nlohmann::json;
using replication::PathState;
using replication::RecordState;
using replication::ShownValue;
using replication::UnknownValue;

namespace {

/// Ids that are numbers rise by number and stand before the others.
bool item_before(const std::string& a, const std::string& b) {
    const auto left = integer_from_text(a), right = integer_from_text(b);
    if (left && right) {
        return *left < *right;
    }
    return left || right ? left.has_value() : a < b;
}

class DocumentWriter {
public:
    DocumentWriter(const Schema& schema, const RecordState& state)
        : schema_(schema), state_(state) {}

    json write() {
        for (const PathState& path : state_.paths) {
            add_path(path);
        }
        finish_groups();
        return {
            {"database", state_.database},      {"present", replication::is_present(state_, "")},
            {"document", std::move(document_)}, {"conflicts", std::move(conflicts_)},
            {"unknown", std::move(unknown_)},   {"marked", std::move(marked_)}};
    }

private:
    void add_path(const PathState& path);
    void add_conflict(const PathState& path, const std::vector<ShownValue>& values);
    void add_unknown(const PathState& path, const replication::Value& value, const char* note);
    void add_value(const PathState& path, const Field& field, const replication::Value& value);
    void finish_groups();

    const Schema& schema_;
    const RecordState& state_;
    json document_ = json::object();
    json conflicts_ = json::array(), unknown_ = json::array(), marked_ = json::array();
    std::map<std::string, std::map<std::string, json>> items_;  // by group and item id
};

void DocumentWriter::add_conflict(const PathState& path, const std::vector<ShownValue>& values) {
    json shown = json::array();
    for (const ShownValue& value : values) {
        json authors = json::array();
        for (const std::uint32_t index : value.authors) {
            const replication::SiblingAuthor& author = state_.authors[index];
            authors.push_back({{"log", to_hex(author.dot.log.view())},
                               {"number", author.dot.number.value},
                               {"time", author.time.wall().ms}});
        }
        shown.push_back({{"value", value_to_json(value.value)}, {"authors", std::move(authors)}});
    }
    conflicts_.push_back({{"path", path.path}, {"values", std::move(shown)}});
}

void DocumentWriter::add_unknown(const PathState& path, const replication::Value& value,
                                 const char* note) {
    unknown_.push_back({{"path", path.path}, {"value", value_to_json(value)}, {"note", note}});
}

void DocumentWriter::add_value(const PathState& path, const Field& field,
                               const replication::Value& value) {
    if (std::optional<Problem> mark = mark_of(field, value)) {
        mark->path = path.path;
        marked_.push_back({{"path", path.path},
                           {"value", value_to_json(value)},
                           {"code", mark->code.name()},
                           {"message", in_words(*mark)}});
        return;
    }
    const std::string_view item = replication::item_of(path.path);
    if (item.empty()) {
        document_[path.path] = value_to_json(value);
        return;
    }
    const std::size_t slash = item.find('/');
    json& at = items_[std::string(item.substr(0, slash))][std::string(item.substr(slash + 1))];
    at[path.path.substr(item.size() + 1)] = value_to_json(value);
}

void DocumentWriter::add_path(const PathState& path) {
    const std::string_view item = replication::item_of(path.path);
    const bool alive = replication::holds_liveness(path.path);
    const std::vector<ShownValue> values =
        replication::shown_values(state_, path, schema_.rule_at(path.path));
    if (values.empty() || (!alive && !item.empty() && !replication::is_present(state_, item))) {
        return;
    }
    if (values.size() > 1) {
        add_conflict(path, values);
    }
    if (alive) {
        return;
    }
    const replication::Value& leading = values.front().value;
    if (std::holds_alternative<std::monostate>(leading)) {
        return;
    }
    const Field* field = schema_.field_at(path.path);
    if (std::holds_alternative<UnknownValue>(leading)) {
        add_unknown(path, leading, "needs a newer program");
    } else if (field == nullptr) {
        add_unknown(path, leading, "needs a newer program: this schema has no such field");
    } else {
        add_value(path, *field, leading);
    }
}

void DocumentWriter::finish_groups() {
    for (auto& [name, items] : items_) {
        const Group* group = schema_.find_group(name);
        std::vector<std::string> ids;
        for (const auto& [id, item] : items) {
            ids.push_back(id);
        }
        std::sort(ids.begin(), ids.end(), item_before);
        json& out = document_[name] = json::array();
        for (const std::string& id : ids) {
            json& item = items[id];
            if (group != nullptr && group->is_set) {
                out.push_back(std::move(item["code"]));
                continue;
            }
            item["id"] = id;
            out.push_back(std::move(item));
        }
    }
}

}  // namespace

json record_document(const Schema& schema, const RecordState& state) {
    return DocumentWriter(schema, state).write();
}

}  // namespace entrepot::node
