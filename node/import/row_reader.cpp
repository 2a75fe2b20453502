#include "node/import/row_reader.hpp"

#include <csv.h>

namespace entrepot::node {

namespace {

constexpr std::size_t shown_raw = 4096;

void on_field(void* bytes, std::size_t size, void* context);
void on_row(int last, void* context);

/// libcsv's parser, begun anew after each row that it refuses.
class CsvParser {
public:
    explicit CsvParser(char separator) : separator_(static_cast<unsigned char>(separator)) {
        start();
    }
    ~CsvParser() { csv_free(&parser_); }
    CsvParser(const CsvParser&) = delete;
    CsvParser& operator=(const CsvParser&) = delete;

    bool feed(std::string_view bytes, void* context) {
        return csv_parse(&parser_, bytes.data(), bytes.size(), on_field, on_row, context) ==
               bytes.size();
    }
    bool finish(void* context) { return csv_fini(&parser_, on_field, on_row, context) == 0; }
    void restart() {
        csv_free(&parser_);
        start();
    }

private:
    void start() {
        csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI);
        csv_set_delim(&parser_, separator_);
    }
    csv_parser parser_{};
    unsigned char separator_;
};

}  // namespace

struct RowReader::State {
    explicit State(RowForm given) : form(given), parser(given.separator) {}

    void feed_line_part(std::string_view part);
    void feed_csv(std::string_view part);
    void feed_ndjson(std::string_view part);
    void end_row();
    void break_row(Error error);

    RowForm form;
    CsvParser parser;
    std::vector<Row> rows;
    Row row;
    std::uint64_t rows_begun = 0;
    std::uint64_t line = 1;
    std::size_t row_bytes = 0;
    bool skipping = false;  // the rest of a line that is no row
    std::string start;      // the first three bytes, until it is known whether they are a mark
    bool started = false;
};

namespace {

struct Callbacks {
    std::vector<std::string>& fields;
    bool row_done = false;
    bool too_many = false;
};

void on_field(void* bytes, std::size_t size, void* context) {
    auto& callbacks = *static_cast<Callbacks*>(context);
    if (callbacks.fields.size() >= column_limit) {
        callbacks.too_many = true;
        return;
    }
    callbacks.fields.emplace_back(static_cast<const char*>(bytes), size);
}

void on_row(int /*last*/, void* context) {
    static_cast<Callbacks*>(context)->row_done = true;
}

bool is_line_end(char c) {
    return c == '\n' || c == '\r';
}

/// Up to and with the first line end, or all of it.
std::size_t size_of_part(std::string_view bytes) {
    const std::size_t line = std::min(bytes.find('\n'), bytes.size() - 1) + 1;
    const std::size_t carriage = bytes.substr(0, line).find('\r');
    return carriage == std::string_view::npos ? line : carriage + 1;
}

std::string_view without_line_end(std::string_view text) {
    while (!text.empty() && is_line_end(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

}  // namespace

void RowReader::State::end_row() {
    row.raw = std::string(without_line_end(row.raw));
    rows.push_back(std::move(row));
    row = Row();
    row_bytes = 0;
}

/// The row is kept, whole as far as it may be, until its line ends: somebody will mend it.
void RowReader::State::break_row(Error error) {
    row.fields.clear();
    row.broken = std::move(error);
    parser.restart();
}

void RowReader::State::feed_csv(std::string_view part) {
    Callbacks callbacks{row.fields};
    const bool accepted = row.broken || parser.feed(part, &callbacks);
    if (callbacks.too_many) {
        break_row(
            {row_too_many_columns, "has more than " + std::to_string(column_limit) + " columns"});
    } else if (!accepted) {
        break_row({row_bad_quotes, "has a quote within a value that is not quoted as a whole"});
    }
    if (row.broken ? is_line_end(part.back()) : callbacks.row_done) {
        end_row();
    }
}

void RowReader::State::feed_ndjson(std::string_view part) {
    if (is_line_end(part.back())) {
        row.fields.emplace_back(without_line_end(row.raw));
        end_row();
    }
}

/// One line, or a piece of one: line ends stand only at the end of `part`.
void RowReader::State::feed_line_part(std::string_view part) {
    const std::uint64_t line_of_part = line;
    line += part.back() == '\n' ? 1 : 0;
    if (skipping) {
        skipping = !is_line_end(part.back());
        return;
    }
    if (row_bytes == 0) {
        if (without_line_end(part).empty()) {
            return;
        }
        row.number = ++rows_begun;
        row.line = line_of_part;
    }
    row_bytes += part.size();
    if (row_bytes > row_limit) {
        break_row({row_too_long, "is longer than 1 MiB"});
        row.raw.resize(std::min(row.raw.size(), shown_raw));
        end_row();
        skipping = !is_line_end(part.back());
        return;
    }
    row.raw.append(part);
    form.csv ? feed_csv(part) : feed_ndjson(part);
}

RowReader::RowReader(RowForm form) : state_(std::make_unique<State>(form)) {}
RowReader::~RowReader() = default;
RowReader::RowReader(RowReader&&) noexcept = default;

void RowReader::feed(std::string_view bytes) {
    constexpr std::string_view mark = "\xef\xbb\xbf";
    constexpr std::size_t piece = 64 * 1024;
    if (!state_->started) {
        const std::size_t wanted = std::min(mark.size() - state_->start.size(), bytes.size());
        state_->start.append(bytes.substr(0, wanted));
        bytes.remove_prefix(wanted);
        if (state_->start.size() < mark.size() &&
            mark.substr(0, state_->start.size()) == state_->start) {
            return;
        }
        state_->started = true;
        const std::string start = std::move(state_->start);
        if (start != mark) {
            feed(start);
        }
    }
    while (!bytes.empty()) {
        const std::size_t size = size_of_part(bytes.substr(0, piece));
        state_->feed_line_part(bytes.substr(0, size));
        bytes.remove_prefix(size);
    }
}

void RowReader::finish() {
    State& state = *state_;
    if (!state.started) {
        state.started = true;
        const std::string start = std::move(state.start);
        feed(start);
    }
    if (state.row_bytes == 0) {
        return;
    }
    if (!state.form.csv) {
        state.row.fields.emplace_back(state.row.raw);
        state.end_row();
        return;
    }
    Callbacks callbacks{state.row.fields};
    if (!state.row.broken && !state.parser.finish(&callbacks)) {
        state.break_row({row_unterminated, "opens a quote that is never closed"});
    }
    state.end_row();
}

std::vector<Row> RowReader::take_rows() {
    return std::exchange(state_->rows, {});
}

}  // namespace entrepot::node
