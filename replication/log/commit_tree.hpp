// The hashes under a commit's root: a leaf for each sealed piece, the changes' root, the root.
// For this folder alone; FORMAT.md gives the formulas.
#pragma once

#include <span>

#include "replication/log/commit.hpp"

namespace entrepot::replication {

/// H("leaf" ‖ index ‖ sealed); index 0 is the attestation's, changes count from 1.
Hash leaf_of(std::uint32_t index, ByteView sealed);
/// H("changes" ‖ leaf_1 ‖ … ‖ leaf_n) of leaves computed before.
Hash changes_root_of(std::span<const Hash> leaves);
/// The same of a parsed commit, whose erased changes stand as their leaves.
Hash changes_root_of(const ParsedCommit& commit);
/// H("root" ‖ H("blobs" ‖ blob ids) ‖ leaf_0 ‖ changes_root).
Hash root_of(std::span<const BlobId> blobs, ByteView attestation, const Hash& changes_root);

/// What an officer signs after the domain "attest": bytes 0…131 are the caller's first part.
Hash purpose_hash(std::string_view purpose);

}  // namespace entrepot::replication
