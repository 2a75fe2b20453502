// The wire form: what a link carries of a commit. FORMAT.md, "On a link".
#include "crypto/base/ensure.hpp"
#include "crypto/base/wire.hpp"
#include "replication/log/commit.hpp"
#include "replication/log/commit_tree.hpp"

namespace entrepot::replication {
namespace {

constexpr std::size_t root_offset = 132;
constexpr std::uint32_t erased_length = 0x80000000 | Hash::size;

/// Seven bits a byte, lowest first, the top bit set on all but the last.
void put_varint(WireWriter& writer, std::uint64_t value) {
    while (value >= 0x80) {
        writer.u8(static_cast<std::uint8_t>(value | 0x80));
        value >>= 7;
    }
    writer.u8(static_cast<std::uint8_t>(value));
}

/// Reads the wire form; remembers a number that has a shorter spelling or is above its field.
class WireForm {
public:
    explicit WireForm(ByteView wire) : reader_(wire) {}

    std::uint64_t varint(std::uint64_t limit) {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const std::uint64_t byte = reader_.u8();
            value |= (byte & 0x7f) << shift;
            if (byte < 0x80) {
                const bool is_longer = byte == 0 && shift > 0;
                const bool overflows = shift == 63 && byte > 1;
                has_odd_number_ |= is_longer || overflows || value > limit;
                return value > limit ? 0 : value;
            }
        }
        has_odd_number_ = true;
        return 0;
    }

    WireReader& reader() { return reader_; }
    bool ok() const { return reader_.ok() && !has_odd_number_; }
    Status check() const {
        if (!reader_.ok()) {
            return Error{commit_truncated, "a commit ends early on the link"};
        }
        if (has_odd_number_) {
            return Error{commit_wire_form, "a number of a commit is not in its one wire form"};
        }
        return {};
    }

private:
    WireReader reader_;
    bool has_odd_number_ = false;
};

struct LeftOut {
    const LogId& log;
    CommitNumber number;
    const Hash& previous;
};

std::uint16_t restore_header(WireForm& form, WireWriter& out, const LeftOut& left_out) {
    WireReader& reader = form.reader();
    out.raw(as_bytes("EPC1"));
    out.u8(reader.u8()).u8(reader.u8());
    const auto changes = static_cast<std::uint16_t>(reader.u8() + 1);
    out.u16(changes).fixed(left_out.log).u64(left_out.number.value).fixed(left_out.previous);
    out.u64(reader.u64()).u64(form.varint(~std::uint64_t{0}));
    out.u32(static_cast<std::uint32_t>(form.varint(0xffffffff)));
    out.fixed(reader.fixed<CommitSalt>()).fixed(reader.fixed<Hash>()).fixed(Hash{});
    out.fixed(reader.fixed<crypto::Signature>());
    return changes;
}

void restore_body(WireForm& form, WireWriter& out, std::size_t changes) {
    const std::size_t blobs = form.varint(0xffff);
    out.u16(static_cast<std::uint16_t>(blobs)).raw(form.reader().raw(blobs * BlobId::size));
    out.sized32(form.reader().raw(form.varint(commit_limit)));
    for (std::size_t i = 0; i < changes && form.ok(); ++i) {
        const std::size_t size = form.varint(commit_limit);
        if (size == 0) {
            out.u32(erased_length).raw(form.reader().raw(Hash::size));
        } else {
            out.sized32(form.reader().raw(size));
        }
    }
}

}  // namespace

Bytes to_wire(const ParsedCommit& commit) {
    const CommitHeader& header = commit.header;
    WireWriter out;
    out.u8(header.suite).u8(header.flags).u8(static_cast<std::uint8_t>(header.change_count - 1));
    out.u64(header.time.value);
    put_varint(out, header.roster_length.value);
    put_varint(out, header.generation.value);
    out.fixed(header.salt).fixed(header.key_commitment).fixed(header.signature);
    put_varint(out, commit.blobs.size());
    for (const BlobId& blob : commit.blobs) {
        out.fixed(blob);
    }
    put_varint(out, commit.attestation.size());
    out.raw(commit.attestation);
    for (const SealedChange& change : commit.changes) {
        put_varint(out, change.erased ? 0 : change.bytes.size());
        out.raw(change.bytes);
    }
    return out.take();
}

Result<Bytes> from_wire(ByteView wire, const LogId& log, CommitNumber number,
                        const Hash& previous) {
    if (wire.size() > commit_limit) {
        return Error{commit_size, "a commit of " + std::to_string(wire.size()) + " bytes"};
    }
    WireForm form(wire);
    WireWriter writer;
    const std::size_t changes = restore_header(form, writer, {log, number, previous});
    restore_body(form, writer, changes);
    TRY(form.check());
    if (!form.reader().rest().empty()) {
        return Error{commit_trailing, "bytes after the last change of a commit on the link"};
    }
    Bytes out = writer.take();
    TRY_ASSIGN(const ParsedCommit commit, parse_commit(out));
    const Hash root = root_of(commit.blobs, commit.attestation, changes_root_of(commit));
    std::memcpy(out.data() + root_offset, root.bytes.data(), Hash::size);
    return out;
}

}  // namespace entrepot::replication
