// What documents become, and what is said of those that are wrong.
#include "node/databases/validate.hpp"

#include <gmock/gmock.h>

#include "node/databases/field_value.hpp"
#include "tests/node/databases/catalogue_fixture.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;
using replication::Assignment;
using replication::Liveness;
using replication::Value;
using test::good_seizure;
using test::Record;
using test::words_of;
using testing::ElementsAre;
using testing::IsEmpty;

ReadDocument read(const json& document, std::string_view database = "seizures") {
    return read_document(test::schema(database), document);
}

/// The one problem of a good seizure changed at `pointer`, or its words all joined.
std::string complaint(const char* pointer, const json& value) {
    json document = good_seizure();
    document[json::json_pointer(pointer)] = value;
    std::string out;
    for (const std::string& words : words_of(read(document).problems)) {
        out += (out.empty() ? "" : " | ") + words;
    }
    return out;
}

ErrorCode code_of(const char* pointer, const json& value) {
    json document = good_seizure();
    document[json::json_pointer(pointer)] = value;
    const ReadDocument out = read(document);
    EXPECT_EQ(out.problems.size(), 1U);
    return out.problems.empty() ? document_problems : out.problems.front().code;
}

TEST(Validate, TurnsAGoodDocumentIntoTypedAssignmentsInPathOrder) {
    ReadDocument out = read(good_seizure());
    EXPECT_THAT(words_of(out.problems), IsEmpty());
    EXPECT_TRUE(
        std::is_sorted(out.assignments.begin(), out.assignments.end(),
                       [](const Assignment& a, const Assignment& b) { return a.path < b.path; }));
    EXPECT_EQ(*test::value_at(out, "goods/1/quantity"), Value(replication::Decimal{250, 2}));
    EXPECT_EQ(*test::value_at(out, "country"), Value(replication::CodeValue{"JM"}));
    EXPECT_EQ(*test::value_at(out, "technical_aids/x_ray/code"),
              Value(replication::CodeValue{"x_ray"}));
    EXPECT_EQ(*test::value_at(out, "seized_on"),
              Value(replication::Date{2026, 3, 7, replication::DatePrecision::day}));
    EXPECT_EQ(*test::value_at(out, "place"), Value(std::string("Norman Manley Airport")));
}

TEST(Validate, NamesAnUnknownFieldAndTheOneThatWasMeant) {
    EXPECT_EQ(complaint("/seizedon", "2026"),
              "seizedon: seizures has no such field; did you mean 'seized_on'?");
    EXPECT_EQ(complaint("/goods/0/quantty", "1"),
              "goods/1/quantty: goods has no such field; did you mean 'quantity'?");
    EXPECT_EQ(code_of("/seizedon", "2026"), field_unknown);
}

TEST(Validate, NamesAnUnknownCodeAndTheOneThatWasMeant) {
    EXPECT_EQ(complaint("/goods/0/unit", "kgs"),
              "goods/1/unit: 'kgs' is not in the list units; did you mean 'kg'?");
    EXPECT_EQ(complaint("/country", "Jamaica"),
              "country: 'Jamaica' is not in the list countries; did you mean 'JM'?");
    EXPECT_EQ(complaint("/technical_aids", json::array({"dogg"})),
              "technical_aids: 'dogg' is not in the list technical_aids; did you mean 'dog'?");
    EXPECT_EQ(code_of("/goods/0/unit", "kgs"), field_unknown_code);
}

TEST(Validate, RefusesDatesThatAreNoneAndKeepsTheirPrecision) {
    for (const char* wrong : {"2026-02-30", "07/03/2026", "2026-13", "26", "2026-3-7", "0000",
                              "2026-03-07T10:00Z", "2025-02-29", "2026-00", "2026-01-00"}) {
        EXPECT_EQ(code_of("/seized_on", wrong), field_bad_date) << wrong;
    }
    for (const char* right : {"2016", "2016-03", "2016-03-07", "2024-02-29", "9999-12-31"}) {
        EXPECT_EQ(complaint("/seized_on", right), "") << right;
    }
    EXPECT_EQ(code_of("/seized_at", "2026-03-07T10:00"), field_bad_date);
    EXPECT_EQ(complaint("/seized_at", "2026-03-07T10:00:30.250-05:00"), "");
}

TEST(Validate, SaysWhichTypeIsWanted) {
    EXPECT_EQ(complaint("/place", 7), "place: is number; text is wanted");
    EXPECT_EQ(complaint("/goods/0/quantity", "a lot"),
              "goods/1/quantity: 'a lot' is not a number (digits, a point, at most 18 digits)");
    EXPECT_EQ(complaint("/goods", "none"), "goods: is string; an array of items is wanted");
    EXPECT_EQ(complaint("/goods/0", 3), "goods/1: is number; an object with fields is wanted");
    for (const json& wrong : {json(true), json::array(), json::object(), json(1.5)}) {
        EXPECT_EQ(code_of("/place", wrong), field_wrong_type) << wrong;
    }
}

