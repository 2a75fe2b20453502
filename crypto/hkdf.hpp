// HKDF-SHA256 (RFC 5869), for HPKE alone: everything else here derives with keyed BLAKE2b.
#pragma once

#include <initializer_list>

#include "crypto/secret.hpp"

namespace entrepot::crypto {

/// HMAC-SHA256(salt, part ‖ part …): 32 bytes.
Secret hkdf_extract(ByteView salt, std::initializer_list<ByteView> parts);
/// `length` bytes, at most Secret's 4096, from a pseudo-random key; `parts` joined are RFC 5869's
/// info.
Secret hkdf_expand(const Secret& key, std::initializer_list<ByteView> parts, std::size_t length);

}  // namespace entrepot::crypto
