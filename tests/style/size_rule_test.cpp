#include <gtest/gtest.h>

#include "tests/style/finding_matchers.hpp"

namespace entrepot::style {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string lines(std::size_t count) {
    std::string text;
    while (count-- > 0) {
        text += "//\n";
    }
    return text;
}

Findings sizes(std::vector<SourceFile> files) {
    return oversized(tree_of(std::move(files)));
}

TEST(Size, RefusesTheLineAfterTheLast) {
    EXPECT_THAT(sizes({{"node/a.cpp", lines(400)}}), IsEmpty());
    EXPECT_THAT(sizes({{"node/a.cpp", lines(401)}}),
                ElementsAre(Reports("node/a.cpp", 401, "401 lines, at most 400")));
}

TEST(Size, AllowsTestsMoreAndDocumentsAnything) {
    EXPECT_THAT(sizes({{"tests/a.cpp", lines(600)}, {"node/A.md", lines(5000)}}), IsEmpty());
    EXPECT_THAT(sizes({{"tests/a.cpp", lines(601)}}).size(), 1U);
}

TEST(Size, RefusesAFunctionOfSixtyOneLines) {
    EXPECT_THAT(sizes({{"node/a.cpp", "void f() {\n" + lines(58) + "}\n"}}), IsEmpty());
    EXPECT_THAT(sizes({{"node/a.cpp", "\nvoid f() {\n" + lines(59) + "}\n"}}),
                ElementsAre(Reports("node/a.cpp", 2, "f(): 61 lines")));
}

TEST(Size, CountsAClassByItsFunctionsOnly) {
    EXPECT_THAT(sizes({{"node/a.hpp", "class A {\n" + lines(100) + "void f();\n};\n"}}), IsEmpty());
}

TEST(Size, RefusesTheTwentySixthFileOfAFolder) {
    std::vector<SourceFile> files;
    for (int i = 0; i < 25; ++i) {
        files.push_back({"node/a/f" + std::to_string(i) + ".cpp", ""});
    }
    files.push_back({"node/a/b/f.cpp", ""});
    files.push_back({"node/a/A.md", ""});
    EXPECT_THAT(sizes(files), IsEmpty());
    files.push_back({"node/a/last.hpp", ""});
    EXPECT_THAT(sizes(files), ElementsAre(Reports("node/a", 0, "26 files")));
}

}  // namespace
}  // namespace entrepot::style
