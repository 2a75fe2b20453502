#include "node/import/row_parts.hpp"

#include <algorithm>
#include <set>

#include "node/databases/field_value.hpp"
#include "node/databases/text/utf8.hpp"
#include "node/databases/validate.hpp"
#include "node/import/transform.hpp"

namespace entrepot::node {

using replication::Value;

namespace {

std::vector<std::string> parts_of(const std::string& text, char split) {
    if (split == 0) {
        return {text};
    }
    std::vector<std::string> out;
    for (std::size_t start = 0; start <= text.size();) {
        const std::size_t end = std::min(text.find(split, start), text.size());
        const std::string_view part = trim(std::string_view(text).substr(start, end - start));
        if (!part.empty()) {
            out.emplace_back(part);
        }
        start = end + 1;
    }
    return out;
}

class RowPartsMaker {
public:
    RowPartsMaker(const Mapping& mapping, const std::vector<std::string>& fields, std::uint64_t row)
        : mapping_(mapping), fields_(fields) {
        out_.row = row;
    }

    void apply(const ColumnRule& rule, const std::vector<std::size_t>& places);
    /// Items that a column has given a value get the mapping's constants too.
    RowParts take();

private:
    void fill(const ColumnRule& rule, std::span<const std::string> given,
              std::map<std::string, Value>& into);
    void fill_target(const ColumnRule& rule, const Target& target,
                     std::span<const std::string> given, std::map<std::string, Value>& into);
    void check_year(const ColumnRule& rule, const std::string& given);
    MadeItem& item_named(const std::string& name, bool always_new);
    void report(const ColumnRule& rule, std::span<const std::string> given, const Problem& problem);

