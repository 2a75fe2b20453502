#include "node/import/importer.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "crypto/base/wire.hpp"
#include "crypto/primitives.hpp"
#include "node/databases/text/utf8.hpp"
#include "node/databases/validate.hpp"
#include "node/import/document_rows.hpp"
#include "node/import/row_parts.hpp"

namespace entrepot::node {

using replication::Assignment;
using replication::Value;

namespace {

/// A row as it waits for the others of its group.
struct HeldRow {
    Row row;
    std::vector<std::string> fields;
};

Bytes key_of_columns(const std::vector<std::string>& fields,
                     const std::vector<std::size_t>& places) {
    WireWriter out;
    out.u8('k');
    for (const std::size_t place : places) {
        out.sized32(as_bytes(fields[place]));
    }
    return out.take();
}

Bytes key_of_row(const std::vector<std::string>& fields, std::uint64_t occurrence,
                 const std::string& digest) {
    WireWriter out;
    out.u8('r')
        .raw(as_bytes(digest))
        .u64(occurrence)
        .u32(static_cast<std::uint32_t>(fields.size()));
    return out.take();
}

/// Names a row by its content: rows with equal fields have equal digests.
std::string digest_of(const std::vector<std::string>& fields) {
    WireWriter all;
    for (const std::string& field : fields) {
        all.sized32(as_bytes(field));
    }
    const auto hash = crypto::hash128(crypto::domain::import_key, {all.view()});
    return {hash.begin(), hash.end()};
}

}  // namespace

std::string in_words(const RowProblem& problem) {
    std::string out = problem.row == 0 ? "file" : "row " + std::to_string(problem.row);
    out += problem.column.empty() ? "" : ", column '" + problem.column + "'";
    return out + ": " + problem.why + (problem.refused ? "" : " (noted; imported)");
}

struct Importer::State {
    explicit State(const Mapping& given) : mapping(given), reader(given.form) {}

    Status take_row(Row row);
    Status take_header(const Row& row);
    void take_csv_row(Row row);
    void take_document(Row row);
    bool decode(const Row& row, std::vector<std::string>& fields);
    void finish_group(const Bytes& key, std::vector<HeldRow> rows);
    bool agrees(const std::vector<HeldRow>& rows);
    void make_record(const Bytes& key, std::vector<HeldRow>& rows);
    std::vector<Assignment> assemble(std::vector<RowParts>& parts,
                                     std::map<std::string, std::uint64_t>& row_of_item);
    void check_record(std::span<const Assignment> assignments, std::uint64_t first_row,
                      const std::map<std::string, std::uint64_t>& row_of_item,
                      std::vector<RowProblem>& found);
    void report(std::uint64_t row, ErrorCode code, std::string why, std::string column = {},
                std::string value = {}) {
        problems.push_back(
            {row, std::move(column), shorten(value, 80), code, std::move(why), true});
    }
    void refuse(const Row& row) { refused.push_back({row.number, row.raw}); }
    std::uint64_t occurrence_of(const std::string& digest) { return ++occurrences[digest]; }

    const Mapping& mapping;
    RowReader reader;
    std::optional<ColumnPlaces> places;
    std::vector<std::string> columns;
    std::string header;
    std::uint64_t rows_read = 0;
    std::vector<ImportedRecord> records;
    std::vector<RowProblem> problems;
    std::vector<RefusedRow> refused;
    TextMap<std::uint64_t> occurrences;  // by digest of a row
    TextMap<std::uint64_t> row_of_key;   // of keys that make one record each
    TextMap<std::size_t> group_of_key;
    std::vector<std::pair<Bytes, std::vector<HeldRow>>> groups;
};

/// Trimmed UTF-8 fields, one for each column of the header; false and a problem otherwise.
bool Importer::State::decode(const Row& row, std::vector<std::string>& fields) {
    const bool blank_rest =
        row.fields.size() >= columns.size() &&
        std::all_of(row.fields.begin() + static_cast<std::ptrdiff_t>(columns.size()),
                    row.fields.end(), [](const std::string& field) { return field.empty(); });
    if (!blank_rest) {
        report(row.number, row_wrong_width,
               "has " + std::to_string(row.fields.size()) + " values; the header has " +
                   std::to_string(columns.size()) + " columns");
        return false;
    }
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const std::string& bytes = row.fields[i];
        if (!mapping.windows_1252 && !is_utf8(bytes)) {
            report(row.number, row_not_utf8,
                   "is not valid UTF-8 (a mapping may say \"encoding\": \"latin-1\")", columns[i],
                   from_windows_1252(bytes));
            return false;
        }
        fields.emplace_back(trim(mapping.windows_1252 ? from_windows_1252(bytes) : bytes));
    }
    return true;
}

