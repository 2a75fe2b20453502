// Which X25519 public keys give every partner the same shared secret, or have a second spelling.
// Sources: https://cr.yp.to/ecdh.html ("How do I validate Curve25519 public keys?"), RFC 7748 § 5.
#pragma once

#include "crypto/base/bytes.hpp"

namespace entrepot::crypto {

/// True for a key of 32 bytes that is one of the low-order points, in any spelling (the top bit is
/// ignored, as X25519 ignores it); also for a key of another length.
bool is_low_order_x25519(ByteView key);
/// True when the 32 bytes are below 2^255 − 19: what a key made by X25519 always is.
bool is_canonical_x25519(ByteView key);

}  // namespace entrepot::crypto
