#include <algorithm>

#include "crypto/low_order.hpp"
#include "crypto/primitives.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"
#include "tests/support/vectors.hpp"

namespace entrepot::crypto {
namespace {

const Bytes message(300, 7);

SigningKey a_signing_key(std::uint64_t seed = 1) {
    SeededEntropy entropy(seed);
    return SigningKey::generate(entropy);
}

template <class Key>
Key key_from(std::string_view hex) {
    return Key::from(from_hex(hex).value()).value();
}

/// The point plus the one of order two: −x, −y.
PublicKey with_torsion(const PublicKey& key) {
    PublicKey out;
    int borrow = 0;
    for (std::size_t i = 0; i < 32; ++i) {
        const int prime = i == 0 ? 0xed : i == 31 ? 0x7f : 0xff;
        const int digit = i == 31 ? key.bytes[i] & 0x7f : key.bytes[i];
        const int difference = prime - digit - borrow;
        borrow = difference < 0;
        out.bytes[i] = static_cast<std::uint8_t>(difference & 0xff);
    }
    out.bytes[31] |= static_cast<std::uint8_t>(~key.bytes[31] & 0x80);
    return out;
}

TEST(SigningKey, SignsWhatVerifyAcceptsHoweverThePartsAreCut) {
    const SigningKey key = a_signing_key();
    for (const std::size_t size : {0u, 1u, 100u, 500u, 512u, 513u, 100000u}) {
        const Bytes bytes(size, 3);
        const Signature signature = key.sign(
            domain::commit, {ByteView(bytes).first(size / 3), ByteView(bytes).subspan(size / 3)});
        EXPECT_THAT(verify(key.public_key(), domain::commit, {bytes}, signature), IsOk()) << size;
    }
}

TEST(Verify, RefusesAnotherDomainKeyOrMessage) {
    const SigningKey key = a_signing_key();
    const Signature signature = key.sign(domain::commit, {message});
    EXPECT_THAT(verify(key.public_key(), domain::attest, {message}, signature),
                HasCode(crypto_signature));
    EXPECT_THAT(verify(a_signing_key(2).public_key(), domain::commit, {message}, signature),
                HasCode(crypto_signature));
    EXPECT_THAT(verify(key.public_key(), domain::commit, {message, message}, signature),
                HasCode(crypto_signature));
}

TEST(Verify, RefusesEveryFlippedBitOfASignature) {
    const SigningKey key = a_signing_key();
    const Signature signature = key.sign(domain::commit, {message});
    for (std::size_t bit = 0; bit < 512; ++bit) {
        Signature altered = signature;
        altered.bytes[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        EXPECT_THAT(verify(key.public_key(), domain::commit, {message}, altered),
                    HasCode(crypto_signature))
            << bit;
    }
}

TEST(SigningKey, ComesBackFromItsSeed) {
    const SigningKey key = a_signing_key();
    const auto again = SigningKey::from_seed(key.seed());
    ASSERT_THAT(again, IsOk());
    EXPECT_EQ(again->public_key(), key.public_key());
    EXPECT_EQ(key.duplicate().sign(domain::log, {}), key.sign(domain::log, {}));
}

TEST(SigningKey, RefusesASeedOfAnotherLength) {
    for (const std::size_t size : {0u, 31u, 33u, 64u}) {
        EXPECT_THAT(SigningKey::from_seed(Bytes(size)), HasCode(crypto_key_length));
    }
}

TEST(AgreementKey, RefusesASecretOfAnotherLength) {
    for (const std::size_t size : {0u, 31u, 33u}) {
        EXPECT_THAT(BoxKey::from_secret(Bytes(size)), HasCode(crypto_key_length));
        EXPECT_THAT(TransportKey::from_secret(Bytes(size)), HasCode(crypto_key_length));
    }
}

TEST(AgreementKey, ComesBackFromItsSecret) {
    SeededEntropy entropy(3);
    const BoxKey key = BoxKey::generate(entropy);
    EXPECT_EQ(BoxKey::from_secret(key.secret())->public_key(), key.public_key());
    EXPECT_EQ(key.duplicate().public_key(), key.public_key());
}

TEST(CheckPublicKey, AcceptsEveryKeyThatIsMadeHere) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        SeededEntropy entropy(seed);
        EXPECT_THAT(check_public_key(SigningKey::generate(entropy).public_key()), IsOk());
        EXPECT_THAT(check_public_key(BoxKey::generate(entropy).public_key()), IsOk());
        EXPECT_THAT(check_public_key(TransportKey::generate(entropy).public_key()), IsOk());
    }
}

TEST(CheckPublicKey, RefusesEveryAgreementKeyOfSmallOrder) {
    for (const auto& vector : read_vectors("low_order_x25519.txt")) {
        const auto key = BoxPublicKey::from(vector.at("key")).value();
        EXPECT_THAT(check_public_key(key), HasCode(crypto_weak_key)) << to_hex(key.view());
        EXPECT_THAT(check_public_key(TransportPublicKey{key.bytes}), HasCode(crypto_weak_key));
        EXPECT_EQ(is_low_order_x25519(key.view()), key.bytes[31] < 0x80);
    }
}

TEST(CheckPublicKey, RefusesASmallOrderKeyWithItsTopBitSet) {
    for (auto vector : read_vectors("low_order_x25519.txt")) {
        vector["key"][31] |= 0x80;
        EXPECT_THAT(check_public_key(BoxPublicKey::from(vector["key"]).value()),
                    HasCode(crypto_weak_key));
    }
}

TEST(CheckPublicKey, RefusesAnAgreementKeyInASecondSpelling) {
    SeededEntropy entropy(3);
    BoxPublicKey key = BoxKey::generate(entropy).public_key();
    key.bytes[31] |= 0x80;
    EXPECT_THAT(check_public_key(key), HasCode(crypto_weak_key));
    BoxPublicKey nine;  // p + 9: the base point again
    nine.bytes.fill(0xff);
    nine.bytes[0] = 0xf6;
    nine.bytes[31] = 0x7f;
    EXPECT_THAT(check_public_key(nine), HasCode(crypto_weak_key));
    EXPECT_FALSE(is_low_order_x25519(nine.view()));
}

TEST(CheckPublicKey, RefusesSigningKeysOfSmallOrder) {
    // The point of order one, of order two, and two of order four; then with the sign bit set.
    for (const std::string start : {"01", "ec", "00"}) {
        const std::string middle(60, start == "ec" ? 'f' : '0');
        for (const std::string end : {"00", "80", "7f", "ff"}) {
            EXPECT_THAT(check_public_key(key_from<PublicKey>(start + middle + end)),
                        HasCode(crypto_weak_key));
        }
    }
}

TEST(CheckPublicKey, RefusesASigningKeyInASecondSpellingOrOffTheCurve) {
    PublicKey key;
    key.bytes.fill(0xff);
    EXPECT_THAT(check_public_key(key), HasCode(crypto_weak_key));
    key = PublicKey{};
    key.bytes[0] = 2;  // no x belongs to y = 2
    EXPECT_THAT(check_public_key(key), HasCode(crypto_weak_key));
}

// CVE-2025-69277: libsodium used to take these for members of the main subgroup.
TEST(CheckPublicKey, RefusesASigningKeyWithTheTorsionOfOrderTwo) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const PublicKey key = a_signing_key(seed).public_key();
        EXPECT_THAT(check_public_key(with_torsion(key)), HasCode(crypto_weak_key));
        EXPECT_THAT(check_public_key(with_torsion(with_torsion(key))), IsOk());
    }
}

}  // namespace
}  // namespace entrepot::crypto
