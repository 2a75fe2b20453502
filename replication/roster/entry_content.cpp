#include "replication/roster/entry_content.hpp"

#include <algorithm>

#include "crypto/base/ensure.hpp"

namespace entrepot::replication {
namespace {

template <class... Fs>
struct Overloaded : Fs... {
    using Fs::operator()...;
};
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

// Writing

void write_count(WireWriter& writer, std::size_t count) {
    ENSURE(count <= 0xffff);
    writer.u16(static_cast<std::uint16_t>(count));
}

template <class T, class Write>
void write_all(WireWriter& writer, const std::vector<T>& items, Write write) {
    write_count(writer, items.size());
    for (const T& item : items) {
        write(writer, item);
    }
}

void write_numbers(WireWriter& writer, const NumberBlock& block) {
    writer.u32(block.first).u32(block.count);
}

void write_wrap(WireWriter& writer, const KeyWrap& wrap) {
    writer.fixed(wrap.node).fixed(wrap.compartment).u32(wrap.generation.value);
    writer.sized8(wrap.envelope);
}

void write_cut(WireWriter& writer, const Cut& cut) {
    writer.fixed(cut.log).u64(cut.number.value).fixed(cut.hash);
}

void write_genesis(WireWriter& writer, const Genesis& genesis) {
    ENSURE(genesis.country.size() == 2 && genesis.roots.size() <= root_limit);
    writer.raw(as_bytes(genesis.country)).u8(genesis.threshold);
    writer.u8(static_cast<std::uint8_t>(genesis.roots.size()));
    for (const auto& root : genesis.roots) {
        writer.fixed(root);
    }
    writer.fixed(genesis.recovery).fixed(genesis.salt);
}

void write_certificate(WireWriter& writer, const NodeCertificate& node) {
    writer.fixed(node.identity.sign).fixed(node.identity.box).fixed(node.identity.transport);
    writer.u8(static_cast<std::uint8_t>(node.kind)).fixed(node.unit);
    write_numbers(writer, node.numbers);
    write_numbers(writer, node.spare_numbers);
    writer.fixed(node.possession).u8(node.roster_key ? 1 : 0);
    if (node.roster_key) {
        writer.fixed(*node.roster_key);
    }
}

void write_first_grant(WireWriter& writer, const CompartmentEntry::FirstGrant& grant) {
    writer.fixed(grant.node).u8(static_cast<std::uint8_t>(grant.right));
}

void write_compartment(WireWriter& writer, const CompartmentEntry& entry) {
    writer.fixed(entry.compartment).u8(static_cast<std::uint8_t>(entry.lane));
    writer.sized8(as_bytes(entry.database)).sized16(entry.sealed_name);
    write_all(writer, entry.grants, write_first_grant);
    write_all(writer, entry.wraps, write_wrap);
}

void write_generation(WireWriter& writer, const GenerationEntry& entry) {
    writer.fixed(entry.compartment).u32(entry.generation.value);
    write_all(writer, entry.wraps, write_wrap);
}

void write_grant(WireWriter& writer, const GrantEntry& entry) {
    writer.fixed(entry.compartment).fixed(entry.node);
    writer.u8(static_cast<std::uint8_t>(entry.right)).u32(entry.first_generation.value);
    write_all(writer, entry.wraps, write_wrap);
}

void write_revocation(WireWriter& writer, const RevocationEntry& entry) {
    writer.fixed(entry.node);
    write_all(writer, entry.cuts, write_cut);
    write_all(writer, entry.generations, write_generation);
}

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

Genesis read_genesis(WireReader& reader) {
    Genesis out;
    out.country = as_text(reader.raw(2));
    out.threshold = reader.u8();
    const std::size_t count = reader.u8();
    const bool is_upper = std::all_of(out.country.begin(), out.country.end(),
                                      [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!is_upper || count > root_limit || out.threshold == 0 || out.threshold > count) {
        reader.fail_limit();
    }
    for (std::size_t i = 0; i < count && reader.ok(); ++i) {
        out.roots.push_back(reader.fixed<crypto::PublicKey>());
    }
    out.recovery = reader.fixed<crypto::BoxPublicKey>();
    out.salt = reader.fixed<decltype(Genesis::salt)>();
    return out;
}

NodeCertificate read_certificate(WireReader& reader) {
    NodeCertificate out;
    out.identity.sign = reader.fixed<crypto::PublicKey>();
    out.identity.box = reader.fixed<crypto::BoxPublicKey>();
    out.identity.transport = reader.fixed<crypto::TransportPublicKey>();
    out.kind = read_enum(reader, NodeKind::headquarters, NodeKind::relay);
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
        default:
            reader.fail_limit();
            return {};
    }
}

}  // namespace

std::uint8_t entry_kind(const EntryContent& content) {
    return static_cast<std::uint8_t>(content.index() + 1);
}

void write_content(WireWriter& writer, const EntryContent& content) {
    std::visit(Overloaded{
                   [&](const Genesis& c) { write_genesis(writer, c); },
                   [&](const NodeCertificate& c) { write_certificate(writer, c); },
                   [&](const CompartmentEntry& c) { write_compartment(writer, c); },
                   [&](const GenerationEntry& c) { write_generation(writer, c); },
                   [&](const GrantEntry& c) { write_grant(writer, c); },
                   [&](const RevocationEntry& c) { write_revocation(writer, c); },
                   [&](const CutEntry& c) { write_cut(writer, c.cut); },
                   [&](const SchemaEditionEntry& c) { writer.u32(c.edition).fixed(c.hash); },
               },
               content);
}

Result<EntryContent> read_content(std::uint8_t kind, ByteView bytes) {
    WireReader reader(bytes);
    EntryContent out = read_kind(kind, reader);
    if (const auto status = reader.finish("content of a roster entry"); !status) {
        return Error{roster_malformed, status.error().context};
    }
    return out;
}

}  // namespace entrepot::replication
