#include "replication/model/value.hpp"

#include <array>

namespace entrepot::replication {
namespace {

Error refused(const char* why) {
    return {value_malformed, why};
}

int days_in(int year, int month) {
    constexpr std::array days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[static_cast<std::size_t>(month - 1)];
}

/// Length of the UTF-8 sequence that starts at text[at], 0 if it is none.
std::size_t sequence_at(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) {
        return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
    };
    const auto follows = [&](std::size_t i) { return (byte(i) & 0xc0U) == 0x80U; };
    const unsigned first = byte(0);
    if (first < 0x80) {
        return 1;
    }
    if (first >= 0xc2 && first <= 0xdf) {
        return follows(1) ? 2 : 0;
    }
    if (first >= 0xe0 && first <= 0xef) {
        const bool overlong = first == 0xe0 && byte(1) < 0xa0;
        const bool surrogate = first == 0xed && byte(1) > 0x9f;
        return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        const bool overlong = first == 0xf0 && byte(1) < 0x90;
        const bool too_high = first == 0xf4 && byte(1) > 0x8f;
        return follows(1) && follows(2) && follows(3) && !overlong && !too_high ? 4 : 0;
    }
    return 0;
}

struct ValueCheck {
    Status operator()(std::monostate) const { return {}; }
    Status operator()(bool) const { return {}; }
    Status operator()(std::int64_t) const { return {}; }
    Status operator()(const Decimal& decimal) const {
        return decimal.scale <= 18 ? Status{} : refused("decimal scale over 18");
    }
    Status operator()(const std::string& text) const {
        if (text.size() > text_limit) {
            return Error{value_too_large, "text longer than 64 KiB"};
        }
        return is_utf8(text) ? Status{} : refused("text is not UTF-8");
    }
    Status operator()(const CodeValue& value) const {
        if (value.code.size() > code_limit) {
            return Error{value_too_large, "code longer than 64 bytes"};
        }
        return !value.code.empty() && is_utf8(value.code) ? Status{}
                                                          : refused("code is empty or not UTF-8");
    }
    Status operator()(const Date& date) const {
        return is_valid(date) ? Status{} : refused("no such date");
    }
    Status operator()(const Moment& moment) const {
        constexpr std::int64_t first_ms = -62135596800000;
        constexpr std::int64_t last_ms = 253402300799999;
        constexpr int most_minutes = 18 * 60;
        const bool in_years = moment.unix_ms >= first_ms && moment.unix_ms <= last_ms;
        const int offset = moment.offset_minutes;
        const bool in_zone = offset >= -most_minutes && offset <= most_minutes;
        return in_years && in_zone ? Status{} : refused("moment or its offset out of range");
    }
    Status operator()(const GeoPoint& point) const {
        constexpr std::int32_t pole = 900'000'000;
        constexpr std::int32_t antimeridian = 1'800'000'000;
        const bool on_globe = point.latitude >= -pole && point.latitude <= pole &&
                              point.longitude >= -antimeridian && point.longitude <= antimeridian;
        return on_globe ? Status{} : refused("point is off the globe");
    }
    Status operator()(const Reference&) const { return {}; }
    Status operator()(const PhotoValue& photo) const {
        if (photo.media_type.size() > media_type_limit) {
            return Error{value_too_large, "media type longer than 64 bytes"};
        }
        return is_utf8(photo.media_type) ? Status{} : refused("media type is not UTF-8");
    }
    Status operator()(const SealedValue& sealed) const {
        return sealed.bytes.size() <= sealed_limit
                   ? Status{}
                   : Error{value_too_large, "sealed value longer than 64 KiB"};
    }
    Status operator()(Liveness liveness) const {
        const bool known = liveness >= Liveness::present && liveness <= Liveness::tombstoned;
        return known ? Status{} : refused("no such liveness");
    }
    Status operator()(const UnknownValue& unknown) const {
        return unknown.kind >= known_value_kinds ? Status{}
                                                 : refused("unknown value of a known kind");
    }
};

}  // namespace

bool is_valid(const Date& date) {
    if (date.year < 1 || date.year > 9999) {
        return false;
    }
    const bool month_in_range = date.month >= 1 && date.month <= 12;
    switch (date.precision) {
        case DatePrecision::year:
            return date.month == 0 && date.day == 0;
        case DatePrecision::month:
            return month_in_range && date.day == 0;
        case DatePrecision::day:
            return month_in_range && date.day >= 1 && date.day <= days_in(date.year, date.month);
    }
    return false;
}

bool is_utf8(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        std::uint64_t eight = 0;
        if (text.size() - at >= sizeof eight) {
            std::memcpy(&eight, text.data() + at, sizeof eight);
            if ((eight & 0x8080808080808080U) == 0) {
                at += sizeof eight;
                continue;
            }
        }
        const std::size_t length = sequence_at(text, at);
        if (length == 0) {
            return false;
        }
        at += length;
    }
    return true;
}

Status check_value(const Value& value) {
    return std::visit(ValueCheck{}, value);
}

}  // namespace entrepot::replication
