// RowParts: what one row of a CSV file says, before rows of a group are put together.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "node/import/importer.hpp"

namespace entrepot::node {

/// An item that a row makes: its fields by name.
struct MadeItem {
    const Group* group = nullptr;
    bool each_row = false;
    std::map<std::string, replication::Value> fields;
};

struct RowParts {
    std::uint64_t row = 0;
    std::map<std::string, replication::Value> fields;  ///< of the record, by path
    std::vector<MadeItem> items;                       ///< in order of the mapping's rules
    std::vector<RowProblem> problems;
};

/// Where the mapping's columns stand in a header: mapping.missing_column names those that do not.
class ColumnPlaces {
public:
    static Result<ColumnPlaces> find(const Mapping& mapping,
                                     const std::vector<std::string>& header);
    /// Of each rule, the places of its columns.
    const std::vector<std::vector<std::size_t>>& of_rules() const { return of_rules_; }
    const std::vector<std::size_t>& of_key() const { return of_key_; }
    /// Columns that must agree within a group: those of no each_row item.
    const std::vector<std::size_t>& of_group() const { return of_group_; }
    /// Columns that the mapping neither uses nor ignores.
    const std::vector<std::string>& unused() const { return unused_; }

private:
    std::vector<std::vector<std::size_t>> of_rules_;
    std::vector<std::size_t> of_key_, of_group_;
    std::vector<std::string> unused_;
};

/// Applies every rule of the mapping to the fields (trimmed UTF-8) of one row.
RowParts read_row(const Mapping& mapping, const ColumnPlaces& places,
                  const std::vector<std::string>& fields, std::uint64_t row);

}  // namespace entrepot::node
