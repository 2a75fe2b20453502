#include "node/exchange/marking.hpp"

#include <algorithm>
#include <array>

#include "node/databases/field_value.hpp"
#include "node/databases/text/date_text.hpp"

namespace entrepot::node {

namespace {

using replication::CodeValue;
using replication::Date;
using replication::RecordState;
using replication::Value;

constexpr std::string_view handling_path = "handling";
constexpr std::string_view by_path = "released_by";
constexpr std::string_view basis_path = "release_basis";
constexpr std::string_view until_path = "release_until";
constexpr std::array marking_paths{handling_path, by_path, basis_path, until_path};

/// The handling code that keeps a record with those who have it.
constexpr std::string_view no_onward_use = "H2";

bool is_of(const Field* field, FieldType type) {
    return field != nullptr && field->type == type;
}

bool has_marking(const Schema& schema) {
    return is_of(schema.find(handling_path), FieldType::code) &&
           is_of(schema.find(by_path), FieldType::code) &&
           is_of(schema.find(basis_path), FieldType::text) &&
           is_of(schema.find(until_path), FieldType::date);
}

/// Values of all siblings but cleared ones.
std::vector<Value> values_at(const RecordState& source, std::string_view path) {
    std::vector<Value> out;
    if (const replication::PathState* found = source.find(path)) {
        for (const replication::Sibling& sibling : found->siblings) {
            if (!std::holds_alternative<std::monostate>(sibling.value)) {
                out.push_back(sibling.value);
            }
        }
    }
    return out;
}

/// The place of a code in its list, which is in rising strictness; nothing for another value.
std::optional<std::size_t> strictness(const CodeList& list, const Value& value) {
    const auto* code = std::get_if<CodeValue>(&value);
    for (std::size_t at = 0; code != nullptr && at < list.entries().size(); ++at) {
        if (list.entries()[at].code == code->code) {
            return at;
        }
    }
    return std::nullopt;
}

Status check_handling(const Field& field, const RecordState& source, const Marking& marking) {
    const auto wished = strictness(*field.list, CodeValue{marking.handling});
    if (!wished) {
        return Error{release_handling, "'" + marking.handling +
                                           "' is no handling code; a copy "
                                           "needs one of the list " +
                                           field.list_name};
    }
    for (const Value& value : values_at(source, handling_path)) {
        const auto has = strictness(*field.list, value);
        const std::string text = value_to_text(value);
        if (!has) {
            return Error{release_handling,
                         "the record's handling code '" + text +
                             "' is not known here: nobody can say what it allows"};
        }
        if (text == no_onward_use) {
            return Error{release_handling,
                         "the record is marked " + text + ": no onward dissemination"};
        }
        if (*wished < *has) {
            return Error{release_handling, "the record is marked " + text + ": a copy marked " +
                                               marking.handling + " would be freer"};
        }
    }
    return {};
}

/// How long the record itself may be used here, in days since 1970, if it is a copy.
Result<std::optional<std::int64_t>> last_day(const RecordState& source) {
    std::optional<std::int64_t> out;
    for (const Value& value : values_at(source, until_path)) {
        const auto* date = std::get_if<Date>(&value);
        if (date == nullptr) {
            return Error{release_expired, "release_until of the record cannot be read"};
        }
        const std::int64_t day = days_of(*date).last;
        out = out ? std::min(*out, day) : day;
    }
    return out;
}

Status check_until(const RecordState& source, const Marking& marking, const Date& today) {
    TRY_ASSIGN(const std::optional<std::int64_t> own, last_day(source));
    const std::int64_t now = days_of(today).first;
    if (own && *own < now) {
        return Error{release_expired, "the time for which this copy was released has passed"};
    }
    if (!marking.until || !replication::is_valid(*marking.until)) {
        return Error{release_until, "a copy needs the last day on which it may be used"};
    }
    const std::string until = date_to_text(*marking.until);
    if (days_of(*marking.until).last < now) {
        return Error{release_until, until + " has passed"};
    }
    if (own && days_of(*marking.until).last > *own) {
        return Error{release_until, until + " is later than the record's own release_until"};
    }
    return {};
}

/// One line of text that says something.
Status check_basis(const Field& field, const std::string& basis) {
    if (basis.find_first_not_of(' ') == std::string::npos) {
        return Error{release_basis, "a release needs its legal basis"};
    }
    if (basis.find('\n') != std::string::npos) {
        return Error{release_basis, "the legal basis has more than one line"};
    }
    if (const auto wrong = mark_of(field, Value(basis))) {
        return Error{release_basis, "the legal basis " + wrong->message};
    }
    return {};
}

}  // namespace

bool is_marking(std::string_view path) {
    return std::find(marking_paths.begin(), marking_paths.end(), path) != marking_paths.end();
}

Status check_marking(const Schema& schema, const RecordState& source, const Marking& marking,
                     const Date& today) {
    if (!has_marking(schema)) {
        return Error{release_database, "records of " + schema.database + " are not released"};
    }
    const CodeList& countries = *schema.find(by_path)->list;
    if (!countries.contains(marking.partner) || !countries.contains(marking.country) ||
        marking.partner == marking.country) {
        return Error{release_partner, "from '" + marking.country + "' to '" + marking.partner +
                                          "': two different country codes are needed"};
    }
    TRY(check_handling(*schema.find(handling_path), source, marking));
    TRY(check_until(source, marking, today));
    return check_basis(*schema.find(basis_path), marking.basis);
}

std::vector<replication::Assignment> assignments_of(const Marking& marking) {
    return {{std::string(handling_path), CodeValue{marking.handling}},
            {std::string(by_path), CodeValue{marking.country}},
            {std::string(basis_path), marking.basis},
            {std::string(until_path), *marking.until}};
}

}  // namespace entrepot::node
