#include "node/audit/locked_notes.hpp"

#include "crypto/base/wire.hpp"

namespace entrepot::node {
namespace {

using replication::Change;

constexpr std::size_t place_size = 64;
constexpr std::size_t note_limit = 64 * 1024;

std::filesystem::path place_file(const NodeDirectory& directory) {
    return directory.path() / "audit.place";
}
std::filesystem::path pending_file(const NodeDirectory& directory) {
    return directory.path() / "audit.pending";
}
std::filesystem::path entering_file(const NodeDirectory& directory) {
    return directory.path() / "audit.entering";
}

/// Empty when there is none.
Result<Bytes> read_if_there(const std::filesystem::path& file) {
    std::error_code failed;
    if (!std::filesystem::exists(file, failed)) {
        return Bytes{};
    }
    return read_file(file, 2 * locked_notes_limit);
}

Result<std::optional<AuditPlace>> read_place(const NodeDirectory& directory) {
    TRY_ASSIGN(const Bytes bytes, read_if_there(place_file(directory)));
    if (bytes.size() != place_size) {
        return std::optional<AuditPlace>{};
    }
    WireReader in(bytes);
    AuditPlace out;
    out.node = in.fixed<replication::NodeId>();
    out.compartment = in.fixed<replication::CompartmentId>();
    out.reader = in.fixed<crypto::BoxPublicKey>();
    return std::optional(out);
}

}  // namespace

Status keep_audit_place(const NodeDirectory& directory, const AuditPlace& place) {
    WireWriter out;
    out.fixed(place.node).fixed(place.compartment).fixed(place.reader);
    TRY_ASSIGN(const Bytes held, read_if_there(place_file(directory)));
    return equal(held, out.view()) ? Status{} : write_file(place_file(directory), out.view());
}

Status note_while_locked(const NodeDirectory& directory, const AuditEntry& entry,
                         crypto::Entropy& entropy) {
    TRY_ASSIGN(const auto place, read_place(directory));
    TRY_ASSIGN(Bytes pending, read_if_there(pending_file(directory)));
    if (!place || pending.size() >= locked_notes_limit) {
        return {};
    }
    TRY_ASSIGN(const Change change, seal_entry(entry, *place, entropy));
    TRY_ASSIGN(const Bytes plain, replication::encode_change(change));
    WireWriter note;
    note.sized32(plain);
    append(pending, note.view());
    return write_file(pending_file(directory), pending);
}

Result<std::vector<Change>> take_locked_notes(const NodeDirectory& directory) {
    TRY_ASSIGN(Bytes notes, read_if_there(entering_file(directory)));
    TRY_ASSIGN(const Bytes pending, read_if_there(pending_file(directory)));
    append(notes, pending);
    std::vector<Change> out;
    if (notes.empty()) {
        return out;
    }
    TRY(write_file(entering_file(directory), notes));
    std::error_code ignored;
    std::filesystem::remove(pending_file(directory), ignored);
    WireReader in(notes);
    while (in.ok() && !in.rest().empty()) {
        auto change = replication::decode_change(in.sized32(note_limit));
        if (change && change->database == audit_database) {
            out.push_back(*std::move(change));
        }
    }
    return out;
}

void drop_locked_notes(const NodeDirectory& directory) {
    std::error_code ignored;
    std::filesystem::remove(entering_file(directory), ignored);
}

}  // namespace entrepot::node
