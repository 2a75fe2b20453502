// Known answers: every primitive gives the bytes that its standard, or another program, gives.
#include "tests/support/vectors.hpp"

#include "crypto/envelope.hpp"
#include "crypto/hkdf.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::crypto {
namespace {

/// Published vectors know no domains of ours.
constexpr Domain no_domain{""};

Bytes bytes_of(ByteView view) {
    return {view.begin(), view.end()};
}

Bytes joined(std::initializer_list<ByteView> parts) {
    Bytes out;
    for (const ByteView part : parts) {
        append(out, part);
    }
    return out;
}

TEST(Vectors, Ed25519SignsAndVerifiesAsRfc8032) {
    for (const auto& vector : read_vectors("ed25519.txt")) {
        const auto key = SigningKey::from_seed(vector.at("seed"));
        ASSERT_THAT(key, IsOk());
        EXPECT_EQ(bytes_of(key->public_key().view()), vector.at("public"));
        const Signature signature = key->sign(no_domain, {vector.at("message")});
        EXPECT_EQ(bytes_of(signature.view()), vector.at("signature"));
        EXPECT_THAT(verify(key->public_key(), no_domain, {vector.at("message")}, signature),
                    IsOk());
    }
}

TEST(Vectors, X25519MakesThePublicKeysOfRfc7748) {
    for (const auto& vector : read_vectors("x25519.txt")) {
        const auto key = BoxKey::from_secret(vector.at("secret"));
        ASSERT_THAT(key, IsOk());
        EXPECT_EQ(bytes_of(key->public_key().view()), vector.at("public"));
    }
}

TEST(Vectors, XChaCha20Poly1305OpensTheDraftsMessage) {
    for (const auto& vector : read_vectors("xchacha20poly1305.txt")) {
        const Bytes sealed =
            joined({vector.at("nonce"), vector.at("ciphertext"), vector.at("tag")});
        const auto opened = open_random(vector.at("key"), vector.at("associated"), sealed);
        EXPECT_THAT(opened, IsOkAndHolds(vector.at("plaintext")));
    }
}

TEST(Vectors, Blake2bGivesTheReferenceHashes) {
    for (const auto& vector : read_vectors("blake2b_256.txt")) {
        const Bytes& key = vector.at("key");
        const Bytes& message = vector.at("message");
        const Bytes expected = vector.at("hash");
        if (key.empty()) {
            EXPECT_EQ(bytes_of(hash(no_domain, {message}).view()), expected);
            EXPECT_EQ(bytes_of(Hasher(no_domain).add(message).finish().view()), expected);
        } else {
            EXPECT_EQ(bytes_of(derive(key, no_domain, {message}).view()), expected);
            EXPECT_EQ(bytes_of(Hasher(no_domain, key).add(message).finish().view()), expected);
        }
    }
}

TEST(Vectors, Blake2bOf128BitsGivesTheReferenceHashes) {
    for (const auto& vector : read_vectors("blake2b_128.txt")) {
        EXPECT_EQ(bytes_of(hash128(no_domain, {vector.at("message")})), vector.at("hash"));
    }
}

TEST(Vectors, Sha256GivesTheHashesOfFips180) {
    for (const auto& vector : read_vectors("sha256.txt")) {
        EXPECT_EQ(bytes_of(sha256(vector.at("message"))), vector.at("hash"));
    }
}

TEST(Vectors, HkdfExtractIsTheHmacOfRfc4231) {
    for (const auto& vector : read_vectors("hmac_sha256.txt")) {
        const Secret tag = hkdf_extract(vector.at("key"), {vector.at("message")});
        EXPECT_EQ(bytes_of(tag.view()), vector.at("tag"));
    }
}

TEST(Vectors, HkdfExtractsAndExpandsAsRfc5869) {
    for (const auto& vector : read_vectors("hkdf_sha256.txt")) {
        const Secret extracted = hkdf_extract(vector.at("salt"), {vector.at("input")});
        EXPECT_EQ(bytes_of(extracted.view()), vector.at("extracted"));
        const Bytes& expected = vector.at("expanded");
        const Secret expanded = hkdf_expand(extracted, {vector.at("info")}, expected.size());
        EXPECT_EQ(bytes_of(expanded.view()), expected);
    }
}

TEST(Vectors, EnvelopeGivesTheBytesOfRfc9180AppendixA2) {
    for (const auto& vector : read_vectors("hpke.txt")) {
        const auto recipient = BoxKey::from_secret(vector.at("recipient_secret"));
        const auto ephemeral = BoxKey::from_secret(vector.at("ephemeral_secret"));
        ASSERT_THAT(recipient, IsOk());
        ASSERT_THAT(ephemeral, IsOk());
        EXPECT_EQ(bytes_of(recipient->public_key().view()), vector.at("recipient_public"));
        const auto envelope = seal_to(recipient->public_key(), vector.at("info"),
                                      vector.at("associated"), vector.at("plaintext"), *ephemeral);
        EXPECT_THAT(envelope,
                    IsOkAndHolds(joined({vector.at("encapsulated"), vector.at("ciphertext")})));
        const auto opened =
            open_envelope(*recipient, vector.at("info"), vector.at("associated"), *envelope);
        ASSERT_THAT(opened, IsOk());
        EXPECT_EQ(bytes_of(opened->view()), vector.at("plaintext"));
    }
}

TEST(Vectors, Argon2idGivesTheKeyThatOpensslGives) {
    for (const auto& vector : read_vectors("argon2id.txt")) {
        std::array<std::uint8_t, 16> salt{};
        std::copy(vector.at("salt").begin(), vector.at("salt").end(), salt.begin());
        const auto key = argon2id(vector.at("passphrase"), salt, Argon2Cost{});
        ASSERT_THAT(key, IsOk());
        EXPECT_EQ(bytes_of(key->view()), vector.at("key"));
    }
}

}  // namespace
}  // namespace entrepot::crypto
