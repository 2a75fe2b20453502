#include "replication/roster/entry_content.hpp"

#include <algorithm>

namespace entrepot::replication {
namespace {

// Reading: after a failure the reader gives zeros, so loops end by themselves.

template <class T, class Read>
std::vector<T> read_all(WireReader& reader, Read read) {
    std::vector<T> out;
    const std::size_t count = reader.u16();
    for (std::size_t i = 0; i < count && reader.ok(); ++i) {
        out.push_back(read(reader));
    }
    return out;
}

template <class Enum>
Enum read_enum(WireReader& reader, Enum least, Enum most) {
    const std::uint8_t value = reader.u8();
    if (value < static_cast<std::uint8_t>(least) || value > static_cast<std::uint8_t>(most)) {
        reader.fail_limit();
        return least;
    }
    return static_cast<Enum>(value);
}

NumberBlock read_numbers(WireReader& reader) {
    const std::uint32_t first = reader.u32();
    return {first, reader.u32()};
}

KeyWrap read_wrap(WireReader& reader) {
    KeyWrap out;
    out.node = reader.fixed<NodeId>();
    out.compartment = reader.fixed<CompartmentId>();
    out.generation = {reader.u32()};
    const ByteView envelope = reader.sized8();
    out.envelope.assign(envelope.begin(), envelope.end());
    return out;
}

Cut read_cut(WireReader& reader) {
    Cut out;
    out.log = reader.fixed<LogId>();
    out.number = {reader.u64()};
    out.hash = reader.fixed<Hash>();
    return out;
}

std::string read_country(WireReader& reader) {
    std::string out(as_text(reader.raw(2)));
    if (!std::all_of(out.begin(), out.end(), [](char c) { return c >= 'A' && c <= 'Z'; })) {
        reader.fail_limit();
    }
    return out;
}

RootChange read_roots(WireReader& reader) {
    RootChange out;
    out.threshold = reader.u8();
    const std::size_t count = reader.u8();
    if (count > root_limit || out.threshold == 0 || out.threshold > count) {
        reader.fail_limit();
    }
    for (std::size_t i = 0; i < count && reader.ok(); ++i) {
        out.roots.push_back(reader.fixed<crypto::PublicKey>());
    }
    return out;
}

Genesis read_genesis(WireReader& reader) {
    Genesis out;
    out.country = read_country(reader);
    RootChange roots = read_roots(reader);
    out.threshold = roots.threshold;
    out.roots = std::move(roots.roots);
    out.recovery = reader.fixed<crypto::BoxPublicKey>();
    out.salt = reader.fixed<decltype(Genesis::salt)>();
    return out;
}

NodeCertificate read_certificate(WireReader& reader) {
    NodeCertificate out;
    out.identity.sign = reader.fixed<crypto::PublicKey>();
    out.identity.box = reader.fixed<crypto::BoxPublicKey>();
    out.identity.transport = reader.fixed<crypto::TransportPublicKey>();
    out.identity.courier = reader.fixed<crypto::BoxPublicKey>();
    out.kind = read_enum(reader, NodeKind::headquarters, NodeKind::partner);
    out.unit = reader.fixed<UnitId>();
    out.numbers = read_numbers(reader);
    out.spare_numbers = read_numbers(reader);
    out.possession = reader.fixed<crypto::Signature>();
    const std::uint8_t has_roster_key = reader.u8();
    if (has_roster_key != (out.kind == NodeKind::headquarters ? 1 : 0)) {
        reader.fail_limit();
    }
    if (has_roster_key == 1) {
        out.roster_key = reader.fixed<crypto::PublicKey>();
    }
    return out;
}

CompartmentEntry::FirstGrant read_first_grant(WireReader& reader) {
    const auto node = reader.fixed<NodeId>();
    return {node, read_enum(reader, Right::none, Right::write)};
}

bool is_database_name(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(),
                                        [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

CompartmentEntry read_compartment(WireReader& reader) {
    CompartmentEntry out;
    out.compartment = reader.fixed<CompartmentId>();
    out.lane = read_enum(reader, Lane::roster, Lane::originals);
    out.database = as_text(reader.sized8(database_name_limit));
    const ByteView name = reader.sized16(sealed_name_limit);
    out.sealed_name.assign(name.begin(), name.end());
    if (out.compartment.is_zero() || !is_database_name(out.database)) {
        reader.fail_limit();
    }
    out.grants = read_all<CompartmentEntry::FirstGrant>(reader, read_first_grant);
    out.wraps = read_all<KeyWrap>(reader, read_wrap);
    return out;
}

GenerationEntry read_generation(WireReader& reader) {
    GenerationEntry out;
    out.compartment = reader.fixed<CompartmentId>();
    out.generation = {reader.u32()};
    out.wraps = read_all<KeyWrap>(reader, read_wrap);
    return out;
}

GrantEntry read_grant(WireReader& reader) {
    GrantEntry out;
    out.compartment = reader.fixed<CompartmentId>();
    out.node = reader.fixed<NodeId>();
    out.right = read_enum(reader, Right::none, Right::write);
    out.first_generation = {reader.u32()};
    out.wraps = read_all<KeyWrap>(reader, read_wrap);
    return out;
}

RevocationEntry read_revocation(WireReader& reader) {
    RevocationEntry out;
    out.node = reader.fixed<NodeId>();
    out.cuts = read_all<Cut>(reader, read_cut);
    out.generations = read_all<GenerationEntry>(reader, read_generation);
    return out;
}

SchemaEditionEntry read_schema_edition(WireReader& reader) {
    SchemaEditionEntry out;
    out.edition = reader.u32();
    out.hash = reader.fixed<Hash>();
    return out;
}

template <class T>
void want_rising(WireReader& reader, const std::vector<T>& items) {
    const auto falls = [](const T& a, const T& b) { return !(a < b); };
    if (std::adjacent_find(items.begin(), items.end(), falls) != items.end()) {
        reader.fail_limit();
    }
}

bool read_flag(WireReader& reader) {
    const std::uint8_t value = reader.u8();
    if (value > 1) {
        reader.fail_limit();
    }
    return value == 1;
}

ErasureEntry read_erasure(WireReader& reader) {
    ErasureEntry out;
    out.record = reader.fixed<Hash>();
    out.whole = read_flag(reader);
    out.reason = as_text(reader.sized8(ErasureEntry::reason_limit));
    out.further = read_all<Hash>(reader, [](WireReader& r) { return r.fixed<Hash>(); });
    out.changes = read_all<ChangePlace>(reader, [](WireReader& r) {
        const auto log = r.fixed<LogId>();
        const CommitNumber number{r.u64()};
        return ChangePlace{log, number, r.u16()};
    });
    out.blobs = read_all<BlobId>(reader, [](WireReader& r) { return r.fixed<BlobId>(); });
    want_rising(reader, out.further);
    want_rising(reader, out.changes);
    want_rising(reader, out.blobs);
    return out;
}

PartnerEntry read_partner(WireReader& reader) {
    PartnerEntry out;
    out.country = read_country(reader);
    out.fingerprint = reader.fixed<Hash>();
    out.in_force = read_flag(reader);
    return out;
}

NumbersEntry read_further_numbers(WireReader& reader) {
    const auto node = reader.fixed<NodeId>();
    return {node, read_numbers(reader)};
}

OuterGenesis read_outer_genesis(WireReader& reader) {
    OuterGenesis out;
    out.own = read_genesis(reader);
    out.partner_country = read_country(reader);
    out.partner_fingerprint = reader.fixed<Hash>();
    return out;
}

SettlementEntry read_settlement(WireReader& reader) {
    const RosterLength common{reader.u64()};
    const ByteView losing = reader.sized32(roster_entry_limit);
    return {common, {losing.begin(), losing.end()}};
}

EntryContent read_kind(std::uint8_t kind, WireReader& reader) {
    switch (kind) {
        case 1:
            return read_genesis(reader);
        case 2:
            return read_certificate(reader);
        case 3:
            return read_compartment(reader);
        case 4:
            return read_generation(reader);
        case 5:
            return read_grant(reader);
        case 6:
            return read_revocation(reader);
        case 7:
            return CutEntry{read_cut(reader)};
        case 8:
            return read_schema_edition(reader);
        case 9:
            return read_erasure(reader);
        case 10:
            return read_roots(reader);
        case 11:
            return read_partner(reader);
        case 12:
            return AuditorEntry{reader.fixed<crypto::BoxPublicKey>()};
        case 13:
            return read_further_numbers(reader);
        case 14:
            return read_outer_genesis(reader);
        case 15:
            return read_settlement(reader);
        default:
            reader.fail_limit();
            return {};
    }
}

}  // namespace

Result<EntryContent> read_content(std::uint8_t kind, ByteView bytes) {
    WireReader reader(bytes);
    EntryContent out = read_kind(kind, reader);
    if (const auto status = reader.finish("content of a roster entry"); !status) {
        return Error{roster_malformed, status.error().context};
    }
    return out;
}

}  // namespace entrepot::replication
