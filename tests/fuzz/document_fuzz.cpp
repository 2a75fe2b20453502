// Any bytes as a body of the local API: a document of each database, one value of each field, a
// query. The first byte chooses. Seeds: tests/fuzz/corpus/document.
#include <nlohmann/json.hpp>

#include "node/databases/catalogue.hpp"
#include "node/databases/field_value.hpp"
#include "node/databases/query.hpp"
#include "node/databases/text/date_text.hpp"
#include "node/databases/text/number_text.hpp"
#include "node/databases/validate.hpp"
#include "tests/fuzz/chosen.hpp"

namespace {

using namespace entrepot;
using namespace entrepot::node;

const Schema& schema(const char* database) {
    static const auto catalogue = Catalogue::load().value();
    return *catalogue->schema(database).value();
}

/// What a document without problems says can be written as a change.
void check(const ReadDocument& read, const char* database) {
    if (!read.problems.empty()) {
        return;
    }
    replication::Change change;
    change.database = database;
    change.assignments = read.assignments;
    const auto status = replication::check_change(change);
    ENSURE(status || status.error().code == replication::change_too_large);
}

void read_as(ByteView bytes, const char* database) {
    const auto document = parse_document(as_text(bytes));
    if (document) {
        check(read_document(schema(database), *document), database);
        static crypto::SeededEntropy entropy(1);
        check(assignments_against(schema(database), {}, *document, entropy), database);
    }
}

void read_seizure(ByteView bytes) {
    read_as(bytes, "seizures");
}
void read_suspect(ByteView bytes) {
    read_as(bytes, "suspects");
}
void read_company(ByteView bytes) {
    read_as(bytes, "companies");
}

/// A value that was taken, and its text, are taken again.
void read_values(ByteView bytes) {
    for (const Field& field : schema("seizures").fields) {
        const auto read = value_from_text(field, as_text(bytes));
        if (const auto* value = std::get_if<replication::Value>(&read)) {
            ENSURE(!mark_of(field, *value));
            const auto again = value_from_text(field, value_to_text(*value));
            ENSURE(std::holds_alternative<replication::Value>(again));
        }
    }
}

void read_query(ByteView bytes) {
    const auto query = Query::parse(as_text(bytes), schema("seizures"));
    ENSURE(!query || query->matches({}) || !bytes.empty());
}

void read_dates(ByteView bytes) {
    if (const auto date = date_from_text(as_text(bytes))) {
        ENSURE(date_from_text(date_to_text(*date)) == date);
        ENSURE(days_of(*date).first <= days_of(*date).last);
    }
    if (const auto moment = moment_from_text(as_text(bytes))) {
        ENSURE(moment_from_text(moment_to_text(*moment)) == moment);
    }
    if (const auto decimal = decimal_from_text(as_text(bytes))) {
        ENSURE(decimal_from_text(decimal_to_text(*decimal)) == decimal);
    }
}

constexpr std::array<Decoder, 6> decoders{read_seizure, read_suspect, read_company,
                                          read_values,  read_query,   read_dates};

}  // namespace

/// Reads the shipped schemas and lists, which takes its time, before any input's time counts.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
    static_cast<void>(schema("seizures"));
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    return run_chosen(decoders, {bytes, size});
}
