#include "node/databases/validate.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "node/databases/field_value.hpp"
#include "node/databases/json_text.hpp"
#include "node/databases/required.hpp"
#include "node/databases/text/nearest.hpp"
#include "node/databases/text/utf8.hpp"
#include "replication/model/path.hpp"

namespace entrepot::node {

using nlohmann::json;
using replication::Assignment;
using replication::Liveness;
using replication::PathState;
using replication::RecordState;
using replication::ShownValue;
using replication::Value;

namespace {

std::string cut_dump(const json& value) {
    return shorten(value.dump(-1, ' ', false, json::error_handler_t::replace), 80);
}

template <class Named>
std::string_view nearest_name(std::string_view given, const std::vector<Named>& things) {
    std::vector<std::string_view> names;
    for (const Named& thing : things) {
        names.push_back(thing.name);
    }
    return nearest(given, names);
}

bool is_item_id(std::string_view id) {
    return !id.empty() && id.size() <= 48 && std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

class DocumentReader {
public:
    DocumentReader(const Schema& schema, const RecordState* shown, crypto::Entropy* item_ids)
        : schema_(schema), shown_(shown), item_ids_(item_ids) {}

    ReadDocument read(const json& document);

private:
    void read_field(const Field& field, const std::string& path, const json& given);
    void read_group(const Group& group, const json& given);
    void read_array(const Group& group, const json& given);
    void read_keyed(const Group& group, const json& given);
    void read_set(const Group& group, const json& given);
    void read_set_code(const Group& group, const json& code);
    void read_item(const Group& group, const std::string& item, const json& given);
    void remove_item(const std::string& item);
    std::string id_of_element(const Group& group, const json& element, std::size_t place);
    bool check_transition(const Field& field, const PathState& before, const Value& value);
    void assign(const Field& field, const std::string& path, Value value);
    void report(std::string_view path, const json& given, ErrorCode code, std::string message,
                std::string_view suggestion = {}) {
        out_.problems.push_back({std::string(path), cut_dump(given), code, std::move(message),
                                 std::string(suggestion)});
    }

    const Schema& schema_;
    const RecordState* shown_;
    crypto::Entropy* item_ids_;
    std::set<std::string> items_read_;
    ReadDocument out_;
};

/// A code as an item's id: lower case, '-' as '_'.
std::string id_of_code(std::string_view code) {
    std::string out(code);
    for (char& c : out) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c == '-' ? '_' : c;
    }
    return out;
}

bool DocumentReader::check_transition(const Field& field, const PathState& before,
                                      const Value& value) {
    const auto* code = std::get_if<replication::CodeValue>(&value);
    if (field.transitions.empty() || code == nullptr) {
        return true;
    }
    std::string from;
    for (const replication::Sibling& sibling : before.siblings) {
        const auto* old = std::get_if<replication::CodeValue>(&sibling.value);
        const auto allowed =
            old == nullptr ? field.transitions.end() : field.transitions.find(old->code);
        if (allowed == field.transitions.end() ||
            std::find(allowed->second.begin(), allowed->second.end(), code->code) !=
                allowed->second.end()) {
            return true;
        }
        from = old->code;
    }
    report(before.path, code->code, field_transition,
           "'" + code->code + "' may not follow '" + from + "'");
    return false;
}

void DocumentReader::assign(const Field& field, const std::string& path, Value value) {
    const PathState* before = shown_ == nullptr ? nullptr : shown_->find(path);
    if (before == nullptr) {
        if (!std::holds_alternative<std::monostate>(value)) {
            out_.assignments.push_back({path, std::move(value)});
        }
        return;
    }
    const std::vector<ShownValue> values = replication::shown_values(*shown_, *before, field.rule);
    const std::string_view item = replication::item_of(path);
    const bool hidden = !item.empty() && !replication::is_present(*shown_, item);
    if (values.size() == 1 && values.front().value == value && !hidden) {
        return;
    }
    if (check_transition(field, *before, value)) {
        out_.assignments.push_back({path, std::move(value)});
    }
}

void DocumentReader::read_field(const Field& field, const std::string& path, const json& given) {
    const bool as_file = field.type == FieldType::photo || field.type == FieldType::sealed;
    if (as_file && shown_ != nullptr) {
        const PathState* before = shown_->find(path);
        if (before != nullptr && !before->siblings.empty() &&
            value_to_json(before->siblings.front().value) == given) {
            return;
        }
    }
    ValueOrProblem read = value_from_json(field, given);
    if (Problem* problem = std::get_if<Problem>(&read)) {
        problem->path = path;
        out_.problems.push_back(std::move(*problem));
        return;
    }
    assign(field, path, std::get<Value>(std::move(read)));
}

void DocumentReader::remove_item(const std::string& item) {
    if (shown_ != nullptr && shown_->find(item) != nullptr &&
        replication::is_present(*shown_, item)) {
        out_.assignments.push_back({item, Liveness::removed});
    }
}

void DocumentReader::read_item(const Group& group, const std::string& item, const json& given) {
    if (!given.is_object()) {
        report(item, given, field_wrong_type,
               std::string("is ") + given.type_name() + "; an object with fields is wanted");
        return;
    }
    if (!items_read_.insert(item).second) {
        report(item, given, item_bad_id, "stands in the document twice");
        return;
    }
    std::string path;
    for (auto entry = given.begin(); entry != given.end(); ++entry) {
        if (entry.key() == "id") {
            continue;
        }
        path.assign(item).append(1, '/').append(entry.key());
        if (const Field* field = group.find(entry.key())) {
            read_field(*field, path, entry.value());
        } else {
            report(path, entry.value(), field_unknown, group.name + " has no such field",
                   nearest_name(entry.key(), group.fields));
        }
    }
}

std::string DocumentReader::id_of_element(const Group& group, const json& element,
                                          std::size_t place) {
    const auto id = element.is_object() ? element.find("id") : element.end();
    if (element.is_object() && id != element.end()) {
        return id->is_string() ? id->get<std::string>() : std::string();
    }
    std::string by_place = std::to_string(place);
    const std::string item = group.name + "/" + by_place;
    if (shown_ == nullptr || item_ids_ == nullptr ||
        (shown_->find(item) != nullptr && replication::is_present(*shown_, item))) {
        return by_place;
    }
    return replication::new_item_id(*item_ids_);
}

void DocumentReader::read_array(const Group& group, const json& given) {
    std::size_t place = 0;
    for (const json& element : given) {
        const std::string id = id_of_element(group, element, ++place);
        if (!is_item_id(id)) {
            report(group.name + "/" + std::to_string(place), element, item_bad_id,
                   "\"id\" is text of 1…48 of a-z 0-9 _");
            continue;
        }
        read_item(group, group.name + "/" + id, element);
    }
}

void DocumentReader::read_keyed(const Group& group, const json& given) {
    for (auto entry = given.begin(); entry != given.end(); ++entry) {
        const std::string item = group.name + "/" + entry.key();
        if (!is_item_id(entry.key())) {
            report(item, entry.value(), item_bad_id, "an item's id is 1…48 of a-z 0-9 _");
        } else if (entry.value().is_null()) {
            remove_item(item);
        } else {
            read_item(group, item, entry.value());
        }
    }
}

void DocumentReader::read_set_code(const Group& group, const json& code) {
    const std::string* text = code.get_ptr<const std::string*>();
    if (text == nullptr || text->empty()) {
        report(group.name, code, field_wrong_type, "holds codes, as text");
        return;
    }
    const std::string id = id_of_code(*text);
    const std::string item = group.name + "/" + (is_item_id(id) ? id : "code");
    if (is_item_id(id) && !items_read_.insert(item).second) {
        return;
    }
    read_field(group.fields.front(), item + "/code", code);
    if (!out_.problems.empty() && out_.problems.back().path == item + "/code") {
        out_.problems.back().path = group.name;
    }
}

void DocumentReader::read_set(const Group& group, const json& given) {
    if (given.is_array()) {
        for (const json& code : given) {
            read_set_code(group, code);
        }
        return;
    }
    for (auto entry = given.begin(); entry != given.end(); ++entry) {
        if (entry.value().is_null() || entry.value() == false) {
            remove_item(group.name + "/" + id_of_code(entry.key()));
        } else if (entry.value() == true) {
            read_set_code(group, entry.key());
        } else {
            report(group.name + "/" + entry.key(), entry.value(), field_wrong_type,
                   "is true, to add the code, or null, to remove it");
        }
    }
}

void DocumentReader::read_group(const Group& group, const json& given) {
    if (given.is_null()) {
        for (std::size_t i = 0; shown_ != nullptr && i < shown_->paths.size(); ++i) {
            const std::string& path = shown_->paths[i].path;
            if (replication::holds_liveness(path) &&
                path.compare(0, group.name.size() + 1, group.name + "/") == 0) {
                remove_item(path);
            }
        }
        return;
    }
    if (!given.is_array() && !given.is_object()) {
        report(group.name, given, field_wrong_type,
               std::string("is ") + given.type_name() + "; an array of items is wanted");
    } else if (given.size() > item_limit) {
        report(group.name, json(given.size()), item_too_many,
               "has more than " + std::to_string(item_limit) + " items");
    } else if (group.is_set) {
        read_set(group, given);
    } else if (given.is_array()) {
        read_array(group, given);
    } else {
        read_keyed(group, given);
    }
}

ReadDocument DocumentReader::read(const json& document) {
    if (!document.is_object()) {
        report("", document, document_not_object, "a record is a JSON object with fields");
        return std::move(out_);
    }
    out_.assignments.reserve(32);
    for (auto entry = document.begin(); entry != document.end(); ++entry) {
        if (const Field* field = schema_.find(entry.key())) {
            read_field(*field, entry.key(), entry.value());
        } else if (const Group* group = schema_.find_group(entry.key())) {
            read_group(*group, entry.value());
        } else {
            std::string_view near = nearest_name(entry.key(), schema_.fields);
            near = near.empty() ? nearest_name(entry.key(), schema_.groups) : near;
            report(shorten(entry.key(), replication::path_limit), entry.value(), field_unknown,
                   schema_.database + " has no such field", near);
        }
    }
    const auto before = [](const Assignment& a, const Assignment& b) { return a.path < b.path; };
    if (!std::is_sorted(out_.assignments.begin(), out_.assignments.end(), before)) {
        std::sort(out_.assignments.begin(), out_.assignments.end(), before);
    }
    if (out_.assignments.size() > replication::assignment_limit) {
        report("", json(out_.assignments.size()), item_too_many,
               "a record takes at most " + std::to_string(replication::assignment_limit) +
                   " values at once");
    }
    check_required_after(schema_, out_.assignments, shown_, out_.problems);
    return std::move(out_);
}

}  // namespace

Result<json> parse_document(std::string_view text) {
    if (text.size() > replication::change_plain_limit) {
        return Error{document_too_large, "a document has at most 1 MiB"};
    }
    if (!is_utf8(text)) {
        return Error{document_not_utf8, "the document is not valid UTF-8"};
    }
    TRY_ASSIGN(json document, parse_json(text, "document", document_not_json));
    if (!document.is_object()) {
        return Error{document_not_object, "the document is " + std::string(document.type_name()) +
                                              "; an object with fields is wanted"};
    }
    return document;
}

std::string set_path(const Group& set, std::string_view code) {
    return set.name + "/" + id_of_code(code) + "/code";
}

ReadDocument read_document(const Schema& schema, const json& document) {
    return DocumentReader(schema, nullptr, nullptr).read(document);
}

ReadDocument assignments_against(const Schema& schema, const RecordState& shown,
                                 const json& document, crypto::Entropy& item_ids) {
    return DocumentReader(schema, &shown, &item_ids).read(document);
}

}  // namespace entrepot::node