TEST(Validate, KeepsDecimalsAsTypedAndReadsNumbers) {
    const Field& quantity = *test::schema("seizures").field_at("goods/1/quantity");
    const auto text = [&](const json& given) {
        return value_to_text(std::get<Value>(value_from_json(quantity, given)));
    };
    EXPECT_EQ(text("12.50"), "12.50");
    EXPECT_EQ(text(12.5), "12.5");
    EXPECT_EQ(text(-0.001), "-0.001");
    EXPECT_EQ(text("0.10"), "0.10");
    EXPECT_EQ(text(1000000), "1000000");
    EXPECT_EQ(code_of("/goods/0/quantity", 1e300), field_wrong_type);
    EXPECT_EQ(code_of("/goods/0/quantity", "1e3"), field_wrong_type);
    EXPECT_EQ(code_of("/goods/0/quantity", ".5"), field_wrong_type);
    EXPECT_EQ(code_of("/goods/0/quantity", "1."), field_wrong_type);
    EXPECT_EQ(code_of("/goods/0/quantity", "1234567890123456789"), field_wrong_type);
}

TEST(Validate, ReadsAPointFromTheTextItIsTold) {
    const Field& point = *test::schema("seizures").find("geo_point");
    for (const auto& [given, told] :
         {std::pair{"13,0", "13.0, 0.0"}, std::pair{"17.9970, -76.7936", "17.997, -76.7936"},
          std::pair{"-0.0000001,180", "-0.0000001, 180.0"}}) {
        const auto value = std::get<Value>(value_from_text(point, given));
        EXPECT_EQ(value_to_text(value), told);
        EXPECT_EQ(std::get<Value>(value_from_text(point, told)), value);
    }
}

TEST(Validate, RefusesTextThatIsTooLongOrNotUtf8OrHasControls) {
    EXPECT_EQ(code_of("/place", std::string(201, 'a')), field_too_long);
    EXPECT_EQ(code_of("/place", std::string("a\xff")), document_not_utf8);
    EXPECT_EQ(code_of("/place", std::string("a\0b", 3)), field_bad_form);
}

TEST(Validate, HoldsReferenceNumbersToTheirForm) {
    EXPECT_EQ(complaint("/reference", "JM-NMIA-2026-00042"), "");
    EXPECT_EQ(complaint("/reference", "JM-NMIA-2026-123456"), "");
    for (const char* wrong : {"JM-NMIA-26-00042", "jm-NMIA-2026-00042", "JM-NMIA-2026-42",
                              "JMNMIA202600042", "JM-N-2026-00042", "JM-NMIA-2026-012345", "JM-"}) {
        EXPECT_EQ(code_of("/reference", wrong), field_bad_form) << wrong;
    }
}

TEST(Validate, CollectsEveryProblemAndNotTheFirstAlone) {
    json document = good_seizure();
    document["seized_on"] = "yesterday";
    document["country"] = "XX";
    document["goods"][0]["unit"] = "kgs";
    document["colour"] = "red";
    EXPECT_EQ(read(document).problems.size(), 4U);
}

TEST(Validate, AsksForTheFieldsOfTheSimplifiedFormUnlessItIsADraft) {
    json document = {{"kind", "seizure"}, {"status", "submitted"}, {"goods", {{{"unit", "kg"}}}}};
    EXPECT_THAT(
        words_of(read(document).problems),
        ElementsAre("seized_on: is required (Date of seizure)", "country: is required (Country)",
                    "direction: is required (Direction)",
                    "goods/1/category: is required (Category)", "goods/1/type: is required (Type)",
                    "goods/1/quantity: is required (Quantity)"));
    document["status"] = "draft";
    EXPECT_THAT(words_of(read(document).problems), IsEmpty());
    document.erase("status");
    EXPECT_EQ(read(document).problems.front().code, field_missing);
}

TEST(Validate, AsksForTheFieldsWhenADraftIsSubmitted) {
    Record record("seizures");
    record.save(read({{"kind", "seizure"}, {"status", "draft"}}).assignments);
    crypto::SeededEntropy ids(1);
    const Schema& schema = test::schema("seizures");
    EXPECT_FALSE(assignments_against(schema, record.state(), {{"status", "submitted"}}, ids)
                     .problems.empty());
    json rest = good_seizure();
    EXPECT_THAT(words_of(assignments_against(schema, record.state(), rest, ids).problems),
                IsEmpty());
}

TEST(Validate, RefusesAStatusThatMayNotFollow) {
    Record record("seizures");
    record.save(read(good_seizure()).assignments);
    crypto::SeededEntropy ids(1);
    const ReadDocument out = assignments_against(test::schema("seizures"), record.state(),
                                                 {{"status", "released"}}, ids);
    EXPECT_THAT(words_of(out.problems),
                ElementsAre("status: 'released' may not follow 'submitted'"));
    EXPECT_EQ(out.problems.front().code, field_transition);
}

