// Reads schema files: the one place that knows their JSON. SCHEMAS.md describes them for people.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "node/databases/json_text.hpp"
#include "node/databases/schema.hpp"
#include "replication/model/path.hpp"
#include "replication/roster/officer_certificate.hpp"

namespace entrepot::node {

using nlohmann::json;

namespace {

class SchemaReader {
public:
    SchemaReader(std::string_view where, const TextMap<CodeList>& lists)
        : where_(where), lists_(lists) {}

    Result<Schema> read(const json& file);

private:
    Status read_fields(const json& owner, const std::string& place, std::vector<Field>& fields,
                       TextMap<std::size_t>& by_name);
    Result<Field> read_field(const json& given, const std::string& place);
    Result<Group> read_group(const json& given, const std::string& place);
    Status read_list(Field& field, const json& given, const std::string& place);
    Status read_merge(Field& field, const json& given, const std::string& place);
    Status read_transitions(Field& field, const json& given, const std::string& place);
    Status read_roles(Field& field, const json& given, const std::string& place);
    Status read_release(Field& field, const json& given, const std::string& place);
    Result<Generalise> generalise(const Field& field, const json& given, const std::string& place);
    Status check_keys(const json& given, std::initializer_list<std::string_view> known,
                      const std::string& place);
    Result<Requirement> requirement(const json& given, const std::string& place);
    Error fail(const std::string& place, const std::string& what) const {
        return {schema_malformed, where_ + ": " + place + (place.empty() ? "" : ": ") + what};
    }

