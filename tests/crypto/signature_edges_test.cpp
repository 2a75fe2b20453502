// Where programs that verify Ed25519 disagree: what verify() and the check at entry do there, which
// FORMAT.md states under "Public keys".
#include "crypto/primitives.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"
#include "tests/support/vectors.hpp"

namespace entrepot::crypto {
namespace {

/// The vectors know no domains of ours.
constexpr Domain no_domain{""};

PublicKey key_of(const Vector& vector, const char* name) {
    return PublicKey::from(vector.at(name)).value();
}

bool is_set(const Vector& vector, const char* name) {
    return vector.at(name) == Bytes{1};
}

/// The same signature with the group's order L added to its second half.
Signature with_order_added(Signature signature) {
    const Bytes order =
        from_hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010").value();
    unsigned carry = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        carry += signature.bytes[32 + i] + order[i];
        signature.bytes[32 + i] = static_cast<std::uint8_t>(carry & 0xff);
        carry >>= 8;
    }
    return signature;
}

TEST(SignatureEdges, AreVerifiedAndTheirKeysTakenAsTheVectorsSay) {
    std::size_t number = 0;
    for (const auto& vector : read_vectors("ed25519_edges.txt")) {
        const auto signature = Signature::from(vector.at("signature")).value();
        const auto verified =
            verify(key_of(vector, "public"), no_domain, {vector.at("message")}, signature);
        EXPECT_EQ(verified.has_value(), is_set(vector, "verified")) << number;
        if (!verified) {
            EXPECT_THAT(verified, HasCode(crypto_signature)) << number;
        }
        const auto entered = check_public_key(key_of(vector, "public"));
        EXPECT_EQ(entered.has_value(), is_set(vector, "key")) << number;
        if (!entered) {
            EXPECT_THAT(entered, HasCode(crypto_weak_key)) << number;
        }
        ++number;
    }
    EXPECT_EQ(number, 12U);
}

TEST(SignatureEdges, NeverPassBothTheCheckOfTheKeyAndTheSignature) {
    for (const auto& vector : read_vectors("ed25519_edges.txt")) {
        const PublicKey key = key_of(vector, "public");
        const auto signature = Signature::from(vector.at("signature")).value();
        EXPECT_FALSE(check_public_key(key) &&
                     verify(key, no_domain, {vector.at("message")}, signature))
            << to_hex(key.view());
    }
}

TEST(SignatureEdges, HaveNoSecondSpellingOfASignatureMadeHere) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        SeededEntropy entropy(seed);
        const auto key = SigningKey::generate(entropy);
        const auto signature = key.sign(domain::commit, {as_bytes("crate")});
        ASSERT_THAT(verify(key.public_key(), domain::commit, {as_bytes("crate")}, signature),
                    IsOk());
        EXPECT_THAT(verify(key.public_key(), domain::commit, {as_bytes("crate")},
                           with_order_added(signature)),
                    HasCode(crypto_signature));
    }
}

TEST(SignatureEdges, AllowNoKeyOfSmallOrderWithTorsionOrInASecondSpelling) {
    std::size_t count = 0;
    for (const auto& vector : read_vectors("weak_ed25519.txt")) {
        EXPECT_THAT(check_public_key(key_of(vector, "key")), HasCode(crypto_weak_key))
            << to_hex(vector.at("key"));
        ++count;
    }
    EXPECT_EQ(count, 31U);
}

TEST(SignatureEdges, AllowAnAgreementKeyOnTheTwist) {
    // u = 2 is on the twist, which RFC 7748 chose to be as strong as the curve.
    BoxPublicKey key;
    key.bytes[0] = 2;
    EXPECT_THAT(check_public_key(key), IsOk());
}

}  // namespace
}  // namespace entrepot::crypto
