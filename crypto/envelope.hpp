// Envelope: bytes sealed to the holder of a box key. RFC 9180 (HPKE), base mode,
// DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305, single shot.
// Does not say who sealed it: whatever carries an envelope is signed as a whole.
#pragma once

#include "crypto/primitives.hpp"

namespace entrepot::crypto {

inline constexpr ErrorCode envelope_broken{"envelope.broken", ErrorKind::refused};
inline constexpr ErrorCode envelope_weak_key{"envelope.weak_key", ErrorKind::refused};

/// Bytes an envelope is longer than its content: 32 encapsulated key, 16 tag.
inline constexpr std::size_t envelope_overhead = 48;

/// `enc (32) ‖ ciphertext`. `info` separates uses (a Domain's text and ids), `associated` is bound.
Result<Bytes> seal_to(const BoxPublicKey& recipient, ByteView info, ByteView associated,
                      ByteView plaintext, Entropy& entropy);
/// The same with a given ephemeral key: for published vectors.
Result<Bytes> seal_to(const BoxPublicKey& recipient, ByteView info, ByteView associated,
                      ByteView plaintext, const BoxKey& ephemeral);
/// Opens an envelope of keys, at most 4096 bytes of content. envelope.broken when it is longer, not
/// for this key or altered; envelope.weak_key for a small-order encapsulated key.
Result<Secret> open_envelope(const BoxKey& recipient, ByteView info, ByteView associated,
                             ByteView envelope);
/// The same for content that is no key and may be of any length: it comes in ordinary memory.
Result<Bytes> open_letter(const BoxKey& recipient, ByteView info, ByteView associated,
                          ByteView envelope);

}  // namespace entrepot::crypto
