#include "node/databases/field_value.hpp"

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "node/databases/reference_number.hpp"
#include "node/databases/text/date_text.hpp"
#include "node/databases/text/number_text.hpp"
#include "node/databases/text/utf8.hpp"

namespace entrepot::node {

using nlohmann::json;
using replication::Value;

namespace {

constexpr std::size_t given_limit = 80;

std::string dump(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

Problem problem(ErrorCode code, std::string_view given, std::string message,
                std::string_view suggestion = {}) {
    return {{}, shorten(given, given_limit), code, std::move(message), std::string(suggestion)};
}

std::string quoted(std::string_view text) {
    return "'" + shorten(text, given_limit) + "'";
}

ValueOrProblem text_value(const Field& field, std::string_view text) {
    if (text.size() > field.longest) {
        return problem(field_too_long, text,
                       "has " + std::to_string(text.size()) + " bytes; " +
                           std::to_string(field.longest) + " are allowed");
    }
    if (!is_utf8(text)) {
        return problem(document_not_utf8, from_windows_1252(text), "is not valid UTF-8");
    }
    if (has_control(text)) {
        return problem(field_bad_form, text, "holds a control character");
    }
    if (field.form == "reference_number" && !reference_number_from_text(text)) {
        return problem(field_bad_form, text,
                       quoted(text) + " is not of the form CC-UNIT-YYYY-NNNNN");
    }
    return Value(std::string(text));
}

ValueOrProblem code_value(const Field& field, std::string_view text) {
    if (field.list == nullptr || !field.list->contains(text)) {
        return problem(field_unknown_code, text,
                       quoted(text) + " is not in the list " + field.list_name,
                       field.list == nullptr ? std::string_view() : field.list->suggestion(text));
    }
    return Value(replication::CodeValue{std::string(text)});
}

ValueOrProblem boolean_value(std::string_view text) {
    if (text == "true" || text == "false") {
        return Value(text == "true");
    }
    return problem(field_wrong_type, text, quoted(text) + " is not true or false");
}

ValueOrProblem reference_value(std::string_view text) {
    if (const auto key = reference_from_text(text)) {
        return Value(replication::Reference{*key});
    }
    return problem(field_bad_form, text,
                   quoted(text) + " is no reference: compartment/record, 26 characters each");
}

/// Degrees in units of 1e-7, when inside ±limit.
std::optional<std::int32_t> degrees(double given, int limit) {
    if (!std::isfinite(given) || std::fabs(given) > limit) {
        return std::nullopt;
    }
    return static_cast<std::int32_t>(std::llround(given * 1e7));
}

ValueOrProblem point_value(double latitude, double longitude, std::string_view given) {
    const auto north = degrees(latitude, 90), east = degrees(longitude, 180);
    if (!north || !east) {
        return problem(field_bad_form, given, "latitude is within ±90, longitude within ±180");
    }
    return Value(replication::GeoPoint{*north, *east});
}

ValueOrProblem point_from_text(std::string_view text) {
    const std::size_t comma = text.find(',');
    if (comma != std::string_view::npos) {
        const auto north = decimal_from_text(trim(text.substr(0, comma)));
        const auto east = decimal_from_text(trim(text.substr(comma + 1)));
        if (north && east) {
            const auto number = [](const replication::Decimal& decimal) {
                return static_cast<double>(decimal.mantissa) / std::pow(10.0, decimal.scale);
            };
            return point_value(number(*north), number(*east), text);
        }
    }
    return problem(field_wrong_type, text, quoted(text) + " is not \"latitude, longitude\"");
}

ValueOrProblem integer_value(std::string_view text) {
    if (const auto integer = integer_from_text(text)) {
        return Value(*integer);
    }
    return problem(field_wrong_type, text, quoted(text) + " is not a whole number");
}

ValueOrProblem decimal_value(std::string_view text) {
    if (const auto decimal = decimal_from_text(text)) {
        return Value(*decimal);
    }
    return problem(field_wrong_type, text,
                   quoted(text) + " is not a number (digits, a point, at most 18 digits)");
}

ValueOrProblem date_value(std::string_view text) {
    if (const auto date = date_from_text(text)) {
        return Value(*date);
    }
    return problem(field_bad_date, text,
                   quoted(text) + " is not a date: 2016, 2016-03 or 2016-03-07");
}

ValueOrProblem moment_value(std::string_view text) {
    if (const auto moment = moment_from_text(text)) {
        return Value(*moment);
    }
    return problem(field_bad_date, text,
                   quoted(text) + " is not a moment with its offset: 2016-03-07T14:05+01:00");
}

ValueOrProblem wrong_type(const Field& field, const json& given) {
    return problem(field_wrong_type, dump(given),
                   std::string("is ") + given.type_name() + "; " +
                       std::string(name_of(field.type)) + " is wanted");
}

std::optional<double> number_member(const json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end() || !found->is_number()) {
        return std::nullopt;
    }
    return found->get<double>();
}

ValueOrProblem value_from_number(const Field& field, const json& given) {
    if (field.type == FieldType::integer && given.is_number_integer()) {
        return integer_value(dump(given));
    }
    if (field.type != FieldType::decimal) {
        return wrong_type(field, given);
    }
    if (given.is_number_integer()) {
        return decimal_value(dump(given));
    }
    std::array<char, 400> digits{};  // fixed notation: a decimal has no exponent
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(),
                                   given.get<double>(), std::chars_format::fixed);
    return decimal_value({digits.data(), static_cast<std::size_t>(end.ptr - digits.data())});
}

json point_to_json(const replication::GeoPoint& point) {
    return {{"latitude", point.latitude / 1e7}, {"longitude", point.longitude / 1e7}};
}

/// "latitude, longitude" in degrees, as it is read.
std::string point_to_text(const replication::GeoPoint& point) {
    const auto degrees_text = [](std::int32_t units) {
        std::string out = decimal_to_text({units, 7});
        out.erase(out.find_last_not_of('0') + 1);
        return out.ends_with('.') ? out + "0" : out;
    };
    return degrees_text(point.latitude) + ", " + degrees_text(point.longitude);
}

json photo_to_json(const replication::PhotoValue& photo) {
    return {{"media_type", photo.media_type},
            {"size", photo.original.size},
            {"sha256", to_hex(photo.sha256.view())}};
}

std::string_view name_of_liveness(replication::Liveness liveness) {
    switch (liveness) {
        case replication::Liveness::present:
            return "present";
        case replication::Liveness::removed:
            return "removed";
        case replication::Liveness::tombstoned:
            return "tombstoned";
    }
    return "unknown";
}

struct ToJson {
    json operator()(std::monostate) const { return nullptr; }
    json operator()(bool value) const { return value; }
    json operator()(std::int64_t value) const { return value; }
    json operator()(const replication::Decimal& value) const { return decimal_to_text(value); }
    json operator()(const std::string& value) const { return value; }
    json operator()(const replication::CodeValue& value) const { return value.code; }
    json operator()(const replication::Date& value) const { return date_to_text(value); }
    json operator()(const replication::Moment& value) const { return moment_to_text(value); }
    json operator()(const replication::GeoPoint& value) const { return point_to_json(value); }
    json operator()(const replication::Reference& value) const {
        return reference_to_text(value.target);
    }
    json operator()(const replication::PhotoValue& value) const { return photo_to_json(value); }
    json operator()(const replication::SealedValue& value) const {
        return {{"sealed_bytes", value.bytes.size()}};
    }
    json operator()(replication::Liveness value) const { return name_of_liveness(value); }
    json operator()(const replication::UnknownValue& value) const {
        return {{"kind", value.kind}, {"bytes", value.bytes.size()}};
    }
};

FieldType type_of(const Value& value, FieldType otherwise) {
    // In the order of Value's alternatives.
    static constexpr std::array<std::optional<FieldType>, 14> types{
        std::nullopt,         FieldType::boolean,   FieldType::integer, FieldType::decimal,
        FieldType::text,      FieldType::code,      FieldType::date,    FieldType::moment,
        FieldType::geo_point, FieldType::reference, FieldType::photo,   FieldType::sealed,
        std::nullopt,         std::nullopt};
    static_assert(std::variant_size_v<Value> == types.size());
    return types[value.index()].value_or(otherwise);
}

}  // namespace

