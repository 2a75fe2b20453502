#include "crypto/identity.hpp"

#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"
#include "tests/support/vectors.hpp"

namespace entrepot::crypto {
namespace {

Identity an_identity(std::uint64_t seed = 1) {
    SeededEntropy entropy(seed);
    return Identity::generate(entropy);
}

TEST(PublicIdentity, ComesBackFromItsBytes) {
    const PublicIdentity keys = an_identity().public_part();
    EXPECT_EQ(keys.encode().size(), PublicIdentity::wire_size);
    EXPECT_THAT(PublicIdentity::decode(keys.encode()), IsOkAndHolds(keys));
}

TEST(PublicIdentity, RefusesAnyOtherLength) {
    Bytes bytes = an_identity().public_part().encode();
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        EXPECT_THAT(PublicIdentity::decode(ByteView(bytes).first(length)), HasCode(identity_bytes));
    }
    bytes.push_back(0);
    EXPECT_THAT(PublicIdentity::decode(bytes), HasCode(identity_bytes));
}

TEST(PublicIdentity, RefusesAWeakKeyInEachPlace) {
    const Bytes bytes = an_identity().public_part().encode();
    for (const std::size_t place : {0u, 32u, 64u, 96u}) {
        Bytes weak = bytes;
        std::fill(weak.begin() + static_cast<std::ptrdiff_t>(place),
                  weak.begin() + static_cast<std::ptrdiff_t>(place + 32), 0);
        EXPECT_THAT(PublicIdentity::decode(weak), HasCode(crypto_weak_key)) << place;
    }
}

TEST(PublicIdentity, RefusesEveryKeyOfSmallOrderOrWithTorsionInItsPlace) {
    const Bytes bytes = an_identity().public_part().encode();
    const auto with = [&](std::size_t place, const Bytes& key) {
        Bytes out = bytes;
        std::copy(key.begin(), key.end(), out.begin() + static_cast<std::ptrdiff_t>(place));
        return out;
    };
    for (const auto& vector : read_vectors("weak_ed25519.txt")) {
        EXPECT_THAT(PublicIdentity::decode(with(0, vector.at("key"))), HasCode(crypto_weak_key));
    }
    for (const auto& vector : read_vectors("low_order_x25519.txt")) {
        for (const std::size_t place : {32u, 64u, 96u}) {
            EXPECT_THAT(PublicIdentity::decode(with(place, vector.at("key"))),
                        HasCode(crypto_weak_key));
        }
    }
}

TEST(PublicIdentity, RefusesTheSameKeyTwice) {
    PublicIdentity keys = an_identity().public_part();
    keys.transport = TransportPublicKey{keys.box.bytes};
    EXPECT_THAT(PublicIdentity::decode(keys.encode()), HasCode(identity_bytes));
    keys = an_identity().public_part();
    keys.courier = keys.box;
    EXPECT_THAT(PublicIdentity::decode(keys.encode()), HasCode(identity_bytes));
    keys = an_identity().public_part();
    while (!check_public_key(BoxPublicKey{keys.sign.bytes})) {  // the top bit is a sign there
        keys.sign = an_identity(keys.sign.bytes[0]).public_part().sign;
    }
    keys.box = BoxPublicKey{keys.sign.bytes};
    EXPECT_THAT(PublicIdentity::decode(keys.encode()), HasCode(identity_bytes));
}

TEST(Identity, HasFourKeysThatDiffer) {
    const Identity identity = an_identity();
    const std::vector<ByteView> secrets{identity.sign().seed(), identity.box().secret(),
                                        identity.transport().secret(), identity.courier().secret()};
    for (std::size_t i = 0; i < secrets.size(); ++i) {
        for (std::size_t j = i + 1; j < secrets.size(); ++j) {
            EXPECT_FALSE(equal(secrets[i], secrets[j])) << i << " and " << j;
        }
    }
}

TEST(Identity, ComesBackFromItsTwoParts) {
    const Identity identity = an_identity();
    auto relay = RelayKeys::from_secret(identity.relay().to_secret().view());
    ASSERT_THAT(relay, IsOk());
    const auto again = Identity::join(*std::move(relay), identity.box().duplicate());
    ASSERT_THAT(again, IsOk());
    EXPECT_EQ(again->public_part(), identity.public_part());
    EXPECT_EQ(again->id(), identity.id());
    EXPECT_EQ(identity.duplicate().public_part(), identity.public_part());
}

TEST(Identity, RefusesABoxKeyThatIsAnotherKeyToo) {
    const Identity identity = an_identity();
    EXPECT_THAT(Identity::join(RelayKeys::from_secret(identity.relay().to_secret().view()).value(),
                               identity.courier().duplicate()),
                HasCode(identity_bytes));
}

TEST(RelayKeys, KeepNothingOfTheBoxKey) {
    const Identity identity = an_identity();
    const Secret kept = identity.relay().to_secret();
    const std::string_view bytes = as_text(kept.view());
    EXPECT_EQ(bytes.find(as_text(identity.box().secret())), std::string_view::npos);
    EXPECT_NE(bytes.find(as_text(identity.courier().secret())), std::string_view::npos);
}

TEST(RelayKeys, RefuseASecretOfAnotherLengthOrWithTheSameKeyTwice) {
    EXPECT_THAT(RelayKeys::from_secret(Bytes(95)), HasCode(identity_bytes));
    EXPECT_THAT(RelayKeys::from_secret(Bytes(97)), HasCode(identity_bytes));
    EXPECT_THAT(RelayKeys::from_secret(Bytes(96, 1)), HasCode(identity_bytes));
}

TEST(NodeId, IsTheHashOfTheSigningKeyAlone) {
    const Identity identity = an_identity();
    const auto expected = hash128(domain::node, {identity.sign().public_key().view()});
    EXPECT_EQ(identity.id().bytes, expected);
    EXPECT_EQ(identity.public_part().id(), identity.id());
    EXPECT_NE(identity.id(), an_identity(2).id());
}

}  // namespace
}  // namespace entrepot::crypto
