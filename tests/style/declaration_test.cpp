#include "tests/style/declaration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace entrepot::style {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> names(std::string_view text, DeclarationKind kind) {
    std::vector<std::string> found;
    for (const Declaration& declared : declarations_in(text)) {
        if (declared.kind == kind) {
            found.push_back(declared.name);
        }
    }
    return found;
}

std::vector<std::string> functions(std::string_view text) {
    return names(text, DeclarationKind::function);
}

std::vector<std::string> types(std::string_view text) {
    return names(text, DeclarationKind::type);
}

TEST(Declaration, FindsFreeFunctionsWithAndWithoutBodies) {
    EXPECT_THAT(functions("int a(int x);\nstd::vector<int> b() { return {}; }"),
                ElementsAre("a", "b"));
}

TEST(Declaration, FindsMembersInsideAndOutsideTheirClass) {
    EXPECT_THAT(functions("struct A {\npublic:\n  int b() const { return 1; }\n  void c();\n};\n"
                          "void A::d() {}"),
                ElementsAre("b", "c", "d"));
}

TEST(Declaration, LooksIntoNoBody) {
    EXPECT_THAT(functions("void a() { if (b()) { c(); } struct D { int e(); }; }"),
                ElementsAre("a"));
}

TEST(Declaration, TakesAConstructorWithBracedMembersForOneFunction) {
    EXPECT_THAT(functions("A::A(int x) : b_{x}, c_(x), d_{1} { f(); }\nint g();"),
                ElementsAre("A", "g"));
}

TEST(Declaration, TakesNoBracedVariableForAFunction) {
    EXPECT_THAT(functions("constexpr A a{f(1)};\nstd::function<void(int)> b;\nint c = d(1);"),
                IsEmpty());
}

TEST(Declaration, SeesThroughTemplatesAndAttributes) {
    EXPECT_THAT(functions("template <class T, class U = A<T>>\n[[nodiscard]] T a(U u) { }"),
                ElementsAre("a"));
    EXPECT_THAT(types("template <class T>\nclass [[nodiscard]] B<T> { };"), ElementsAre("B"));
}

TEST(Declaration, FindsTypesNamespacesAndAliases) {
    constexpr std::string_view text =
        "namespace a::b { struct C; enum class D : int { e }; using F = int; class G : H { }; }";
    EXPECT_THAT(types(text), ElementsAre("C", "D", "F", "G"));
    EXPECT_THAT(names(text, DeclarationKind::space), ElementsAre("a::b"));
}

TEST(Declaration, CountsAFunctionFromItsSignatureToItsBrace) {
    const auto found = declarations_in("namespace a {\n\nint b(int c,\n      int d) {\n\n}\n}\n");
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[1].name, "b");
    EXPECT_EQ(found[1].first_line, 3U);
    EXPECT_EQ(found[1].length(), 4U);
}

TEST(Declaration, IsNotMisledByBracesInTextAndMacros) {
    EXPECT_THAT(functions("#define X {\nvoid a() { f(\"{\"); } // {\nvoid b() { g('{'); }"),
                ElementsAre("a", "b"));
}

TEST(Declaration, SurvivesUnbalancedBraces) {
    EXPECT_THAT(functions("}}} int a() { } }"), Contains("a"));
}

}  // namespace
}  // namespace entrepot::style
