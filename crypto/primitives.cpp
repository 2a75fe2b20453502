#include "crypto/primitives.hpp"

#include <sodium.h>

#include "crypto/base/ensure.hpp"
#include "crypto/secret_arena.hpp"

namespace entrepot::crypto {
namespace {

using BlakeState = crypto_generichash_blake2b_state;

constexpr std::size_t hash_size = 32;
constexpr std::array<std::uint8_t, aead_nonce_size> zero_nonce{};

static_assert(aead_key_size == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
static_assert(aead_overhead == crypto_aead_xchacha20poly1305_ietf_ABYTES);
static_assert(aead_nonce_size == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);

void update(BlakeState& state, ByteView bytes) {
    crypto_generichash_blake2b_update(&state, bytes.data(), bytes.size());
}

/// The one way to BLAKE2b here besides Hasher: domain first, then the parts.
void blake(MutableByteView out, ByteView key, Domain domain,
           std::initializer_list<ByteView> parts) {
    BlakeState state;
    crypto_generichash_blake2b_init(&state, key.data(), key.size(), out.size());
    update(state, as_bytes(domain.text));
    for (const ByteView part : parts) {
        update(state, part);
    }
    crypto_generichash_blake2b_final(&state, out.data(), out.size());
}

struct AeadInput {
    ByteView key;
    const std::uint8_t* nonce;
    ByteView associated;
};

void seal(const AeadInput& input, ByteView plaintext, std::uint8_t* out) {
    ENSURE(input.key.size() == aead_key_size);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out, nullptr, plaintext.data(), plaintext.size(),
                                               input.associated.data(), input.associated.size(),
                                               nullptr, input.nonce, input.key.data());
}

std::uint8_t* start_of(Bytes& bytes) {
    return bytes.data();
}
std::uint8_t* start_of(Secret& secret) {
    return secret.mutable_view().data();
}

/// `Content` is Bytes or Secret: where the plaintext is written, and nowhere else.
template <class Content>
Result<Content> open(const AeadInput& input, ByteView sealed) {
    ENSURE(input.key.size() == aead_key_size);
    if (sealed.size() < aead_overhead) {
        return Error{crypto_seal_broken, "sealed bytes are shorter than their tag"};
    }
    Content out(sealed.size() - aead_overhead);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            start_of(out), nullptr, nullptr, sealed.data(), sealed.size(), input.associated.data(),
            input.associated.size(), input.nonce, input.key.data()) != 0) {
        return Error{crypto_seal_broken, "sealed bytes were altered or belong to another key"};
    }
    return out;
}

template <class Content>
Result<Content> open_after_nonce(ByteView key, ByteView associated, ByteView sealed) {
    if (sealed.size() < aead_nonce_size) {
        return Error{crypto_seal_broken, "sealed bytes are shorter than their nonce"};
    }
    return open<Content>({key, sealed.data(), associated}, sealed.subspan(aead_nonce_size));
}

/// Base point plus the point of order two: libsodium before CVE-2025-69277 was mended takes it for
/// a member of the main subgroup.
bool subgroup_check_is_mended() {
    std::array<std::uint8_t, 32> point{};
    point.fill(0x99);
    point[0] = 0x95;
    return crypto_core_ed25519_is_valid_point(point.data()) == 0;
}

}  // namespace

bool initialise() {
    return sodium_init() >= 0 && subgroup_check_is_mended();
}

Hasher::Hasher(Domain domain) {
    start(domain, {});
}

Hasher::Hasher(Domain domain, ByteView key) {
    ENSURE(key.size() == hash_size);
    start(domain, key);
}

void Hasher::start(Domain domain, ByteView key) {
    static_assert(sizeof(BlakeState) == sizeof(state_) && alignof(BlakeState) <= 64);
    auto* state = new (state_.data()) BlakeState;
    crypto_generichash_blake2b_init(state, key.data(), key.size(), hash_size);
    update(*state, as_bytes(domain.text));
}

