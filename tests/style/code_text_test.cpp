#include "tests/style/code_text.hpp"

#include <gtest/gtest.h>

namespace entrepot::style {
namespace {

TEST(CodeText, BlanksCommentsAndKeepsColumns) {
    EXPECT_EQ(without_comments("int a; // b\nint /* c */ d;"), "int a;     \nint         d;");
}

TEST(CodeText, KeepsSlashesInsideStrings) {
    EXPECT_EQ(without_comments(R"(f("http://a"); // b)"), R"(f("http://a");     )");
}

TEST(CodeText, BlanksWhatIsQuoted) {
    EXPECT_EQ(without_literals(R"(f("a\"{", '}');)"), R"(f("    ", ' ');)");
}

TEST(CodeText, BlanksRawStringsUpToTheirOwnEnd) {
    EXPECT_EQ(without_literals("R\"x(a)\"{)x\" + b"), "R\"x(    )x\" + b");
}

TEST(CodeText, KnowsDigitSeparatorsFromCharacters) {
    EXPECT_EQ(without_literals("f(1'000, '{', 0xFF'FF, u8'a')"), "f(1'000, ' ', 0xFF'FF, u8' ')");
}

TEST(CodeText, BlanksDirectivesWithTheirContinuations) {
    EXPECT_EQ(without_directives("#define A { \\\n  {\nint b;"),
              std::string(13, ' ') + "\n   \nint b;");
}

TEST(CodeText, KeepsEveryLineOfAnUnfinishedComment) {
    EXPECT_EQ(without_comments("a /* b\nc"), "a     \n ");
}

}  // namespace
}  // namespace entrepot::style
