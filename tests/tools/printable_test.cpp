#include "tools/commands/terminal/printable.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace entrepot::tools {
namespace {

TEST(Printable, KeepsTextOfAnyScript) {
    for (const char* text : {"Kingston", "Café", "Иванов", "مطار", "東京", "🛃"}) {
        EXPECT_EQ(printable(text), text);
    }
}

TEST(Printable, SpellsControlCharactersAndDirectionMarks) {
    EXPECT_EQ(printable("a\x1b[31m"), "a\\u{1b}[31m");
    EXPECT_EQ(printable("\r\n\t"), "\\u{0d}\\u{0a}\\u{09}");
    EXPECT_EQ(printable("\xc2\x9b"), "\\u{9b}");
    EXPECT_EQ(printable("\xe2\x80\xae"), "\\u{202e}");
}

TEST(Printable, SpellsBytesThatAreNoCharacters) {
    EXPECT_EQ(printable("\xff"), "\\x{ff}");
    EXPECT_EQ(printable("\xc3"), "\\x{c3}");
    EXPECT_EQ(printable("\xed\xa0\x80"), "\\x{ed}\\x{a0}\\x{80}");
    EXPECT_EQ(printable("\xc0\xaf"), "\\x{c0}\\x{af}");
}

RC_GTEST_PROP(Printable, NeverHoldsAControlByteWhateverItIsGiven, (const std::string& bytes)) {
    for (const char c : printable(bytes)) {
        const auto byte = static_cast<unsigned char>(c);
        RC_ASSERT(byte >= 0x20 && byte != 0x7F);
    }
}

RC_GTEST_PROP(Printable, ChangesNothingTheSecondTime, (const std::string& bytes)) {
    RC_ASSERT(printable(printable(bytes)) == printable(bytes));
}

TEST(Columns, CountWideCharactersTwiceAndCombiningOnesNot) {
    EXPECT_EQ(columns_of("Kingston"), 8U);
    EXPECT_EQ(columns_of("東京"), 4U);
    EXPECT_EQ(columns_of("e\xcc\x81"), 1U);
}

TEST(Shortened, EndsWithAnEllipsisWhenItWasCut) {
    EXPECT_EQ(shortened("Kingston", 8), "Kingston");
    EXPECT_EQ(shortened("Kingston", 5), "King…");
    EXPECT_EQ(shortened("東京東京", 4), "東…");
}

}  // namespace
}  // namespace entrepot::tools
