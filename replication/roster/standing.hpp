// Standing: what the entries of a roster add up to. Mutated by one entry after another once
// entry_check.hpp has found each of them right; asked by Roster. Checks nothing itself.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "replication/roster/roster.hpp"

namespace entrepot::replication {

/// Any public key of 32 bytes, whatever it is for: none may stand twice in a roster.
using AnyKey = FixedBytes<struct AnyKeyTag, 32>;

/// Every public key that an entry's content brings.
std::vector<AnyKey> keys_of(const Genesis& genesis);
std::vector<AnyKey> keys_of(const NodeCertificate& certificate);
/// Those of the roots that are not in `held`: the keys that the change brings.
std::vector<crypto::PublicKey> new_roots(const RootChange& change, const RootChange& held);

/// A right and the roster length from which on it holds.
struct RightFrom {
    RosterLength from;
    Right right = Right::none;
};

struct CompartmentHistory {
    CompartmentStanding standing;
    std::vector<RosterLength> generations;  ///< length at which generation i + 1 was made
    std::unordered_map<NodeId, std::vector<RightFrom>, FixedBytesHash> rights;

    /// What was ever decided of a node's right, oldest first; null when nothing was.
    const std::vector<RightFrom>* steps_of(const NodeId& node) const;
    /// Right of a node at a length: one hash look-up and a walk from the newest back.
    Right right(const NodeId& node, RosterLength at) const;
    /// Nodes with at least `least` now, by rising id.
    std::vector<NodeId> entitled(Right least) const;
};

struct NodeStanding {
    NodeCertificate certificate;
    bool is_revoked = false;
};

/// Wraps of one node by compartment and generation, the key of the branch that counts first. Those
/// of a later entry take the place of earlier ones, unless they are fewer: then they go before.
using WrapTable = std::map<std::pair<CompartmentId, Generation>, std::vector<KeyWrap>>;

/// A branch that lost: what was carried of it by settlements that follow one another.
struct SettledBranch {
    RosterLength common;         ///< up to here it was one with the branch that counts
    RosterLength first, newest;  ///< numbers of its settlements
    std::shared_ptr<const Roster> losing;  ///< with all that it has in common
};

struct Standing {
    std::optional<Genesis> genesis;
    RootChange roots;                     ///< in force
    std::vector<Hash> fingerprints;       ///< of root keys, those that a partner may have pinned
    std::optional<PartnerEntry> partner;  ///< whom an outer roster is for
    std::vector<PartnerEntry> partners;   ///< of an inner roster, in order of entry
    std::optional<crypto::BoxPublicKey> auditor;
    std::unordered_map<NodeId, std::vector<NumberBlock>, FixedBytesHash> further_numbers;
    std::set<ChangePlace> erased_changes;
    std::set<Hash> erased_records;                           ///< whole
    std::map<Hash, std::vector<RosterLength>> erasures_of;  ///< orders that name a record
    std::vector<RosterLength> erasures;                      ///< rising
    std::set<BlobId> erased_blobs;
    std::unordered_map<NodeId, NodeStanding, FixedBytesHash> nodes;
    std::vector<NodeId> node_order;
    std::unordered_map<crypto::TransportPublicKey, NodeId, FixedBytesHash> by_transport;
    std::unordered_set<AnyKey, FixedBytesHash> keys;
    /// Reference numbers given out in a unit: first → one past the last. Disjoint.
    std::unordered_map<UnitId, std::map<std::uint64_t, std::uint64_t>, FixedBytesHash> numbers;
    std::vector<crypto::PublicKey> roster_keys;  ///< of headquarters in force, oldest first
    std::unordered_map<CompartmentId, CompartmentHistory, FixedBytesHash> compartments;
    std::vector<CompartmentId> compartment_order;
    std::unordered_map<NodeId, WrapTable, FixedBytesHash> wraps;  ///< node zero: recovery
    std::unordered_map<LogId, Cut, FixedBytesHash> cuts;
    std::optional<SchemaEditionEntry> schema_edition;
    std::vector<SettledBranch> settled;  ///< oldest first
    /// Keys that certificates brought on branches that lost, and whose they were.
    std::unordered_map<AnyKey, NodeId, FixedBytesHash> lost_keys;

    /// A node in force; null when it is unknown or revoked.
    const NodeStanding* active_node(const NodeId& id) const;
    const CompartmentHistory* compartment(const CompartmentId& id) const;
    /// Compartments that a node can read now, in order of entry.
    std::vector<CompartmentId> readable_by(const NodeId& node) const;

    /// Takes in a checked entry, which makes the roster this long.
    void apply(const EntryContent& content, RosterLength length);

private:
    void apply_content(const Genesis& genesis, RosterLength length);
    void apply_content(const NodeCertificate& certificate, RosterLength length);
    void apply_content(const CompartmentEntry& entry, RosterLength length);
    void apply_content(const GenerationEntry& entry, RosterLength length);
    void apply_content(const GrantEntry& entry, RosterLength length);
    void apply_content(const RevocationEntry& entry, RosterLength length);
    void apply_content(const CutEntry& entry, RosterLength length);
    void apply_content(const SchemaEditionEntry& entry, RosterLength length);
    void apply_content(const ErasureEntry& entry, RosterLength length);
    void apply_content(const RootChange& entry, RosterLength length);
    void apply_content(const PartnerEntry& entry, RosterLength length);
    void apply_content(const AuditorEntry& entry, RosterLength length);
    void apply_content(const NumbersEntry& entry, RosterLength length);
    void apply_content(const OuterGenesis& entry, RosterLength length);
    void apply_content(const SettlementEntry& entry, RosterLength length);
    void keep_wraps(const std::vector<KeyWrap>& added);
};

}  // namespace entrepot::replication
