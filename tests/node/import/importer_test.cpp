// What an importer makes of good and of bad rows.
#include "node/import/importer.hpp"

#include <gmock/gmock.h>

#include "node/import/transform.hpp"
#include "tests/node/databases/catalogue_fixture.hpp"

namespace entrepot::node {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const char* const simple_map = R"({
    "database": "directory", "format": "csv",
    "constants": {"kind": "unit"},
    "columns": [{"column": "Name", "to": [{"field": "name"}]},
                {"column": "Country", "to": [{"field": "country", "as": "country"}]}]})";

struct Outcome {
    std::vector<ImportedRecord> records;
    std::vector<std::string> words;
    std::vector<ErrorCode> codes;
    std::vector<RefusedRow> refused;
};

Outcome import(const std::string& map, std::string_view text) {
    const auto mapping = Mapping::parse(map, "map", test::catalogue());
    EXPECT_TRUE(mapping) << mapping.error().context;
    Importer importer(*mapping);
    EXPECT_TRUE(importer.feed(text));
    EXPECT_TRUE(importer.finish());
    Outcome out{importer.take_records(), {}, {}, importer.take_refused()};
    for (const RowProblem& problem : importer.take_problems()) {
        out.words.push_back(in_words(problem));
        out.codes.push_back(problem.code);
    }
    return out;
}

std::string changed(std::string_view what, std::string_view with) {
    std::string out = simple_map;
    return out.replace(out.find(what), what.size(), with);
}

TEST(Importer, ReportsEachRowThatDoesNotFitAndKeepsItsBytes) {
    const Outcome out = import(simple_map, "Name,Country\nA,Jamaica\nB,Atlantis\nC\n");
    EXPECT_EQ(out.records.size(), 1U);
    EXPECT_THAT(out.words, ElementsAre("row 3, column 'Country': 'Atlantis' names no country that "
                                       "is known",
                                       "row 4: has 1 values; the header has 2 columns"));
    EXPECT_THAT(out.codes, ElementsAre(field_unknown_code, row_wrong_width));
    ASSERT_EQ(out.refused.size(), 2U);
    EXPECT_EQ(out.refused[0].raw, "B,Atlantis");
}

TEST(Importer, TellsIdenticalRowsApartByTheirOccurrence) {
    const Outcome out = import(simple_map, "Name,Country\nA,JM\nA,JM\nB,JM\n");
    ASSERT_EQ(out.records.size(), 3U);
    EXPECT_NE(out.records[0].key, out.records[1].key);
    const Outcome again = import(simple_map, "Name,Country\nB,JM\nA,JM\nA,JM\n");
    EXPECT_EQ(out.records[0].key, again.records[1].key);
    EXPECT_EQ(out.records[1].key, again.records[2].key);
    EXPECT_EQ(out.records[2].key, again.records[0].key);
}

TEST(Importer, RefusesARepeatedAndAnEmptyKey) {
    const std::string map = changed("\"format\"", "\"key\": [\"Name\"], \"format\"");
    const Outcome out = import(map, "Name,Country\nA,JM\nA,GB\n,JM\n");
    EXPECT_EQ(out.records.size(), 1U);
    EXPECT_THAT(out.codes, ElementsAre(row_key_repeated, row_key_empty));
}

TEST(Importer, RefusesBytesThatAreNoUtf8UnlessLatinIsDeclared) {
    const std::string text = "Name,Country\nCaf\xe9,JM\n";
    EXPECT_THAT(import(simple_map, text).codes, ElementsAre(row_not_utf8));
    const std::string map = changed("\"format\"", "\"encoding\": \"latin-1\", \"format\"");
    const Outcome out = import(map, text);
    ASSERT_EQ(out.records.size(), 1U);
    EXPECT_EQ(out.records[0].assignments.back().value, replication::Value(std::string("Café")));
}

TEST(Importer, NotesColumnsTheMappingDoesNotUse) {
    const Outcome out = import(simple_map, "Name,Country,Colour\nA,JM,red\n");
    EXPECT_EQ(out.records.size(), 1U);
    EXPECT_THAT(out.codes, ElementsAre(column_unused));
}

TEST(Importer, StopsAtAFileWithoutTheMappingsColumns) {
    const auto mapping = Mapping::parse(simple_map, "map", test::catalogue());
    Importer importer(*mapping);
    const Status status = importer.feed("Name,Land\nA,JM\n");
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, mapping_missing_column);
    EXPECT_THAT(status.error().context, HasSubstr("'Country'"));
}

TEST(Importer, ReadsDocumentsALineEach) {
    const auto mapping = Mapping::for_documents("directory", test::catalogue());
    ASSERT_TRUE(mapping);
    Importer importer(*mapping);
    ASSERT_TRUE(
        importer.feed("{\"kind\":\"unit\",\"name\":\"A\"}\n{\"kind\":\"units\",\"name\":\"B\"}\n"
                      "not json\n{\"kind\":\"unit\",\"name\":\"A\"}\n"));
    ASSERT_TRUE(importer.finish());
    const auto records = importer.take_records();
    ASSERT_EQ(records.size(), 2U);
    EXPECT_NE(records[0].key, records[1].key);
    const auto problems = importer.take_problems();
    ASSERT_EQ(problems.size(), 2U);
    EXPECT_THAT(in_words(problems[0]), HasSubstr("row 2, column 'kind': kind: 'units' is not in"));
    EXPECT_EQ(problems[1].code, document_not_json);
    EXPECT_EQ(importer.take_refused().size(), 2U);
}

TEST(Mapping, SaysWhatIsWrongAndWhere) {
    const auto refusal = [](const std::string& map) {
        auto out = Mapping::parse(map, "my.json", test::catalogue());
        EXPECT_FALSE(out) << map;
        EXPECT_TRUE(out || out.error().code == mapping_malformed);
        return out ? std::string() : out.error().context;
    };
    EXPECT_THAT(refusal("{"), HasSubstr("my.json: line 1"));
    EXPECT_THAT(refusal(changed("directory", "directry")), HasSubstr("no database 'directry'"));
    EXPECT_THAT(refusal(changed("\"kind\"", "\"sort\"")), HasSubstr("there is no field 'sort'"));
    EXPECT_THAT(refusal(changed("\"unit\"", "\"onit\"")), HasSubstr("'onit' is not in the list"));
    EXPECT_THAT(refusal(changed("\"as\": \"country\"", "\"as\": \"land\"")),
                HasSubstr("my.json: columns/2 'Country' to/1: there is no transform 'land'"));
    EXPECT_THAT(refusal(changed("\"csv\"", "\"xls\"")), HasSubstr("\"format\" is"));
    EXPECT_THAT(refusal(changed("\"columns\"", "\"colums\"")), HasSubstr("unknown member"));
}

TEST(Transform, ReadsDatesByTheirFormat) {
    EXPECT_EQ(date_by_format("3-Feb-09", "D-Mon-YY"), "2009-02-03");
    EXPECT_EQ(date_by_format("31/12/1999", "D/M/YYYY"), "1999-12-31");
    EXPECT_EQ(date_by_format("Mar 2014", "Mon YYYY"), "2014-03");
    EXPECT_EQ(date_by_format("1-Jan-71", "D-Mon-YY"), "1971-01-01");
    for (const char* wrong : {"31-Apr-11", "3-Foo-09", "3-Feb-09x", "3-Feb", "", "0-Feb-09"}) {
        EXPECT_FALSE(date_by_format(wrong, "D-Mon-YY")) << wrong;
    }
}

}  // namespace
}  // namespace entrepot::node