Status Importer::State::take_header(const Row& row) {
    if (row.broken) {
        return Error{mapping_missing_column, "the first row " + row.broken->context};
    }
    for (const std::string& field : row.fields) {
        columns.emplace_back(trim(mapping.windows_1252 ? from_windows_1252(field) : field));
    }
    header = row.raw;
    TRY_ASSIGN(places, ColumnPlaces::find(mapping, columns));
    for (const std::string& column : places->unused()) {
        problems.push_back({0, column, {}, column_unused, "the mapping does not use it", false});
    }
    return {};
}

void Importer::State::take_csv_row(Row row) {
    HeldRow held{std::move(row), {}};
    if (!decode(held.row, held.fields)) {
        refuse(held.row);
        return;
    }
    if (mapping.key.empty()) {
        const std::string digest = digest_of(held.fields);
        const Bytes key = key_of_row(held.fields, occurrence_of(digest), digest);
        std::vector<HeldRow> rows;
        rows.push_back(std::move(held));
        make_record(key, rows);
        return;
    }
    const Bytes key = key_of_columns(held.fields, places->of_key());
    const bool empty = std::all_of(places->of_key().begin(), places->of_key().end(),
                                   [&](std::size_t place) { return held.fields[place].empty(); });
    if (empty) {
        report(held.row.number, row_key_empty, "has no value in its key", mapping.key[0]);
        refuse(held.row);
        return;
    }
    const std::string name(as_text(key));
    if (mapping.grouped) {
        const auto [group, fresh] = group_of_key.emplace(name, groups.size());
        if (fresh) {
            groups.push_back({key, {}});
        }
        groups[group->second].second.push_back(std::move(held));
        return;
    }
    const auto [first, fresh] = row_of_key.emplace(name, held.row.number);
    if (!fresh) {
        report(held.row.number, row_key_repeated,
               "has the same key as row " + std::to_string(first->second), mapping.key[0],
               held.fields[places->of_key()[0]]);
        refuse(held.row);
        return;
    }
    std::vector<HeldRow> rows;
    rows.push_back(std::move(held));
    make_record(key, rows);
}

/// Rows of one key are one record only when they agree on all that is not a row's own item.
bool Importer::State::agrees(const std::vector<HeldRow>& rows) {
    std::string differing;
    for (const HeldRow& held : rows) {
        for (const std::size_t place : places->of_group()) {
            const std::string& first = rows.front().fields[place];
            if (held.fields[place] != first) {
                differing = columns[place];
                report(held.row.number, row_group_disagrees,
                       "differs from row " + std::to_string(rows.front().row.number) +
                           " with the same " + mapping.key[0] + ", which has '" + first + "'",
                       columns[place], held.fields[place]);
            }
        }
    }
    if (differing.empty()) {
        return true;
    }
    report(rows.front().row.number, row_group_disagrees,
           "rows with this " + mapping.key[0] + " disagree; none of them is imported",
           mapping.key[0], rows.front().fields[places->of_key()[0]]);
    return false;
}

void Importer::State::finish_group(const Bytes& key, std::vector<HeldRow> rows) {
    if (agrees(rows)) {
        make_record(key, rows);
        return;
    }
    for (const HeldRow& held : rows) {
        refuse(held.row);
    }
}

std::vector<Assignment> Importer::State::assemble(
    std::vector<RowParts>& parts, std::map<std::string, std::uint64_t>& row_of_item) {
    std::map<std::string, Value> all = std::move(parts.front().fields);
    for (const Assignment& constant : mapping.constants) {
        all.emplace(constant.path, constant.value);
    }
    std::map<std::string, std::size_t> counts;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        for (MadeItem& item : parts[i].items) {
            if (item.fields.empty() || (i > 0 && !item.each_row)) {
                continue;
            }
            const std::string path =
                item.group->name + "/" + std::to_string(++counts[item.group->name]);
            row_of_item[path] = parts[i].row;
            for (auto& [field, value] : item.fields) {
                all[path + "/" + field] = std::move(value);
            }
        }
    }
    std::vector<Assignment> out;
    out.reserve(all.size());
    for (auto& [path, value] : all) {
        out.push_back({path, std::move(value)});
    }
    return out;
}

