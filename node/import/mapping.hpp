// Mapping: how the columns of somebody's file become fields. A mapping is a file; IMPORT.md says
// how to write one.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "node/databases/catalogue.hpp"
#include "node/import/row_reader.hpp"
#include "replication/model/change.hpp"

namespace entrepot::node {

inline constexpr ErrorCode mapping_malformed{"mapping.malformed", ErrorKind::invalid_input};
inline constexpr ErrorCode mapping_missing_column{"mapping.missing_column",
                                                  ErrorKind::invalid_input};

/// What makes a field's text from a column's text.
enum class Transform {
    text,
    code,  ///< by words, then by the list's own names
    date,
    fiscal_month,  ///< of two columns: fiscal year, month
    number,        ///< without thousands separators
    whole_number,  ///< the same, without ".0"
    country,       ///< of "Country" or "City, Country"
    place,         ///< what stands before the country
};

/// One field that a column fills.
struct Target {
    const Field* field = nullptr;
    const Group* set = nullptr;  ///< when the target is a set of codes
    Transform transform = Transform::text;
    std::string fixed;           ///< this value, whatever the column holds
    bool unless_set = false;     ///< leaves what an earlier column has set
    TextMap<std::string> words;  ///< folded word → code; empty code: no value
    std::vector<std::pair<std::string, std::string>> contained;  ///< folded part → code
    std::optional<std::string> otherwise;                        ///< for words that are in neither
    std::vector<std::string> formats;                            ///< of dates
    unsigned year_starts = 1;                                    ///< first month of a fiscal year
};

/// One rule: the columns it reads (more than one only for fiscal_month) and what they fill.
struct ColumnRule {
    std::vector<std::string> columns;
    std::string item;  ///< name in Mapping::items, or empty for the record itself
    char split = 0;    ///< makes one item (or one code of a set) of each part
    std::vector<Target> targets;
    const Field* same_year = nullptr;  ///< a check: the year must be that field's
};

struct ItemRule {
    const Group* group = nullptr;
    bool each_row = false;  ///< in a grouped file: one of each row, not one of the record
    std::vector<replication::Assignment> constants;  ///< with field names as paths
};

class Mapping {
public:
    /// `where` names the file in errors; the catalogue must outlive the mapping.
    /// mapping.malformed says what is wrong and where.
    static Result<Mapping> parse(std::string_view json, std::string_view where,
                                 const Catalogue& catalogue);
    /// A mapping for NDJSON of documents in the form of `put`, keyed by the line's hash.
    static Result<Mapping> for_documents(std::string_view database, const Catalogue& catalogue);

    const Schema* schema = nullptr;
    const CodeList* countries = nullptr;
    RowForm form;
    bool windows_1252 = false;  ///< else UTF-8
    bool note_missing = false;  ///< a required field that is missing is noted, not refused
    std::vector<replication::Assignment> constants;
    std::map<std::string, ItemRule> items;
    std::vector<ColumnRule> rules;
    std::vector<std::string> ignored;
    std::vector<std::string> key;  ///< columns; empty for the row's hash
    bool grouped = false;          ///< rows of one key make one record
};

}  // namespace entrepot::node
