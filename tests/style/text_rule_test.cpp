#include <gtest/gtest.h>

#include "tests/style/finding_matchers.hpp"

namespace entrepot::style {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Findings text_of(const std::string& text, const std::string& path = "node/a.cpp") {
    return untidy_text(tree_of({{path, text}}));
}

TEST(Text, RefusesTheColumnAfterTheLast) {
    EXPECT_THAT(text_of(std::string(100, 'a')), IsEmpty());
    EXPECT_THAT(text_of("\n" + std::string(101, 'a')),
                ElementsAre(Reports("node/a.cpp", 2, "101 columns")));
}

TEST(Text, CountsCharactersAndNotBytes) {
    std::string arabic;
    for (int i = 0; i < 100; ++i) {
        arabic += "\u0639";
    }
    EXPECT_THAT(text_of(arabic), IsEmpty());
}

TEST(Text, RefusesTabsAndNotesToOneself) {
    EXPECT_THAT(text_of("\tint a;"), ElementsAre(Reports("node/a.cpp", 1, "a tab")));
    EXPECT_THAT(text_of(std::string("// TO") + "DO: later"),
                ElementsAre(Reports("node/a.cpp", 1, "a note to oneself")));
    EXPECT_THAT(text_of(std::string("// FIX") + "ME"),
                ElementsAre(Reports("node/a.cpp", 1, "a note to oneself")));
}

TEST(Text, ReadsScriptsButNotDocuments) {
    EXPECT_THAT(text_of("#!/bin/sh\n\techo", "tools/demo").size(), 1U);
    EXPECT_THAT(text_of("\tindented", "node/A.md"), IsEmpty());
}

TEST(Text, WantsPragmaOnceInHeadersOnly) {
    EXPECT_THAT(text_of("int a;", "node/a.hpp"),
                ElementsAre(Reports("node/a.hpp", 1, "#pragma once")));
    EXPECT_THAT(text_of("// what\n#pragma once\n", "node/a.hpp"), IsEmpty());
    EXPECT_THAT(text_of("int a;"), IsEmpty());
}

TEST(TopLevel, RefusesWhatWasNotAgreed) {
    EXPECT_THAT(strangers_at_top_level(tree_of({{"scripts/a", ""}, {"Makefile", ""}})),
                ElementsAre(Reports("Makefile", 0, "layout"), Reports("scripts", 0, "layout")));
}

TEST(TopLevel, AllowsTheLayoutAndDotFiles) {
    EXPECT_THAT(strangers_at_top_level(tree_of({{"CMakeLists.txt", ""},
                                                {"README.md", ""},
                                                {"crypto/a.hpp", ""},
                                                {".ci/run", ""},
                                                {".clang-format", ""}})),
                IsEmpty());
}

}  // namespace
}  // namespace entrepot::style
