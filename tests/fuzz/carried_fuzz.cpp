// What people and other nodes bring besides bundles and rosters: drafts of entries, officers'
// certificates, audit entries, receipts, backups. The first byte chooses the decoder. Seeds:
// tests/fuzz/corpus/carried.
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "node/audit/audit_entry.hpp"
#include "node/backup/backup.hpp"
#include "node/roots/entry_draft.hpp"
#include "replication/roster/officer_certificate.hpp"
#include "replication/sync/receipt.hpp"
#include "tests/fuzz/chosen.hpp"

namespace {

using namespace entrepot;
using namespace entrepot::node;

void read_draft(ByteView bytes) {
    const auto draft = EntryDraft::decode(bytes);
    ENSURE(!draft || equal(draft->encode(), bytes));
    ENSURE(!draft || draft->signed_by_roots() <= draft->roots().roots.size());
}

void read_certificate(ByteView bytes) {
    const auto certificate = replication::read_officer(bytes);
    ENSURE(!certificate || equal(encode_officer(*certificate), bytes));
}

void read_audit(ByteView bytes) {
    const auto entry = decode_entry(bytes);
    if (entry) {
        const auto again = decode_entry(encode_entry(*entry));
        ENSURE(again && again->text == entry->text && again->kind == entry->kind);
    }
}

void read_receipt(ByteView bytes) {
    const auto receipt = replication::Receipt::decode(bytes);
    ENSURE(!receipt || equal(receipt->encode(), bytes));
}

/// A folder with a service key and room for one backup.
const std::filesystem::path& folder() {
    static const std::filesystem::path path = [] {
        std::string wanted = (std::filesystem::temp_directory_path() / "carried.XXXXXX").string();
        ENSURE(::mkdtemp(wanted.data()) != nullptr);
        crypto::SeededEntropy entropy(1);
        ENSURE(
            read_or_make_service_key(std::filesystem::path(wanted) / "key", entropy).has_value());
        return std::filesystem::path(wanted);
    }();
    return path;
}

Credential credential() {
    return {{}, folder() / "key"};
}

void check(const std::filesystem::path& file) {
    const auto checked = check_backup(file, credential());
    ENSURE(!checked || checked->bytes <= std::filesystem::file_size(file));
    std::filesystem::remove(file);
}

/// Any bytes in place of a backup.
void read_backup(ByteView bytes) {
    const auto file = folder() / "raw";
    std::ofstream(file, std::ios::binary) << as_text(bytes);
    check(file);
}

/// Any bytes inside of one, rightly sealed.
void read_sealed_backup(ByteView bytes) {
    static crypto::SeededEntropy entropy(2);
    const auto file = folder() / "sealed";
    auto writer = SealedWriter::create(file, credential(), entropy);
    ENSURE(writer.has_value());
    ENSURE((*writer)->write(bytes).has_value() && (*writer)->finish().has_value());
    check(file);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static constexpr std::array<Decoder, 6> decoders{
        read_draft, read_certificate, read_audit, read_receipt, read_backup, read_sealed_backup};
    return run_chosen(decoders, {data, size});
}
