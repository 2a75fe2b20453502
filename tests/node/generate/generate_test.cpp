// Generated records are valid, the same for a seed, and of the promised size.
#include "node/generate/generate.hpp"

#include <gmock/gmock.h>

#include <set>

#include "tests/node/databases/catalogue_fixture.hpp"

namespace entrepot::node {
namespace {

std::vector<nlohmann::json> generated(GenerateOptions options) {
    std::vector<nlohmann::json> out;
    EXPECT_TRUE(generate_documents(options, [&](const nlohmann::json& document) {
        out.push_back(document);
        return true;
    }));
    return out;
}

TEST(Generate, MakesDocumentsThatHaveNoProblems) {
    for (const char* database : {"seizures", "suspects", "companies"}) {
        for (const nlohmann::json& document : generated({3, 300, database})) {
            const ReadDocument read = read_document(test::schema(database), document);
            ASSERT_THAT(test::words_of(read.problems), testing::IsEmpty()) << document.dump(1);
        }
    }
}

TEST(Generate, GivesTheSameForASeedAndOthersForAnother) {
    EXPECT_EQ(generated({7, 20, "seizures"}), generated({7, 20, "seizures"}));
    EXPECT_NE(generated({7, 20, "seizures"}), generated({8, 20, "seizures"}));
    const auto longer = generated({7, 30, "seizures"});
    EXPECT_TRUE(
        std::equal(longer.begin(), longer.begin() + 20, generated({7, 20, "seizures"}).begin()));
}

TEST(Generate, MakesSeizuresOfAboutSixHundredBytesThatDiffer) {
    std::size_t bytes = 0;
    std::set<std::string> different;
    for (const nlohmann::json& document : generated({1, 1000, "seizures"})) {
        bytes += document.dump().size();
        different.insert(document.dump());
    }
    EXPECT_GT(bytes / 1000, 520U);
    EXPECT_LT(bytes / 1000, 720U);
    EXPECT_EQ(different.size(), 1000U);
}

TEST(Generate, StopsWhenToldTo) {
    int taken = 0;
    ASSERT_TRUE(generate_documents({1, 100, "seizures"},
                                   [&](const nlohmann::json&) { return ++taken < 3; }));
    EXPECT_EQ(taken, 3);
}

TEST(Generate, RefusesADatabaseItCannotInvent) {
    const Status status = generate_documents({1, 1, "cases"}, [](const auto&) { return true; });
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, generate_unknown_database);
}

TEST(FirstChange, EncodesAndComesBack) {
    for (const nlohmann::json& document : generated({5, 50, "seizures"})) {
        const auto change = first_change(test::schema("seizures"), {}, document);
        ASSERT_TRUE(change);
        const auto bytes = replication::encode_change(*change);
        ASSERT_TRUE(bytes);
        EXPECT_EQ(*replication::decode_change(*bytes), *change);
    }
}

TEST(FirstChange, RefusesADocumentWithProblems) {
    const auto change = first_change(test::schema("seizures"), {}, {{"kind", "seizures"}});
    ASSERT_FALSE(change);
    EXPECT_EQ(change.error().code, document_problems);
    EXPECT_THAT(change.error().context,
                testing::HasSubstr("kind: 'seizures' is not in the list seizure_kinds; did you "
                                   "mean 'seizure'?\n"));
}

}  // namespace
}  // namespace entrepot::node
