// Matchers for Result and Status, and readable printing of what they hold:
//     EXPECT_THAT(open(file), HasCode(keybag_damaged));
//     ASSERT_THAT(status, IsOk());   EXPECT_THAT(parse(text), IsOkAndHolds(42));
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"
#include "crypto/secret.hpp"

namespace entrepot {

inline void PrintTo(const ErrorCode& code, std::ostream* out) {
    *out << code.name();
}

inline void PrintTo(const Error& error, std::ostream* out) {
    *out << "error " << error.code.name() << " (" << error.context << ")";
}

template <class Tag, std::size_t N>
void PrintTo(const FixedBytes<Tag, N>& bytes, std::ostream* out) {
    *out << to_hex(bytes.view());
}

template <class T>
void PrintTo(const Result<T>& result, std::ostream* out) {
    if (!result) {
        PrintTo(result.error(), out);
        return;
    }
    *out << "a value " << ::testing::PrintToString(*result);
}

inline void PrintTo(const Result<void>& result, std::ostream* out) {
    if (!result) {
        PrintTo(result.error(), out);
        return;
    }
    *out << "success";
}

namespace crypto {

inline void PrintTo(const Secret& secret, std::ostream* out) {
    *out << "<" << secret.size() << " secret bytes>";
}

}  // namespace crypto

/// A Result or Status without an error.
MATCHER(IsOk, negation ? "has an error" : "has no error") {
    static_cast<void>(result_listener);
    return arg.has_value();
}

/// A Result or Status that failed with this code.
MATCHER_P(HasCode, code,
          std::string(negation ? "does not fail with " : "fails with ") +
              std::string(code.name())) {
    static_cast<void>(result_listener);
    return !arg.has_value() && arg.error().code == code;
}

/// A Result whose value is, or is matched by, `inner`.
MATCHER_P(IsOkAndHolds, inner,
          "has a value that " +
              ::testing::DescribeMatcher<std::decay_t<decltype(std::declval<arg_type>().value())>>(
                  inner, negation)) {
    return arg.has_value() && ::testing::ExplainMatchResult(inner, arg.value(), result_listener);
}

}  // namespace entrepot
