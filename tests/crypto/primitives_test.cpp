#include "crypto/primitives.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::crypto {
namespace {

using ::testing::Each;

const Bytes some_key(32, 0x42);

TEST(Initialise, SucceedsAgainAndAgain) {
    EXPECT_TRUE(initialise());
    EXPECT_TRUE(initialise());
}

RC_GTEST_PROP(Hasher, GivesTheHashOfAllPartsHoweverTheyAreCut,
              (const Bytes& first, const Bytes& second)) {
    Bytes whole = first;
    append(whole, second);
    const Hash expected = hash(domain::leaf, {whole});
    RC_ASSERT(hash(domain::leaf, {first, second}) == expected);
    RC_ASSERT(Hasher(domain::leaf).add(first).add(second).finish() == expected);
}

TEST(Hasher, AddsNumbersLittleEndian) {
    const Bytes bytes{1, 5, 4, 3, 2, 13, 12, 11, 10, 9, 8, 7, 6};
    EXPECT_EQ(
        Hasher(domain::log).add_u8(1).add_u32(0x02030405).add_u64(0x060708090a0b0c0d).finish(),
        hash(domain::log, {bytes}));
}

TEST(HasherDeathTest, TakesASecondFinishForABug) {
    Hasher hasher(domain::log);
    hasher.finish();
    EXPECT_DEATH(hasher.finish(), "broken invariant");
}

TEST(Hash, DiffersBetweenDomains) {
    EXPECT_NE(hash(domain::leaf, {}), hash(domain::root, {}));
    EXPECT_NE(hash128(domain::node, {}), hash128(domain::log, {}));
}

TEST(Derive, GivesAnotherKeyForAnotherKeyDomainOrPart) {
    const Bytes other_key(32, 0x43);
    const Secret derived = derive(some_key, domain::seal, {Bytes{1}});
    EXPECT_FALSE(derived.equals(derive(other_key, domain::seal, {Bytes{1}}).view()));
    EXPECT_FALSE(derived.equals(derive(some_key, domain::commit, {Bytes{1}}).view()));
    EXPECT_FALSE(derived.equals(derive(some_key, domain::seal, {Bytes{2}}).view()));
    EXPECT_TRUE(derived.equals(derive(some_key, domain::seal, {Bytes{1}}).view()));
}

TEST(DeriveDeathTest, TakesAKeyOfAnotherLengthForABug) {
    EXPECT_DEATH(derive(Bytes(31), domain::seal, {}), "broken invariant");
    EXPECT_DEATH(Hasher(domain::seal, Bytes(33)), "broken invariant");
}

RC_GTEST_PROP(SealOnce, OpensToWhatWasSealedBehindWhatWasThere,
              (const Bytes& before, const Bytes& plaintext)) {
    Bytes out = before;
    seal_once(some_key, plaintext, out);
    RC_ASSERT(out.size() == before.size() + plaintext.size() + aead_overhead);
    RC_ASSERT(equal(ByteView(out).first(before.size()), before));
    RC_ASSERT(open_once(some_key, ByteView(out).subspan(before.size())).value() == plaintext);
}

TEST(SealOnce, RefusesEveryFlippedBitAndEveryTruncation) {
    Bytes sealed;
    seal_once(some_key, as_bytes("nine parrots"), sealed);
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        Bytes altered = sealed;
        altered[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        EXPECT_THAT(open_once(some_key, altered), HasCode(crypto_seal_broken)) << bit;
    }
    for (std::size_t length = 0; length < sealed.size(); ++length) {
        EXPECT_THAT(open_once(some_key, ByteView(sealed).first(length)),
                    HasCode(crypto_seal_broken))
            << length;
    }
}

TEST(SealRandom, RefusesEveryFlippedBitAndEveryTruncation) {
    SeededEntropy entropy(1);
    const Bytes sealed = seal_random(some_key, as_bytes("row"), as_bytes("crate"), entropy);
    EXPECT_EQ(sealed.size(), aead_nonce_size + 5 + aead_overhead);
    EXPECT_THAT(open_random(some_key, as_bytes("row"), sealed), IsOk());
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        Bytes altered = sealed;
        altered[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        EXPECT_THAT(open_random(some_key, as_bytes("row"), altered), HasCode(crypto_seal_broken));
        EXPECT_THAT(open_random_secret(some_key, as_bytes("row"), altered),
                    HasCode(crypto_seal_broken));
    }
    for (std::size_t length = 0; length < sealed.size(); ++length) {
        EXPECT_THAT(open_random(some_key, as_bytes("row"), ByteView(sealed).first(length)),
                    HasCode(crypto_seal_broken));
    }
}

TEST(SealRandom, IsBoundToItsKeyAndItsAssociatedBytes) {
    SeededEntropy entropy(1);
    const Bytes sealed = seal_random(some_key, as_bytes("row"), as_bytes("crate"), entropy);
    EXPECT_THAT(open_random(some_key, as_bytes("other"), sealed), HasCode(crypto_seal_broken));
    EXPECT_THAT(open_random(Bytes(32), as_bytes("row"), sealed), HasCode(crypto_seal_broken));
}

TEST(SealRandom, NeverUsesANonceTwice) {
    SystemEntropy entropy;
    const Bytes one = seal_random(some_key, {}, as_bytes("crate"), entropy);
    const Bytes two = seal_random(some_key, {}, as_bytes("crate"), entropy);
    EXPECT_FALSE(equal(ByteView(one).first(aead_nonce_size), ByteView(two).first(aead_nonce_size)));
}

TEST(OpenRandomSecret, OpensIntoASecretAndRefusesMoreThanOneHolds) {
    SeededEntropy entropy(1);
    const Bytes full = seal_random(some_key, {}, Bytes(4096, 5), entropy);
    const auto opened = open_random_secret(some_key, {}, full);
    ASSERT_THAT(opened, IsOk());
    EXPECT_TRUE(opened->equals(Bytes(4096, 5)));
    const Bytes larger = seal_random(some_key, {}, Bytes(4097), entropy);
    EXPECT_THAT(open_random_secret(some_key, {}, larger), HasCode(crypto_seal_broken));
    EXPECT_THAT(open_random(some_key, {}, larger), IsOkAndHolds(Each(0)));
}

TEST(Argon2id, RefusesCostsOutsideItsLimits) {
    const Argon2Cost too_much_or_too_little[] = {
        {2, 256 * 1024}, {11, 256 * 1024},     {0, 256 * 1024},         {3, 256 * 1024 - 1},
        {3, 0},          {3, 1024 * 1024 + 1}, {0xffffffff, 0xffffffff}};
    for (const Argon2Cost& cost : too_much_or_too_little) {
        EXPECT_THAT(argon2id(as_bytes("x"), {}, cost), HasCode(crypto_argon2_limits));
    }
}

}  // namespace
}  // namespace entrepot::crypto
