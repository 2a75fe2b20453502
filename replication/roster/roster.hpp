// Roster: an administration's signed, hash-chained list of nodes, keys and rights, as one value.
// Appending checks everything an entry must satisfy; a roster in hand is always a right one.
// Does not decide who may see the list: inner rosters are never shown outside (5-trust).
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "replication/log/log_id.hpp"
#include "replication/roster/entry.hpp"

namespace entrepot::replication {

inline constexpr ErrorCode roster_number{"roster.number", ErrorKind::refused};
inline constexpr ErrorCode roster_chain{"roster.chain", ErrorKind::refused};
inline constexpr ErrorCode roster_genesis{"roster.genesis", ErrorKind::refused};
inline constexpr ErrorCode roster_signer{"roster.signer", ErrorKind::refused};
inline constexpr ErrorCode roster_signature{"roster.signature", ErrorKind::refused};
inline constexpr ErrorCode roster_known_key{"roster.known_key", ErrorKind::refused};
inline constexpr ErrorCode roster_unknown_node{"roster.unknown_node", ErrorKind::refused};
inline constexpr ErrorCode roster_unknown_compartment{"roster.unknown_compartment",
                                                      ErrorKind::refused};
inline constexpr ErrorCode roster_wraps{"roster.wraps", ErrorKind::refused};
inline constexpr ErrorCode roster_generation{"roster.generation", ErrorKind::refused};
inline constexpr ErrorCode roster_right{"roster.right", ErrorKind::refused};
inline constexpr ErrorCode roster_numbers{"roster.numbers", ErrorKind::refused};
inline constexpr ErrorCode roster_known_compartment{"roster.known_compartment", ErrorKind::refused};
inline constexpr ErrorCode roster_edition{"roster.edition", ErrorKind::refused};
inline constexpr ErrorCode roster_cut{"roster.cut", ErrorKind::refused};
inline constexpr ErrorCode roster_erasure{"roster.erasure", ErrorKind::refused};
inline constexpr ErrorCode roster_kind{"roster.kind", ErrorKind::refused};
inline constexpr ErrorCode roster_partner{"roster.partner", ErrorKind::refused};
inline constexpr ErrorCode roster_settlement{"roster.settlement", ErrorKind::refused};
inline constexpr ErrorCode roster_forked{"roster.forked", ErrorKind::refused};
inline constexpr ErrorCode roster_fingerprint{"roster.fingerprint", ErrorKind::refused};

struct CompartmentStanding {
    CompartmentId id;
    std::string database;
    Lane lane = Lane::records;
    Bytes sealed_name;
    Generation newest;
};

/// Keys of one generation that branches which lost made.
struct LostKeys {
    std::size_t made = 0;
    std::size_t given = 0;  ///< to one node, there
};

struct Standing;
struct SettledBranch;

/// A value: copies share what they have in common until one of them grows. Pointers it gives live
/// until the next append. Reading copies in several threads is safe, one roster in two is not.
class Roster {
public:
    Roster();
    /// From encoded entries, first to last; the error names the entry.
    static Result<Roster> from_entries(std::span<const Bytes> entries);

    /// Checks and appends one encoded entry: chain, signatures of the kind its content needs, keys,
    /// rights, wraps exactly those the entitled nodes and recovery call for. Nothing changes on
    /// error.
    Status append(ByteView encoded);

    RosterLength length() const { return {entries_.size()}; }
    /// Hash of the entry at that length; zero for length 0. Length must not be above length().
    Hash hash_at(RosterLength length) const;
    Hash head() const { return hash_at(length()); }
    const std::vector<Bytes>& entries() const { return entries_; }

    const Genesis* genesis() const;
    AdministrationId administration() const;  ///< 128 bits of the genesis entry's hash
    /// H("roster key" ‖ threshold ‖ root keys) of the genesis: what an installer compares.
    Hash root_fingerprint() const;
    /// The same of the root keys in force: what a partner pins from now on.
    Hash present_fingerprint() const;
    /// Whether that is the fingerprint of the root keys in force, or of some before them.
    bool had_roots(const Hash& fingerprint) const;
    /// Root keys in force and how many of them sign.
    const RootChange& roots() const;
    /// Whom an outer roster is for; nothing for an inner roster.
    const std::optional<PartnerEntry>& partner() const;
    /// Administrations pinned by an inner roster, also those no longer in force.
    const std::vector<PartnerEntry>& partners() const;
    /// Whether the administration of this inner roster shares that outer one: it was made for its
    /// partner or by it, and the partner is in force.
    bool shares(const Roster& outer) const;
    /// Whom audits are sealed to; nothing until an entry names one.
    const std::optional<crypto::BoxPublicKey>& auditor() const;
    /// Blocks of reference numbers of a node: its certificate's, the spare, then further ones.
    std::vector<NumberBlock> numbers_of(const NodeId& node) const;
    /// Blocks that anybody was ever given, on branches that lost too.
    std::vector<NumberBlock> given_numbers() const;

