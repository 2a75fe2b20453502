// RowReader: the rows of a CSV or NDJSON file, from bytes in pieces of any size. Reads nothing by
// itself; holds at most one row of 1 MiB. The only place that includes <csv.h>.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/base/bytes.hpp"

namespace entrepot::node {

inline constexpr std::size_t row_limit = 1024 * 1024;
inline constexpr std::size_t column_limit = 1024;

inline constexpr ErrorCode row_too_long{"row.too_long", ErrorKind::invalid_input};
inline constexpr ErrorCode row_too_many_columns{"row.too_many_columns", ErrorKind::invalid_input};
inline constexpr ErrorCode row_bad_quotes{"row.bad_quotes", ErrorKind::invalid_input};
inline constexpr ErrorCode row_unterminated{"row.unterminated_quote", ErrorKind::invalid_input};

struct Row {
    std::uint64_t number = 0;         ///< 1 is the first row of the file: in CSV the header
    std::uint64_t line = 0;           ///< the line it starts on, from 1
    std::vector<std::string> fields;  ///< bytes as in the file; one for NDJSON: the line
    std::string raw;                  ///< as it stands in the file, without its line end
    /// Set when the row cannot be read; then fields is empty, and raw is cut at 4 KiB if too long.
    std::optional<Error> broken;
};

struct RowForm {
    bool csv = true;  ///< else one row a line, whole
    char separator = ',';
};

class RowReader {
public:
    explicit RowReader(RowForm form = {});
    ~RowReader();
    RowReader(RowReader&&) noexcept;

    /// Takes the next bytes; a byte order mark at the very start is left out.
    void feed(std::string_view bytes);
    /// Takes the end of the file: a last row without a line end, an unterminated quote.
    void finish();
    /// Rows complete since the last call, in order. Blank lines are no rows.
    std::vector<Row> take_rows();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace entrepot::node
