// Reads mapping files: the one place that knows their JSON.
#include "node/import/mapping.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "node/databases/field_value.hpp"
#include "node/databases/json_text.hpp"
#include "node/databases/text/utf8.hpp"

namespace entrepot::node {

using nlohmann::json;

namespace {

constexpr std::array<std::pair<std::string_view, Transform>, 8> transforms{{
    {"text", Transform::text},
    {"code", Transform::code},
    {"date", Transform::date},
    {"fiscal_month", Transform::fiscal_month},
    {"number", Transform::number},
    {"whole_number", Transform::whole_number},
    {"country", Transform::country},
    {"place", Transform::place},
}};

class MappingReader {
public:
    MappingReader(std::string_view where, const Catalogue& catalogue)
        : where_(where), catalogue_(catalogue) {}

    Result<Mapping> read(const json& given);

private:
    Status check_keys(const json& given, std::initializer_list<std::string_view> known,
                      const std::string& place);
    Status read_head(const json& given);
    Result<std::vector<replication::Assignment>> read_constants(const json& owner,
                                                                const Group* group,
                                                                const std::string& place);
    Status read_item(const std::string& name, const json& given);
    Status read_rule(const json& given, const std::string& place);
    Result<Target> read_target(const json& given, const Group* group, const std::string& place);
    Status read_words(Target& target, const json& given, const std::string& place);
    Status check_codes(const Target& target, const std::string& place);
    Result<std::vector<std::string>> texts(const json& owner, const char* key);
    Error fail(const std::string& place, const std::string& what) const {
        return {mapping_malformed, where_ + ": " + place + (place.empty() ? "" : ": ") + what};
    }

