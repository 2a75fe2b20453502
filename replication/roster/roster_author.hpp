// RosterAuthor: makes roster entries for those who hold the keys: root holders and headquarters.
// Draws compartment keys and wraps them; keeps none. Checks nothing that Roster::append checks.
#pragma once

#include "crypto/envelope.hpp"
#include "replication/roster/roster.hpp"

namespace entrepot::replication {

inline constexpr ErrorCode roster_wrap_broken{"roster.wrap_broken", ErrorKind::refused};

/// Signs a draft that continues `roster`; the bytes are ready for Roster::append.
Bytes sign_entry(const Roster& roster, HybridTime time, EntryContent content,
                 std::span<const crypto::SigningKey* const> keys);

/// Seals a compartment key (32 bytes) to a node's box key, or (node zero) to the recovery key.
KeyWrap wrap_key(const crypto::Secret& key, const NodeId& node, const crypto::BoxPublicKey& box,
                 const CompartmentId& compartment, Generation generation, crypto::Entropy& entropy);
/// roster.wrap_broken when the envelope is not for this key, compartment and generation.
Result<crypto::Secret> unwrap_key(const KeyWrap& wrap, const crypto::BoxKey& box);

/// One node's right in a new compartment.
struct NewGrant {
    NodeId node;
    Right right = Right::none;
};
/// A compartment with a fresh key wrapped to recovery and to each granted reader or writer.
struct NewCompartment {
    std::string database;
    std::string name;
    Lane lane = Lane::records;
    std::vector<NewGrant> grants;
    /// Id of one that only a branch made which lost; a new one is drawn without it.
    std::optional<CompartmentId> again = std::nullopt;
};
/// roster.unknown_node when a grant names a node that is not in the roster.
Result<CompartmentEntry> make_compartment(const Roster& roster, const NewCompartment& wanted,
                                          crypto::Entropy& entropy);

/// One key of a generation, of which there are several where the roster had forked.
struct GenerationKey {
    Generation generation;
    crypto::Secret key;
};
/// A grant of all generations: these are the keys that its maker has, by rising generation and the
/// one of the branch that counts first. roster.generation when one is missing.
Result<GrantEntry> make_grant(const Roster& roster, const CompartmentId& compartment,
                              const NewGrant& grant, std::span<const GenerationKey> keys,
                              crypto::Entropy& entropy);
/// A next generation wrapped to every entitled node but those in `without`.
Result<GenerationEntry> make_generation(const Roster& roster, const CompartmentId& compartment,
                                        std::span<const NodeId> without, crypto::Entropy& entropy);
/// Withdraws a node: cuts given by the caller, new generations of all it could read.
Result<RevocationEntry> make_revocation(const Roster& roster, const NodeId& node,
                                        std::vector<Cut> cuts, crypto::Entropy& entropy);

/// The name under its compartment's first key; roster.wrap_broken for the wrong key.
Result<std::string> open_name(const CompartmentStanding& compartment,
                              const crypto::Secret& first_key);

}  // namespace entrepot::replication
