// What a query finds, and what is said of one that is wrong.
#include "node/databases/query.hpp"

#include "tests/node/databases/catalogue_fixture.hpp"

namespace entrepot::node {
namespace {

bool finds(std::string_view text) {
    test::Record record("seizures");
    record.save(read_document(test::schema("seizures"), test::good_seizure()).assignments);
    auto query = Query::parse(text, test::schema("seizures"));
    EXPECT_TRUE(query) << query.error().context;
    return query && query->matches(record.state());
}

Error refusal(std::string_view text) {
    auto query = Query::parse(text, test::schema("seizures"));
    EXPECT_FALSE(query) << text;
    return query ? Error{query_malformed, ""} : query.error();
}

TEST(Query, FindsByCodeByLabelAndInGroups) {
    EXPECT_TRUE(finds("country:JM"));
    EXPECT_TRUE(finds("country:jamaica"));
    EXPECT_FALSE(finds("country:US"));
    EXPECT_TRUE(finds("goods.category:drugs route.country:GB"));
    EXPECT_FALSE(finds("goods.category:drugs route.country:MG"));
    EXPECT_TRUE(finds("technical_aids:dog"));
    EXPECT_TRUE(finds("unit:kg"));
    EXPECT_TRUE(finds(""));
}

TEST(Query, FindsDatesWhosePeriodsOverlap) {
    for (const char* yes :
         {"seized_on:2026", "seized_on:2026-03", "seized_on:2026-03-07",
          "seized_on:2026-01..2026-03", "seized_on:..2026-03-07", "seized_on:2026-03-07.."}) {
        EXPECT_TRUE(finds(yes)) << yes;
    }
    for (const char* no : {"seized_on:2025", "seized_on:2026-03-08..", "seized_on:..2026-03-06"}) {
        EXPECT_FALSE(finds(no)) << no;
    }
}

TEST(Query, ComparesNumbersByValue) {
    EXPECT_TRUE(finds("goods.quantity:2.5"));
    EXPECT_TRUE(finds("goods.quantity:2..3"));
    EXPECT_FALSE(finds("goods.quantity:2.51.."));
}

TEST(Query, FindsWordsIgnoringCaseInAnyScript) {
    EXPECT_TRUE(finds("place~\"norman MANLEY\""));
    EXPECT_TRUE(finds("BOGOTÁ"));
    EXPECT_TRUE(finds("\"manley air\""));
    EXPECT_FALSE(finds("kingston"));
}

TEST(Query, LooksAtEverySiblingButNotAtRemovedItems) {
    const Schema& schema = test::schema("seizures");
    test::Record record("seizures");
    record.save(read_document(schema, test::good_seizure()).assignments);
    const auto seen = record.state().shown;
    record.save_having_seen({{"place", replication::Value(std::string("Shed A"))}}, seen, 1);
    record.save_having_seen({{"place", replication::Value(std::string("Shed B"))}}, seen, 2);
    record.save({{"route/2", replication::Liveness::removed}});
    EXPECT_TRUE(Query::parse("\"shed a\" \"shed b\"", schema)->matches(record.state()));
    EXPECT_FALSE(Query::parse("route.country:GB", schema)->matches(record.state()));
}

TEST(Query, RefusesAnUnknownFieldAndSuggestsOne) {
    EXPECT_EQ(refusal("colour:red").code, query_unknown_field);
    EXPECT_EQ(refusal("goods.categry:drugs").context,
              "seizures has no field 'goods.categry'; did you mean 'goods.category'?");
}

TEST(Query, RefusesValuesThatAreNone) {
    EXPECT_EQ(refusal("goods.unit:kgss").code, query_bad_value);
    EXPECT_EQ(refusal("seized_on:soon").code, query_bad_value);
    EXPECT_EQ(refusal("goods.quantity~2").code, query_bad_value);
}

TEST(Query, RefusesTextThatIsNoQuery) {
    EXPECT_EQ(refusal("place~\"open").code, query_malformed);
    EXPECT_EQ(refusal("place:").code, query_malformed);
    EXPECT_EQ(refusal("seized_on:..").code, query_malformed);
    EXPECT_EQ(refusal("\"\"").code, query_malformed);
    EXPECT_EQ(refusal(std::string(5000, 'a')).code, query_malformed);
    EXPECT_EQ(refusal("\xff").code, query_malformed);
}

}  // namespace
}  // namespace entrepot::node
