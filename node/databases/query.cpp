#include "node/databases/query.hpp"

#include <algorithm>

#include "node/databases/field_value.hpp"
#include "node/databases/text/date_text.hpp"
#include "node/databases/text/nearest.hpp"
#include "node/databases/text/number_text.hpp"
#include "node/databases/text/utf8.hpp"
#include "replication/model/path.hpp"

namespace entrepot::node {

using replication::Decimal;
using replication::Value;

namespace {

constexpr std::size_t query_limit = 4096;
constexpr std::size_t term_limit = 64;

bool is_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/// Words apart at blanks, except within quotes; quotes stay.
Result<std::vector<std::string>> tokens_of(std::string_view text) {
    std::vector<std::string> out;
    std::string token;
    bool quoted = false;
    for (const char c : text) {
        quoted = c == '"' ? !quoted : quoted;
        if (!quoted && is_blank(c)) {
            if (!token.empty()) {
                out.push_back(std::move(token));
            }
            token.clear();
        } else {
            token += c;
        }
    }
    if (quoted) {
        return Error{query_malformed, "a quote \" is opened and not closed"};
    }
    if (!token.empty()) {
        out.push_back(std::move(token));
    }
    return out;
}

std::string unquoted(std::string_view text) {
    std::string out(text);
    out.erase(std::remove(out.begin(), out.end(), '"'), out.end());
    return out;
}

/// All names a query may use, for suggestions.
std::string suggestion_for(std::string_view name, const Schema& schema) {
    std::vector<std::string> names;
    for (const Field& field : schema.fields) {
        names.push_back(field.name);
    }
    for (const Group& group : schema.groups) {
        for (const Field& field : group.fields) {
            names.push_back(group.is_set ? group.name : group.name + "." + field.name);
        }
    }
    const std::vector<std::string_view> views(names.begin(), names.end());
    const std::string_view near = nearest(name, views);
    return near.empty() ? "" : "; did you mean '" + std::string(near) + "'?";
}

/// Periods in milliseconds, for dates and moments alike.
struct Period {
    std::int64_t first = 0, last = 0;
};

std::optional<Period> period_of(const Value& value) {
    constexpr std::int64_t day_ms = 86400000;
    if (const auto* date = std::get_if<replication::Date>(&value)) {
        const DaySpan days = days_of(*date);
        return Period{days.first * day_ms, days.last * day_ms + day_ms - 1};
    }
    if (const auto* moment = std::get_if<replication::Moment>(&value)) {
        return Period{moment->unix_ms, moment->unix_ms};
    }
    return std::nullopt;
}

std::optional<Decimal> number_of(const Value& value) {
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        return Decimal{*integer, 0};
    }
    const auto* decimal = std::get_if<Decimal>(&value);
    return decimal == nullptr ? std::nullopt : std::optional(*decimal);
}

bool in_range(const Value& value, const std::optional<Value>& low,
              const std::optional<Value>& high) {
    if (const auto number = number_of(value)) {
        const auto least = low ? number_of(*low) : number, most = high ? number_of(*high) : number;
        return least && most && compare(*least, *number) <= 0 && compare(*number, *most) <= 0;
    }
    const auto period = period_of(value);
    if (!period) {
        return false;
    }
    const auto from = low ? period_of(*low) : period, to = high ? period_of(*high) : period;
    return from && to && from->first <= period->last && period->first <= to->last;
}

const std::string* text_of(const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) {
        return text;
    }
    const auto* code = std::get_if<replication::CodeValue>(&value);
    return code == nullptr ? nullptr : &code->code;
}

bool text_holds(const Value& value, const std::string& folded) {
    const auto* text = std::get_if<std::string>(&value);
    return text != nullptr && fold_case(*text).find(folded) != std::string::npos;
}

/// The operand as a value of the field: a code also by its label, a moment also by its day.
Result<Value> operand_value(std::string_view operand, const Field& field) {
    if (field.type == FieldType::code && field.list != nullptr) {
        const CodeEntry* entry = field.list->find(operand);
        entry = entry == nullptr ? field.list->find_by_name(operand) : entry;
        if (entry != nullptr) {
            return Value(replication::CodeValue{entry->code});
        }
    }
    if (field.type == FieldType::moment) {
        if (const auto date = date_from_text(operand)) {
            return Value(*date);
        }
    }
    ValueOrProblem value = value_from_text(field, operand);
    if (const Problem* problem = std::get_if<Problem>(&value)) {
        return Error{query_bad_value, field.name + ": " + in_words(*problem)};
    }
    return std::get<Value>(std::move(value));
}

}  // namespace

