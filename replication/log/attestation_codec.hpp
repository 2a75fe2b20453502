// The attestation's plaintext: purpose, officers' signatures, officers' certificates. For this
// folder alone; FORMAT.md gives the bytes.
#pragma once

#include "replication/log/commit_opener.hpp"

namespace entrepot::replication {

/// Bytes to be sealed; purpose, counts and certificates over their limits are broken invariants.
Bytes encode_attestation(const Attestation& attestation);
/// commit.attestation for anything but those bytes within limits.
Result<Attestation> decode_attestation(ByteView bytes);

}  // namespace entrepot::replication