    const NodeCertificate* node(const NodeId& id) const;  ///< also of revoked nodes
    /// The same, or of a branch that lost: whose key signed what that node wrote. Not one of the
    /// nodes of this roster.
    const NodeCertificate* writer(const NodeId& id) const;
    const NodeCertificate* node_by_transport(const crypto::TransportPublicKey& key) const;
    bool is_revoked(const NodeId& id) const;
    std::vector<const NodeCertificate*> nodes() const;  ///< in order of entry, revoked ones too
    /// Whether the next entry, with this content, is for the roots to sign and not for
    /// headquarters.
    bool is_for_root(const EntryContent& content) const;
    /// The roster key that may sign the next entry, if a headquarters has been certified.
    std::optional<crypto::PublicKey> roster_key() const;

    const CompartmentStanding* compartment(const CompartmentId& id) const;
    std::vector<const CompartmentStanding*> compartments() const;
    /// Those that only branches which lost made, until they are made again with the same id.
    std::vector<const CompartmentStanding*> lost_compartments() const;
    /// Whether it was one of those, made again or not.
    bool was_lost(const CompartmentId& compartment) const;
    /// The right a node has at a roster length (now when absent); none for revoked nodes now. At a
    /// length where the roster had forked, the greater of what both branches gave.
    Right right(const NodeId& node, const CompartmentId& compartment,
                std::optional<RosterLength> at = std::nullopt) const;
    /// The most that a node had been given on a branch that lost, beyond what it had before the
    /// fork: it may be given again. None once a grant or its revocation has decided on this branch.
    Right lost_right(const NodeId& node, const CompartmentId& compartment) const;
    /// The right it has now, or may be given again: what it holds by it, it keeps.
    Right kept_right(const NodeId& node, const CompartmentId& compartment) const {
        return std::max(right(node, compartment), lost_right(node, compartment));
    }
    /// Newest generation that a roster of this length knows; 0 when the compartment is not there
    /// yet. Of the branch that counts.
    Generation generation_at(const CompartmentId& compartment, RosterLength at) const;
    /// Whether that was the newest generation at that length, here or on a branch that lost.
    bool is_generation(const CompartmentId& compartment, Generation generation,
                       RosterLength at) const;
    /// Nodes with at least `right` now.
    std::vector<NodeId> entitled(const CompartmentId& compartment, Right right) const;
    /// Envelopes meant for this node, those of branches that lost too: a generation that was made
    /// on both has two keys.
    std::vector<const KeyWrap*> wraps_for(const NodeId& node) const;

    /// Keys of a compartment that branches which lost made, by generation, and how many of them
    /// this node was given there. A branch that was carried twice counts once.
    std::map<Generation, LostKeys> lost_keys(const CompartmentId& compartment,
                                             const NodeId& node) const;

    /// The roster as it was at a length, which must not be above length().
    Roster first(RosterLength length) const;
    /// Whether this roster may take the place of the held one: it is longer, and every held entry
    /// that is not in it is carried by its settlements, in order. roster.forked otherwise.
    Status settles(const Roster& held) const;
    /// How much of this roster is in one of that length and head: all of it when it is a beginning
    /// of this one, what came before the fork when settlements carry the rest of it; nothing when
    /// it is neither.
    std::optional<RosterLength> shared_with(RosterLength length, const Hash& head) const;
    /// The same of a roster of which only the length is told: a branch that lost may have had it.
    RosterLength surely_shared(RosterLength length) const;

    /// The cut that ends this log, if there is one: revoked writers' logs have one, perhaps at 0.
    std::optional<Cut> cut_of(const LogDescriptor& log) const;
    const std::optional<SchemaEditionEntry>& schema_edition() const;

    /// What erasures name, in all entries so far.
    bool is_erased(const ChangePlace& place) const;
    bool is_erased(const BlobId& blob) const;
    /// Whether the record was erased whole: later changes to it are excluded.
    bool is_erased(const CompartmentId& compartment, const RecordId& record) const;
    const std::set<ChangePlace>& erased_changes() const;
    /// Numbers of all erasures so far, rising.
    const std::vector<RosterLength>& erasures() const;
    /// Those that name this record, in whole or in part; rising.
    std::vector<RosterLength> erasures_of(const CompartmentId& compartment,
                                          const RecordId& record) const;
    /// The erasure of that number, which must be one of erasures().
    ErasureEntry erasure(RosterLength number) const;
    /// Names of all records that an erasure names, see erased_record().
    std::set<Hash> named_by_erasures() const;

private:
    void take(const RosterEntry& entry, ByteView encoded);
    Standing& own_standing();
    Result<SettledBranch> settled_by(const SettlementEntry& entry) const;
    const SettledBranch* losing_at(RosterLength length, const Hash& head) const;
    Status check_grant(const RosterEntry& entry) const;

    std::vector<Bytes> entries_;
    std::vector<Hash> hashes_;
    std::shared_ptr<const Standing> standing_;
};

}  // namespace entrepot::replication
