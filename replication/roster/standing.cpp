#include "replication/roster/standing.hpp"

#include <algorithm>

namespace entrepot::replication {

std::vector<AnyKey> keys_of(const Genesis& genesis) {
    std::vector<AnyKey> out;
    for (const auto& root : genesis.roots) {
        out.push_back(AnyKey{root.bytes});
    }
    out.push_back(AnyKey{genesis.recovery.bytes});
    return out;
}

std::vector<AnyKey> keys_of(const NodeCertificate& certificate) {
    const auto& identity = certificate.identity;
    std::vector<AnyKey> out{AnyKey{identity.sign.bytes}, AnyKey{identity.box.bytes},
                            AnyKey{identity.transport.bytes}, AnyKey{identity.courier.bytes}};
    if (certificate.roster_key) {
        out.push_back(AnyKey{certificate.roster_key->bytes});
    }
    return out;
}

std::vector<crypto::PublicKey> new_roots(const RootChange& change, const RootChange& held) {
    std::vector<crypto::PublicKey> out;
    std::copy_if(change.roots.begin(), change.roots.end(), std::back_inserter(out),
                 [&](const crypto::PublicKey& root) {
                     return std::find(held.roots.begin(), held.roots.end(), root) ==
                            held.roots.end();
                 });
    return out;
}

const std::vector<RightFrom>* CompartmentHistory::steps_of(const NodeId& node) const {
    const auto found = rights.find(node);
    return found == rights.end() ? nullptr : &found->second;
}

Right CompartmentHistory::right(const NodeId& node, RosterLength at) const {
    const auto* steps = steps_of(node);
    if (steps == nullptr) {
        return Right::none;
    }
    const auto step = std::find_if(steps->rbegin(), steps->rend(),
                                   [at](const RightFrom& s) { return s.from <= at; });
    return step == steps->rend() ? Right::none : step->right;
}

std::vector<NodeId> CompartmentHistory::entitled(Right least) const {
    std::vector<NodeId> out;
    for (const auto& [node, steps] : rights) {
        if (steps.back().right >= least && steps.back().right != Right::none) {
            out.push_back(node);
        }
    }
    std::sort(out.begin(), out.end());
    return out;
}

const NodeStanding* Standing::active_node(const NodeId& id) const {
    const auto found = nodes.find(id);
    return found == nodes.end() || found->second.is_revoked ? nullptr : &found->second;
}

const CompartmentHistory* Standing::compartment(const CompartmentId& id) const {
    const auto found = compartments.find(id);
    return found == compartments.end() ? nullptr : &found->second;
}

std::vector<CompartmentId> Standing::readable_by(const NodeId& node) const {
    std::vector<CompartmentId> out;
    for (const CompartmentId& id : compartment_order) {
        const auto& rights = compartments.at(id).rights;
        const auto steps = rights.find(node);
        if (steps != rights.end() && steps->second.back().right >= Right::read) {
            out.push_back(id);
        }
    }
    return out;
}

void Standing::apply(const EntryContent& content, RosterLength length) {
    std::visit([this, length](const auto& kind) { apply_content(kind, length); }, content);
}

void Standing::keep_wraps(const std::vector<KeyWrap>& added) {
    std::map<NodeId, WrapTable> fresh;
    for (const KeyWrap& wrap : added) {
        fresh[wrap.node][{wrap.compartment, wrap.generation}].push_back(wrap);
    }
    for (auto& [node, table] : fresh) {
        for (auto& [place, brought] : table) {
            auto& held = wraps[node][place];
            if (held.size() > brought.size()) {
                brought.insert(brought.end(), held.begin(), held.end());
            }
            held = std::move(brought);
        }
    }
}

void Standing::apply_content(const Genesis& first, RosterLength) {
    genesis = first;
    roots = {first.threshold, first.roots};
    fingerprints = {root_fingerprint(roots)};
    const auto brought = keys_of(first);
    keys.insert(brought.begin(), brought.end());
}

void Standing::apply_content(const NodeCertificate& certificate, RosterLength) {
    const NodeId id = certificate.identity.id();
    nodes[id].certificate = certificate;
    node_order.push_back(id);
    by_transport[certificate.identity.transport] = id;
    const auto brought = keys_of(certificate);
    keys.insert(brought.begin(), brought.end());
    for (const NumberBlock& block : {certificate.numbers, certificate.spare_numbers}) {
        if (block.count > 0) {
            numbers[certificate.unit][block.first] = std::uint64_t{block.first} + block.count;
        }
    }
    if (certificate.roster_key) {
        roster_keys.push_back(*certificate.roster_key);
    }
}

void Standing::apply_content(const CompartmentEntry& entry, RosterLength length) {
    CompartmentHistory& made = compartments[entry.compartment];
    made.standing = {entry.compartment, entry.database, entry.lane, entry.sealed_name, {1}};
    made.generations = {length};
    for (const auto& grant : entry.grants) {
        made.rights[grant.node] = {{length, grant.right}};
    }
    compartment_order.push_back(entry.compartment);
    keep_wraps(entry.wraps);
}

void Standing::apply_content(const GenerationEntry& entry, RosterLength length) {
    CompartmentHistory& changed = compartments.at(entry.compartment);
    changed.standing.newest = entry.generation;
    changed.generations.push_back(length);
    keep_wraps(entry.wraps);
}

void Standing::apply_content(const GrantEntry& entry, RosterLength length) {
    compartments.at(entry.compartment).rights[entry.node].push_back({length, entry.right});
    keep_wraps(entry.wraps);
}

void Standing::apply_content(const RevocationEntry& entry, RosterLength length) {
    NodeStanding& node = nodes.at(entry.node);
    node.is_revoked = true;
    if (const auto& key = node.certificate.roster_key) {
        roster_keys.erase(std::remove(roster_keys.begin(), roster_keys.end(), *key),
                          roster_keys.end());
    }
    for (auto& [id, history] : compartments) {
        const auto held = history.rights.find(entry.node);
        if (held != history.rights.end()) {
            held->second.push_back({length, Right::none});
        }
    }
    for (const Cut& cut : entry.cuts) {
        cuts.insert_or_assign(cut.log, cut);
    }
    for (const GenerationEntry& generation : entry.generations) {
        apply_content(generation, length);
    }
}

void Standing::apply_content(const CutEntry& entry, RosterLength) {
    cuts.insert_or_assign(entry.cut.log, entry.cut);
}

void Standing::apply_content(const SchemaEditionEntry& entry, RosterLength) {
    schema_edition = entry;
}

void Standing::apply_content(const ErasureEntry& entry, RosterLength length) {
    erasures.push_back(length);
    std::vector<Hash> records = entry.further;
    if (!entry.record.is_zero()) {
        records.push_back(entry.record);
    }
    for (const Hash& record : records) {
        erasures_of[record].push_back(length);
        if (entry.whole) {
            erased_records.insert(record);
        }
    }
    erased_changes.insert(entry.changes.begin(), entry.changes.end());
    erased_blobs.insert(entry.blobs.begin(), entry.blobs.end());
}

void Standing::apply_content(const RootChange& entry, RosterLength) {
    for (const crypto::PublicKey& root : entry.roots) {
        keys.insert(AnyKey{root.bytes});
    }
    roots = entry;
    fingerprints.push_back(root_fingerprint(roots));
}

void Standing::apply_content(const PartnerEntry& entry, RosterLength) {
    const auto held = std::find_if(partners.begin(), partners.end(), [&](const PartnerEntry& p) {
        return p.fingerprint == entry.fingerprint;
    });
    if (held == partners.end()) {
        partners.push_back(entry);
    } else {
        *held = entry;
    }
}

void Standing::apply_content(const AuditorEntry& entry, RosterLength) {
    keys.insert(AnyKey{entry.key.bytes});
    auditor = entry.key;
}

void Standing::apply_content(const NumbersEntry& entry, RosterLength) {
    further_numbers[entry.node].push_back(entry.block);
    numbers[nodes.at(entry.node).certificate.unit][entry.block.first] =
        std::uint64_t{entry.block.first} + entry.block.count;
}

void Standing::apply_content(const OuterGenesis& entry, RosterLength length) {
    apply_content(entry.own, length);
    partner = PartnerEntry{entry.partner_country, entry.partner_fingerprint, true};
}

/// The branch itself is taken in by Roster, which has the entries that it goes on from.
void Standing::apply_content(const SettlementEntry& entry, RosterLength) {
    const auto losing = decode_entry(entry.losing);
    const auto* certificate =
        losing ? std::get_if<NodeCertificate>(&losing->content) : nullptr;
    if (certificate != nullptr) {
        for (const AnyKey& key : keys_of(*certificate)) {
            lost_keys.emplace(key, certificate->identity.id());
        }
    }
}

}  // namespace entrepot::replication
