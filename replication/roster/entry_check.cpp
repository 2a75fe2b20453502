#include "replication/roster/entry_check.hpp"

#include <algorithm>
#include <set>

#include "replication/roster/entry_content.hpp"

namespace entrepot::replication {
namespace {

/// `owner` is the node whose certificate brings them: what it was certified with on a branch that
/// lost is its own, and may be certified again.
Status check_unknown_keys(const std::vector<AnyKey>& keys, const Standing& standing,
                          const NodeId& owner = {}) {
    const std::set<AnyKey> distinct(keys.begin(), keys.end());
    const bool known = std::any_of(keys.begin(), keys.end(), [&](const AnyKey& key) {
        const auto lost = standing.lost_keys.find(key);
        return standing.keys.count(key) > 0 ||
               (lost != standing.lost_keys.end() && lost->second != owner);
    });
    if (known || distinct.size() != keys.size()) {
        return Error{roster_known_key, "a key that stands in the roster already, or twice here"};
    }
    return {};
}

/// Entries that stand in one sort of roster only.
Status want_inner(const Standing& standing) {
    return standing.partner ? Status(Error{roster_kind, "an entry of this kind in an outer roster"})
                            : Status();
}

Status check_node_kind(NodeKind kind, const Standing& standing) {
    const bool is_outer = standing.partner.has_value();
    const bool fits = kind == NodeKind::headquarters || (kind == NodeKind::partner) == is_outer;
    return fits ? Status()
                : Status(Error{roster_kind, is_outer ? "a unit or relay in an outer roster"
                                                     : "another administration's node in an inner "
                                                       "roster"});
}

bool overlaps(const std::map<std::uint64_t, std::uint64_t>& given, const NumberBlock& block) {
    const auto after = given.lower_bound(std::uint64_t{block.first} + block.count);
    return block.count > 0 && after != given.begin() && std::prev(after)->second > block.first;
}

Status check_numbers(const UnitId& unit, std::initializer_list<NumberBlock> blocks,
                     const Standing& standing) {
    std::map<std::uint64_t, std::uint64_t> given;
    if (const auto found = standing.numbers.find(unit); found != standing.numbers.end()) {
        given = found->second;
    }
    for (const NumberBlock& block : blocks) {
        const std::uint64_t end = std::uint64_t{block.first} + block.count;
        if (block.first == 0 || end > std::uint64_t{1} << 32 || overlaps(given, block)) {
            return Error{roster_numbers,
                         "a block of reference numbers that starts at 0, has no "
                         "end or overlaps another of the unit"};
        }
        if (block.count > 0) {
            given[block.first] = end;
        }
    }
    return {};
}

Result<const CompartmentHistory*> find_compartment(const CompartmentId& id,
                                                   const Standing& standing) {
    const CompartmentHistory* found = standing.compartment(id);
    if (found == nullptr) {
        return Error{roster_unknown_compartment, to_base32(id.view())};
    }
    return found;
}

/// Whether this node may be given this right: it is in force, and a relay gets no key.
Status check_grantee(const NodeId& id, Right right, const Standing& standing) {
    const NodeStanding* node = standing.active_node(id);
    if (node == nullptr) {
        return Error{roster_unknown_node, to_base32(id.view())};
    }
    if (node->certificate.kind == NodeKind::relay && right >= Right::read) {
        return Error{roster_right, "a relay is given no key"};
    }
    return {};
}

std::vector<NodeId> with_recovery(std::vector<NodeId> nodes) {
    nodes.insert(nodes.begin(), NodeId{});
    return nodes;
}

Status check_generation(const GenerationEntry& entry, const Standing& standing,
                        const NodeId& without) {
    TRY_ASSIGN(const CompartmentHistory* const history,
               find_compartment(entry.compartment, standing));
    if (entry.generation.value != std::uint64_t{history->standing.newest.value} + 1) {
        return Error{roster_generation, "generation " + std::to_string(entry.generation.value) +
                                            " does not follow the newest"};
    }
    auto nodes = history->entitled(Right::read);
    nodes.erase(std::remove(nodes.begin(), nodes.end(), without), nodes.end());
    return check_wraps(entry.wraps, {entry.compartment, entry.generation, entry.generation,
                                     with_recovery(std::move(nodes))});
}

/// A cut moves forward along its log, or stays as it was.
Status check_cut(const Cut& cut, const Standing& standing, bool may_stay) {
    if ((cut.number.value == 0) != cut.hash.is_zero()) {
        return Error{roster_cut, "a cut names a commit by number and hash, or none by zeros"};
    }
    const auto held = standing.cuts.find(cut.log);
    if (held == standing.cuts.end()) {
        return {};
    }
    const bool same = held->second.number == cut.number && held->second.hash == cut.hash;
    if (cut.number > held->second.number || (same && may_stay)) {
        return {};
    }
    return Error{roster_cut, "a cut moves forward only: it stands at " +
                                 std::to_string(held->second.number.value)};
}

Status check_cuts(const std::vector<Cut>& cuts, const Standing& standing) {
    std::set<LogId> seen;
    for (const Cut& cut : cuts) {
        if (!seen.insert(cut.log).second) {
            return Error{roster_cut, "two cuts of one log"};
        }
        TRY(check_cut(cut, standing, true));
    }
    return {};
}

Status check_roots(const std::vector<crypto::PublicKey>& roots) {
    for (const auto& root : roots) {
        TRY(crypto::check_public_key(root));
    }
    return {};
}

Status check_kind(const Genesis& genesis, const Standing& standing) {
    TRY(check_roots(genesis.roots));
    TRY(crypto::check_public_key(genesis.recovery));
    return check_unknown_keys(keys_of(genesis), standing);
}

Status check_kind(const NodeCertificate& certificate, const Standing& standing) {
    const auto& identity = certificate.identity;
    TRY(check_node_kind(certificate.kind, standing));
    TRY(check_unknown_keys(keys_of(certificate), standing, identity.id()));
    TRY(crypto::check_public_key(identity.sign));
    TRY(crypto::check_public_key(identity.box));
    TRY(crypto::check_public_key(identity.transport));
    TRY(crypto::check_public_key(identity.courier));
    if (certificate.roster_key) {
        TRY(crypto::check_public_key(*certificate.roster_key));
    }
    if (!crypto::verify(identity.sign, crypto::domain::possession, {identity.encode()},
                        certificate.possession)) {
        return Error{crypto::identity_possession, "the node has not signed its own keys"};
    }
    return check_numbers(certificate.unit, {certificate.numbers, certificate.spare_numbers},
                         standing);
}

/// Made again under the id that a branch which lost gave it: it is the same one.
Status check_made_again(const CompartmentEntry& entry, const Standing& standing) {
    for (const SettledBranch& branch : standing.settled) {
        const CompartmentStanding* lost = branch.losing->compartment(entry.compartment);
        if (lost != nullptr && (lost->database != entry.database || lost->lane != entry.lane)) {
            return Error{roster_known_compartment, to_base32(entry.compartment.view()) +
                                                       ": a branch that lost made it for " +
                                                       lost->database};
        }
    }
    return {};
}

Status check_kind(const CompartmentEntry& entry, const Standing& standing) {
    if (standing.compartment(entry.compartment) != nullptr) {
        return Error{roster_known_compartment, to_base32(entry.compartment.view())};
    }
    TRY(check_made_again(entry, standing));
    std::set<NodeId> granted, readers;
    for (const auto& grant : entry.grants) {
        TRY(check_grantee(grant.node, grant.right, standing));
        if (grant.right == Right::none || !granted.insert(grant.node).second) {
            return Error{roster_right, "a first grant of nothing, or two to one node"};
        }
        if (grant.right >= Right::read) {
            readers.insert(grant.node);
        }
    }
    return check_wraps(
        entry.wraps,
        {entry.compartment, {1}, {1}, with_recovery({readers.begin(), readers.end()})});
}

Status check_kind(const GenerationEntry& entry, const Standing& standing) {
    return check_generation(entry, standing, NodeId{});
}

Status check_kind(const GrantEntry& entry, const Standing& standing) {
    TRY_ASSIGN(const CompartmentHistory* const history,
               find_compartment(entry.compartment, standing));
    TRY(check_grantee(entry.node, entry.right, standing));
    const Generation newest = history->standing.newest;
    if (entry.first_generation.value == 0 || entry.first_generation > newest) {
        return Error{roster_generation, "a grant from a generation that is not there"};
    }
    return {};
}

Status check_kind(const RevocationEntry& entry, const Standing& standing) {
    if (standing.active_node(entry.node) == nullptr) {
        return Error{roster_unknown_node, to_base32(entry.node.view())};
    }
    TRY(check_cuts(entry.cuts, standing));
    std::set<CompartmentId> renewed;
    for (const GenerationEntry& generation : entry.generations) {
        TRY(check_generation(generation, standing, entry.node));
        if (!renewed.insert(generation.compartment).second) {
            return Error{roster_generation, "two new generations of one compartment"};
        }
    }
    const auto held = standing.readable_by(entry.node);
    if (renewed != std::set<CompartmentId>(held.begin(), held.end())) {
        return Error{roster_generation, "new keys for just the compartments the node could read"};
    }
    return {};
}

Status check_kind(const CutEntry& entry, const Standing& standing) {
    return check_cut(entry.cut, standing, false);
}

Status check_kind(const ErasureEntry& entry, const Standing&) {
    const bool names_a_record = entry.whole && !entry.record.is_zero();
    if (entry.changes.empty() && entry.blobs.empty() && !names_a_record) {
        return Error{roster_erasure, "an erasure of nothing"};
    }
    const bool none_zero =
        std::all_of(entry.changes.begin(), entry.changes.end(),
                    [](const ChangePlace& p) { return p.number.value != 0 && p.change != 0; });
    if (!none_zero) {
        return Error{roster_erasure, "commits and changes are numbered from 1"};
    }
    const bool is_whole = entry.further.empty() || (names_a_record && !entry.further[0].is_zero());
    if (!is_whole) {
        return Error{roster_erasure, "several records are erased whole, and by their names"};
    }
    return {};
}

Status check_kind(const RootChange& entry, const Standing& standing) {
    TRY(check_roots(entry.roots));
    const std::set<crypto::PublicKey> distinct(entry.roots.begin(), entry.roots.end());
    if (distinct.size() != entry.roots.size()) {
        return Error{roster_known_key, "a root key twice"};
    }
    std::vector<AnyKey> brought;
    for (const crypto::PublicKey& root : new_roots(entry, standing.roots)) {
        brought.push_back(AnyKey{root.bytes});
    }
    return check_unknown_keys(brought, standing);
}

Status check_kind(const PartnerEntry& entry, const Standing& standing) {
    TRY(want_inner(standing));
    const auto& own = standing.fingerprints;
    const bool is_own = std::find(own.begin(), own.end(), entry.fingerprint) != own.end();
    const bool known = std::any_of(
        standing.partners.begin(), standing.partners.end(), [&](const PartnerEntry& held) {
            return held.fingerprint == entry.fingerprint && held.country == entry.country;
        });
    if (is_own || entry.fingerprint.is_zero() || (!entry.in_force && !known)) {
        return Error{roster_partner, "this administration itself, or the end of what never began"};
    }
    return {};
}

Status check_kind(const AuditorEntry& entry, const Standing& standing) {
    TRY(want_inner(standing));
    TRY(crypto::check_public_key(entry.key));
    return check_unknown_keys({AnyKey{entry.key.bytes}}, standing);
}

Status check_kind(const NumbersEntry& entry, const Standing& standing) {
    TRY(want_inner(standing));
    const NodeStanding* node = standing.active_node(entry.node);
    if (node == nullptr) {
        return Error{roster_unknown_node, to_base32(entry.node.view())};
    }
    if (entry.block.count == 0) {
        return Error{roster_numbers, "a block without numbers"};
    }
    return check_numbers(node->certificate.unit, {entry.block}, standing);
}

Status check_kind(const OuterGenesis& entry, const Standing& standing) {
    if (entry.partner_fingerprint.is_zero()) {
        return Error{roster_partner, "an outer roster for nobody"};
    }
    return check_kind(entry.own, standing);
}

/// What it carries is judged by the rosters before it: Roster::settled_by.
Status check_kind(const SettlementEntry&, const Standing&) {
    return {};
}

Status check_kind(const SchemaEditionEntry& entry, const Standing& standing) {
    TRY(want_inner(standing));
    const auto& held = standing.schema_edition;
    if (entry.edition == 0 || (held && entry.edition <= held->edition)) {
        return Error{roster_edition, "schema edition " + std::to_string(entry.edition) +
                                         " does not follow the one in force"};
    }
    return {};
}

}  // namespace

Status check_wraps(const std::vector<KeyWrap>& wraps, const WantedWraps& wanted) {
    std::set<std::pair<NodeId, Generation>> seen;
    for (const KeyWrap& wrap : wraps) {
        const bool called_for =
            wrap.compartment == wanted.compartment && wrap.generation >= wanted.first &&
            wrap.generation <= wanted.last &&
            std::binary_search(wanted.nodes.begin(), wanted.nodes.end(), wrap.node);
        if (!called_for || wrap.envelope.size() != envelope_size ||
            !seen.insert({wrap.node, wrap.generation}).second) {
            return Error{roster_wraps, "a wrap that is not called for, or of a wrong size"};
        }
    }
    const std::uint64_t generations = std::uint64_t{wanted.last.value} - wanted.first.value + 1;
    if (seen.size() != generations * wanted.nodes.size()) {
        return Error{roster_wraps, std::to_string(seen.size()) + " wraps in place of " +
                                       std::to_string(generations * wanted.nodes.size())};
    }
    return {};
}

Status check_grant_wraps(const GrantEntry& grant, Generation newest,
                         const std::map<Generation, LostKeys>& lost) {
    std::map<Generation, std::size_t> held;
    std::set<Bytes> seen;
    for (const KeyWrap& wrap : grant.wraps) {
        if (wrap.compartment != grant.compartment || wrap.node != grant.node ||
            wrap.envelope.size() != envelope_size || !seen.insert(wrap.envelope).second) {
            return Error{roster_wraps, "a wrap that is not called for, or of a wrong size"};
        }
        ++held[wrap.generation];
    }
    std::map<Generation, LostKeys> wanted;
    for (Generation at = grant.first_generation; at <= newest && grant.right >= Right::read;
         ++at.value) {
        wanted[at] = {1, 1};
    }
    for (const auto& [generation, keys] : lost) {
        if (generation >= grant.first_generation && grant.right >= Right::read) {
            wanted[generation].made += keys.made;
            wanted[generation].given += keys.given;
        }
    }
    for (const auto& [generation, count] : held) {
        wanted.try_emplace(generation);  // none is called for
    }
    for (const auto& [generation, keys] : wanted) {
        const std::size_t count = held[generation];
        if (count < keys.given || count > keys.made) {
            return Error{roster_wraps, std::to_string(count) + " wraps of generation " +
                                           std::to_string(generation.value) + " in place of " +
                                           std::to_string(keys.given)};
        }
    }
    return {};
}

Status check_content(const EntryContent& content, const Standing& standing) {
    return std::visit([&](const auto& kind) { return check_kind(kind, standing); }, content);
}

}  // namespace entrepot::replication
