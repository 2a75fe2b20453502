// Any bytes as a file that an administration writes by hand: a schema, code lists, a mapping. Each
// is read, or refused with its own code. Seeds: tests/fuzz/corpus/files.
#include "node/databases/catalogue.hpp"
#include "node/import/mapping.hpp"
#include "tests/fuzz/chosen.hpp"

namespace {

using namespace entrepot;
using namespace entrepot::node;

const Catalogue& catalogue() {
    static const auto loaded = Catalogue::load().value();
    return *loaded;
}

void read_schema(ByteView bytes) {
    const auto schema = Schema::parse(as_text(bytes), "file", catalogue().lists());
    ENSURE(schema || schema.error().code == schema_malformed);
}

void read_lists(ByteView bytes) {
    const auto lists = CodeList::parse(as_text(bytes), "file");
    ENSURE(lists || lists.error().code == code_list_malformed);
}

void read_mapping(ByteView bytes) {
    const auto mapping = Mapping::parse(as_text(bytes), "file", catalogue());
    ENSURE(mapping || mapping.error().code == mapping_malformed);
}

constexpr std::array<Decoder, 3> decoders{read_schema, read_lists, read_mapping};

}  // namespace

/// Reads the shipped schemas and lists, which takes its time, before any input's time counts.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
    static_cast<void>(catalogue());
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    return run_chosen(decoders, {bytes, size});
}