ValueOrProblem value_from_text(const Field& field, std::string_view text) {
    if (text.empty()) {
        return Value();
    }
    switch (field.type) {
        case FieldType::text:
            return text_value(field, text);
        case FieldType::code:
            return code_value(field, text);
        case FieldType::boolean:
            return boolean_value(text);
        case FieldType::integer:
            return integer_value(text);
        case FieldType::decimal:
            return decimal_value(text);
        case FieldType::date:
            return date_value(text);
        case FieldType::moment:
            return moment_value(text);
        case FieldType::geo_point:
            return point_from_text(text);
        case FieldType::reference:
            return reference_value(text);
        case FieldType::photo:
        case FieldType::sealed:
            break;
    }
    return problem(field_read_only, text, "is added as a file, not in a document");
}

ValueOrProblem value_from_json(const Field& field, const json& given) {
    if (given.is_null()) {
        return Value();
    }
    if (field.type == FieldType::photo || field.type == FieldType::sealed) {
        return value_from_text(field, dump(given));
    }
    if (given.is_string() && field.type != FieldType::boolean && field.type != FieldType::integer) {
        return value_from_text(field, *given.get_ptr<const std::string*>());
    }
    if (given.is_boolean() && field.type == FieldType::boolean) {
        return Value(given.get<bool>());
    }
    if (given.is_number()) {
        return value_from_number(field, given);
    }
    if (given.is_object() && field.type == FieldType::geo_point) {
        const auto latitude = number_member(given, "latitude");
        const auto longitude = number_member(given, "longitude");
        if (latitude && longitude && given.size() == 2) {
            return point_value(*latitude, *longitude, dump(given));
        }
    }
    return wrong_type(field, given);
}