void Importer::State::check_record(std::span<const Assignment> assignments, std::uint64_t first_row,
                                   const std::map<std::string, std::uint64_t>& row_of_item,
                                   std::vector<RowProblem>& found) {
    std::vector<Problem> missing;
    check_required(*mapping.schema, assignments, missing);
    if (assignments.size() > replication::assignment_limit) {
        found.push_back(
            {first_row, {}, {}, item_too_many, "has too many values for a record", true});
    }
    for (const Problem& problem : missing) {
        const std::size_t item_end = problem.path.rfind('/');
        const auto row = row_of_item.find(problem.path.substr(0, item_end));
        found.push_back({row == row_of_item.end() ? first_row : row->second,
                         {},
                         {},
                         problem.code,
                         in_words(problem),
                         !mapping.note_missing});
    }
}

void Importer::State::make_record(const Bytes& key, std::vector<HeldRow>& rows) {
    ImportedRecord record{key, {}, {}};
    std::vector<RowParts> parts;
    std::vector<RowProblem> found;
    for (HeldRow& held : rows) {
        record.rows.push_back(held.row.number);
        parts.push_back(read_row(mapping, *places, held.fields, held.row.number));
        for (RowProblem& problem : parts.back().problems) {
            const bool repeats =
                std::any_of(found.begin(), found.end(), [&](const RowProblem& other) {
                    return other.row == problem.row && other.column == problem.column &&
                           other.why == problem.why;
                });
            if (!repeats) {
                found.push_back(std::move(problem));
            }
        }
    }
    if (found.empty()) {
        std::map<std::string, std::uint64_t> row_of_item;
        record.assignments = assemble(parts, row_of_item);
        check_record(record.assignments, rows.front().row.number, row_of_item, found);
    }
    const bool refused_record = std::any_of(
        found.begin(), found.end(), [](const RowProblem& problem) { return problem.refused; });
    std::move(found.begin(), found.end(), std::back_inserter(problems));
    if (!refused_record) {
        records.push_back(std::move(record));
        return;
    }
    for (const HeldRow& held : rows) {
        refuse(held.row);
    }
}

void Importer::State::take_document(Row row) {
    DocumentRow read = read_document_row(mapping, row);
    const bool wrong = std::any_of(read.problems.begin(), read.problems.end(),
                                   [](const RowProblem& problem) { return problem.refused; });
    std::move(read.problems.begin(), read.problems.end(), std::back_inserter(problems));
    if (wrong) {
        refuse(row);
        return;
    }
    const std::string digest = digest_of(read.key);
    if (mapping.key.empty()) {
        read.record.key = key_of_row(row.fields, occurrence_of(digest), digest);
    } else {
        WireWriter key;
        key.u8('k').raw(as_bytes(digest));
        read.record.key = key.take();
        const auto [first, fresh] = row_of_key.emplace(digest, row.number);
        if (!fresh) {
            report(row.number, row_key_repeated,
                   "has the same key as row " + std::to_string(first->second), mapping.key[0]);
            refuse(row);
            return;
        }
    }
    records.push_back(std::move(read.record));
}

Status Importer::State::take_row(Row row) {
    if (mapping.form.csv && !places) {
        return take_header(row);
    }
    ++rows_read;
    if (row.broken) {
        report(row.number, row.broken->code, row.broken->context, {},
               from_windows_1252(row.raw.substr(0, 80)));
        refuse(row);
    } else if (mapping.form.csv) {
        take_csv_row(std::move(row));
    } else {
        take_document(std::move(row));
    }
    return {};
}

Importer::Importer(const Mapping& mapping) : state_(std::make_unique<State>(mapping)) {}
Importer::~Importer() = default;

Status Importer::feed(std::string_view bytes) {
    constexpr std::size_t piece = 64 * 1024;
    while (!bytes.empty()) {
        state_->reader.feed(bytes.substr(0, piece));
        bytes.remove_prefix(std::min(piece, bytes.size()));
        for (Row& row : state_->reader.take_rows()) {
            TRY(state_->take_row(std::move(row)));
        }
    }
    return {};
}

Status Importer::finish() {
    state_->reader.finish();
    for (Row& row : state_->reader.take_rows()) {
        TRY(state_->take_row(std::move(row)));
    }
    for (auto& [key, rows] : state_->groups) {
        state_->finish_group(key, std::move(rows));
    }
    state_->groups.clear();
    return {};
}

std::vector<ImportedRecord> Importer::take_records() {
    return std::exchange(state_->records, {});
}
std::vector<RowProblem> Importer::take_problems() {
    return std::exchange(state_->problems, {});
}
std::vector<RefusedRow> Importer::take_refused() {
    return std::exchange(state_->refused, {});
}
const std::string& Importer::header() const {
    return state_->header;
}
std::uint64_t Importer::rows_read() const {
    return state_->rows_read;
}

}  // namespace entrepot::node
