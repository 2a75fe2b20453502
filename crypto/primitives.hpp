// The one cryptographic suite (suite byte 1): BLAKE2b, XChaCha20-Poly1305, Ed25519, X25519,
// ChaCha20-Poly1305 and Argon2id of libsodium behind wrappers that enforce every length.
// Promises nothing about who holds a key; see identity.hpp and keybag.hpp.
#pragma once

#include <array>
#include <initializer_list>
#include <memory>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"
#include "crypto/domain.hpp"
#include "crypto/entropy.hpp"
#include "crypto/secret.hpp"

namespace entrepot::crypto {

inline constexpr std::uint8_t suite = 1;

inline constexpr ErrorCode crypto_seal_broken{"crypto.seal_broken", ErrorKind::refused};
inline constexpr ErrorCode crypto_signature{"crypto.signature", ErrorKind::refused};
inline constexpr ErrorCode crypto_key_length{"crypto.key_length", ErrorKind::refused};
inline constexpr ErrorCode crypto_weak_key{"crypto.weak_key", ErrorKind::refused};
inline constexpr ErrorCode crypto_argon2_limits{"crypto.argon2_limits", ErrorKind::refused};
inline constexpr ErrorCode crypto_no_memory{"crypto.no_memory", ErrorKind::unavailable};

/// Must be called once before anything else here; false if the library refuses to start.
bool initialise();

/// Streaming BLAKE2b that starts with the domain; keyed when given a key of 32 bytes.
class Hasher {
public:
    explicit Hasher(Domain domain);
    Hasher(Domain domain, ByteView key);
    Hasher& add(ByteView bytes);
    Hasher& add_u8(std::uint8_t value);
    Hasher& add_u32(std::uint32_t value);
    Hasher& add_u64(std::uint64_t value);
    Hash finish();

private:
    void start(Domain domain, ByteView key);
    alignas(64) std::array<std::uint8_t, 384> state_;
};

/// BLAKE2b-256("entrepot/1/<domain>/" ‖ part ‖ part …).
Hash hash(Domain domain, std::initializer_list<ByteView> parts);
/// The same with a 128-bit result: identifiers.
std::array<std::uint8_t, 16> hash128(Domain domain, std::initializer_list<ByteView> parts);
/// Plain SHA-256, for evidence that others must be able to check.
std::array<std::uint8_t, 32> sha256(ByteView bytes);

/// Keyed BLAKE2b-256: derives an independent key of 32 bytes. `key` must have 32 bytes.
Secret derive(ByteView key, Domain domain, std::initializer_list<ByteView> parts);

inline constexpr std::size_t aead_key_size = 32;
inline constexpr std::size_t aead_overhead = 16;
inline constexpr std::size_t aead_nonce_size = 24;

/// XChaCha20-Poly1305 with an all-zero nonce: only for a key that seals exactly one message.
void seal_once(ByteView key, ByteView plaintext, Bytes& append_to);
/// crypto.seal_broken when the tag does not match or the input is shorter than a tag.
Result<Bytes> open_once(ByteView key, ByteView sealed);
/// Random nonce in front; `associated` is bound but not stored.
Bytes seal_random(ByteView key, ByteView associated, ByteView plaintext, Entropy& entropy);
Result<Bytes> open_random(ByteView key, ByteView associated, ByteView sealed);
/// The same for content that is itself a key: it is opened into locked memory, at most 4096 bytes.
Result<Secret> open_random_secret(ByteView key, ByteView associated, ByteView sealed);

using PublicKey = FixedBytes<struct PublicKeyTag, 32>;                    ///< Ed25519 verifying key
using BoxPublicKey = FixedBytes<struct BoxPublicKeyTag, 32>;              ///< X25519, for HPKE
using TransportPublicKey = FixedBytes<struct TransportPublicKeyTag, 32>;  ///< X25519, for CURVE
using Signature = FixedBytes<struct SignatureTag, 64>;

/// Ed25519 key pair; the secret half never leaves locked memory.
class SigningKey {
public:
    static SigningKey generate(Entropy& entropy);
    /// From its 32-byte seed; crypto.key_length otherwise.
    static Result<SigningKey> from_seed(ByteView seed);
    const PublicKey& public_key() const { return public_; }
    ByteView seed() const { return secret_.view().first(32); }
    Signature sign(Domain domain, std::initializer_list<ByteView> parts) const;
    SigningKey duplicate() const;

private:
    SigningKey() = default;
    Secret secret_;  // libsodium's 64 bytes: seed and public key
    PublicKey public_;
};

/// crypto.signature unless `signature` is that key's over the domain and the parts.
Status verify(const PublicKey& key, Domain domain, std::initializer_list<ByteView> parts,
              const Signature& signature);

/// crypto.weak_key for zero, small-order, non-canonical or torsion keys: checked once, on entry.
Status check_public_key(const PublicKey& key);
Status check_public_key(const BoxPublicKey& key);
Status check_public_key(const TransportPublicKey& key);

/// X25519 key pair with a tag type of its own, so that a box key is never used for transport.
template <class Public>
class AgreementKey {
public:
    static AgreementKey generate(Entropy& entropy);
    static Result<AgreementKey> from_secret(ByteView secret);
    const Public& public_key() const { return public_; }
    ByteView secret() const { return secret_.view(); }
    AgreementKey duplicate() const;

private:
    AgreementKey() = default;
    Secret secret_;
    Public public_;
};
using BoxKey = AgreementKey<BoxPublicKey>;
using TransportKey = AgreementKey<TransportPublicKey>;
extern template class AgreementKey<BoxPublicKey>;
extern template class AgreementKey<TransportPublicKey>;

/// What Argon2id may cost: checked before it runs, so that a hostile file cannot ask for more.
struct Argon2Cost {
    std::uint32_t passes = 3;
    std::uint32_t memory_kib = 256 * 1024;
    static constexpr std::uint32_t least_passes = 3, most_passes = 10;
    static constexpr std::uint32_t least_memory_kib = 256 * 1024, most_memory_kib = 1024 * 1024;

    bool is_within_limits() const {
        return passes >= least_passes && passes <= most_passes && memory_kib >= least_memory_kib &&
               memory_kib <= most_memory_kib;
    }
};
/// crypto.argon2_limits outside the limits above; crypto.no_memory when the system refuses it.
Result<Secret> argon2id(ByteView passphrase, const std::array<std::uint8_t, 16>& salt,
                        const Argon2Cost& cost);

}  // namespace entrepot::crypto
