#include "node/databases/schema.hpp"

#include <array>

namespace entrepot::node {

namespace {

constexpr std::array<std::string_view, 11> type_names{"text",      "code",  "boolean", "integer",
                                                      "decimal",   "date",  "moment",  "geo_point",
                                                      "reference", "photo", "sealed"};

constexpr std::array<std::string_view, 4> generalise_names{"withheld", "year", "month", "degree"};

}  // namespace

std::string_view name_of(Generalise rule) {
    return generalise_names[static_cast<std::size_t>(rule)];
}

std::string_view name_of(FieldType type) {
    return type_names[static_cast<std::size_t>(type)];
}

const Field* Group::find(std::string_view field) const {
    const auto found = by_name.find(field);
    return found == by_name.end() ? nullptr : &fields[found->second];
}

const Field* Schema::find(std::string_view field) const {
    const auto found = field_by_name.find(field);
    return found == field_by_name.end() ? nullptr : &fields[found->second];
}

const Group* Schema::find_group(std::string_view group) const {
    const auto found = group_by_name.find(group);
    return found == group_by_name.end() ? nullptr : &groups[found->second];
}

const Field* Schema::field_at(std::string_view path) const {
    const std::size_t first = path.find('/');
    if (first == std::string_view::npos) {
        return find(path);
    }
    const std::size_t second = path.find('/', first + 1);
    const Group* group = find_group(path.substr(0, first));
    if (group == nullptr || second == std::string_view::npos) {
        return nullptr;
    }
    return group->find(path.substr(second + 1));
}

const replication::FieldRule& Schema::rule_at(std::string_view path) const {
    const Field* field = field_at(path);
    return field == nullptr ? ask_ : field->rule;
}

}  // namespace entrepot::node
