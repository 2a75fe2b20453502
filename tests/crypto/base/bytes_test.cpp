#include "crypto/base/bytes.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cctype>

#include "tests/support/matchers.hpp"

namespace entrepot {
namespace {

using ::testing::ElementsAre;

RC_GTEST_PROP(Hex, ComesBackAsTheBytesItWasMadeFrom, (const Bytes& bytes)) {
    RC_ASSERT(from_hex(to_hex(bytes)).value() == bytes);
}

TEST(Hex, IsLowerCaseAndReadsEitherCase) {
    EXPECT_EQ(to_hex(Bytes{0x0a, 0xff}), "0aff");
    EXPECT_THAT(from_hex("0AfF"), IsOkAndHolds(ElementsAre(0x0a, 0xff)));
}

TEST(Hex, RefusesAnOddNumberOfDigits) {
    EXPECT_THAT(from_hex("abc"), HasCode(bytes_not_hex));
}

TEST(Hex, RefusesEveryOtherCharacterInEitherPlace) {
    for (int c = 0; c < 256; ++c) {
        const bool digit = std::isxdigit(c) != 0;
        const char character = static_cast<char>(c);
        EXPECT_EQ(from_hex(std::string{'0', character}).has_value(), digit) << c;
        EXPECT_EQ(from_hex(std::string{character, '0'}).has_value(), digit) << c;
    }
}

RC_GTEST_PROP(Base32, ComesBackAsTheBytesItWasMadeFrom, (const Bytes& bytes)) {
    RC_ASSERT(from_base32(to_base32(bytes)).value() == bytes);
}

RC_GTEST_PROP(Base32, AcceptsNothingButTheOneSpelling, (const std::string& noise)) {
    const auto bytes = from_base32(noise);
    if (bytes) {
        std::string plain;
        for (const char c : noise) {
            const char low = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
            plain.push_back(low == 'o' ? '0' : low == 'i' || low == 'l' ? '1' : low);
        }
        RC_ASSERT(to_base32(*bytes) == plain);
    }
}

TEST(Base32, GivesTwentySixCharactersForSixteenBytesAndThirteenForEight) {
    EXPECT_EQ(to_base32(Bytes(16)).size(), 26u);
    EXPECT_EQ(to_base32(Bytes(8)).size(), 13u);
}

TEST(Base32, StartsWithTheHighestBits) {
    EXPECT_EQ(to_base32(Bytes{0x00, 0x44, 0x32, 0x14, 0xc7}), "01234567");
    EXPECT_EQ(to_base32(Bytes{0xff}), "zw");
}

TEST(Base32, ReadsTheLettersPeopleConfuseAsDigits) {
    EXPECT_EQ(from_base32("oOiIlL00").value(), from_base32("00111100").value());
}

TEST(Base32, RefusesTheLetterUAndPunctuation) {
    for (const char c : {'u', 'U', '-', '=', ' ', '\0'}) {
        EXPECT_THAT(from_base32(std::string{'0', c}), HasCode(bytes_not_base32));
    }
}

TEST(Base32, RefusesSpareBitsThatAreNotZero) {
    EXPECT_THAT(from_base32("zz"), HasCode(bytes_not_base32));
}

TEST(Base32, RefusesLengthsThatNoByteStringHas) {
    for (const std::size_t length : {1u, 3u, 6u, 9u, 11u}) {
        EXPECT_THAT(from_base32(std::string(length, '0')), HasCode(bytes_not_base32)) << length;
    }
}

TEST(FixedBytes, RefuseAnyOtherLength) {
    for (const std::size_t length : {0u, 15u, 17u}) {
        EXPECT_THAT(Id<struct SomeTag>::from(Bytes(length)), HasCode(bytes_wrong_length));
    }
    EXPECT_THAT(Id<struct SomeTag>::from(Bytes(16)), IsOkAndHolds(Id<struct SomeTag>{}));
}

TEST(Error, ArePrintedWithTheirCodeByTheMatchers) {
    EXPECT_EQ(::testing::PrintToString(from_hex("abc")),
              "error bytes.not_hex (an odd number of hexadecimal digits)");
    EXPECT_EQ(::testing::PrintToString(Id<struct SomeTag>{}), std::string(32, '0'));
}

}  // namespace
}  // namespace entrepot
