#include "replication/roster/entry_content.hpp"

#include "crypto/base/ensure.hpp"

namespace entrepot::replication {
namespace {

template <class... Fs>
struct Overloaded : Fs... {
    using Fs::operator()...;
};
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

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

void write_roots(WireWriter& writer, std::uint8_t threshold,
                 const std::vector<crypto::PublicKey>& roots) {
    ENSURE(roots.size() <= root_limit);
    writer.u8(threshold).u8(static_cast<std::uint8_t>(roots.size()));
    for (const auto& root : roots) {
        writer.fixed(root);
    }
}

void write_genesis(WireWriter& writer, const Genesis& genesis) {
    ENSURE(genesis.country.size() == 2);
    writer.raw(as_bytes(genesis.country));
    write_roots(writer, genesis.threshold, genesis.roots);
    writer.fixed(genesis.recovery).fixed(genesis.salt);
}

void write_certificate(WireWriter& writer, const NodeCertificate& node) {
    writer.fixed(node.identity.sign).fixed(node.identity.box).fixed(node.identity.transport);
    writer.fixed(node.identity.courier);
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

void write_erasure(WireWriter& writer, const ErasureEntry& entry) {
    ENSURE(entry.reason.size() <= ErasureEntry::reason_limit);
    writer.fixed(entry.record).u8(entry.whole ? 1 : 0).sized8(as_bytes(entry.reason));
    write_all(writer, entry.further, [](WireWriter& w, const Hash& record) { w.fixed(record); });
    write_all(writer, entry.changes, [](WireWriter& w, const ChangePlace& place) {
        w.fixed(place.log).u64(place.number.value).u16(place.change);
    });
    write_all(writer, entry.blobs, [](WireWriter& w, const BlobId& blob) { w.fixed(blob); });
}

void write_partner(WireWriter& writer, const PartnerEntry& entry) {
    ENSURE(entry.country.size() == 2);
    writer.raw(as_bytes(entry.country)).fixed(entry.fingerprint).u8(entry.in_force ? 1 : 0);
}

void write_outer_genesis(WireWriter& writer, const OuterGenesis& entry) {
    ENSURE(entry.partner_country.size() == 2);
    write_genesis(writer, entry.own);
    writer.raw(as_bytes(entry.partner_country)).fixed(entry.partner_fingerprint);
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
                   [&](const ErasureEntry& c) { write_erasure(writer, c); },
                   [&](const RootChange& c) { write_roots(writer, c.threshold, c.roots); },
                   [&](const PartnerEntry& c) { write_partner(writer, c); },
                   [&](const AuditorEntry& c) { writer.fixed(c.key); },
                   [&](const NumbersEntry& c) {
                       writer.fixed(c.node);
                       write_numbers(writer, c.block);
                   },
                   [&](const OuterGenesis& c) { write_outer_genesis(writer, c); },
                   [&](const SettlementEntry& c) {
                       writer.u64(c.common.value).sized32(c.losing);
                   },
               },
               content);
}

}  // namespace entrepot::replication
