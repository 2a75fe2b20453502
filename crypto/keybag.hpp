// Keybag: a passphrase (Argon2id) and the device secret together unwrap a slot of secrets. One
// slot a file, one file an officer. The service slot is the same with a key file in place of a
// passphrase, for unattended nodes. FORMAT.md gives the bytes.
// Does not slow an attacker down beyond Argon2id: growing delays are the node's.
#pragma once

#include "crypto/primitives.hpp"

namespace entrepot::crypto {

inline constexpr ErrorCode keybag_wrong{"keybag.wrong_passphrase", ErrorKind::denied};
inline constexpr ErrorCode keybag_damaged{"keybag.damaged", ErrorKind::refused};
inline constexpr ErrorCode keybag_suite{"keybag.suite", ErrorKind::refused};
inline constexpr ErrorCode keybag_limits{"keybag.limits", ErrorKind::refused};

/// Most secret bytes in one slot.
inline constexpr std::size_t keybag_content_limit = 2048;

/// How a passphrase becomes a key; tests inject a cheap one, below the real derivation.
using PassphraseDerivation = Result<Secret> (*)(ByteView passphrase,
                                                const std::array<std::uint8_t, 16>& salt,
                                                const Argon2Cost& cost);

/// Seals `content` under passphrase and device secret (32 bytes, may be empty where there is none).
Result<Bytes> seal_keybag(ByteView passphrase, ByteView device_secret, ByteView content,
                          const Argon2Cost& cost, Entropy& entropy,
                          PassphraseDerivation derivation = argon2id);
/// keybag.limits before any derivation runs for parameters out of bounds; keybag.suite,
/// keybag.damaged for bytes that are no keybag; keybag.wrong_passphrase when nothing else is wrong.
Result<Secret> open_keybag(ByteView passphrase, ByteView device_secret, ByteView file,
                           PassphraseDerivation derivation = argon2id);

/// The same content under a service key of 32 random bytes: no derivation cost.
Bytes seal_service_slot(const Secret& service_key, ByteView content, Entropy& entropy);
/// keybag.damaged, keybag.suite, keybag.wrong_passphrase as above.
Result<Secret> open_service_slot(const Secret& service_key, ByteView file);

}  // namespace entrepot::crypto
