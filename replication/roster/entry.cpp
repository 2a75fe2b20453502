#include "replication/roster/entry.hpp"

#include "crypto/base/ensure.hpp"
#include "replication/roster/entry_content.hpp"

namespace entrepot::replication {
namespace {

constexpr std::string_view magic = "EPE1";
constexpr std::size_t kind_at = 5;
constexpr std::uint8_t settlement_kind = 15;

Status check_frame(ByteView bytes) {
    const bool carries_another = bytes.size() > kind_at && bytes[kind_at] == settlement_kind;
    if (bytes.size() > (carries_another ? roster_entry_most : roster_entry_limit)) {
        return Error{roster_malformed, "a roster entry of more than 256 KiB"};
    }
    WireReader reader(bytes);
    const bool is_entry = as_text(reader.raw(magic.size())) == magic;
    if (!is_entry || reader.u8() != crypto::suite) {
        return Error{roster_malformed, "no roster entry of suite 1"};
    }
    return {};
}

std::vector<KeySignature> read_signatures(WireReader& reader) {
    std::vector<KeySignature> out;
    const std::size_t count = reader.u8();
    for (std::size_t i = 0; i < count && reader.ok(); ++i) {
        KeySignature signature;
        signature.key = reader.fixed<crypto::PublicKey>();
        signature.signature = reader.fixed<crypto::Signature>();
        out.push_back(signature);
    }
    return out;
}

}  // namespace

Bytes signed_part(const RosterEntry& entry) {
    WireWriter content;
    write_content(content, entry.content);
    WireWriter writer;
    writer.raw(as_bytes(magic)).u8(crypto::suite).u8(entry_kind(entry.content));
    writer.u64(entry.number.value).fixed(entry.previous).u64(entry.time.value);
    writer.sized32(content.view());
    return writer.take();
}

Bytes encode_entry(const RosterEntry& entry) {
    ENSURE(entry.signatures.size() <= 0xff);
    WireWriter writer;
    writer.raw(signed_part(entry)).u8(static_cast<std::uint8_t>(entry.signatures.size()));
    for (const KeySignature& signature : entry.signatures) {
        writer.fixed(signature.key).fixed(signature.signature);
    }
    return writer.take();
}

Result<RosterEntry> decode_entry(ByteView bytes) {
    TRY(check_frame(bytes));
    WireReader reader(bytes.subspan(magic.size() + 1));
    RosterEntry out;
    const std::uint8_t kind = reader.u8();
    out.number = {reader.u64()};
    out.previous = reader.fixed<Hash>();
    out.time = {reader.u64()};
    const ByteView content = reader.sized32(roster_entry_most);
    out.signatures = read_signatures(reader);
    if (const auto status = reader.finish("roster entry"); !status) {
        return Error{roster_malformed, status.error().context};
    }
    TRY_ASSIGN(out.content, read_content(kind, content));
    if (!equal(encode_entry(out), bytes)) {
        return Error{roster_malformed, "a roster entry in a second spelling"};
    }
    return out;
}

Hash entry_hash(ByteView encoded) {
    return crypto::hash(crypto::domain::roster_hash, {encoded});
}

Hash root_fingerprint(const RootChange& roots) {
    crypto::Hasher hasher(crypto::domain::roster_key);
    hasher.add_u8(roots.threshold);
    for (const auto& root : roots.roots) {
        hasher.add(root.view());
    }
    return hasher.finish();
}

Hash erased_record(const CompartmentId& compartment, const RecordId& record) {
    return crypto::hash(crypto::domain::erased, {compartment.view(), record.view()});
}

}  // namespace entrepot::replication
