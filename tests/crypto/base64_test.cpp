#include "crypto/base64.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cctype>

#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::crypto {
namespace {

RC_GTEST_PROP(Base64, ComesBackAsTheBytesItWasMadeFrom, (const Bytes& bytes)) {
    RC_ASSERT(from_base64(to_base64(bytes)).value() == bytes);
}

TEST(Base64, IsThatOfRfc4648) {
    EXPECT_EQ(to_base64({}), "");
    EXPECT_EQ(to_base64(as_bytes("f")), "Zg==");
    EXPECT_EQ(to_base64(as_bytes("fo")), "Zm8=");
    EXPECT_EQ(to_base64(as_bytes("foobar")), "Zm9vYmFy");
}

TEST(Base64, RefusesEveryOtherByteInEveryPlace) {
    for (int c = 0; c < 256; ++c) {
        const auto byte = static_cast<char>(c);
        const bool digit = std::isalnum(c) != 0 || c == '+' || c == '/';
        for (std::size_t at = 0; at < 4; ++at) {
            std::string text = "AAAA";
            text[at] = byte;
            const auto read = from_base64(text);
            // "AAA=" has three digits and its padding.
            EXPECT_EQ(read.has_value(), digit || (c == '=' && at == 3)) << c << " at " << at;
        }
    }
}

TEST(Base64, RefusesMissingPaddingSpareBitsAndWhatFollows) {
    for (const char* text : {"Zg", "Zg=", "Zh==", "Zm9=", "Zg==\n", "Zg==Zg==", " Zg==", "Zg==="}) {
        EXPECT_THAT(from_base64(text), HasCode(bytes_not_base64)) << text;
    }
}

}  // namespace
}  // namespace entrepot::crypto
