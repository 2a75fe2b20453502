#include "node/databases/text/date_text.hpp"

#include <array>

namespace entrepot::node {

using replication::Date;
using replication::DatePrecision;
using replication::Moment;

namespace {

/// Takes exactly `count` digits from the front; nothing when they are not there.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
    if (text.size() < count) {
        return std::nullopt;
    }
    int out = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (text[i] < '0' || text[i] > '9') {
            return std::nullopt;
        }
        out = out * 10 + (text[i] - '0');
    }
    text.remove_prefix(count);
    return out;
}

bool take(std::string_view& text, char wanted) {
    if (text.empty() || text.front() != wanted) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

void append_digits(std::string& out, std::int64_t number, std::size_t width) {
    std::array<char, 20> digits{};
    std::size_t count = 0;
    for (; number > 0 || count < width; number /= 10) {
        digits[count++] = static_cast<char>('0' + number % 10);
    }
    while (count > 0) {
        out += digits[--count];
    }
}

int days_in_month(int year, int month) {
    static constexpr std::array<int, 12> lengths{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : lengths[static_cast<std::size_t>(month - 1)];
}

/// Days since 1970-01-01 of a Gregorian date, counting years from 1 March.
std::int64_t day_number(std::int64_t year, std::int64_t month, std::int64_t day) {
    year -= month <= 2 ? 1 : 0;
    const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
    const std::int64_t of_era = year - era * 400;
    const std::int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

Date date_of_day(std::int64_t days) {
    days += 719468;
    const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    const std::int64_t of_era = days - era * 146097;
    const std::int64_t years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const std::int64_t of_year = of_era - (365 * years + years / 4 - years / 100);
    const std::int64_t shifted = (5 * of_year + 2) / 153;
    const std::int64_t month = shifted < 10 ? shifted + 3 : shifted - 9;
    const std::int64_t year = years + era * 400 + (month <= 2 ? 1 : 0);
    return {static_cast<std::int16_t>(year), static_cast<std::uint8_t>(month),
            static_cast<std::uint8_t>(of_year - (153 * shifted + 2) / 5 + 1), DatePrecision::day};
}

/// "Z" or "+01:00" at the very end.
std::optional<int> take_offset(std::string_view& text) {
    if (take(text, 'Z')) {
        return 0;
    }
    const bool west = take(text, '-');
    if (!west && !take(text, '+')) {
        return std::nullopt;
    }
    const auto hours = take_digits(text, 2);
    const auto minutes = take(text, ':') ? take_digits(text, 2) : std::nullopt;
    if (!hours || !minutes || *hours > 14 || *minutes > 59) {
        return std::nullopt;
    }
    return (west ? -1 : 1) * (*hours * 60 + *minutes);
}

/// Milliseconds of ":SS" and ".mmm", each optional.
std::optional<int> take_seconds(std::string_view& text) {
    if (!take(text, ':')) {
        return 0;
    }
    const auto seconds = take_digits(text, 2);
    if (!seconds || *seconds > 59) {
        return std::nullopt;
    }
    int thousandths = 0;
    if (take(text, '.')) {
        int weight = 100;
        std::size_t count = 0;
        while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
            thousandths += weight * (text.front() - '0');
            weight /= 10;
            ++count;
            text.remove_prefix(1);
        }
        if (count == 0) {
            return std::nullopt;
        }
    }
    return *seconds * 1000 + thousandths;
}

}  // namespace

std::optional<Date> date_from_text(std::string_view text) {
    Date out;
    const auto year = take_digits(text, 4);
    if (!year || *year == 0) {
        return std::nullopt;
    }
    out.year = static_cast<std::int16_t>(*year);
    out.precision = DatePrecision::year;
    if (text.empty()) {
        return out;
    }
    const auto month = take(text, '-') ? take_digits(text, 2) : std::nullopt;
    if (!month || *month < 1 || *month > 12) {
        return std::nullopt;
    }
    out.month = static_cast<std::uint8_t>(*month);
    out.precision = DatePrecision::month;
    if (text.empty()) {
        return out;
    }
    const auto day = take(text, '-') ? take_digits(text, 2) : std::nullopt;
    if (!day || *day < 1 || *day > days_in_month(*year, *month) || !text.empty()) {
        return std::nullopt;
    }
    out.day = static_cast<std::uint8_t>(*day);
    out.precision = DatePrecision::day;
    return out;
}

std::string date_to_text(const Date& date) {
    std::string out;
    append_digits(out, date.year, 4);
    if (date.precision != DatePrecision::year) {
        out += '-';
        append_digits(out, date.month, 2);
    }
    if (date.precision == DatePrecision::day) {
        out += '-';
        append_digits(out, date.day, 2);
    }
    return out;
}

DaySpan days_of(const Date& date) {
    const bool has_month = date.precision != DatePrecision::year && date.month >= 1;
    const int first_month = has_month ? date.month : 1;
    const int last_month = has_month ? date.month : 12;
    if (date.precision == DatePrecision::day) {
        const std::int64_t day = day_number(date.year, first_month, date.day);
        return {day, day};
    }
    return {day_number(date.year, first_month, 1),
            day_number(date.year, last_month, days_in_month(date.year, last_month))};
}

std::optional<Moment> moment_from_text(std::string_view text) {
    const auto date = date_from_text(text.substr(0, 10));
    if (!date || date->precision != DatePrecision::day) {
        return std::nullopt;
    }
    text.remove_prefix(10);
    const auto hours = take(text, 'T') ? take_digits(text, 2) : std::nullopt;
    const auto minutes = take(text, ':') ? take_digits(text, 2) : std::nullopt;
    const auto millis = take_seconds(text);
    const auto offset = take_offset(text);
    if (!hours || !minutes || !millis || !offset || *hours > 23 || *minutes > 59 || !text.empty()) {
        return std::nullopt;
    }
    const std::int64_t minute = days_of(*date).first * 1440 + *hours * 60 + *minutes - *offset;
    return Moment{minute * 60000 + *millis, static_cast<std::int16_t>(*offset)};
}

std::string moment_to_text(const Moment& moment) {
    const std::int64_t local = moment.unix_ms + std::int64_t{moment.offset_minutes} * 60000;
    const std::int64_t in_day = ((local % 86400000) + 86400000) % 86400000;
    std::string out = date_to_text(date_of_day((local - in_day) / 86400000));
    out += 'T';
    append_digits(out, in_day / 3600000, 2);
    out += ':';
    append_digits(out, in_day / 60000 % 60, 2);
    out += ':';
    append_digits(out, in_day / 1000 % 60, 2);
    if (in_day % 1000 != 0) {
        out += '.';
        append_digits(out, in_day % 1000, 3);
    }
    if (moment.offset_minutes == 0) {
        return out + "Z";
    }
    const int offset = moment.offset_minutes < 0 ? -moment.offset_minutes : moment.offset_minutes;
    out += moment.offset_minutes < 0 ? '-' : '+';
    append_digits(out, offset / 60, 2);
    out += ':';
    append_digits(out, offset % 60, 2);
    return out;
}

}  // namespace entrepot::node
