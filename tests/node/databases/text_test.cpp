// Text, numbers, dates, reference numbers: forms that are read and written.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "node/databases/field_value.hpp"
#include "node/databases/reference_number.hpp"
#include "node/databases/text/date_text.hpp"
#include "node/databases/text/nearest.hpp"
#include "node/databases/text/number_text.hpp"
#include "node/databases/text/utf8.hpp"

namespace entrepot::node {
namespace {

using replication::Decimal;

TEST(Utf8, AcceptsWellFormedTextAndNothingElse) {
    for (const char* good : {"", "a", "é", "€", "𝄞", "long enough for eight bytes é"}) {
        EXPECT_TRUE(is_utf8(good)) << good;
    }
    for (const char* bad :
         {"\x80", "\xc0\x80", "\xc3", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff",
          "eight by\xe9", "\xe2\x82", "\xf0\x9f\x98"}) {
        EXPECT_FALSE(is_utf8(bad)) << bad;
    }
}

TEST(Utf8, FoldsLettersOfThreeScripts) {
    EXPECT_EQ(fold_case("BOGOTÁ ŠKODA ΑΘΗΝΑ МОСКВА Ёж ẞ×"), "bogotá škoda αθηνα москва ёж ẞ×");
    EXPECT_EQ(fold_entry("  Air\xc2\xa0 Freight "), "air freight");
    EXPECT_EQ(trim("\xc2\xa0 x \t"), "x");
}

TEST(Utf8, CutsAtACharacter) {
    EXPECT_EQ(shorten("ééé", 3), "é…");
    EXPECT_EQ(shorten("abc", 3), "abc");
    EXPECT_EQ(from_windows_1252("\x96\xe9\x80"), "–é€");
}

RC_GTEST_PROP(Utf8, NeverMakesBadTextWhenFoldingOrConverting, (std::string bytes)) {
    RC_ASSERT(is_utf8(from_windows_1252(bytes)));
    RC_ASSERT(is_utf8(fold_case(from_windows_1252(bytes))));
    RC_ASSERT(is_utf8(shorten(from_windows_1252(bytes), 5)));
}

TEST(Nearest, CountsASwapAsOneAndKnowsWhenToBeSilent) {
    const std::string_view words[] = {"quantity", "unit", "kg"};
    EXPECT_EQ(nearest("quanitty", words), "quantity");
    EXPECT_EQ(nearest("Unti", words), "unit");
    EXPECT_EQ(nearest("narrative", words), "");
    EXPECT_EQ(nearest("x", {}), "");
}

RC_GTEST_PROP(Decimals, ComeBackAsTheyWereTyped, ()) {
    const auto mantissa = *rc::gen::inRange<std::int64_t>(-999999999999999, 999999999999999);
    const auto scale = *rc::gen::inRange<int>(0, 15);
    const Decimal decimal{mantissa, static_cast<std::uint8_t>(scale)};
    RC_ASSERT(decimal_from_text(decimal_to_text(decimal)) == decimal);
}

TEST(Decimals, CompareByValue) {
    EXPECT_EQ(compare({150, 2}, {15, 1}), std::strong_ordering::equal);
    EXPECT_EQ(compare({-1, 0}, {1, 18}), std::strong_ordering::less);
    EXPECT_EQ(compare({999999999999999999, 0}, {999999999999999999, 18}),
              std::strong_ordering::greater);
    EXPECT_FALSE(decimal_from_text("-"));
    EXPECT_FALSE(decimal_from_text("1.2.3"));
    EXPECT_FALSE(decimal_from_text("1,5"));
}

RC_GTEST_PROP(Moments, ComeBackAsTheyWere, ()) {
    const auto ms = *rc::gen::inRange<std::int64_t>(-60000000000000, 250000000000000);
    const auto offset = *rc::gen::inRange<int>(-840, 841);
    const replication::Moment moment{ms, static_cast<std::int16_t>(offset)};
    RC_ASSERT(moment_from_text(moment_to_text(moment)) == moment);
}

TEST(Moments, NeedTheirOffset) {
    EXPECT_EQ(moment_from_text("1970-01-01T01:00+01:00")->unix_ms, 0);
    EXPECT_EQ(moment_to_text({0, -300}), "1969-12-31T19:00:00-05:00");
    for (const char* bad : {"2026-03-07T10:00", "2026-03-07 10:00Z", "2026-03-07T24:00Z",
                            "2026-03-07T10:60Z", "2026-03T10:00Z", "2026-03-07T10:00:00.Z", ""}) {
        EXPECT_FALSE(moment_from_text(bad)) << bad;
    }
}

TEST(Dates, SpanTheirPeriod) {
    EXPECT_EQ(days_of(*date_from_text("1970")).first, 0);
    EXPECT_EQ(days_of(*date_from_text("1970")).last, 364);
    EXPECT_EQ(days_of(*date_from_text("2024-02")).last - days_of(*date_from_text("2024-02")).first,
              28);
}

TEST(ReferenceNumbers, ComeBackAsTheyWere) {
    for (const char* text : {"JM-NMIA-2026-00042", "US-MIA1-1999-123456", "GB-LH-0999-00001"}) {
        ASSERT_TRUE(reference_number_from_text(text)) << text;
        EXPECT_EQ(to_text(*reference_number_from_text(text)), text);
    }
}

TEST(References, ComeBackAsTheyWere) {
    replication::RecordKey key;
    key.compartment.bytes[3] = 7;
    key.record.bytes[15] = 9;
    EXPECT_EQ(reference_from_text(reference_to_text(key)), key);
    EXPECT_FALSE(reference_from_text("x/y"));
}

}  // namespace
}  // namespace entrepot::node
