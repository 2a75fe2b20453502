#include "crypto/envelope.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"
#include "tests/support/vectors.hpp"

namespace entrepot::crypto {
namespace {

BoxKey a_box_key(std::uint64_t seed = 1) {
    SeededEntropy entropy(seed);
    return BoxKey::generate(entropy);
}

Bytes an_envelope(const BoxKey& recipient, ByteView plaintext) {
    SeededEntropy entropy(99);
    return seal_to(recipient.public_key(), as_bytes("use"), as_bytes("bound"), plaintext, entropy)
        .value();
}

RC_GTEST_PROP(Envelope, OpensToWhatWasSealed, (const Bytes& plaintext)) {
    const BoxKey key = a_box_key();
    const Bytes envelope = an_envelope(key, plaintext);
    RC_ASSERT(envelope.size() == plaintext.size() + envelope_overhead);
    RC_ASSERT(
        open_envelope(key, as_bytes("use"), as_bytes("bound"), envelope).value().equals(plaintext));
    RC_ASSERT(open_letter(key, as_bytes("use"), as_bytes("bound"), envelope).value() == plaintext);
}

TEST(Envelope, RefusesEveryFlippedBit) {
    const BoxKey key = a_box_key();
    const Bytes envelope = an_envelope(key, as_bytes("compartment key"));
    for (std::size_t bit = 0; bit < envelope.size() * 8; ++bit) {
        Bytes altered = envelope;
        altered[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        EXPECT_THAT(open_envelope(key, as_bytes("use"), as_bytes("bound"), altered),
                    HasCode(envelope_broken))
            << bit;
    }
}

TEST(Envelope, RefusesTruncationAtEveryByte) {
    const BoxKey key = a_box_key();
    const Bytes envelope = an_envelope(key, as_bytes("compartment key"));
    for (std::size_t length = 0; length < envelope.size(); ++length) {
        const ByteView cut = ByteView(envelope).first(length);
        EXPECT_THAT(open_envelope(key, as_bytes("use"), as_bytes("bound"), cut),
                    HasCode(envelope_broken));
        EXPECT_THAT(open_letter(key, as_bytes("use"), as_bytes("bound"), cut),
                    HasCode(envelope_broken));
    }
}

TEST(Envelope, IsBoundToItsRecipientUseAndAssociatedBytes) {
    const BoxKey key = a_box_key();
    const Bytes envelope = an_envelope(key, as_bytes("compartment key"));
    EXPECT_THAT(open_envelope(a_box_key(2), as_bytes("use"), as_bytes("bound"), envelope),
                HasCode(envelope_broken));
    EXPECT_THAT(open_envelope(key, as_bytes("other"), as_bytes("bound"), envelope),
                HasCode(envelope_broken));
    EXPECT_THAT(open_envelope(key, as_bytes("use"), as_bytes("other"), envelope),
                HasCode(envelope_broken));
}

TEST(Envelope, OfALetterIsBoundToItsRecipientUseAndAssociatedBytes) {
    const BoxKey key = a_box_key();
    const Bytes letter = an_envelope(key, Bytes(5000, 7));
    const ByteView use = as_bytes("use"), bound = as_bytes("bound"), other = as_bytes("other");
    ASSERT_THAT(open_letter(key, use, bound, letter), IsOk());
    EXPECT_THAT(open_letter(a_box_key(2), use, bound, letter), HasCode(envelope_broken));
    EXPECT_THAT(open_letter(key, other, bound, letter), HasCode(envelope_broken));
    EXPECT_THAT(open_letter(key, use, other, letter), HasCode(envelope_broken));
    EXPECT_THAT(open_letter(key, bound, use, letter), HasCode(envelope_broken));
}

TEST(Envelope, IsAnotherEachTimeItIsSealed) {
    SystemEntropy entropy;
    const BoxKey key = a_box_key();
    EXPECT_NE(seal_to(key.public_key(), {}, {}, {}, entropy).value(),
              seal_to(key.public_key(), {}, {}, {}, entropy).value());
}

/// The five of the twelve with the top bit set are ordinary points to X25519: see the vectors.
bool is_low_order_to_x25519(const Vector& vector) {
    return vector.at("key")[31] < 0x80;
}

TEST(Envelope, RefusesAnEncapsulatedKeyOfSmallOrder) {
    const BoxKey key = a_box_key();
    for (const auto& vector : read_vectors("low_order_x25519.txt")) {
        Bytes envelope = vector.at("key");
        envelope.resize(80);
        EXPECT_THAT(open_envelope(key, {}, {}, envelope),
                    HasCode(is_low_order_to_x25519(vector) ? envelope_weak_key : envelope_broken));
        envelope[31] |= 0x80;
        EXPECT_THAT(open_letter(key, {}, {}, envelope),
                    HasCode(is_low_order_to_x25519(vector) ? envelope_weak_key : envelope_broken));
    }
}

TEST(Envelope, IsNeverSealedToAKeyOfSmallOrder) {
    SeededEntropy entropy(5);
    for (const auto& vector : read_vectors("low_order_x25519.txt")) {
        if (is_low_order_to_x25519(vector)) {
            const auto weak = BoxPublicKey::from(vector.at("key")).value();
            EXPECT_THAT(seal_to(weak, {}, {}, as_bytes("key"), entropy),
                        HasCode(envelope_weak_key));
        }
    }
}

TEST(Envelope, OfKeysHoldsAtMostFourKibibytesAndALetterMore) {
    const BoxKey key = a_box_key();
    const Bytes full = an_envelope(key, Bytes(4096));
    const Bytes larger = an_envelope(key, Bytes(4097));
    EXPECT_THAT(open_envelope(key, as_bytes("use"), as_bytes("bound"), full), IsOk());
    EXPECT_THAT(open_envelope(key, as_bytes("use"), as_bytes("bound"), larger),
                HasCode(envelope_broken));
    EXPECT_THAT(open_letter(key, as_bytes("use"), as_bytes("bound"), larger),
                IsOkAndHolds(Bytes(4097)));
}

}  // namespace
}  // namespace entrepot::crypto
