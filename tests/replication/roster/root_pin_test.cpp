#include "replication/roster/root_pin.hpp"

#include "crypto/primitives.hpp"
#include "crypto/words.hpp"
#include "tests/support/matchers.hpp"

namespace entrepot::replication {
namespace {

/// A fingerprint like any other, none of whose bytes is zero.
Hash sample() {
    Hash out;
    for (std::size_t i = 0; i < out.bytes.size(); ++i) {
        out.bytes[i] = static_cast<std::uint8_t>(7 * i + 13);
    }
    return out;
}

/// How many of the fingerprint's 256 bits the pin compares.
std::size_t bits_compared(const RootPin& pin) {
    std::size_t out = 0;
    for (std::size_t bit = 0; bit < Hash::size * 8; ++bit) {
        Hash other = sample();
        other.bytes[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        out += pin.matches(other) ? 0 : 1;
    }
    return out;
}

TEST(RootPin, OfEightWordsComparesAll128Bits) {
    const auto pin = RootPin::from_text(crypto::eight_words(sample()));
    ASSERT_THAT(pin, IsOk());
    EXPECT_TRUE(pin->matches(sample()));
    EXPECT_EQ(bits_compared(*pin), 128U);
}

TEST(RootPin, OfTheWholeComparesAll256Bits) {
    const auto pin = RootPin::from_text(to_base32(sample().view()));
    ASSERT_THAT(pin, IsOk());
    EXPECT_TRUE(pin->matches(sample()));
    EXPECT_EQ(bits_compared(*pin), 256U);
    EXPECT_EQ(bits_compared(RootPin(sample())), 256U);
}

TEST(RootPin, ReadsBackFromItsText) {
    for (const std::string& text : {crypto::eight_words(sample()), to_base32(sample().view())}) {
        EXPECT_EQ(RootPin::from_text(text)->text(), text);
    }
}

TEST(RootPin, IsReadInAnyGrouping) {
    std::string whole = to_base32(sample().view());
    for (std::size_t at = 48; at > 0; at -= 4) {
        whole.insert(at, at % 8 == 0 ? "-" : " ");
    }
    EXPECT_TRUE(RootPin::from_text(whole)->matches(sample()));
    std::string words = crypto::eight_words(sample());
    words.replace(words.find('-'), 1, "  ");
    EXPECT_TRUE(RootPin::from_text(words)->matches(sample()));
}

TEST(RootPin, IsReadFromLettersAloneWhenTheWholeHasNoDigit) {
    const std::string letters(51, 'b');
    EXPECT_THAT(RootPin::from_text(letters + "g"), IsOk());
}

TEST(RootPin, OfFewerOrMoreWordsIsRefused) {
    for (const std::size_t bytes : {0, 2, 14, 18, 32}) {
        EXPECT_THAT(RootPin::from_text(crypto::to_words(sample().view().first(bytes))),
                    HasCode(crypto::words_count))
            << bytes;
    }
}

TEST(RootPin, OfAPartOfTheWholeIsRefused) {
    EXPECT_THAT(RootPin::from_text(to_base32(sample().view().first(16))),
                HasCode(bytes_wrong_length));
    EXPECT_THAT(RootPin::from_text("0000 u"), HasCode(bytes_not_base32));
}

}  // namespace
}  // namespace entrepot::replication
