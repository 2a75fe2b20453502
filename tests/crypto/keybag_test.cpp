#include "crypto/keybag.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <fstream>

#include "crypto/base/wire.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/places.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::crypto {
namespace {

constexpr Domain test_domain{"entrepot/1/keybag test/"};
constexpr std::size_t checksum_size = 16;
const ByteView passphrase = as_bytes("correct horse");
const Bytes device_secret(32, 0xd5);
const Bytes content(96, 0x17);

int derivations = 0;  // what cheap() counts: a plain function pointer has no other place

/// As sensitive to all its arguments as Argon2id, and a thousandth of a thousandth of its cost.
Result<Secret> cheap(ByteView words, const std::array<std::uint8_t, 16>& salt,
                     const Argon2Cost& cost) {
    ++derivations;
    const Bytes numbers = WireWriter().u32(cost.passes).u32(cost.memory_kib).take();
    return Secret::copy_of(hash(test_domain, {words, salt, numbers}).view());
}

Result<Secret> no_memory(ByteView, const std::array<std::uint8_t, 16>&, const Argon2Cost&) {
    return Error{crypto_no_memory, "none left"};
}

Bytes a_keybag() {
    SeededEntropy entropy(1);
    return seal_keybag(passphrase, device_secret, content, {}, entropy, cheap).value();
}

Result<Secret> open(ByteView file) {
    return open_keybag(passphrase, device_secret, file, cheap);
}

Bytes flipped(Bytes file, std::size_t bit) {
    file[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    return file;
}

/// As somebody would who alters a file on purpose: the checksum has no key.
Bytes with_right_checksum(Bytes file) {
    file.resize(file.size() - checksum_size);
    append(file, hash128(domain::keybag_checksum, {file}));
    return file;
}

Bytes with_cost(Bytes file, const Argon2Cost& cost) {
    const Bytes numbers = WireWriter().u32(cost.passes).u32(cost.memory_kib).take();
    std::copy(numbers.begin(), numbers.end(), file.begin() + 6);
    return with_right_checksum(file);
}

bool allows(std::uint32_t value, std::uint32_t least, std::uint32_t most) {
    return value >= least && value <= most;
}

RC_GTEST_PROP(Keybag, OpensToWhatWasSealed, (const Bytes& words, std::uint64_t seed)) {
    SeededEntropy entropy(seed);
    const Secret secret = entropy.secret(seed % (keybag_content_limit + 1));
    const Bytes file = seal_keybag(words, device_secret, secret.view(), {}, entropy, cheap).value();
    RC_ASSERT(open_keybag(words, device_secret, file, cheap).value().equals(secret.view()));
}

TEST(Keybag, OpensWithTheRealDerivationAndNoDeviceSecret) {
    SystemEntropy entropy;
    const auto file = seal_keybag(passphrase, {}, content, {}, entropy);
    ASSERT_THAT(file, IsOk());
    const auto opened = open_keybag(passphrase, {}, *file);
    ASSERT_THAT(opened, IsOk());
    EXPECT_TRUE(opened->equals(content));
}

TEST(Keybag, SaysWrongPassphraseWhenNothingElseIsWrong) {
    EXPECT_THAT(open_keybag(as_bytes("wrong horse"), device_secret, a_keybag(), cheap),
                HasCode(keybag_wrong));
    EXPECT_THAT(open_keybag({}, device_secret, a_keybag(), cheap), HasCode(keybag_wrong));
}

TEST(Keybag, NeedsTheDeviceSecretItWasSealedWith) {
    EXPECT_THAT(open_keybag(passphrase, Bytes(32), a_keybag(), cheap), HasCode(keybag_wrong));
    EXPECT_THAT(open_keybag(passphrase, {}, a_keybag(), cheap), HasCode(keybag_wrong));
}

TEST(Keybag, RefusesADeviceSecretOfAnotherLength) {
    SeededEntropy entropy(1);
    EXPECT_THAT(open_keybag(passphrase, Bytes(31), a_keybag(), cheap), HasCode(crypto_key_length));
    EXPECT_THAT(seal_keybag(passphrase, Bytes(33), content, {}, entropy, cheap),
                HasCode(crypto_key_length));
}

TEST(Keybag, RefusesEveryFlippedBitBeforeDeriving) {
    const Bytes file = a_keybag();
    derivations = 0;
    for (std::size_t bit = 0; bit < file.size() * 8; ++bit) {
        const bool suite_or_derivation = bit / 8 == 4 || bit / 8 == 5;
        EXPECT_THAT(open(flipped(file, bit)),
                    HasCode(suite_or_derivation ? keybag_suite : keybag_damaged))
            << bit;
    }
    EXPECT_EQ(derivations, 0);
}

TEST(Keybag, RefusesEveryFlippedBitThoughTheChecksumWasMadeAgain) {
    const Bytes file = a_keybag();
    for (std::size_t bit = 0; bit < (file.size() - checksum_size) * 8; ++bit) {
        const Bytes altered = with_right_checksum(flipped(file, bit));
        const std::size_t offset = bit / 8;
        if (offset < 4) {
            EXPECT_THAT(open(altered), HasCode(keybag_damaged)) << bit;
        } else if (offset < 6) {
            EXPECT_THAT(open(altered), HasCode(keybag_suite)) << bit;
        } else if (offset < 14) {
            WireReader costs(ByteView(altered).subspan(6));
            const bool allowed =
                allows(costs.u32(), 3, 10) && allows(costs.u32(), 1 << 18, 1 << 20);
            EXPECT_THAT(open(altered), HasCode(allowed ? keybag_wrong : keybag_limits)) << bit;
        } else {
            EXPECT_THAT(open(altered), HasCode(keybag_wrong)) << bit;
        }
    }
}

TEST(Keybag, RefusesTruncationAtEveryByteAndAnyExtension) {
    const Bytes file = a_keybag();
    derivations = 0;
    for (std::size_t length = 0; length < file.size(); ++length) {
        EXPECT_THAT(open(ByteView(file).first(length)), HasCode(keybag_damaged)) << length;
    }
    Bytes longer = file;
    longer.push_back(0);
    EXPECT_THAT(open(longer), HasCode(keybag_damaged));
    longer.resize(1 << 20);
    EXPECT_THAT(open(longer), HasCode(keybag_damaged));
    EXPECT_EQ(derivations, 0);
}

TEST(Keybag, RefusesALengthThatNoKeybagHasThoughTheChecksumWasMadeAgain) {
    constexpr std::size_t least = 86, most = least + keybag_content_limit;
    const Bytes whole = a_keybag();
    const auto of_length = [&](std::size_t length) {
        Bytes file = whole;
        file.resize(length);
        return with_right_checksum(file);
    };
    derivations = 0;
    EXPECT_THAT(open(of_length(least - 1)), HasCode(keybag_damaged));
    EXPECT_THAT(open(of_length(most + 1)), HasCode(keybag_damaged));
    EXPECT_EQ(derivations, 0);
    EXPECT_THAT(open(of_length(least)), HasCode(keybag_wrong));
    EXPECT_THAT(open(of_length(most)), HasCode(keybag_wrong));
}

TEST(Keybag, OfAReservedSuiteOrAnotherDerivationIsToldFromADamagedOne) {
    for (const std::size_t at : {4u, 5u}) {
        for (const std::uint8_t value : {0, 2, 3, 255}) {
            Bytes file = a_keybag();
            file[at] = value;
            EXPECT_THAT(open(with_right_checksum(file)), HasCode(keybag_suite)) << at;
        }
    }
}

TEST(Keybag, RefusesCostsOutsideTheLimitsBeforeDeriving) {
    const Bytes file = a_keybag();
    const Argon2Cost outside[] = {{2, 1 << 18},       {11, 1 << 18},      {0xffffffff, 1 << 18},
                                  {3, (1 << 18) - 1}, {3, (1 << 20) + 1}, {3, 0xffffffff}};
    derivations = 0;
    for (const Argon2Cost& cost : outside) {
        EXPECT_THAT(open(with_cost(file, cost)), HasCode(keybag_limits));
    }
    EXPECT_EQ(derivations, 0);
    EXPECT_THAT(open(with_cost(file, {10, 1 << 20})), HasCode(keybag_wrong));
    EXPECT_EQ(derivations, 1);
}

TEST(Keybag, IsNotSealedOutsideTheLimits) {
    SeededEntropy entropy(1);
    derivations = 0;
    EXPECT_THAT(seal_keybag(passphrase, {}, content, {2, 256 * 1024}, entropy, cheap),
                HasCode(keybag_limits));
    EXPECT_THAT(seal_keybag(passphrase, {}, Bytes(keybag_content_limit + 1), {}, entropy, cheap),
                HasCode(keybag_limits));
    EXPECT_EQ(derivations, 0);
}

TEST(Keybag, PassesOnThatThereIsNoMemoryForTheDerivation) {
    SeededEntropy entropy(1);
    EXPECT_THAT(open_keybag(passphrase, device_secret, a_keybag(), no_memory),
                HasCode(crypto_no_memory));
    EXPECT_THAT(seal_keybag(passphrase, device_secret, content, {}, entropy, no_memory),
                HasCode(crypto_no_memory));
}

TEST(Keybag, HasAnotherSaltEachTimeItIsSealed) {
    SystemEntropy entropy;
    const Bytes one = seal_keybag(passphrase, {}, content, {}, entropy, cheap).value();
    const Bytes two = seal_keybag(passphrase, {}, content, {}, entropy, cheap).value();
    EXPECT_FALSE(equal(ByteView(one).subspan(14, 16), ByteView(two).subspan(14, 16)));
}

/// The hexadecimal block of FORMAT.md that starts with these digits.
Bytes worked_example(const std::string& start) {
    std::ifstream page(source_folder() + "/crypto/FORMAT.md");
    const std::string indent = "    ";
    std::string digits;
    for (std::string line; std::getline(page, line);) {
        const bool inside = !digits.empty() && line.rfind(indent, 0) == 0;
        if (inside || line.rfind(indent + start, 0) == 0) {
            digits += line.substr(indent.size());
        } else if (!digits.empty()) {
            break;
        }
    }
    return from_hex(digits).value();
}

TEST(Keybag, OpensTheWorkedExampleOfTheFormatPage) {
    const auto opened = open_keybag(passphrase, device_secret, worked_example("45504b31"));
    ASSERT_THAT(opened, IsOk());
    EXPECT_EQ(as_text(opened->view()), "vault key, link key");
}

class ServiceSlot : public ::testing::Test {
protected:
    SeededEntropy entropy_{7};
    Secret key_ = entropy_.secret(32);
    Bytes file_ = seal_service_slot(key_, content, entropy_);
};

TEST_F(ServiceSlot, OpensToWhatWasSealed) {
    const auto opened = open_service_slot(key_, file_);
    ASSERT_THAT(opened, IsOk());
    EXPECT_TRUE(opened->equals(content));
}

TEST_F(ServiceSlot, OpensTheWorkedExampleOfTheFormatPage) {
    const Secret key = Secret::copy_of(Bytes(32, 0x5e));
    const auto opened = open_service_slot(key, worked_example("45505331"));
    ASSERT_THAT(opened, IsOk());
    EXPECT_EQ(as_text(opened->view()), "vault key, link key");
}

TEST_F(ServiceSlot, RefusesAnotherKeyAndAKeyOfAnotherLength) {
    EXPECT_THAT(open_service_slot(entropy_.secret(32), file_), HasCode(keybag_wrong));
    EXPECT_THAT(open_service_slot(entropy_.secret(31), file_), HasCode(keybag_wrong));
    EXPECT_THAT(open_service_slot(Secret(), file_), HasCode(keybag_wrong));
}

TEST_F(ServiceSlot, RefusesEveryFlippedBit) {
    for (std::size_t bit = 0; bit < file_.size() * 8; ++bit) {
        EXPECT_THAT(open_service_slot(key_, flipped(file_, bit)),
                    HasCode(bit / 8 == 4 ? keybag_suite : keybag_damaged))
            << bit;
    }
}

TEST_F(ServiceSlot, RefusesEveryFlippedBitThoughTheChecksumWasMadeAgain) {
    for (std::size_t bit = 0; bit < (file_.size() - checksum_size) * 8; ++bit) {
        const ErrorCode expected = bit / 8 < 4    ? keybag_damaged
                                   : bit / 8 == 4 ? keybag_suite
                                                  : keybag_wrong;
        EXPECT_THAT(open_service_slot(key_, with_right_checksum(flipped(file_, bit))),
                    HasCode(expected))
            << bit;
    }
}

TEST_F(ServiceSlot, RefusesTruncationAtEveryByteAndAnyExtension) {
    for (std::size_t length = 0; length < file_.size(); ++length) {
        EXPECT_THAT(open_service_slot(key_, ByteView(file_).first(length)),
                    HasCode(keybag_damaged));
    }
    file_.push_back(0);
    EXPECT_THAT(open_service_slot(key_, file_), HasCode(keybag_damaged));
    file_.resize(1 << 20);
    EXPECT_THAT(open_service_slot(key_, with_right_checksum(file_)), HasCode(keybag_damaged));
}

TEST_F(ServiceSlot, IsNoKeybagAndAKeybagIsNoServiceSlot) {
    EXPECT_THAT(open(file_), HasCode(keybag_damaged));
    EXPECT_THAT(open_service_slot(key_, a_keybag()), HasCode(keybag_damaged));
}

}  // namespace
}  // namespace entrepot::crypto
