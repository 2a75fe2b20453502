#include "node/exchange/value_fate.hpp"

#include <array>

#include "node/databases/field_value.hpp"
#include "node/databases/text/date_text.hpp"

namespace entrepot::node {

namespace {

using replication::Date;
using replication::DatePrecision;
using replication::GeoPoint;
using replication::Moment;
using replication::Value;

constexpr std::array<std::string_view, 4> fates{"whole", "generalised", "withheld", "held"};
constexpr std::array<std::string_view, 11> reasons{"free",   "added",         "quasi",  "nominal",
                                                   "source", "points_back",   "sealed", "free_text",
                                                   "photo",  "unknown_field", "unfit"};

constexpr std::int64_t day_ms = 24LL * 60 * 60 * 1000;
constexpr std::int64_t minute_ms = 60LL * 1000;

/// Rounded towards the past.
std::int64_t floor_div(std::int64_t value, std::int64_t by) {
    return value / by - (value % by < 0 ? 1 : 0);
}

Date coarser(Date date, DatePrecision precision) {
    if (precision <= date.precision) {
        return date;
    }
    date.precision = precision;
    date.day = 0;
    date.month = precision == DatePrecision::year ? std::uint8_t{0} : date.month;
    return date;
}

/// The first day, in days since 1970, of the month or year that `day` lies in.
std::int64_t period_start(std::int64_t day, DatePrecision precision) {
    const auto starts_after = [&](std::int16_t year, std::uint8_t month) {
        return days_of({year, month, 1, DatePrecision::day}).first > day;
    };
    std::int16_t year = static_cast<std::int16_t>(1970 + floor_div(day * 400, 146097));
    year = static_cast<std::int16_t>(starts_after(year, 1) ? year - 1 : year);
    year = static_cast<std::int16_t>(starts_after(year + 1, 1) ? year : year + 1);
    std::uint8_t month = 1;
    while (precision == DatePrecision::month && month < 12 &&
           !starts_after(year, static_cast<std::uint8_t>(month + 1))) {
        ++month;
    }
    return days_of({year, month, 1, DatePrecision::day}).first;
}

Moment coarser(const Moment& moment, DatePrecision precision) {
    const std::int64_t there = moment.unix_ms + moment.offset_minutes * minute_ms;
    return {period_start(floor_div(there, day_ms), precision) * day_ms, 0};
}

/// To the nearest whole degree.
std::int32_t whole_degree(std::int32_t angle) {
    constexpr std::int64_t degree = 10'000'000;
    return static_cast<std::int32_t>(floor_div(angle + degree / 2, degree) * degree);
}

bool is_held(const Field& field) {
    return field.type == FieldType::photo || (field.type == FieldType::text && field.free_text);
}

/// Of a value that class and name let leave as it is.
ValueFate whole_once_cleared(const Field& field, ValueWish wish) {
    if (is_held(field) && !wish.cleared) {
        return {Fate::held,
                field.type == FieldType::photo ? FateReason::photo : FateReason::free_text};
    }
    return {Fate::whole,
            field.nominal == NominalClass::free ? FateReason::free : FateReason::added};
}

}  // namespace

std::string_view name_of(Fate fate) {
    return fates[static_cast<std::size_t>(fate)];
}

std::string_view name_of(FateReason reason) {
    return reasons[static_cast<std::size_t>(reason)];
}

std::optional<FateReason> never_leaves(const Field& field) {
    if (field.nominal == NominalClass::source) {
        return FateReason::source;
    }
    if (field.type == FieldType::reference || field.form == "reference_number") {
        return FateReason::points_back;
    }
    if (field.type == FieldType::sealed) {
        return FateReason::sealed;
    }
    return std::nullopt;
}

ValueFate fate_of(const Field* field, const Value& value, ValueWish wish) {
    if (field == nullptr) {
        return {Fate::withheld, FateReason::unknown_field};
    }
    if (const auto reason = never_leaves(*field)) {
        return {Fate::withheld, *reason};
    }
    if (mark_of(*field, value)) {
        return {Fate::withheld, FateReason::unfit};
    }
    if (field->nominal == NominalClass::free || wish.added) {
        return whole_once_cleared(*field, wish);
    }
    if (field->nominal != NominalClass::quasi) {
        return {Fate::withheld, FateReason::nominal};
    }
    const bool has_rule = generalised(field->generalise, value).has_value();
    return {has_rule ? Fate::generalised : Fate::withheld, FateReason::quasi};
}

std::optional<Value> generalised(Generalise rule, const Value& value) {
    const auto* date = std::get_if<Date>(&value);
    const auto* moment = std::get_if<Moment>(&value);
    const auto* point = std::get_if<GeoPoint>(&value);
    if (rule == Generalise::degree && point != nullptr) {
        return Value(GeoPoint{whole_degree(point->latitude), whole_degree(point->longitude)});
    }
    if (rule != Generalise::year && rule != Generalise::month) {
        return std::nullopt;
    }
    const DatePrecision precision =
        rule == Generalise::year ? DatePrecision::year : DatePrecision::month;
    if (date != nullptr) {
        return Value(coarser(*date, precision));
    }
    return moment == nullptr ? std::nullopt : std::optional(Value(coarser(*moment, precision)));
}

}  // namespace entrepot::node
