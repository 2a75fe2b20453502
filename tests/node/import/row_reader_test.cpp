// Rows from bytes in pieces of any size, and the rows that are none.
#include "node/import/row_reader.hpp"

#include <gmock/gmock.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace entrepot::node {
namespace {

using testing::ElementsAre;

std::vector<Row> read(std::string_view text, std::size_t piece = 1 << 20, RowForm form = {}) {
    RowReader reader(form);
    std::vector<Row> out;
    const auto take = [&] {
        for (Row& row : reader.take_rows()) {
            out.push_back(std::move(row));
        }
    };
    for (std::size_t at = 0; at < text.size(); at += piece) {
        reader.feed(text.substr(at, piece));
        take();
    }
    reader.finish();
    take();
    return out;
}

std::vector<std::vector<std::string>> fields(std::string_view text, std::size_t piece = 1 << 20) {
    std::vector<std::vector<std::string>> out;
    for (Row& row : read(text, piece)) {
        EXPECT_FALSE(row.broken) << row.broken->context;
        out.push_back(row.fields);
    }
    return out;
}

TEST(RowReader, ReadsQuotesLineEndsAndCommasWithinValues) {
    EXPECT_THAT(fields("a,b\r\n\"x, \"\"y\"\"\",\"two\nlines\"\r\n\r\n,\n"),
                ElementsAre(ElementsAre("a", "b"), ElementsAre("x, \"y\"", "two\nlines"),
                            ElementsAre("", "")));
    EXPECT_THAT(fields("a,b\rc,d"), ElementsAre(ElementsAre("a", "b"), ElementsAre("c", "d")));
}

TEST(RowReader, LeavesOutAByteOrderMarkHoweverItArrives) {
    for (const std::size_t piece : {1U, 2U, 3U, 100U}) {
        EXPECT_THAT(fields("\xef\xbb\xbf"
                           "a,b\n",
                           piece),
                    ElementsAre(ElementsAre("a", "b")));
    }
    EXPECT_THAT(fields("\xef\xbb"), ElementsAre(ElementsAre("\xef\xbb")));
    EXPECT_TRUE(fields("").empty());
}

TEST(RowReader, KeepsNulBytesForTheValidationToRefuse) {
    EXPECT_THAT(fields(std::string_view("a\0b,c\n", 6)),
                ElementsAre(ElementsAre(std::string("a\0b", 3), "c")));
}

TEST(RowReader, NumbersRowsAndTheLinesTheyStartOn) {
    const auto rows = read("h\n\"a\nb\"\n\nc\n");
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[1].number, 2U);
    EXPECT_EQ(rows[1].line, 2U);
    EXPECT_EQ(rows[2].number, 3U);
    EXPECT_EQ(rows[2].line, 5U);
    EXPECT_EQ(rows[1].raw, "\"a\nb\"");
}

TEST(RowReader, ReportsAQuoteThatIsNeverClosed) {
    const auto rows = read("a\n\"b\nc\n");
    ASSERT_EQ(rows.size(), 2U);
    ASSERT_TRUE(rows[1].broken);
    EXPECT_EQ(rows[1].broken->code, row_unterminated);
    EXPECT_EQ(rows[1].line, 2U);
}

TEST(RowReader, ReportsAStrayQuoteAndGoesOnWithTheNextLine) {
    const auto rows = read("a,12\" barrel,b\nc,d\n");
    ASSERT_EQ(rows.size(), 2U);
    ASSERT_TRUE(rows[0].broken);
    EXPECT_EQ(rows[0].broken->code, row_bad_quotes);
    EXPECT_THAT(rows[1].fields, ElementsAre("c", "d"));
}

TEST(RowReader, ReportsTooManyColumns) {
    const auto rows = read(std::string(5000, ',') + "\na\n");
    ASSERT_EQ(rows.size(), 2U);
    ASSERT_TRUE(rows[0].broken);
    EXPECT_EQ(rows[0].broken->code, row_too_many_columns);
    EXPECT_THAT(rows[1].fields, ElementsAre("a"));
}

TEST(RowReader, PassesALineOfTwoGigabytesWithoutHoldingIt) {
    RowReader reader;
    const std::string block(1 << 20, 'x');
    reader.feed("a,b\n");
    for (int megabytes = 0; megabytes < 2048; ++megabytes) {
        reader.feed(block);
    }
    reader.feed("\nc,d\n");
    const auto rows = reader.take_rows();
    ASSERT_EQ(rows.size(), 3U);
    ASSERT_TRUE(rows[1].broken);
    EXPECT_EQ(rows[1].broken->code, row_too_long);
    EXPECT_LE(rows[1].raw.capacity(), 2 * row_limit);
    EXPECT_THAT(rows[2].fields, ElementsAre("c", "d"));
}

TEST(RowReader, GivesEachLineOfNdjsonWhole) {
    const auto rows = read("{\"a\":\"x,y\"}\n\n{\"b\":\"\\\"\"}", 3, {false, ','});
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_THAT(rows[0].fields, ElementsAre("{\"a\":\"x,y\"}"));
    EXPECT_THAT(rows[1].fields, ElementsAre("{\"b\":\"\\\"\"}"));
}

RC_GTEST_PROP(RowReader, GivesTheSameRowsHoweverTheBytesAreCut, ()) {
    const auto letters = *rc::gen::container<std::string>(
        rc::gen::element('a', 'b', ',', '"', '\n', '\r', ' ', '\0', '\xe9'));
    const auto piece = *rc::gen::inRange<std::size_t>(1, 9);
    const auto whole = read(letters), cut = read(letters, piece);
    RC_ASSERT(whole.size() == cut.size());
    for (std::size_t i = 0; i < whole.size(); ++i) {
        RC_ASSERT(whole[i].fields == cut[i].fields);
        RC_ASSERT(whole[i].raw == cut[i].raw);
        RC_ASSERT(whole[i].broken.has_value() == cut[i].broken.has_value());
    }
}

}  // namespace
}  // namespace entrepot::node
