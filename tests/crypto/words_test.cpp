#include "crypto/words.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cctype>

#include "tests/support/matchers.hpp"

namespace rc {

template <>
struct Arbitrary<entrepot::Hash> {
    static Gen<entrepot::Hash> arbitrary() {
        using Raw = std::array<std::uint8_t, 32>;
        return gen::map(gen::container<Raw>(gen::arbitrary<std::uint8_t>()),
                        [](const Raw& bytes) { return entrepot::Hash{bytes}; });
    }
};

}  // namespace rc

namespace entrepot::crypto {
namespace {

using ::testing::HasSubstr;

struct Published {
    Bytes address;
    std::string words;
};

/// arXiv:0901.4016, the table of IPv4 addresses.
std::vector<Published> published() {
    return {{{127, 0, 0, 1}, "lusab-babad"},      {{63, 84, 220, 193}, "gutih-tugad"},
            {{63, 118, 7, 35}, "gutuk-bisog"},    {{140, 98, 193, 141}, "mudof-sakat"},
            {{64, 255, 6, 200}, "haguz-biram"},   {{128, 30, 52, 45}, "mabiv-gibot"},
            {{147, 67, 119, 2}, "natag-lisaf"},   {{212, 58, 253, 68}, "tibup-zujah"},
            {{216, 35, 68, 215}, "tobog-higil"},  {{216, 68, 232, 21}, "todah-vobij"},
            {{198, 81, 129, 136}, "sinid-makam"}, {{12, 110, 110, 204}, "budov-kuras"}};
}

Bytes even(Bytes bytes) {
    bytes.resize(bytes.size() / 2 * 2);
    return bytes;
}

TEST(Words, AreThoseOfThePaper) {
    for (const auto& [address, words] : published()) {
        EXPECT_EQ(to_words(address), words);
        EXPECT_THAT(from_words(words, 4), IsOkAndHolds(address));
    }
}

RC_GTEST_PROP(Words, ComeBackAsTheBytesTheyWereMadeFrom, (const Bytes& any)) {
    const Bytes bytes = even(any);
    RC_ASSERT(from_words(to_words(bytes), bytes.size()).value() == bytes);
}

RC_GTEST_PROP(Words, WithOneOtherLetterAreRefusedOrAnotherValue, (const Hash& hash)) {
    std::string text = eight_words(hash);
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    const char letter = *rc::gen::inRange('a', '{');
    RC_PRE(text[at] != '-' && text[at] != letter);
    text[at] = letter;
    const auto read = from_words(text, spoken_bytes);
    if (read) {
        RC_ASSERT(!equal(*read, hash.view().first(spoken_bytes)));
    } else {
        RC_ASSERT(read.error().code == words_unknown);
    }
}

RC_GTEST_PROP(Words, HaveOneSpellingUpToCaseAndWhatStandsBetween, (const Hash& hash)) {
    std::string loud = eight_words(hash);
    for (char& c : loud) {
        c = c == '-'                      ? *rc::gen::element(' ', '-', '\n')
            : *rc::gen::arbitrary<bool>() ? static_cast<char>(std::toupper(c))
                                          : c;
    }
    RC_ASSERT(to_words(from_words(loud, spoken_bytes).value()) == eight_words(hash));
}

TEST(Words, AreReadInCapitalsAndAcrossSpacesHyphensAndLines) {
    for (const char* text : {"LUSAB-BABAD", " lusab babad ", "Lusab - Babad", "lusab\r\nbabad\n"}) {
        EXPECT_THAT(from_words(text, 4), IsOkAndHolds(Bytes{127, 0, 0, 1})) << text;
    }
}

TEST(Words, OfAHashAreEightForItsFirst128Bits) {
    Hash hash{{127, 0, 0, 1}};
    const std::string eight = eight_words(hash);
    EXPECT_EQ(eight, "lusab-babad-babab-babab-babab-babab-babab-babab");
    hash.bytes[16] = 1;
    EXPECT_EQ(eight_words(hash), eight);
    hash.bytes[15] = 1;
    EXPECT_NE(eight_words(hash), eight);
}

TEST(Words, ThatAreNoneAreNamedWithWhatIsWrong) {
    const auto said = [](std::string_view text) {
        const auto read = from_words(text, 4);
        EXPECT_THAT(read, HasCode(words_unknown)) << text;
        return read ? std::string() : read.error().context;
    };
    EXPECT_EQ(said("lusab-xabad"), "word 2, letter 1: 'x' is none of bdfghjklmnprstvz");
    EXPECT_EQ(said("lesab-babad"), "word 1, letter 2: 'e' is none of aiou");
    EXPECT_EQ(said("lusab-baba"), "word 2 has 4 letters, not 5");
    EXPECT_EQ(said("lusabbabad"), "word 1 has 10 letters, not 5");
    EXPECT_THAT(said("lusab b\x1b[2J"), HasSubstr("word 2, letter 2: what stands there"));
}

TEST(Words, TooFewOrTooManyAreCounted) {
    EXPECT_THAT(from_words("", 4), HasCode(words_count));
    EXPECT_THAT(from_words("lusab", 4), HasCode(words_count));
    const auto read = from_words("lusab-babad-babab", 4);
    ASSERT_THAT(read, HasCode(words_count));
    EXPECT_EQ(read.error().context, "3 words where 2 are expected");
}

}  // namespace
}  // namespace entrepot::crypto
