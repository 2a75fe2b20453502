// Roster entries: what each kind says, and its bytes (ROSTER.md). An entry is signed over its
// number, the hash of the entry before it and its content; it is checked by Roster::append.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "crypto/identity.hpp"
#include "replication/model/hybrid_time.hpp"
#include "replication/model/ids.hpp"

namespace entrepot::replication {

inline constexpr ErrorCode roster_malformed{"roster.malformed", ErrorKind::refused};

inline constexpr std::size_t roster_entry_limit = 256 * 1024;
/// Of any entry: a settlement carries another one, with up to 16 signatures of its own.
inline constexpr std::size_t roster_entry_most = roster_entry_limit + 2 * 1024;

/// partner: another administration's headquarters, in an outer roster only.
enum class NodeKind : std::uint8_t { headquarters = 1, unit = 2, relay = 3, partner = 4 };

/// relay: may carry the compartment's logs; read: also a key; write: also a log of its own.
enum class Right : std::uint8_t { none = 0, relay = 1, read = 2, write = 3 };

/// Sync lane of a compartment's logs, in clear so that relays know it.
enum class Lane : std::uint8_t {
    roster = 0,
    messages = 1,
    records = 2,
    thumbnails = 3,
    originals = 4
};

/// First entry. `recovery` gets a wrap of every generation of every compartment.
struct Genesis {
    std::string country;  ///< ISO 3166-1 alpha-2
    std::uint8_t threshold = 1;
    std::vector<crypto::PublicKey> roots;  ///< 1…16, threshold ≤ count
    crypto::BoxPublicKey recovery;
    FixedBytes<struct GenesisSaltTag, 16> salt;
};

/// Numbers for references that this node gives without asking: first, count.
struct NumberBlock {
    std::uint32_t first = 1;
    std::uint32_t count = 0;
};

/// A node and its keys. A headquarters' certificate names a roster key and is signed by root.
struct NodeCertificate {
    crypto::PublicIdentity identity;
    NodeKind kind = NodeKind::unit;
    UnitId unit;
    NumberBlock numbers, spare_numbers;
    std::optional<crypto::PublicKey> roster_key;
    crypto::Signature possession;  ///< by the node's signing key over its identity
};

/// K[compartment, generation] sealed to one node's box key, or (node zero) to the recovery key.
struct KeyWrap {
    NodeId node;
    CompartmentId compartment;
    Generation generation;
    Bytes envelope;  ///< 80 bytes
};

/// A compartment with its first generation. `sealed_name` is XChaCha20-Poly1305 under the first
/// generation's key.
struct CompartmentEntry {
    CompartmentId compartment;
    std::string database;
    Lane lane = Lane::records;
    Bytes sealed_name;
    std::vector<KeyWrap> wraps;  ///< recovery and every node granted in this same entry
    struct FirstGrant {
        NodeId node;
        Right right = Right::none;
    };
    std::vector<FirstGrant> grants;
};

/// A new key for a compartment, wrapped to every entitled node and the recovery key.
struct GenerationEntry {
    CompartmentId compartment;
    Generation generation;
    std::vector<KeyWrap> wraps;
};

/// A right to a compartment, from `first_generation` on, with the wraps it calls for.
struct GrantEntry {
    CompartmentId compartment;
    NodeId node;
    Right right = Right::none;
    Generation first_generation{1};
    std::vector<KeyWrap> wraps;
};

/// The last commit of a log that counts; number 0 when none does.
struct Cut {
    LogId log;
    CommitNumber number;
    Hash hash;
};

/// Withdraws a node's certificate: its logs count up to their cuts, logs not named not at all.
struct RevocationEntry {
    NodeId node;
    std::vector<Cut> cuts;
    std::vector<GenerationEntry> generations;  ///< new keys of every compartment it held
};

/// Moves a cut forward along its chain, or cuts one log of a node that stays.
struct CutEntry {
    Cut cut;
};

/// Which edition of the schemas decides what leads in a conflict.
struct SchemaEditionEntry {
    std::uint32_t edition = 0;
    Hash hash;
};

/// One change by its place: the commit's log and number, the change's number in it from 1.
struct ChangePlace {
    LogId log;
    CommitNumber number;
    std::uint16_t change = 0;
    friend auto operator<=>(const ChangePlace&, const ChangePlace&) = default;
};

/// Legal order to erase: every node swaps these changes for their leaves and drops the blobs.
/// `record` is erased_record() of the record, zero when the order names none.
struct ErasureEntry {
    static constexpr std::size_t reason_limit = 200;

    Hash record;
    std::vector<ChangePlace> changes;  ///< rising, each once
    std::vector<BlobId> blobs;         ///< rising, each once
    /// The record is erased whole, and later changes to it are excluded; else only these changes.
    bool whole = true;
    std::vector<Hash> further = {};  ///< other records erased whole by the same order; rising
    std::string reason = {};         ///< in clear for every node: no names in it
};

/// Other root keys from here on. The fingerprint that was pinned stays that of the first entry.
struct RootChange {
    std::uint8_t threshold = 1;
    std::vector<crypto::PublicKey> roots;  ///< 1…16, threshold ≤ count
};

/// Another administration that is trusted for what is released to it, or no longer.
struct PartnerEntry {
    std::string country;  ///< ISO 3166-1 alpha-2
    Hash fingerprint;     ///< of its root keys, compared by people
    bool in_force = true;
};

/// Whom audits are sealed to from here on.
struct AuditorEntry {
    crypto::BoxPublicKey key;
};

/// A further block of reference numbers for a node, beside those of its certificate.
struct NumbersEntry {
    NodeId node;
    NumberBlock block;
};

/// First entry of an outer roster: what one administration shares with one partner.
struct OuterGenesis {
    Genesis own;
    std::string partner_country;
    Hash partner_fingerprint;
};

/// Settles a forked roster: the branch that this entry is appended to counts. Carries one entry of
/// the branch that loses, as it was signed; there is one settlement for each of them, in order.
struct SettlementEntry {
    RosterLength common;  ///< length up to which both branches are one
    Bytes losing;
};

using EntryContent =
    std::variant<Genesis, NodeCertificate, CompartmentEntry, GenerationEntry, GrantEntry,
                 RevocationEntry, CutEntry, SchemaEditionEntry, ErasureEntry, RootChange,
                 PartnerEntry, AuditorEntry, NumbersEntry, OuterGenesis, SettlementEntry>;

/// H("roster key" ‖ threshold ‖ root keys in order): what people compare.
Hash root_fingerprint(const RootChange& roots);
/// H("erased" ‖ compartment ‖ record): names a record that was erased whole without showing it.
Hash erased_record(const CompartmentId& compartment, const RecordId& record);

struct KeySignature {
    crypto::PublicKey key;
    crypto::Signature signature;
};

struct RosterEntry {
    RosterLength number;  ///< from 1: the roster's length once it is appended
    Hash previous;        ///< zero for the first
    HybridTime time;
    EntryContent content;
    std::vector<KeySignature> signatures;
};

/// Bytes of an entry with its signatures.
Bytes encode_entry(const RosterEntry& entry);
/// Bytes of an entry without its signatures: what is signed.
Bytes signed_part(const RosterEntry& entry);
/// roster.malformed for anything but canonical bytes within limits.
Result<RosterEntry> decode_entry(ByteView bytes);
/// H("roster hash" ‖ encoded entry with signatures).
Hash entry_hash(ByteView encoded);

}  // namespace entrepot::replication
