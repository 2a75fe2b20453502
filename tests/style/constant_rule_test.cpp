#include <gtest/gtest.h>

#include "tests/style/finding_matchers.hpp"

namespace entrepot::style {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const SourceFile declared{"node/a.hpp",
                          "\ninline constexpr ErrorCode a_broken{\"a.broken\", ErrorKind::x};\n"
                          "inline constexpr ErrorCode\n    a_lost{\n    \"a.lost\", "
                          "ErrorKind::x};\n"};

TEST(ErrorCodes, MayNotShareAName) {
    const SourceFile again{"tools/b.hpp", "constexpr ErrorCode b{\"a.broken\", ErrorKind::y};"};
    EXPECT_THAT(repeated_error_codes(tree_of({declared, again})),
                ElementsAre(Reports("tools/b.hpp", 1, "a.broken is already in node/a.hpp:2")));
    EXPECT_THAT(repeated_error_codes(tree_of({declared})), IsEmpty());
}

TEST(ErrorCodes, AreListedUntilATestMentionsThem) {
    EXPECT_THAT(untested_error_codes(tree_of({declared})),
                ElementsAre(Reports("node/a.hpp", 2, "a_broken"),
                            Reports("node/a.hpp", 3, "a_lost (a.lost)")));
}

TEST(ErrorCodes, AreMentionedByConstantOrByName) {
    const SourceFile test{"tests/node/a_test.cpp", "f(node::a_broken); g(\"a.lost\");"};
    EXPECT_THAT(untested_error_codes(tree_of({declared, test})), IsEmpty());
}

TEST(ErrorCodes, AreNotMentionedByALongerWord) {
    const SourceFile test{"tests/node/a_test.cpp", "f(a_broken_too); g(\"a.lost.again\");"};
    EXPECT_THAT(untested_error_codes(tree_of({declared, test})).size(), 2U);
}

TEST(Domains, StayInTheirTable) {
    const std::string text = "// \"entrepot/1/\nauto a = \"entrepot/1/a/\";";
    EXPECT_THAT(stray_domains(tree_of({{"crypto/seal.cpp", text}})),
                ElementsAre(Reports("crypto/seal.cpp", 2, "crypto/domain.hpp")));
    EXPECT_THAT(stray_domains(tree_of({{"crypto/domain.hpp", text}, {"tests/a.cpp", text}})),
                IsEmpty());
}

}  // namespace
}  // namespace entrepot::style
