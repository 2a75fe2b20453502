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

}  // namespace
}  // namespace entrepot::style
