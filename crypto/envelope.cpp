#include "crypto/envelope.hpp"

#include <sodium.h>

#include "crypto/hkdf.hpp"
#include "crypto/low_order.hpp"
#include "crypto/secret_arena.hpp"

namespace entrepot::crypto {
namespace {

// RFC 9180 § 7.1 to 7.3: KEM 0x0020, KDF 0x0001, AEAD 0x0003.
constexpr std::string_view prefix = "HPKE-v1";
constexpr std::string_view kem_suite("KEM\x00\x20", 5);
constexpr std::string_view hpke_suite("HPKE\x00\x20\x00\x01\x00\x03", 10);
constexpr std::size_t key_size = 32;
constexpr std::size_t nonce_size = crypto_aead_chacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_size = crypto_aead_chacha20poly1305_ietf_ABYTES;
static_assert(envelope_overhead == key_size + tag_size);

Secret labeled_extract(std::string_view suite_id, ByteView salt, std::string_view label,
                       ByteView input) {
    return hkdf_extract(salt, {as_bytes(prefix), as_bytes(suite_id), as_bytes(label), input});
}

struct Label {
    std::string_view suite_id;
    std::string_view text;
};

Secret labeled_expand(const Secret& key, Label label, ByteView info, std::uint8_t length) {
    const std::array<std::uint8_t, 2> big_endian_length{0, length};
    return hkdf_expand(
        key,
        {big_endian_length, as_bytes(prefix), as_bytes(label.suite_id), as_bytes(label.text), info},
        length);
}

struct MessageKey {
    Secret key;
    Secret nonce;
};

/// RFC 9180 § 5.1, mode base: no pre-shared key, and the first nonce is the base nonce.
MessageKey schedule(const Secret& shared, ByteView info) {
    const Secret psk_id = labeled_extract(hpke_suite, {}, "psk_id_hash", {});
    const Secret info_hash = labeled_extract(hpke_suite, {}, "info_hash", info);
    Bytes context{0};
    append(context, psk_id.view());
    append(context, info_hash.view());
    const Secret secret = labeled_extract(hpke_suite, shared.view(), "secret", {});
    return {labeled_expand(secret, {hpke_suite, "key"}, context, key_size),
            labeled_expand(secret, {hpke_suite, "base_nonce"}, context, nonce_size)};
}

struct Exchange {
    ByteView own_secret;
    ByteView other_public;
    ByteView encapsulated;
    ByteView recipient_public;
};

/// RFC 9180 § 4.1. Refuses a partner's key that would make the shared secret known to everybody.
Result<Secret> agree(const Exchange& exchange) {
    Secret dh(key_size);
    if (is_low_order_x25519(exchange.other_public) ||
        crypto_scalarmult_curve25519(dh.mutable_view().data(), exchange.own_secret.data(),
                                     exchange.other_public.data()) != 0) {
        return Error{envelope_weak_key, "an envelope with a key of small order"};
    }
    Bytes context(exchange.encapsulated.begin(), exchange.encapsulated.end());
    append(context, exchange.recipient_public);
    const Secret extracted = labeled_extract(kem_suite, {}, "eae_prk", dh.view());
    return labeled_expand(extracted, {kem_suite, "shared_secret"}, context, key_size);
}

Result<MessageKey> key_to_open(const BoxKey& recipient, ByteView info, ByteView envelope) {
    if (envelope.size() < envelope_overhead) {
        return Error{envelope_broken, "an envelope of fewer than 48 bytes"};
    }
    const ByteView encapsulated = envelope.first(key_size);
    TRY_ASSIGN(const Secret shared, agree({recipient.secret(), encapsulated, encapsulated,
                                           recipient.public_key().view()}));
    return schedule(shared, info);
}

/// `out` has room for the envelope less its overhead.
Status open_into(MutableByteView out, const MessageKey& key, ByteView associated,
                 ByteView envelope) {
    const ByteView sealed = envelope.subspan(key_size);
    if (crypto_aead_chacha20poly1305_ietf_decrypt(
            out.data(), nullptr, nullptr, sealed.data(), sealed.size(), associated.data(),
            associated.size(), key.nonce.view().data(), key.key.view().data()) != 0) {
        return Error{envelope_broken, "the envelope was altered or is for another key or use"};
    }
    return {};
}

}  // namespace

Result<Bytes> seal_to(const BoxPublicKey& recipient, ByteView info, ByteView associated,
                      ByteView plaintext, Entropy& entropy) {
    return seal_to(recipient, info, associated, plaintext, BoxKey::generate(entropy));
}

Result<Bytes> seal_to(const BoxPublicKey& recipient, ByteView info, ByteView associated,
                      ByteView plaintext, const BoxKey& ephemeral) {
    const ByteView encapsulated = ephemeral.public_key().view();
    TRY_ASSIGN(const Secret shared,
               agree({ephemeral.secret(), recipient.view(), encapsulated, recipient.view()}));
    const MessageKey key = schedule(shared, info);
    Bytes out(plaintext.size() + envelope_overhead);
    std::memcpy(out.data(), encapsulated.data(), key_size);
    crypto_aead_chacha20poly1305_ietf_encrypt(
        out.data() + key_size, nullptr, plaintext.data(), plaintext.size(), associated.data(),
        associated.size(), nullptr, key.nonce.view().data(), key.key.view().data());
    return out;
}

Result<Secret> open_envelope(const BoxKey& recipient, ByteView info, ByteView associated,
                             ByteView envelope) {
    if (envelope.size() > SecretArena::largest_slot + envelope_overhead) {
        return Error{envelope_broken, "an envelope of keys holds at most 4096 bytes"};
    }
    TRY_ASSIGN(const MessageKey key, key_to_open(recipient, info, envelope));
    Secret out(envelope.size() - envelope_overhead);
    TRY(open_into(out.mutable_view(), key, associated, envelope));
    return out;
}

Result<Bytes> open_letter(const BoxKey& recipient, ByteView info, ByteView associated,
                          ByteView envelope) {
    TRY_ASSIGN(const MessageKey key, key_to_open(recipient, info, envelope));
    Bytes out(envelope.size() - envelope_overhead);
    TRY(open_into(out, key, associated, envelope));
    return out;
}

}  // namespace entrepot::crypto
