// Keys of one commit: K_i from K_commit, and what key_commitment commits to. For this folder
// alone; commit_key (K_commit) is in commit_builder.hpp. FORMAT.md gives the formulas.
#pragma once

#include <span>

#include "crypto/primitives.hpp"

namespace entrepot::replication {

/// K_i = KDF(K_commit, "seal" ‖ i); index 0 seals the attestation.
crypto::Secret piece_key(const crypto::Secret& commit_key, std::uint32_t index);
/// H("key" ‖ K_i): shown to a court in place of the keys that stay closed.
Hash key_hash(const crypto::Secret& piece_key);
/// H("commitment" ‖ key hash 0 ‖ … ‖ key hash n).
Hash key_commitment_of(const Hash& attestation_key, std::span<const Hash> change_keys);

}  // namespace entrepot::replication
