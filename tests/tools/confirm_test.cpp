#include "tools/commands/administration/confirm.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "tools/commands/terminal/qr_code.hpp"

namespace entrepot::tools {
namespace {

/// What a person at a terminal answers.
Outcome<void> answered(const std::string& answer, std::string& shown) {
    std::istringstream in(answer);
    std::ostringstream out;
    std::ostringstream err;
    ConsoleStreams streams{in, out, err};
    streams.in_is_terminal = true;
    streams.err_is_terminal = true;
    Console console(streams);
    const Arguments arguments;
    const Surroundings surroundings;
    auto done = confirm({arguments, console, surroundings}, {"revokes a node"}, "Revoke it?");
    shown = err.str();
    return done;
}

TEST(Confirm, DoesNothingUnlessThePersonSaysYes) {
    std::string shown;
    const auto refused = answered("n\n", shown);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, act_not_confirmed.name());
    EXPECT_THAT(shown, ::testing::HasSubstr("revokes a node"));
    EXPECT_TRUE(answered("y\n", shown).has_value());
}

TEST(QrCode, SaysWhenATextIsTooLong) {
    const auto code = QrCode::of(std::string(5000, 'A'));
    ASSERT_FALSE(code.has_value());
    EXPECT_EQ(code.error().code, qr_too_long);
}

TEST(QrCode, HasAFinderInThreeCorners) {
    const auto code = QrCode::of("EPQ1:0123456789ABCDEFGHJKMNPQRS");
    ASSERT_TRUE(code.has_value());
    const std::size_t last = code->side() - 1;
    EXPECT_TRUE(code->is_dark(0, 0));
    EXPECT_TRUE(code->is_dark(0, last));
    EXPECT_TRUE(code->is_dark(last, 0));
    EXPECT_FALSE(code->is_dark(7, 7));
}

}  // namespace
}  // namespace entrepot::tools