Result<Query::Place> Query::place_of(std::string_view name, const Schema& schema,
                                     const Field*& field) {
    const std::size_t dot = name.find('.');
    const std::string_view group_name = name.substr(0, dot);
    field = dot == std::string_view::npos ? schema.find(name) : nullptr;
    if (field != nullptr) {
        return Place{"", std::string(name)};
    }
    if (const Group* group = schema.find_group(group_name)) {
        const bool whole_set = group->is_set && dot == std::string_view::npos;
        field = whole_set ? &group->fields.front()
                          : group->find(dot == std::string_view::npos ? "" : name.substr(dot + 1));
        if (field != nullptr) {
            return Place{group->name, field->name};
        }
    }
    for (const Group& group : schema.groups) {
        if (dot == std::string_view::npos && !group.is_set && field == nullptr) {
            field = group.find(name);
        }
    }
    if (field != nullptr) {
        return Place{"*", field->name};
    }
    return Error{query_unknown_field, schema.database + " has no field '" + std::string(name) +
                                          "'" + suggestion_for(name, schema)};
}

Status Query::parse_operand(Term& term, std::string_view operand, const Field& field) {
    const std::size_t dots = operand.find("..");
    const bool ordered = field.type == FieldType::date || field.type == FieldType::moment ||
                         field.type == FieldType::integer || field.type == FieldType::decimal;
    if (!ordered) {
        TRY_ASSIGN(const Value value, operand_value(operand, field));
        if (field.type == FieldType::geo_point) {
            return Error{query_bad_value, field.name + ": places cannot be asked for by equality"};
        }
        term.low = value;
        const std::string* text = text_of(value);
        term.text = text == nullptr ? "" : fold_case(*text);
        return {};
    }
    term.kind = Kind::range;
    const std::string_view from = operand.substr(0, dots);
    const std::string_view to = dots == std::string_view::npos ? operand : operand.substr(dots + 2);
    if (from.empty() && to.empty()) {
        return Error{query_malformed, field.name + ": a range needs a beginning or an end"};
    }
    if (!from.empty()) {
        TRY_ASSIGN(term.low, operand_value(from, field));
    }
    if (!to.empty()) {
        TRY_ASSIGN(term.high, operand_value(to, field));
    }
    return {};
}

Result<Query::Term> Query::parse_term(std::string_view token, const Schema& schema) {
    const std::size_t mark = token.find_first_of(":~\"");
    Term term;
    if (mark == std::string_view::npos || token[mark] == '"' || mark == 0) {
        term.text = fold_case(unquoted(token));
        if (term.text.empty()) {
            return Error{query_malformed, "an empty pair of quotes asks for nothing"};
        }
        return term;
    }
    const Field* field = nullptr;
    TRY_ASSIGN(term.place, place_of(token.substr(0, mark), schema, field));
    const std::string operand = unquoted(token.substr(mark + 1));
    if (operand.empty()) {
        return Error{query_malformed, std::string(token) + " says no value"};
    }
    if (token[mark] == '~') {
        if (field->type != FieldType::text) {
            return Error{query_bad_value, field->name + " is not text: use ':'"};
        }
        term.kind = Kind::holds;
        term.text = fold_case(operand);
        return term;
    }
    term.kind = Kind::equal;
    TRY(parse_operand(term, operand, *field));
    return term;
}

Result<Query> Query::parse(std::string_view text, const Schema& schema) {
    if (text.size() > query_limit) {
        return Error{query_malformed, "a query has at most 4 KiB"};
    }
    if (!is_utf8(text)) {
        return Error{query_malformed, "the query is not valid UTF-8"};
    }
    TRY_ASSIGN(const std::vector<std::string> tokens, tokens_of(text));
    if (tokens.size() > term_limit) {
        return Error{query_malformed, "a query has at most 64 terms"};
    }
    Query out;
    for (const std::string& token : tokens) {
        TRY_ASSIGN(Term term, parse_term(token, schema));
        out.terms_.push_back(std::move(term));
    }
    return out;
}

bool Query::names(const Place& place, std::string_view path) {
    const std::string_view item = replication::item_of(path);
    if (place.group.empty()) {
        return path == place.field;
    }
    if (item.size() >= path.size() || item.empty() || path.substr(item.size() + 1) != place.field) {
        return false;
    }
    return place.group == "*" || item.substr(0, item.find('/')) == place.group;
}

bool Query::holds(const Term& term, const Value& value) {
    switch (term.kind) {
        case Kind::anywhere:
        case Kind::holds:
            return text_holds(value, term.text);
        case Kind::range:
            return in_range(value, term.low, term.high);
        case Kind::equal:
            break;
    }
    const std::string* text = text_of(value);
    return text == nullptr ? value == *term.low : fold_case(*text) == term.text;
}

bool Query::term_matches(const Term& term, const replication::RecordState& state) {
    for (const replication::PathState& path : state.paths) {
        if (term.kind != Kind::anywhere && !names(term.place, path.path)) {
            continue;
        }
        const std::string_view item = replication::item_of(path.path);
        if (!item.empty() && !replication::is_present(state, item)) {
            continue;
        }
        for (const replication::Sibling& sibling : path.siblings) {
            if (holds(term, sibling.value)) {
                return true;
            }
        }
    }
    return false;
}

bool Query::matches(const replication::RecordState& state) const {
    return std::all_of(terms_.begin(), terms_.end(),
                       [&](const Term& term) { return term_matches(term, state); });
}

}  // namespace entrepot::node
