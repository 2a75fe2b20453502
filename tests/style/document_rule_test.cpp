#include <gtest/gtest.h>

#include "tests/style/finding_matchers.hpp"

namespace entrepot::style {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Findings links(const std::string& text) {
    return dead_links(tree_of({{"node/A.md", text},
                               {"node/api/b.hpp", ""},
                               {"README.md", "# The house\n## Keys, and who holds them\n"}}));
}

TEST(Links, RefusesOneThatLeadsNowhere) {
    EXPECT_THAT(links("\nsee [b](api/c.hpp)"), ElementsAre(Reports("node/A.md", 2, "api/c.hpp")));
    EXPECT_THAT(links("[b](node/api/b.hpp)").size(), 1U);
}

TEST(Links, FollowsFilesFoldersAndParents) {
    EXPECT_THAT(links("[b](api/b.hpp) [c](api/) [d](../README.md) [e](.) [f](../)"), IsEmpty());
}

TEST(Links, LooksForTheHeadingToo) {
    EXPECT_THAT(links("[k](../README.md#keys-and-who-holds-them)"), IsEmpty());
    EXPECT_THAT(links("[k](../README.md#locks)"),
                ElementsAre(Reports("node/A.md", 1, "no heading")));
    EXPECT_THAT(links("# Here\n[h](#here) [t](#there)"),
                ElementsAre(Reports("node/A.md", 2, "#there")));
}

TEST(Links, LeavesOutsideAndQuotedOnesAlone) {
    EXPECT_THAT(links("[w](https://example.org/x) [m](mailto:a@example.org)\n"
                      "```\n[b](nowhere)\n```\n"),
                IsEmpty());
}

Findings cases(const std::string& rows) {
    std::string hundred;
    for (int i = 1; i <= 100; ++i) {
        hundred += "| " + std::to_string(i) + " | a | `commit.size` | `Commit.IsSmall` |\n";
    }
    return unproven_cases(
        tree_of({{"crypto/SECURITY.md", hundred + rows},
                 {"replication/log/commit.hpp", "ErrorCode commit_size{\"commit.size\", refused};"},
                 {"tests/replication/log/commit_test.cpp", "TEST_F(Commit,\n  IsSmall) {}"}}));
}

TEST(Cases, NeedTheirTestTheirCodeAndTheirNumber) {
    EXPECT_THAT(cases("| 101 | b | `commit.size` | `Commit.IsSmall` |"), IsEmpty());
    EXPECT_THAT(cases("| 101 | b | `commit.size` | `Commit.IsGone` |"),
                ElementsAre(Reports("crypto/SECURITY.md", 101, "no test is called")));
    EXPECT_THAT(cases("| 101 | b | `commit.gone` | `Commit.IsSmall` |"),
                ElementsAre(Reports("crypto/SECURITY.md", 101, "no source reports")));
    EXPECT_THAT(cases("| 101 | b | – | `Commit.IsSmall` |"),
                ElementsAre(Reports("crypto/SECURITY.md", 101, "without a code")));
    EXPECT_THAT(cases("| 102 | b | `commit.size` | `Commit.IsSmall` |"),
                ElementsAre(Reports("crypto/SECURITY.md", 101, "case 101 is missing")));
}

TEST(Cases, AreAHundredAtLeast) {
    EXPECT_THAT(unproven_cases(tree_of({{"crypto/SECURITY.md", ""}})),
                ElementsAre(Reports("crypto/SECURITY.md", 0, "fewer than 100")));
}

}  // namespace
}  // namespace entrepot::style
