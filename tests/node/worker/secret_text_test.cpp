#include "node/worker/secret_text.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

#include "node/databases/text/utf8.hpp"
#include "node/desk/record_desk.hpp"
#include "tests/support/matchers.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

Bytes bytes_of(const std::string& text) {
    return {text.begin(), text.end()};
}

std::string taken(const std::string& body, std::string_view name = "passphrase") {
    Bytes bytes = bytes_of(body);
    const auto out = take_secret_text(bytes, name);
    EXPECT_THAT(out, IsOk());
    return out ? std::string(as_text(out->view())) : "";
}

std::string utf8_of(const std::vector<std::uint32_t>& points) {
    std::string out;
    for (const std::uint32_t point : points) {
        json text;
        char escaped[8];
        std::snprintf(escaped, sizeof escaped, "\\u%04x", point);
        text = json::parse("\"" + std::string(escaped) + "\"", nullptr, false);
        out += text.is_string() ? text.get<std::string>() : "x";
    }
    return out;
}

RC_GTEST_PROP(SecretText, IsTheMembersTextAndLeavesBlanksThere,
              (const std::vector<std::uint16_t>& points, bool in_ascii)) {
    const std::string secret =
        utf8_of({points.begin(), points.begin() + std::min<long>(300, long(points.size()))});
    const json whole{{"a", {{"passphrase", "inner"}}},
                     {"list", {"passphrase", "x", 1, nullptr}},
                     {"officer", "A \"B\" \\ C{[,"},
                     {"passphrase", secret}};
    Bytes body = bytes_of(whole.dump(in_ascii ? 2 : -1, ' ', in_ascii));
    const auto out = take_secret_text(body, "passphrase");
    RC_ASSERT(static_cast<bool>(out));
    RC_ASSERT(as_text(out->view()) == secret);
    json left = json::parse(as_text(body));
    RC_ASSERT(left.at("passphrase").get<std::string>().find_first_not_of(' ') == std::string::npos);
    left["passphrase"] = secret;
    RC_ASSERT(left == whole);
}

TEST(SecretText, IsReadWithEveryEscape) {
    EXPECT_EQ(taken(R"({ "passphrase" : "a\"\\\/\b\f\n\r\té😀" })"),
              "a\"\\/\b\f\n\r\t\xC3\xA9\xF0\x9F\x98\x80");
    EXPECT_EQ(taken(R"({"old":"one","new":"two"})", "new"), "two");
}

TEST(SecretText, IsEmptyWhereThereIsNone) {
    for (const char* body : {"", "{}", "[]", R"(["passphrase","x"])", R"({"passphrase":7})",
                             R"({"passphrase")", R"({"x":["passphrase","y"]})",
                             R"({"x":"passphrase","y":"z"})", R"({"x":{"passphrase":"y"}})"}) {
        EXPECT_EQ(taken(body), "") << body;
    }
}

TEST(SecretText, IsRefusedWhenItIsTooLongOrNoText) {
    for (const std::string& text :
         {std::string(longest_secret_text + 1, 'x'), std::string(100'000, 'x'), std::string("\xFF"),
          std::string("\\ud800"), std::string("\\udc00x"), std::string("\\u12"),
          std::string("\\q")}) {
        Bytes body = bytes_of("{\"passphrase\":\"" + text + "\"}");
        EXPECT_THAT(take_secret_text(body, "passphrase"), HasCode(request_body)) << text;
        EXPECT_EQ(as_text(body).find(text), std::string::npos) << "blanked all the same";
    }
    EXPECT_EQ(taken("{\"passphrase\":\"" + std::string(longest_secret_text, 'x') + "\"}").size(),
              longest_secret_text);
}

TEST(SecretText, IsBlankedWhereverTheBodyEnds) {
    const std::string body = R"({"officer":"A","passphrase":"gulls é count"})";
    for (std::size_t size = 0; size <= body.size(); ++size) {
        Bytes cut = bytes_of(body.substr(0, size));
        static_cast<void>(take_secret_text(cut, "passphrase"));
        EXPECT_EQ(as_text(cut).find("gu"), std::string::npos) << size;
    }
}

TEST(SecretText, IsGivenAwayOnce) {
    Bytes body = bytes_of(R"({"old":"one","new":"two"})");
    const auto both = SecretTexts::take(body, {"old", "new"});
    ASSERT_THAT(both, IsOk());
    EXPECT_EQ(as_text((*both)->give("new").view()), "two");
    EXPECT_TRUE((*both)->give("new").empty());
    EXPECT_TRUE((*both)->give("other").empty());
}

}  // namespace
}  // namespace entrepot::node