json value_to_json(const Value& value) {
    return std::visit(ToJson{}, value);
}

std::string value_to_text(const Value& value) {
    if (const auto* point = std::get_if<replication::GeoPoint>(&value)) {
        return point_to_text(*point);
    }
    const json out = value_to_json(value);
    if (out.is_null()) {
        return {};
    }
    return out.is_string() ? out.get<std::string>() : dump(out);
}

std::optional<Problem> mark_of(const Field& field, const Value& value) {
    if (std::holds_alternative<std::monostate>(value)) {
        return std::nullopt;
    }
    if (type_of(value, FieldType::text) != field.type ||
        std::holds_alternative<replication::Liveness>(value)) {
        return problem(field_wrong_type, value_to_text(value),
                       "is not " + std::string(name_of(field.type)));
    }
    if (field.type != FieldType::text && field.type != FieldType::code) {
        return std::nullopt;
    }
    ValueOrProblem again = value_from_text(field, value_to_text(value));
    if (Problem* wrong = std::get_if<Problem>(&again)) {
        return std::move(*wrong);
    }
    return std::nullopt;
}

std::string reference_to_text(const replication::RecordKey& key) {
    return to_base32(key.compartment.view()) + "/" + to_base32(key.record.view());
}

std::optional<replication::RecordKey> reference_from_text(std::string_view text) {
    if (text.size() != 53 || text[26] != '/') {
        return std::nullopt;
    }
    const auto compartment = from_base32(text.substr(0, 26));
    const auto record = from_base32(text.substr(27));
    if (!compartment || !record) {
        return std::nullopt;
    }
    const auto first = replication::CompartmentId::from(*compartment);
    const auto second = replication::RecordId::from(*record);
    if (!first || !second) {
        return std::nullopt;
    }
    return replication::RecordKey{*first, *second};
}

}  // namespace entrepot::node