Hasher& Hasher::add(ByteView bytes) {
    update(*reinterpret_cast<BlakeState*>(state_.data()), bytes);
    return *this;
}

Hasher& Hasher::add_u8(std::uint8_t value) {
    return add({&value, 1});
}

Hasher& Hasher::add_u32(std::uint32_t value) {
    std::array<std::uint8_t, 4> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
    return add(bytes);
}

Hasher& Hasher::add_u64(std::uint64_t value) {
    std::array<std::uint8_t, 8> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
    return add(bytes);
}

Hash Hasher::finish() {
    Hash out;
    const int finished = crypto_generichash_blake2b_final(
        reinterpret_cast<BlakeState*>(state_.data()), out.bytes.data(), out.bytes.size());
    ENSURE(finished == 0);  // the library refuses to finish twice
    return out;
}

Hash hash(Domain domain, std::initializer_list<ByteView> parts) {
    Hash out;
    blake(out.mutable_view(), {}, domain, parts);
    return out;
}

std::array<std::uint8_t, 16> hash128(Domain domain, std::initializer_list<ByteView> parts) {
    std::array<std::uint8_t, 16> out{};
    blake(out, {}, domain, parts);
    return out;
}

std::array<std::uint8_t, 32> sha256(ByteView bytes) {
    std::array<std::uint8_t, 32> out{};
    crypto_hash_sha256(out.data(), bytes.data(), bytes.size());
    return out;
}

Secret derive(ByteView key, Domain domain, std::initializer_list<ByteView> parts) {
    ENSURE(key.size() == hash_size);
    Secret out(hash_size);
    blake(out.mutable_view(), key, domain, parts);
    return out;
}

void seal_once(ByteView key, ByteView plaintext, Bytes& append_to) {
    const std::size_t start = append_to.size();
    append_to.resize(start + plaintext.size() + aead_overhead);
    seal({key, zero_nonce.data(), {}}, plaintext, append_to.data() + start);
}

Result<Bytes> open_once(ByteView key, ByteView sealed) {
    return open<Bytes>({key, zero_nonce.data(), {}}, sealed);
}

Bytes seal_random(ByteView key, ByteView associated, ByteView plaintext, Entropy& entropy) {
    Bytes out(aead_nonce_size + plaintext.size() + aead_overhead);
    entropy.fill(MutableByteView(out).first(aead_nonce_size));
    seal({key, out.data(), associated}, plaintext, out.data() + aead_nonce_size);
    return out;
}

Result<Bytes> open_random(ByteView key, ByteView associated, ByteView sealed) {
    return open_after_nonce<Bytes>(key, associated, sealed);
}

Result<Secret> open_random_secret(ByteView key, ByteView associated, ByteView sealed) {
    if (sealed.size() > aead_nonce_size + aead_overhead + SecretArena::largest_slot) {
        return Error{crypto_seal_broken, "sealed keys are at most 4096 bytes"};
    }
    return open_after_nonce<Secret>(key, associated, sealed);
}

Result<Secret> argon2id(ByteView passphrase, const std::array<std::uint8_t, 16>& salt,
                        const Argon2Cost& cost) {
    static_assert(crypto_pwhash_argon2id_SALTBYTES == 16);
    if (!cost.is_within_limits()) {
        return Error{crypto_argon2_limits, std::to_string(cost.passes) + " passes over " +
                                               std::to_string(cost.memory_kib) +
                                               " KiB are outside the limits"};
    }
    Secret out(hash_size);
    const auto view = out.mutable_view();
    const std::string_view text = as_text(passphrase);
    if (crypto_pwhash_argon2id(view.data(), view.size(), text.data(), text.size(), salt.data(),
                               cost.passes, std::size_t{cost.memory_kib} * 1024,
                               crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0) {
        return Error{crypto_no_memory, "the passphrase needs " +
                                           std::to_string(cost.memory_kib / 1024) +
                                           " MiB of memory for a moment"};
    }
    return out;
}

}  // namespace entrepot::crypto
