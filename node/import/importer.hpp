// Importer: rows of a file become records, or problems with row, column, value and reason. Nothing
// is imported by half: a record with a wrong row is refused whole, and its rows can be written to
// a file to be mended. Reads no file and saves no record: bytes go in, records come out.
//
// A record's key is the same each time the same file is read, so importing twice adds nothing.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "node/databases/problem.hpp"
#include "node/import/mapping.hpp"

namespace entrepot::node {

inline constexpr ErrorCode row_wrong_width{"row.wrong_width", ErrorKind::invalid_input};
inline constexpr ErrorCode row_not_utf8{"row.not_utf8", ErrorKind::invalid_input};
inline constexpr ErrorCode row_group_disagrees{"row.group_disagrees", ErrorKind::invalid_input};
inline constexpr ErrorCode row_key_repeated{"row.key_repeated", ErrorKind::invalid_input};
inline constexpr ErrorCode row_key_empty{"row.key_empty", ErrorKind::invalid_input};
inline constexpr ErrorCode row_years_disagree{"row.years_disagree", ErrorKind::invalid_input};
inline constexpr ErrorCode column_unused{"column.unused", ErrorKind::invalid_input};

struct ImportedRecord {
    /// Names the record within its database: hash it with the domain import_key for a record id.
    Bytes key;
    std::vector<replication::Assignment> assignments;  ///< sorted by path
    std::vector<std::uint64_t> rows;
};

struct RowProblem {
    std::uint64_t row = 0;  ///< as Row::number; 0 for the file as a whole
    std::string column;     ///< empty when it is the row as a whole
    std::string value;      ///< as given, cut at 80 bytes
    ErrorCode code;
    std::string why;      ///< in plain words
    bool refused = true;  ///< false: a note; the record was imported
};
/// "row 17, column 'Date': '1-Foo-09' is not a date"
std::string in_words(const RowProblem& problem);

/// A row of a refused record, to be written after header() to the file of rows to mend.
struct RefusedRow {
    std::uint64_t number = 0;
    std::string raw;
};

class Importer {
public:
    /// `mapping` must outlive the importer.
    explicit Importer(const Mapping& mapping);
    ~Importer();

    /// Takes the next bytes of the file. mapping.missing_column, once the header is read, when
    /// columns of the mapping are not there; nothing more is taken then.
    Status feed(std::string_view bytes);
    /// Takes the end of the file; with a grouped mapping all records come out here, because rows
    /// of one key may stand anywhere (they are held in memory until then).
    Status finish();

    std::vector<ImportedRecord> take_records();
    std::vector<RowProblem> take_problems();
    std::vector<RefusedRow> take_refused();
    /// The header row as it stands in the file; empty for NDJSON.
    const std::string& header() const;
    std::uint64_t rows_read() const;  ///< without the header

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace entrepot::node