TEST(Validate, RefusesPhotosInDocuments) {
    EXPECT_EQ(code_of("/photos", json::array({{{"photo", "x.jpg"}}})), field_read_only);
}

TEST(Validate, RefusesOddAndRepeatedItemIds) {
    EXPECT_EQ(code_of("/route", json::object({{"A b", {{"role", "transit"}, {"country", "JM"}}}})),
              item_bad_id);
    EXPECT_EQ(code_of("/route", json::parse(R"([{"id":"7","role":"transit","country":"JM"},
                                                {"id":"7","role":"transit","country":"MG"}])")),
              item_bad_id);
    EXPECT_EQ(code_of("/route", json::array({{{"id", 7}, {"role", "transit"}}})), item_bad_id);
}

TEST(Validate, RefusesMoreItemsThanThereMayBe) {
    EXPECT_EQ(code_of("/route", json(std::vector<json>(item_limit + 1, json::object()))),
              item_too_many);
}

TEST(Validate, SavesOnlyWhatDiffersFromWhatWasShown) {
    Record record("seizures");
    record.save(read(good_seizure()).assignments);
    crypto::SeededEntropy ids(1);
    const Schema& schema = test::schema("seizures");
    EXPECT_THAT(assignments_against(schema, record.state(), good_seizure(), ids).assignments,
                IsEmpty());
    json changed = good_seizure();
    changed["place"] = "Cargo shed 2";
    changed["goods"][0]["quantity"] = "3";
    const auto out = assignments_against(schema, record.state(), changed, ids);
    ASSERT_EQ(out.assignments.size(), 2U);
    EXPECT_EQ(out.assignments[0].path, "goods/1/quantity");
    EXPECT_EQ(out.assignments[1].path, "place");
}

TEST(Validate, NullClearsAFieldAndRemovesAnItem) {
    Record record("seizures");
    record.save(read(good_seizure()).assignments);
    crypto::SeededEntropy ids(1);
    const json document = {{"place", nullptr},
                           {"narrative", nullptr},
                           {"route", {{"2", nullptr}, {"9", nullptr}}},
                           {"technical_aids", {{"dog", nullptr}}}};
    const auto out = assignments_against(test::schema("seizures"), record.state(), document, ids);
    EXPECT_THAT(out.assignments,
                ElementsAre(Assignment{"place", Value()}, Assignment{"route/2", Liveness::removed},
                            Assignment{"technical_aids/dog", Liveness::removed}));
}

TEST(Validate, GivesANewItemOfAnOldRecordAnIdOfItsOwn) {
    Record record("seizures");
    record.save(read(good_seizure()).assignments);
    crypto::SeededEntropy ids(1);
    json document = good_seizure();
    document["route"].push_back({{"role", "transit"}, {"country", "US"}});
    const auto out = assignments_against(test::schema("seizures"), record.state(), document, ids);
    ASSERT_EQ(out.assignments.size(), 2U);
    EXPECT_EQ(out.assignments[0].path.size(), std::string("route/1234567890123/country").size());
}

TEST(Validate, WritingAValueInConflictSettlesIt) {
    Record record("seizures");
    record.save(read(good_seizure()).assignments);
    const auto seen = record.state().shown;
    record.save_having_seen({{"place", Value(std::string("A"))}}, seen, 1);
    record.save_having_seen({{"place", Value(std::string("B"))}}, seen, 2);
    crypto::SeededEntropy ids(1);
    const auto out =
        assignments_against(test::schema("seizures"), record.state(), {{"place", "B"}}, ids);
    EXPECT_THAT(out.assignments, ElementsAre(Assignment{"place", Value(std::string("B"))}));
}

TEST(ParseDocument, SaysWhatIsWrongWithTheText) {
    const auto code = [](std::string_view text) {
        auto out = parse_document(text);
        return out ? document_problems : out.error().code;
    };
    EXPECT_EQ(code("{\"a\": 1"), document_not_json);
    EXPECT_EQ(code(""), document_not_json);
    EXPECT_EQ(code("[1]"), document_not_object);
    EXPECT_EQ(code("{\"a\": \"\xc3(\"}"), document_not_utf8);
    EXPECT_EQ(code(std::string(1024 * 1024 + 1, ' ')), document_too_large);
    EXPECT_EQ(code(std::string(900 * 1024, '[')), document_not_json);
    EXPECT_THAT(parse_document("{\n \"a\": tru }").error().context,
                testing::StartsWith("document: line 2, column 10: "));
    EXPECT_EQ(code("{}"), document_problems);
}

}  // namespace
}  // namespace entrepot::node
