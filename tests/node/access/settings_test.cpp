#include "node/access/settings.hpp"

#include <gtest/gtest.h>

#include "tests/support/matchers.hpp"

namespace entrepot::node {
namespace {

const Settings airport{replication::NodeKind::unit, "Norman Manley Airport", "JM"};

TEST(Settings, DecodeToWhatWasEncoded) {
    const auto read = decode_settings(encode(airport));
    ASSERT_THAT(read, IsOk());
    EXPECT_EQ(read->kind, airport.kind);
    EXPECT_EQ(read->name, airport.name);
    EXPECT_EQ(read->country, airport.country);
}

TEST(Settings, RefuseEveryTruncationAndATrailingByte) {
    Bytes bytes = encode(airport);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_THAT(decode_settings(ByteView(bytes).first(size)), HasCode(settings_malformed));
    }
    bytes.push_back(0);
    EXPECT_THAT(decode_settings(bytes), HasCode(settings_malformed));
}

TEST(Settings, RefuseAKindThatDoesNotExist) {
    Bytes bytes = encode(airport);
    bytes[0] = 4;
    EXPECT_THAT(decode_settings(bytes), HasCode(settings_malformed));
}

TEST(Settings, TakeOnlyTwoCapitalLettersForACountry) {
    EXPECT_THAT(check_country("JM"), IsOk());
    for (const char* wrong : {"", "J", "jm", "JAM", "J1", "J\xc3"}) {
        EXPECT_THAT(check_country(wrong), HasCode(settings_country)) << wrong;
    }
}

}  // namespace
}  // namespace entrepot::node
