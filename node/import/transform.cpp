#include "node/import/transform.hpp"

#include <algorithm>
#include <array>

#include "node/databases/text/date_text.hpp"
#include "node/databases/text/number_text.hpp"
#include "node/databases/text/utf8.hpp"

namespace entrepot::node {

namespace {

using Texts = std::vector<std::string>;

Problem problem(ErrorCode code, std::string_view given, const std::string& what,
                std::string_view suggestion = {}) {
    const std::string shown = shorten(given, 80);
    return {{}, shown, code, "'" + shown + "' " + what, std::string(suggestion)};
}

unsigned month_named(std::string_view name) {
    static constexpr std::array<std::string_view, 12> months{
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
    const std::string folded = fold_case(name.substr(0, 3));
    const auto* found = std::find(months.begin(), months.end(), folded);
    return found == months.end() ? 0 : static_cast<unsigned>(found - months.begin()) + 1;
}

/// Takes `least` to `most` digits from the front, or nothing.
std::optional<unsigned> take_number(std::string_view& text, std::size_t least, std::size_t most) {
    unsigned out = 0;
    std::size_t count = 0;
    while (count < most && count < text.size() && text[count] >= '0' && text[count] <= '9') {
        out = out * 10 + static_cast<unsigned>(text[count++] - '0');
    }
    if (count < least) {
        return std::nullopt;
    }
    text.remove_prefix(count);
    return out;
}

struct DateParts {
    unsigned year = 0, month = 0, day = 0;
};

/// Takes what the format's next letters stand for; false when the text holds something else.
bool take_part(std::string_view& format, std::string_view& text, DateParts& parts) {
    const auto starts = [&](std::string_view mark) {
        return format.substr(0, mark.size()) == mark;
    };
    std::optional<unsigned> number;
    if (starts("YYYY")) {
        number = take_number(text, 4, 4);
        parts.year = number.value_or(0);
        format.remove_prefix(4);
    } else if (starts("YY")) {
        number = take_number(text, 2, 2);
        parts.year = number ? *number + (*number >= 70 ? 1900 : 2000) : 0;
        format.remove_prefix(2);
    } else if (starts("Mon")) {
        parts.month = month_named(text);
        number = parts.month > 0 ? std::optional(parts.month) : std::nullopt;
        text.remove_prefix(std::min<std::size_t>(3, text.size()));
        format.remove_prefix(3);
    } else if (starts("M") || starts("D")) {
        number = take_number(text, 1, 2);
        (format.front() == 'M' ? parts.month : parts.day) = number.value_or(0);
        format.remove_prefix(1);
    } else {
        const bool same = !text.empty() && text.front() == format.front();
        text.remove_prefix(text.empty() ? 0 : 1);
        format.remove_prefix(1);
        return same;
    }
    return number.has_value() && *number > 0;
}

std::string iso_text(const DateParts& parts) {
    const auto two = [](unsigned number) {
        return (number < 10 ? "-0" : "-") + std::to_string(number);
    };
    std::string out = std::to_string(parts.year);
    out.insert(0, out.size() < 4 ? 4 - out.size() : 0, '0');
    out += parts.month > 0 ? two(parts.month) : "";
    return out + (parts.day > 0 ? two(parts.day) : "");
}

TextsOrProblem date(const Target& target, const std::string& given) {
    for (const std::string& format : target.formats) {
        if (auto text = date_by_format(given, format)) {
            return Texts{*text};
        }
    }
    std::string forms;
    for (const std::string& format : target.formats) {
        forms += (forms.empty() ? "" : " or ") + format;
    }
    return problem(field_bad_date, given, "is not a date of the form " + forms);
}

TextsOrProblem fiscal_month(const Target& target, std::span<const std::string> given) {
    std::string_view year_text = given[0];
    const auto year = take_number(year_text, 4, 4);
    const unsigned month = month_named(given[1]);
    if (!year || month == 0) {
        return problem(field_bad_date, given[0] + ", " + given[1],
                       "is not a fiscal year and month");
    }
    const bool before = target.year_starts > 1 && month >= target.year_starts;
    return Texts{iso_text({before ? *year - 1 : *year, month, 0})};
}

/// Without spaces and with the commas of thousands gone: "1,025,200.5".
std::string plain_number(std::string_view given) {
    std::string out;
    for (std::size_t i = 0; i < given.size(); ++i) {
        const std::string_view after = given.substr(i + 1, 4);
        const bool thousands = given[i] == ',' && i > 0 &&
                               after.find_first_not_of("0123456789") >= 3 && after.size() >= 3 &&
                               (after.size() == 3 || after[3] == ',' || after[3] == '.');
        if (given[i] != ' ' && !thousands) {
            out += given[i];
        }
    }
    return out;
}

TextsOrProblem number(const Target& target, const std::string& given) {
    std::string out = plain_number(given);
    if (!decimal_from_text(out)) {
        return problem(field_wrong_type, given, "is not a number");
    }
    if (target.transform == Transform::whole_number && out.find('.') != std::string::npos) {
        const std::size_t point = out.find('.');
        if (out.find_first_not_of('0', point + 1) != std::string::npos) {
            return problem(field_wrong_type, given, "is not a whole number");
        }
        out.resize(point);
    }
    return Texts{out};
}

TextsOrProblem code(const Target& target, const std::string& given) {
    const std::string folded = fold_entry(given);
    if (const auto word = target.words.find(folded); word != target.words.end()) {
        return word->second.empty() ? Texts{} : Texts{word->second};
    }
    const CodeList* list = target.field->list;
    if (const CodeEntry* entry = list == nullptr ? nullptr : list->find_by_name(folded)) {
        return Texts{entry->code};
    }
    Texts out;
    for (const auto& [part, meant] : target.contained) {
        const bool more = target.set != nullptr || out.empty();
        if (more && folded.find(part) != std::string::npos &&
            std::find(out.begin(), out.end(), meant) == out.end()) {
            out.push_back(meant);
        }
    }
    if (!out.empty()) {
        return out;
    }
    if (target.otherwise) {
        return target.otherwise->empty() ? Texts{} : Texts{*target.otherwise};
    }
    return problem(field_unknown_code, given,
                   "is neither in the mapping's words nor in the list " + target.field->list_name,
                   list == nullptr ? std::string_view() : list->suggestion(given));
}

/// The code of a country by the mapping's words and by its names in three languages, or empty.
std::string country_code(const Target& target, std::string_view name, const CodeList& countries) {
    const auto word = target.words.find(fold_entry(name));
    if (word != target.words.end()) {
        return word->second;
    }
    const CodeEntry* entry = countries.find_by_name(name);
    return entry == nullptr ? std::string() : entry->code;
}

TextsOrProblem country(const Target& target, const std::string& given, const CodeList& countries) {
    std::string code = country_code(target, given, countries);
    const std::size_t comma = given.rfind(',');
    if (code.empty() && comma != std::string::npos) {
        code = country_code(target, trim(std::string_view(given).substr(comma + 1)), countries);
    }
    if (code.empty()) {
        return problem(field_unknown_code, given, "names no country that is known");
    }
    return Texts{code};
}

TextsOrProblem place(const Target& target, const std::string& given, const CodeList& countries) {
    const std::size_t comma = given.rfind(',');
    if (comma != std::string::npos) {
        return Texts{std::string(trim(std::string_view(given).substr(0, comma)))};
    }
    const bool is_country =
        countries.find_by_name(given) != nullptr || target.words.count(fold_entry(given)) > 0;
    return is_country ? Texts{} : Texts{given};
}

}  // namespace

std::optional<std::string> date_by_format(std::string_view text, std::string_view format) {
    DateParts parts;
    while (!format.empty()) {
        if (!take_part(format, text, parts)) {
            return std::nullopt;
        }
    }
    const std::string out = iso_text(parts);
    if (!text.empty() || !date_from_text(out)) {
        return std::nullopt;
    }
    return out;
}

TextsOrProblem transform(const Target& target, std::span<const std::string> given,
                         const CodeList& countries) {
    if (std::all_of(given.begin(), given.end(), [](const auto& text) { return text.empty(); })) {
        return Texts{};
    }
    if (!target.fixed.empty()) {
        return Texts{target.fixed};
    }
    switch (target.transform) {
        case Transform::text:
            return Texts{given[0]};
        case Transform::code:
            return code(target, given[0]);
        case Transform::date:
            return date(target, given[0]);
        case Transform::fiscal_month:
            return fiscal_month(target, given);
        case Transform::number:
        case Transform::whole_number:
            return number(target, given[0]);
        case Transform::country:
            return country(target, given[0], countries);
        case Transform::place:
            return place(target, given[0], countries);
    }
    return Texts{};
}

}  // namespace entrepot::node