    std::string where_;
    const Catalogue& catalogue_;
    json word_lists_ = json::object();
    Mapping out_;
};

Status MappingReader::check_keys(const json& given, std::initializer_list<std::string_view> known,
                                 const std::string& place) {
    if (!given.is_object()) {
        return fail(place, "is not an object");
    }
    for (const auto& entry : given.items()) {
        if (std::find(known.begin(), known.end(), entry.key()) == known.end()) {
            return fail(place, "has an unknown member \"" + entry.key() + "\"");
        }
    }
    return {};
}

Result<std::vector<std::string>> MappingReader::texts(const json& owner, const char* key) {
    std::vector<std::string> out;
    const json given = owner.value(key, json::array());
    if (!given.is_array()) {
        return fail("", std::string("\"") + key + "\" is an array of texts");
    }
    for (const json& text : given) {
        if (!text.is_string()) {
            return fail("", std::string("\"") + key + "\" is an array of texts");
        }
        out.push_back(text.get<std::string>());
    }
    return out;
}

Status MappingReader::read_head(const json& given) {
    TRY(check_keys(given,
                   {"database", "format", "encoding", "separator", "missing_required", "key",
                    "grouped", "words", "constants", "items", "columns", "ignore", "about"},
                   ""));
    auto schema = catalogue_.schema(text_member(given, "database"));
    if (!schema) {
        return fail("", schema.error().context);
    }
    out_.schema = *schema;
    out_.countries = catalogue_.list("countries");
    const std::string format = text_member(given, "format");
    const std::string encoding = text_member(given, "encoding");
    const std::string separator = text_member(given, "separator");
    const std::string missing = text_member(given, "missing_required");
    if ((format != "csv" && format != "ndjson") || out_.countries == nullptr) {
        return fail("", "\"format\" is \"csv\" or \"ndjson\"");
    }
    if (!encoding.empty() && encoding != "utf-8" && encoding != "latin-1" &&
        encoding != "windows-1252") {
        return fail("", "\"encoding\" is \"utf-8\", \"latin-1\" or \"windows-1252\"");
    }
    if (separator.size() > 1 || (!missing.empty() && missing != "note" && missing != "refuse")) {
        return fail("", "\"separator\" is one character; \"missing_required\" note or refuse");
    }
    out_.form = {format == "csv", separator.empty() ? ',' : separator[0]};
    out_.windows_1252 = !encoding.empty() && encoding != "utf-8";
    out_.note_missing = missing == "note";
    out_.grouped = given.value("grouped", json(false)) == true;
    TRY_ASSIGN(out_.key, texts(given, "key"));
    TRY_ASSIGN(out_.ignored, texts(given, "ignore"));
    word_lists_ = given.value("words", json::object());
    if (out_.grouped && (out_.key.empty() || !out_.form.csv)) {
        return fail("", "\"grouped\" is for CSV with a \"key\"");
    }
    return {};
}

Result<std::vector<replication::Assignment>> MappingReader::read_constants(
    const json& owner, const Group* group, const std::string& place) {
    std::vector<replication::Assignment> out;
    const json given = owner.value("constants", json::object());
    if (!given.is_object()) {
        return fail(place, "\"constants\" is an object");
    }
    for (const auto& entry : given.items()) {
        const Field* field =
            group == nullptr ? out_.schema->find(entry.key()) : group->find(entry.key());
        if (field == nullptr) {
            return fail(place, "constants: there is no field '" + entry.key() + "'");
        }
        ValueOrProblem value = value_from_json(*field, entry.value());
        if (const Problem* problem = std::get_if<Problem>(&value)) {
            return fail(place, "constants: " + entry.key() + ": " + in_words(*problem));
        }
        out.push_back({entry.key(), std::get<replication::Value>(std::move(value))});
    }
    return out;
}

Status MappingReader::read_item(const std::string& name, const json& given) {
    const std::string place = "items '" + name + "'";
    TRY(check_keys(given, {"group", "constants", "each_row"}, place));
    ItemRule rule;
    rule.group = out_.schema->find_group(text_member(given, "group"));
    if (rule.group == nullptr || rule.group->is_set) {
        return fail(place, "there is no group '" + text_member(given, "group") + "'");
    }
    rule.each_row = given.value("each_row", json(false)) == true;
    TRY_ASSIGN(rule.constants, read_constants(given, rule.group, place));
    out_.items.emplace(name, std::move(rule));
    return {};
}

Status MappingReader::check_codes(const Target& target, const std::string& place) {
    std::vector<std::string> codes;
    for (const auto& [word, code] : target.words) {
        codes.push_back(code);
    }
    for (const auto& [part, code] : target.contained) {
        codes.push_back(code);
    }
    codes.push_back(target.otherwise.value_or(""));
    codes.push_back(target.fixed);
    for (const std::string& code : codes) {
        const bool is_code = target.field->list != nullptr;
        if (is_code && !code.empty() && !target.field->list->contains(code)) {
            return fail(place, "'" + code + "' is not in the list " + target.field->list_name);
        }
    }
    return {};
}

Status MappingReader::read_words(Target& target, const json& given, const std::string& place) {
    json words = given.value("words", json::object());
    if (words.is_string()) {
        words = word_lists_.value(words.get<std::string>(), json());
    }
    const json contained = given.value("contains", json::array());
    if (!words.is_object() || !contained.is_array()) {
        return fail(place, "\"words\" is an object, or the name of one; \"contains\" an array");
    }
    for (const auto& entry : words.items()) {
        const json& code = entry.value();
        if (!code.is_string() && !code.is_null()) {
            return fail(place, "words: '" + entry.key() + "' needs a code or null");
        }
        target.words[fold_entry(entry.key())] = code.is_null() ? "" : code.get<std::string>();
    }
    for (const json& pair : contained) {
        if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string() || !pair[1].is_string()) {
            return fail(place, "\"contains\" has pairs [part, code]");
        }
        target.contained.emplace_back(fold_entry(pair[0].get<std::string>()),
                                      pair[1].get<std::string>());
    }
    if (given.contains("otherwise")) {
        target.otherwise = text_member(given, "otherwise");
    }
    return check_codes(target, place);
}

Result<Target> MappingReader::read_target(const json& given, const Group* group,
                                          const std::string& place) {
    TRY(check_keys(given,
                   {"field", "as", "value", "unless_set", "words", "contains", "otherwise",
                    "formats", "year_starts"},
                   place));
    const std::string name = text_member(given, "field");
    Target out;
    out.field = group == nullptr ? out_.schema->find(name) : group->find(name);
    const Group* set = group == nullptr ? out_.schema->find_group(name) : nullptr;
    if (out.field == nullptr && set != nullptr && set->is_set) {
        out.set = set;
        out.field = &set->fields.front();
    }
    if (out.field == nullptr) {
        return fail(place, "there is no field '" + name + "'");
    }
    const std::string as = text_member(given, "as");
    const auto* found = std::find_if(transforms.begin(), transforms.end(),
                                     [&](const auto& entry) { return entry.first == as; });
    if (found == transforms.end() && !as.empty()) {
        return fail(place, "there is no transform '" + as + "'");
    }
    out.transform = found != transforms.end()               ? found->second
                    : out.field->type == FieldType::code    ? Transform::code
                    : out.field->type == FieldType::decimal ? Transform::number
                                                            : Transform::text;
    out.fixed = text_member(given, "value");
    out.unless_set = given.value("unless_set", json(false)) == true;
    TRY_ASSIGN(out.formats, texts(given, "formats"));
    if (out.transform == Transform::date && out.formats.empty()) {
        return fail(place, "a date needs \"formats\"");
    }
    const json starts = given.value("year_starts", json(1U));
    if (!starts.is_number_unsigned() || starts < 1 || starts > 12) {
        return fail(place, "\"year_starts\" is a month, 1…12");
    }
    out.year_starts = starts.get<unsigned>();
    TRY(read_words(out, given, place));
    return out;
}

Status MappingReader::read_rule(const json& given, const std::string& place) {
    TRY(check_keys(given, {"column", "columns", "item", "split", "to", "same_year"}, place));
    ColumnRule rule;
    TRY_ASSIGN(rule.columns, texts(given, "columns"));
    if (given.contains("column")) {
        rule.columns.insert(rule.columns.begin(), text_member(given, "column"));
    }
    rule.item = text_member(given, "item");
    const auto item = out_.items.find(rule.item);
    if (rule.columns.empty() || (!rule.item.empty() && item == out_.items.end())) {
        return fail(place, rule.columns.empty() ? "names no column"
                                                : "there is no item '" + rule.item + "'");
    }
    const std::string split = text_member(given, "split");
    rule.split = split.empty() ? '\0' : split[0];
    if (given.contains("same_year")) {
        rule.same_year = out_.schema->find(text_member(given, "same_year"));
        if (rule.same_year == nullptr || rule.same_year->type != FieldType::date) {
            return fail(place, "\"same_year\" names a date of the record");
        }
    }
    for (const json& target : given.value("to", json::array())) {
        const std::string here =
            place + " '" + rule.columns[0] + "' to/" + std::to_string(rule.targets.size() + 1);
        const Group* group = rule.item.empty() ? nullptr : item->second.group;
        TRY_ASSIGN(Target made, read_target(target, group, here));
        if ((made.transform == Transform::fiscal_month) != (rule.columns.size() == 2)) {
            return fail(here, "fiscal_month takes two columns, everything else one");
        }
        rule.targets.push_back(std::move(made));
    }
    if (rule.targets.empty() && rule.same_year == nullptr) {
        return fail(place, "fills no field (put the column under \"ignore\" if it should not)");
    }
    out_.rules.push_back(std::move(rule));
    return {};
}

Result<Mapping> MappingReader::read(const json& given) {
    TRY(read_head(given));
    TRY_ASSIGN(out_.constants, read_constants(given, nullptr, ""));
    const json items = given.value("items", json::object());
    for (const auto& entry : items.items()) {
        TRY(read_item(entry.key(), entry.value()));
    }
    std::size_t count = 0;
    for (const json& rule : given.value("columns", json::array())) {
        TRY(read_rule(rule, "columns/" + std::to_string(++count)));
    }
    if (out_.form.csv && out_.rules.empty()) {
        return fail("", "\"columns\" has no rule");
    }
    return std::move(out_);
}

}  // namespace

Result<Mapping> Mapping::parse(std::string_view text, std::string_view where,
                               const Catalogue& catalogue) {
    TRY_ASSIGN(const json given, parse_json(text, where, mapping_malformed));
    return MappingReader(where, catalogue).read(given);
}

Result<Mapping> Mapping::for_documents(std::string_view database, const Catalogue& catalogue) {
    const json given = {{"database", database}, {"format", "ndjson"}};
    return MappingReader("the mapping for documents", catalogue).read(given);
}

}  // namespace entrepot::node
