// The way back: what is shown of a record, and that nothing is lost on a round trip.
#include "node/databases/record_document.hpp"

#include <gmock/gmock.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "node/generate/generate.hpp"
#include "tests/node/databases/catalogue_fixture.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;
using replication::Value;

json shown(const test::Record& record) {
    return record_document(test::schema(record.state().database), record.state());
}

/// The document with the ids that `get` adds to items, and codes of sets in order.
json with_ids(const Schema& schema, json document) {
    for (auto& [name, value] : document.items()) {
        const Group* group = schema.find_group(name);
        if (group == nullptr) {
            continue;
        }
        std::size_t place = 0;
        for (json& item : value) {
            if (!group->is_set) {
                item["id"] = std::to_string(++place);
            }
        }
        if (group->is_set) {
            std::sort(value.begin(), value.end());
        }
    }
    return document;
}

RC_GTEST_PROP(RecordDocument, GivesBackEveryDocumentAndChangesNothingWhenSavedAgain, ()) {
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    const std::string database =
        *rc::gen::element<std::string>("seizures", "suspects", "companies");
    const Schema& schema = test::schema(database);
    (void)generate_documents({seed, 1, database}, [&](const json& document) {
        test::Record record(database);
        record.save(read_document(schema, document).assignments);
        const json out = shown(record);
        RC_ASSERT(out["document"] == with_ids(schema, document));
        RC_ASSERT(out["conflicts"].empty() && out["unknown"].empty() && out["marked"].empty());
        crypto::SeededEntropy ids(seed);
        const auto again = assignments_against(schema, record.state(), out["document"], ids);
        RC_ASSERT(again.problems.empty() && again.assignments.empty());
        return true;
    });
}

TEST(RecordDocument, ListsEveryValueOfAConflictWithItsAuthors) {
    test::Record record("seizures");
    record.save(read_document(test::schema("seizures"), test::good_seizure()).assignments);
    const auto seen = record.state().shown;
    record.save_having_seen({{"place", Value(std::string("A"))}}, seen, 1);
    record.save_having_seen({{"place", Value(std::string("B"))}}, seen, 2);
    const json out = shown(record);
    ASSERT_EQ(out["conflicts"].size(), 1U);
    const json& conflict = out["conflicts"][0];
    EXPECT_EQ(conflict["path"], "place");
    ASSERT_EQ(conflict["values"].size(), 2U);
    EXPECT_EQ(conflict["values"][0]["value"], out["document"]["place"]);
    EXPECT_EQ(conflict["values"][0]["authors"][0]["number"], 1U);
    EXPECT_EQ(conflict["values"][1]["authors"].size(), 1U);
    EXPECT_EQ(conflict["values"][0]["authors"][0]["log"].get<std::string>().size(), 32U);
}

TEST(RecordDocument, LeadsWithTheMoreCautiousStatus) {
    test::Record record("seizures");
    record.save(read_document(test::schema("seizures"), test::good_seizure()).assignments);
    const auto seen = record.state().shown;
    record.save_having_seen({{"status", Value(replication::CodeValue{"rejected"})}}, seen, 1);
    record.save_having_seen({{"status", Value(replication::CodeValue{"validated"})}}, seen, 2);
    EXPECT_EQ(shown(record)["document"]["status"], "rejected");
}

TEST(RecordDocument, KeepsWhatItDoesNotKnowApartAndSaysSo) {
    test::Record record("seizures");
    record.save({{"goods/1/colour", Value(std::string("red"))},
                 {"hologram", Value(replication::UnknownValue{99, {1, 2}})},
                 {"kind", Value(replication::CodeValue{"raid"})},
                 {"place", Value(std::int64_t{7})}});
    const json out = shown(record);
    EXPECT_EQ(out["document"], json::object());
    ASSERT_EQ(out["unknown"].size(), 2U);
    EXPECT_EQ(out["unknown"][1]["note"], "needs a newer program");
    ASSERT_EQ(out["marked"].size(), 2U);
    EXPECT_EQ(out["marked"][0]["message"], "kind: 'raid' is not in the list seizure_kinds");
    EXPECT_EQ(out["marked"][1]["code"], "field.wrong_type");
}

TEST(RecordDocument, LeavesOutRemovedItemsAndShowsThemAgainWhenThatIsInConflict) {
    test::Record record("seizures");
    record.save(read_document(test::schema("seizures"), test::good_seizure()).assignments);
    const auto seen = record.state().shown;
    record.save_having_seen({{"route/2", replication::Liveness::removed}}, seen, 1);
    EXPECT_EQ(shown(record)["document"]["route"].size(), 1U);
    record.save_having_seen({{"route/2/place", Value(std::string("London"))}}, seen, 2);
    const json out = shown(record);
    EXPECT_EQ(out["document"]["route"].size(), 2U);
    ASSERT_EQ(out["conflicts"].size(), 1U);
    EXPECT_EQ(out["conflicts"][0]["path"], "route/2");
    EXPECT_EQ(out["conflicts"][0]["values"][0]["value"], "present");
}

}  // namespace
}  // namespace entrepot::node
