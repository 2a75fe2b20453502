// The rules applied to this very tree. A failure lists file, line and rule.
#include <gtest/gtest.h>

#include "tests/style/rules.hpp"
#include "tests/support/places.hpp"

namespace entrepot::style {
namespace {

const SourceTree& sources() {
    static const SourceTree tree = read_tree(source_folder());
    return tree;
}

void expect_none(const Findings& findings) {
    EXPECT_TRUE(findings.empty()) << findings.size() << " findings:" << listed(findings);
}

TEST(Sources, AreFound) {
    EXPECT_NE(sources().find("tests/style/tree_test.cpp"), nullptr);
    EXPECT_NE(sources().find("crypto/domain.hpp"), nullptr);
}

TEST(Sources, IncludeOnlyDownTheArrow) {
    expect_none(broken_include_directions(sources()));
}

TEST(Sources, KeepEveryLibraryInItsHome) {
    expect_none(libraries_away_from_home(sources()));
}

TEST(Sources, KeepTheCoreFreeOfInputAndOutput) {
    expect_none(broken_sans_io(sources()));
}

TEST(Sources, StayWithinTheAgreedSizes) {
    expect_none(oversized(sources()));
}

TEST(Sources, UseNoBannedName) {
    expect_none(banned_names(sources()));
}

TEST(Sources, AreTidy) {
    expect_none(untidy_text(sources()));
}

TEST(Sources, KeepTheAgreedTopLevel) {
    expect_none(strangers_at_top_level(sources()));
}

TEST(Sources, GiveEveryErrorItsOwnName) {
    expect_none(repeated_error_codes(sources()));
}

TEST(Sources, TestEveryErrorCode) {
    expect_none(untested_error_codes(sources()));
}

TEST(Sources, WriteDomainsInOneTable) {
    expect_none(stray_domains(sources()));
}

TEST(Documents, HaveNoDeadLinks) {
    expect_none(dead_links(sources()));
}

TEST(Documents, ProveEveryNegativeCaseTheyNumber) {
    expect_none(unproven_cases(sources()));
}

}  // namespace
}  // namespace entrepot::style