    const Mapping& mapping_;
    const std::vector<std::string>& fields_;
    RowParts out_;
    std::map<std::string, std::size_t> item_places_;
    std::vector<const ItemRule*> rules_;  // of each item made
};

RowParts RowPartsMaker::take() {
    for (std::size_t i = 0; i < out_.items.size(); ++i) {
        std::map<std::string, Value>& fields = out_.items[i].fields;
        for (const replication::Assignment& constant : rules_[i]->constants) {
            if (!fields.empty()) {
                fields.emplace(constant.path, constant.value);
            }
        }
    }
    return std::move(out_);
}

void RowPartsMaker::report(const ColumnRule& rule, std::span<const std::string> given,
                           const Problem& problem) {
    std::string columns, values;
    for (std::size_t i = 0; i < rule.columns.size(); ++i) {
        columns += (i == 0 ? "" : ", ") + std::string(trim(rule.columns[i]));
        values += (i == 0 ? "" : ", ") + given[i];
    }
    out_.problems.push_back(
        {out_.row, columns, shorten(values, 80), problem.code, in_words(problem), true});
}

void RowPartsMaker::fill_target(const ColumnRule& rule, const Target& target,
                                std::span<const std::string> given,
                                std::map<std::string, Value>& into) {
    if (target.unless_set && into.count(target.field->name) > 0) {
        return;
    }
    TextsOrProblem texts = transform(target, given, *mapping_.countries);
    if (const Problem* problem = std::get_if<Problem>(&texts)) {
        report(rule, given, *problem);
        return;
    }
    for (const std::string& text : std::get<std::vector<std::string>>(texts)) {
        ValueOrProblem value = value_from_text(*target.field, text);
        if (const Problem* problem = std::get_if<Problem>(&value)) {
            report(rule, given, *problem);
        } else if (target.set != nullptr) {
            into[set_path(*target.set, text)] = std::get<Value>(std::move(value));
        } else {
            into[target.field->name] = std::get<Value>(std::move(value));
        }
    }
}

void RowPartsMaker::fill(const ColumnRule& rule, std::span<const std::string> given,
                         std::map<std::string, Value>& into) {
    for (const Target& target : rule.targets) {
        fill_target(rule, target, given, into);
    }
}

MadeItem& RowPartsMaker::item_named(const std::string& name, bool always_new) {
    const auto known = item_places_.find(name);
    if (known != item_places_.end() && !always_new) {
        return out_.items[known->second];
    }
    const ItemRule& rule = mapping_.items.at(name);
    item_places_[name] = out_.items.size();
    out_.items.push_back({rule.group, rule.each_row, {}});
    rules_.push_back(&rule);
    return out_.items.back();
}

void RowPartsMaker::check_year(const ColumnRule& rule, const std::string& given) {
    const auto date = out_.fields.find(rule.same_year->name);
    const auto* value =
        date == out_.fields.end() ? nullptr : std::get_if<replication::Date>(&date->second);
    if (value != nullptr && !given.empty() && given != std::to_string(value->year)) {
        const std::string words = "'" + given + "' is not the year of " + rule.same_year->name +
                                  " (" + value_to_text(*value) + ")";
        const std::vector<std::string> shown{given};
        report(rule, shown, {{}, given, row_years_disagree, words, {}});
    }
}

void RowPartsMaker::apply(const ColumnRule& rule, const std::vector<std::size_t>& places) {
    std::vector<std::string> given;
    for (const std::size_t place : places) {
        given.push_back(fields_[place]);
    }
    const bool blank =
        std::all_of(given.begin(), given.end(), [](const auto& text) { return text.empty(); });
    if (blank) {
        return;
    }
    if (rule.same_year != nullptr) {
        check_year(rule, given[0]);
    }
    if (given.size() > 1) {
        fill(rule, given, rule.item.empty() ? out_.fields : item_named(rule.item, false).fields);
        return;
    }
    for (const std::string& part : parts_of(given[0], rule.split)) {
        const std::span<const std::string> one(&part, 1);
        fill(rule, one,
             rule.item.empty() ? out_.fields : item_named(rule.item, rule.split != 0).fields);
    }
}

}  // namespace

Result<ColumnPlaces> ColumnPlaces::find(const Mapping& mapping,
                                        const std::vector<std::string>& header) {
    ColumnPlaces out;
    std::set<std::size_t> used, of_group;
    std::string missing;
    const auto place_of = [&](const std::string& column) {
        for (std::size_t i = 0; i < header.size(); ++i) {
            if (trim(header[i]) == trim(column)) {
                used.insert(i);
                return i;
            }
        }
        missing += (missing.empty() ? "'" : ", '") + column + "'";
        return std::size_t{0};
    };
    for (const ColumnRule& rule : mapping.rules) {
        std::vector<std::size_t> places;
        for (const std::string& column : rule.columns) {
            places.push_back(place_of(column));
        }
        const auto item = mapping.items.find(rule.item);
        if (item == mapping.items.end() || !item->second.each_row) {
            of_group.insert(places.begin(), places.end());
        }
        out.of_rules_.push_back(std::move(places));
    }
    for (const std::string& column : mapping.key) {
        out.of_key_.push_back(place_of(column));
    }
    if (!missing.empty()) {
        return Error{mapping_missing_column, "the file has no column " + missing};
    }
    out.of_group_.assign(of_group.begin(), of_group.end());
    for (std::size_t i = 0; i < header.size(); ++i) {
        const bool ignored =
            std::any_of(mapping.ignored.begin(), mapping.ignored.end(),
                        [&](const std::string& column) { return trim(column) == trim(header[i]); });
        if (used.count(i) == 0 && !ignored) {
            out.unused_.push_back(header[i]);
        }
    }
    return out;
}

RowParts read_row(const Mapping& mapping, const ColumnPlaces& places,
                  const std::vector<std::string>& fields, std::uint64_t row) {
    RowPartsMaker maker(mapping, fields, row);
    for (std::size_t i = 0; i < mapping.rules.size(); ++i) {
        maker.apply(mapping.rules[i], places.of_rules()[i]);
    }
    return maker.take();
}

}  // namespace entrepot::node
