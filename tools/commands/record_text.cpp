#include "tools/commands/record_text.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "node/databases/json_text.hpp"
#include "tools/commands/terminal/printable.hpp"
#include "tools/commands/terminal/table.hpp"

namespace entrepot::tools {
namespace {

using nlohmann::json;
using node::text_member;

using Fields = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t listed_fields = 5;

/// What tells records of the shipped databases apart, best first; others show their first fields.
constexpr std::array<std::string_view, 12> telling{
    "reference",        "seized_on", "kind",         "status",           "place",     "country",
    "names/1/original", "name",      "names/1/name", "goods/1/category", "narrative", "sector"};

json member(const json& object, const char* name) {
    const auto found = object.is_object() ? object.find(name) : object.end();
    return found != object.end() ? *found : json();
}

void flatten(const std::string& path, const json& value, Fields& out) {
    const std::string below = path.empty() ? path : path + "/";
    if (value.is_object()) {
        for (const auto& [name, inner] : value.items()) {
            if (name != "id" || path.empty()) {
                flatten(below + name, inner, out);
            }
        }
        return;
    }
    const bool of_items = value.is_array() && !value.empty() && value.front().is_object();
    if (of_items) {
        std::size_t number = 0;
        for (const json& item : value) {
            const json id = member(item, "id");
            flatten(below + (id.is_string() ? id.get<std::string>() : std::to_string(++number)),
                    item, out);
        }
        return;
    }
    out.emplace_back(path, value_text(value));
}

/// "2026-04-03T14:05:06.789Z" as "2026-04-03 14:05:06".
std::string short_time(const std::string& time) {
    constexpr std::size_t seconds_end = 19;
    std::string out = time.substr(0, seconds_end);
    std::replace(out.begin(), out.end(), 'T', ' ');
    return out;
}

/// When, unit, officer: names where they are known here, else ids.
std::array<std::string, 3> author_cells(const json& author) {
    const auto named = [&](const char* name, const char* id) {
        const std::string text = text_member(author, name);
        return text.empty() ? text_member(author, id) : text;
    };
    return {short_time(text_member(author, "at")), named("unit_name", "unit"),
            named("officer_name", "officer")};
}

std::string place_text(const json& record) {
    const std::string name = text_member(record, "compartment_name");
    return name.empty() ? text_member(record, "compartment") : name;
}

/// How far all of it has come, as receipts say.
std::string delivery_text(const json& record) {
    const std::string delivery = text_member(record, "delivery");
    if (delivery == "here") {
        return "here only";
    }
    return delivery.empty() ? "" : "at " + delivery;
}

void print_heading(Console& console, const json& record) {
    console.line(text_member(record, "database") + "  " + text_member(record, "id") + "  in " +
                 place_text(record));
    if (const std::string delivery = delivery_text(record); !delivery.empty()) {
        console.line("  " + delivery);
    }
    if (!record.value("present", true)) {
        console.line("  this record is a tombstone: it was removed, and shows what it last said");
    }
}

void print_odd(Console& console, const json& record, const char* name, const char* heading) {
    const json values = member(record, name);
    if (!values.is_array() || values.empty()) {
        return;
    }
    console.line(heading);
    Table table;
    for (const json& value : values) {
        const std::string why = text_member(value, "message") + text_member(value, "note");
        table.add({text_member(value, "path"), value_text(member(value, "value")), why});
    }
    table.print(console, 2);
}

std::vector<std::string> columns_for(const std::vector<Fields>& rows) {
    std::vector<std::string> out;
    const auto offer = [&](const std::string& path) {
        if (out.size() < listed_fields && std::find(out.begin(), out.end(), path) == out.end()) {
            out.push_back(path);
        }
    };
    for (const std::string_view path : telling) {
        for (const Fields& fields : rows) {
            if (std::any_of(fields.begin(), fields.end(),
                            [&](const auto& field) { return field.first == path; })) {
                offer(std::string(path));
                break;
            }
        }
    }
    for (const Fields& fields : rows) {
        for (const auto& [path, value] : fields) {
            offer(path);
        }
    }
    return out;
}

std::string field_of(const Fields& fields, const std::string& path) {
    const auto found = std::find_if(fields.begin(), fields.end(),
                                    [&](const auto& field) { return field.first == path; });
    return found == fields.end() ? std::string() : found->second;
}

}  // namespace

std::string value_text(const json& value) {
    if (value.is_string()) {
        return value.get<std::string>();
    }
    if (value.is_null()) {
        return "(cleared)";
    }
    const bool of_text =
        value.is_array() &&
        std::all_of(value.begin(), value.end(), [](const json& v) { return v.is_string(); });
    if (!of_text) {
        return value.dump(-1, ' ', false, json::error_handler_t::replace);
    }
    std::string out;
    for (const json& item : value) {
        out += (out.empty() ? "" : ", ") + item.get<std::string>();
    }
    return out;
}

Fields flat_fields(const json& document) {
    Fields out;
    flatten("", document, out);
    return out;
}

std::string author_text(const json& author) {
    const auto [time, unit, officer] = author_cells(author);
    return time + (unit.empty() ? "" : "  " + unit) + (officer.empty() ? "" : ", " + officer);
}

void print_conflicts(Console& console, const json& record) {
    for (const json& conflict : member(record, "conflicts")) {
        console.line("  conflict at " + text_member(conflict, "path"));
        Table table;
        for (const json& value : member(conflict, "values")) {
            bool first = true;
            const json authors = member(value, "authors");
            if (!authors.is_array() || authors.empty()) {
                table.add({value_text(member(value, "n")), value_text(member(value, "value"))});
            }
            for (const json& author : authors) {
                auto [time, unit, officer] = author_cells(author);
                table.add({first ? value_text(member(value, "n")) : "",
                           first ? value_text(member(value, "value")) : "", std::move(time),
                           std::move(unit), std::move(officer)});
                first = false;
            }
        }
        table.print(console, 4);
    }
}

namespace {

/// "erased by roster entry 31 (2026-03-07T…): 2 changes: court order 12/2026"
std::string erasure_text(const json& order) {
    const auto changes = order.value("changes", std::uint64_t{0});
    const std::string reason = text_member(order, "reason");
    return "erased by roster entry " + std::to_string(order.value("entry", std::uint64_t{0})) +
           " (" + text_member(order, "at") + "): " + std::to_string(changes) +
           (changes == 1 ? " change" : " changes") + (reason.empty() ? "" : ": " + reason);
}

}  // namespace

void print_record(Console& console, const json& record) {
    print_heading(console, record);
    Table table;
    for (const auto& [path, value] : flat_fields(member(record, "document"))) {
        table.add({path, value});
    }
    table.print(console, 2);
    print_conflicts(console, record);
    print_odd(console, record, "unknown", "  kept, but needs a newer program:");
    print_odd(console, record, "marked", "  received, but against the rules:");
    for (const json& order : member(record, "erased")) {
        console.line(erasure_text(order));
    }
    console.line("token  " + text_member(record, "token"));
}

void print_listing(Console& console, const json& records) {
    std::vector<Fields> rows;
    for (const json& record : records) {
        rows.push_back(flat_fields(member(record, "document")));
    }
    const auto columns = columns_for(rows);
    std::vector<std::string> headings{"id"};
    for (const std::string& path : columns) {
        headings.push_back(path);
    }
    Table table(headings);
    std::size_t row = 0;
    for (const json& record : records) {
        std::vector<std::string> cells{text_member(record, "id")};
        for (const std::string& path : columns) {
            cells.push_back(field_of(rows[row], path));
        }
        cells.emplace_back(record.value("conflicted", false) ? "CONFLICT" : "");
        table.add(std::move(cells));
        ++row;
    }
    if (!table.empty()) {
        table.print(console);
    }
}

void print_history(Console& console, const json& history) {
    for (const json& change : member(history, "changes")) {
        const std::string kind = text_member(change, "kind");
        const bool waiting = text_member(change, "state") == "waiting";
        const bool verified = text_member(change, "signature") == "verified";
        console.line(author_text(change) + (verified ? "  signature verified" : "") +
                     (kind == "set" ? "" : "  " + kind) +
                     (waiting ? "  (waiting for what its author saw)" : ""));
        Table table;
        for (const json& assignment : member(change, "assignments")) {
            table.add({text_member(assignment, "path"), value_text(member(assignment, "value"))});
        }
        table.print(console, 2);
    }
    for (const json& order : member(history, "erased")) {
        console.line(erasure_text(order));
        for (const json& place : member(order, "places")) {
            console.line("  log " + text_member(place, "log") + "  commit " +
                         std::to_string(place.value("number", std::uint64_t{0})) + "  change " +
                         std::to_string(place.value("change", 0)));
        }
    }
}

}  // namespace entrepot::tools
