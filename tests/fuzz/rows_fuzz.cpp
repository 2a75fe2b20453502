// Any bytes as a file to import. Rows are the same however the bytes arrive; an import of the
// shipped mappings and of documents ends, and counts what it took. Seeds: tests/fuzz/corpus/rows.
#include "node/databases/catalogue.hpp"
#include "node/databases/shipped.hpp"
#include "node/import/importer.hpp"
#include "tests/fuzz/chosen.hpp"

namespace {

using namespace entrepot;
using namespace entrepot::node;

std::vector<Row> rows_of(std::string_view text, std::size_t piece, RowForm form) {
    RowReader reader(form);
    std::vector<Row> out;
    const auto take = [&] {
        for (Row& row : reader.take_rows()) {
            out.push_back(std::move(row));
        }
    };
    for (std::size_t at = 0; at < text.size(); at += piece) {
        reader.feed(text.substr(at, piece));
        take();
    }
    reader.finish();
    take();
    return out;
}

bool is_same(const Row& one, const Row& other) {
    return one.number == other.number && one.line == other.line && one.fields == other.fields &&
           one.raw == other.raw && one.broken.has_value() == other.broken.has_value();
}

void read_rows(std::string_view text, RowForm form) {
    const auto whole = rows_of(text, text.size() + 1, form);
    const auto pieces = rows_of(text, 3, form);
    ENSURE(std::equal(whole.begin(), whole.end(), pieces.begin(), pieces.end(), is_same));
}

void read_csv(ByteView bytes) {
    read_rows(as_text(bytes), {});
    read_rows(as_text(bytes), {true, ';'});
}

void read_lines(ByteView bytes) {
    read_rows(as_text(bytes), {false});
}

const Catalogue& catalogue() {
    static const auto loaded = Catalogue::load().value();
    return *loaded;
}

void import(const Mapping& mapping, ByteView bytes) {
    Importer importer(mapping);
    const auto half = as_text(bytes).substr(0, bytes.size() / 2);
    if (!importer.feed(half) || !importer.feed(as_text(bytes).substr(half.size())) ||
        !importer.finish()) {
        return;
    }
    for (const ImportedRecord& record : importer.take_records()) {
        ENSURE(!record.key.empty() && !record.rows.empty());
    }
    for (const RowProblem& problem : importer.take_problems()) {
        ENSURE(!in_words(problem).empty() && problem.value.size() < 100);
    }
    ENSURE(importer.take_refused().size() <= importer.rows_read());
}

Mapping shipped(const char* name) {
    return Mapping::parse(shipped_file(name), name, catalogue()).value();
}

void import_routes(ByteView bytes) {
    static const Mapping mapping = shipped("mappings/routes_airport_wildlife.json");
    import(mapping, bytes);
}

void import_weapons(ByteView bytes) {
    static const Mapping mapping = shipped("mappings/cbp_weapons.json");
    import(mapping, bytes);
}

void import_documents(ByteView bytes) {
    static const Mapping mapping = Mapping::for_documents("seizures", catalogue()).value();
    import(mapping, bytes);
}

constexpr std::array<Decoder, 5> decoders{read_csv, read_lines, import_routes, import_weapons,
                                          import_documents};

}  // namespace

/// Reads the shipped schemas and lists, which takes its time, before any input's time counts.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
    static_cast<void>(catalogue());
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    return run_chosen(decoders, {bytes, size});
}