    std::string where_;
    const TextMap<CodeList>& lists_;
};

Labels labels_at(const json& owner, const char* key) {
    const auto found = owner.find(key);
    if (found == owner.end()) {
        return {};
    }
    return {text_member(*found, "en"), text_member(*found, "fr"), text_member(*found, "es")};
}

bool is_name(std::string_view name) {
    return !name.empty() && name.size() <= 48 && name.find('/') == std::string_view::npos &&
           replication::check_path(name).has_value();
}

std::optional<FieldType> type_named(std::string_view name) {
    for (int i = 0; i <= static_cast<int>(FieldType::sealed); ++i) {
        if (name_of(static_cast<FieldType>(i)) == name) {
            return static_cast<FieldType>(i);
        }
    }
    return std::nullopt;
}

Status SchemaReader::check_keys(const json& given, std::initializer_list<std::string_view> known,
                                const std::string& place) {
    if (!given.is_object()) {
        return fail(place, "is not an object");
    }
    for (const auto& [key, value] : given.items()) {
        if (std::find(known.begin(), known.end(), key) == known.end()) {
            return fail(place, "has an unknown member \"" + key + "\"");
        }
    }
    return {};
}

Result<Requirement> SchemaReader::requirement(const json& given, const std::string& place) {
    const std::string required = text_member(given, "required");
    if (required == "simplified") {
        return Requirement::simplified;
    }
    if (required == "long") {
        return Requirement::long_form;
    }
    if (given.contains("required")) {
        return fail(place, "\"required\" is \"simplified\" or \"long\", or left out");
    }
    return Requirement::optional;
}

Status SchemaReader::read_list(Field& field, const json& given, const std::string& place) {
    field.list_name = text_member(given, "list");
    const auto found = lists_.find(field.list_name);
    if (field.type != FieldType::code) {
        return given.contains("list") ? fail(place, "only a code has a \"list\"") : Status();
    }
    if (found == lists_.end()) {
        return fail(place, "there is no list '" + field.list_name + "'");
    }
    field.list = &found->second;
    return {};
}

Status SchemaReader::read_merge(Field& field, const json& given, const std::string& place) {
    const std::string merge = text_member(given, "merge");
    if (!given.contains("merge") || merge == "ask") {
        return {};
    }
    if (merge != "greatest" || !given.contains("order") || !given["order"].is_array()) {
        return fail(place, "\"merge\" is \"ask\", or \"greatest\" with an \"order\"");
    }
    for (const json& code : given["order"]) {
        const std::string text = code.is_string() ? code.get<std::string>() : std::string();
        if (field.list == nullptr || !field.list->contains(text)) {
            return fail(place, "\"order\" names '" + text + "', which its list has not");
        }
        field.rule.greatest.push_back(text);
    }
    return {};
}

Status SchemaReader::read_transitions(Field& field, const json& given, const std::string& place) {
    const json transitions = given.value("transitions", json::object());
    for (const auto& [from, to] : transitions.items()) {
        std::vector<std::string>& allowed = field.transitions[from];
        for (const json& code : to) {
            allowed.push_back(code.is_string() ? code.get<std::string>() : std::string());
        }
        allowed.push_back(from);
        for (const std::string& code : allowed) {
            if (field.list == nullptr || !field.list->contains(code)) {
                return fail(place, "\"transitions\" names '" + code + "', which its list has not");
            }
        }
    }
    return {};
}

Status SchemaReader::read_roles(Field& field, const json& given, const std::string& place) {
    const json roles = given.value("roles", json::object());
    if (!roles.is_object()) {
        return fail(place, "\"roles\" is an object of codes with arrays of roles");
    }
    for (const auto& [code, named] : roles.items()) {
        if (field.list == nullptr || !field.list->contains(code)) {
            return fail(place, "\"roles\" names '" + code + "', which its list has not");
        }
        std::uint16_t& bits = field.roles[code];
        for (const json& name : named) {
            const auto role = replication::officer_role_named(
                name.is_string() ? name.get<std::string>() : std::string());
            if (!role) {
                return fail(place, "\"roles\" names " + name.dump() + ", which is no role");
            }
            bits |= replication::bit_of(*role);
        }
        if (bits == 0) {
            return fail(place, "\"roles\" says of '" + code + "' that nobody may set it");
        }
    }
    return {};
}

/// Whether a value of this type can be made coarser in this way and stay of its type.
bool can_generalise(FieldType type, Generalise rule) {
    switch (rule) {
        case Generalise::withheld:
            return true;
        case Generalise::year:
        case Generalise::month:
            return type == FieldType::date || type == FieldType::moment;
        case Generalise::degree:
            return type == FieldType::geo_point;
    }
    return false;
}

Result<Generalise> SchemaReader::generalise(const Field& field, const json& given,
                                            const std::string& place) {
    if (!given.contains("generalise")) {
        return Generalise::withheld;
    }
    if (field.nominal != NominalClass::quasi) {
        return fail(place, "\"generalise\" is for fields with \"nominal\": 1");
    }
    for (const Generalise rule :
         {Generalise::withheld, Generalise::year, Generalise::month, Generalise::degree}) {
        if (name_of(rule) == text_member(given, "generalise") && can_generalise(field.type, rule)) {
            return rule;
        }
    }
    return fail(place,
                "\"generalise\" is \"withheld\", for dates and moments also \"year\" or "
                "\"month\", for geo points also \"degree\"");
}

Status SchemaReader::read_release(Field& field, const json& given, const std::string& place) {
    TRY_ASSIGN(field.generalise, generalise(field, given, place));
    const json free_text = given.value("free_text", json(field.type == FieldType::text));
    if (!free_text.is_boolean() || (given.contains("free_text") && field.type != FieldType::text)) {
        return fail(place, "\"free_text\" is true or false, of a text");
    }
    field.free_text = free_text.get<bool>();
    field.release_as = text_member(given, "release_as");
    const bool is_code = field.list != nullptr && field.list->contains(field.release_as);
    if (given.contains("release_as") && !is_code) {
        return fail(place, "\"release_as\" is a code of the field's list");
    }
    return {};
}

Result<Field> SchemaReader::read_field(const json& given, const std::string& place) {
    TRY(check_keys(
        given,
        {"name", "type", "list", "label", "help", "required", "nominal", "longest", "form", "merge",
         "order", "transitions", "roles", "generalise", "free_text", "release_as"},
        place));
    Field out;
    out.name = text_member(given, "name");
    const std::string here = place + " '" + out.name + "'";
    if (!is_name(out.name) || out.name == "id") {
        return fail(here, "\"name\" has 1…48 of a-z 0-9 _ and is not \"id\"");
    }
    const auto type = type_named(text_member(given, "type"));
    if (!type) {
        return fail(here, "there is no type '" + text_member(given, "type") + "'");
    }
    out.type = *type;
    out.labels = labels_at(given, "label");
    out.help = labels_at(given, "help");
    if (out.labels.en.empty()) {
        return fail(here, "has no label in en");
    }
    TRY(read_list(out, given, here));
    TRY_ASSIGN(out.required, requirement(given, here));
    const json nominal = given.value("nominal", json(2U));
    const json longest = given.value("longest", json(2000U));
    if (!nominal.is_number_unsigned() || nominal > 3) {
        return fail(here, "\"nominal\" is 0, 1, 2 or 3");
    }
    if (!longest.is_number_unsigned() || longest < 1 || longest > replication::text_limit) {
        return fail(here, "\"longest\" is 1…65536 bytes");
    }
    out.nominal = static_cast<NominalClass>(nominal.get<unsigned>());
    out.longest = longest.get<std::size_t>();
    out.form = text_member(given, "form");
    if (!out.form.empty() && out.form != "reference_number") {
        return fail(here, "there is no form '" + out.form + "'");
    }
    TRY(read_merge(out, given, here));
    TRY(read_transitions(out, given, here));
    TRY(read_roles(out, given, here));
    TRY(read_release(out, given, here));
    return out;
}

Status SchemaReader::read_fields(const json& owner, const std::string& place,
                                 std::vector<Field>& fields, TextMap<std::size_t>& by_name) {
    const auto given = owner.find("fields");
    if (given == owner.end() || !given->is_array()) {
        return fail(place, "has no array \"fields\"");
    }
    for (const json& entry : *given) {
        const std::string here =
            place + (place.empty() ? "" : " ") + "fields/" + std::to_string(fields.size() + 1);
        TRY_ASSIGN(Field field, read_field(entry, here));
        if (!by_name.emplace(field.name, fields.size()).second) {
            return fail(here, "'" + field.name + "' stands there twice");
        }
        fields.push_back(std::move(field));
    }
    return {};
}

Result<Group> SchemaReader::read_group(const json& given, const std::string& place) {
    TRY(check_keys(
        given,
        {"name", "set", "list", "label", "help", "required", "nominal", "generalise", "fields"},
        place));
    Group out;
    out.name = text_member(given, "name");
    const std::string here = place + " '" + out.name + "'";
    if (!is_name(out.name)) {
        return fail(here, "\"name\" has 1…48 of a-z 0-9 _");
    }
    out.labels = labels_at(given, "label");
    out.help = labels_at(given, "help");
    if (out.labels.en.empty()) {
        return fail(here, "has no label in en");
    }
    TRY_ASSIGN(out.required, requirement(given, here));
    out.is_set = given.value("set", json(false)) == true;
    if (!out.is_set) {
        TRY(read_fields(given, here, out.fields, out.by_name));
        return out;
    }
    json code = given;
    for (const char* not_its : {"set", "fields", "required"}) {
        code.erase(not_its);
    }
    code["name"] = "code";
    code["type"] = "code";
    TRY_ASSIGN(Field field, read_field(code, here));
    out.fields.push_back(std::move(field));
    out.by_name.emplace("code", 0);
    return out;
}

Result<Schema> SchemaReader::read(const json& file) {
    TRY(check_keys(file, {"database", "edition", "label", "by_node", "fields", "groups"}, ""));
    Schema out;
    out.database = text_member(file, "database");
    if (!is_name(out.database) || out.database.size() > 32) {
        return fail("", "\"database\" has 1…32 of a-z 0-9 _");
    }
    const json edition = file.value("edition", json());
    if (!edition.is_number_unsigned() || edition < 1 || edition > 0xffffffffU) {
        return fail("", "\"edition\" is a number from 1");
    }
    out.edition = edition.get<std::uint32_t>();
    out.labels = labels_at(file, "label");
    out.by_node = file.value("by_node", json(false)) == true;
    TRY(read_fields(file, "", out.fields, out.field_by_name));
    for (std::size_t at = 0; at < out.fields.size(); ++at) {
        if (!out.fields[at].roles.empty()) {
            out.role_fields.push_back(at);
        }
    }
    for (const json& entry : file.value("groups", json::array())) {
        const std::string here = "groups/" + std::to_string(out.groups.size() + 1);
        TRY_ASSIGN(Group group, read_group(entry, here));
        for (const Field& field : group.fields) {
            if (!field.roles.empty() || !field.release_as.empty()) {
                return fail(here + " '" + group.name + "'",
                            std::string(field.roles.empty() ? "\"release_as\"" : "\"roles\"") +
                                " is not for groups");
            }
        }
        const bool taken = out.field_by_name.count(group.name) > 0;
        if (taken || !out.group_by_name.emplace(group.name, out.groups.size()).second) {
            return fail(here, "'" + group.name + "' stands there twice");
        }
        out.groups.push_back(std::move(group));
    }
    return out;
}

}  // namespace

Result<Schema> Schema::parse(std::string_view text, std::string_view where,
                             const TextMap<CodeList>& lists) {
    TRY_ASSIGN(const json file, parse_json(text, where, schema_malformed));
    return SchemaReader(where, lists).read(file);
}

}  // namespace entrepot::node
