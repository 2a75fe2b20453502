// The shipped mappings on the two real files where they are at hand, and always on their twins.
#include <gmock/gmock.h>

#include <fstream>
#include <map>
#include <set>

#include "node/databases/field_value.hpp"
#include "node/databases/shipped.hpp"
#include "node/import/importer.hpp"
#include "tests/node/databases/catalogue_fixture.hpp"
#include "tests/node/import/twin_files.hpp"
#include "tests/support/places.hpp"

namespace entrepot::node {
namespace {

using testing::ElementsAre;
using testing::Pair;
using testing::UnorderedElementsAre;

struct Imported {
    std::vector<ImportedRecord> records;
    std::map<std::string, int> refusals, notes;  // by code
    std::vector<RefusedRow> refused;
    std::uint64_t rows = 0;
};

Imported import(const char* map, std::string_view text) {
    const auto mapping = Mapping::parse(shipped_file(map), map, test::catalogue());
    EXPECT_TRUE(mapping) << mapping.error().context;
    Importer importer(*mapping);
    EXPECT_TRUE(importer.feed(text));
    EXPECT_TRUE(importer.finish());
    Imported out{importer.take_records(), {}, {}, importer.take_refused(), importer.rows_read()};
    for (const RowProblem& problem : importer.take_problems()) {
        (problem.refused ? out.refusals : out.notes)[std::string(problem.code.name())]++;
    }
    return out;
}

constexpr const char* wildlife = "mappings/routes_airport_wildlife.json";
constexpr const char* weapons = "mappings/cbp_weapons.json";

std::string text_at(const ImportedRecord& record, std::string_view path) {
    for (const replication::Assignment& assignment : record.assignments) {
        if (assignment.path == path) {
            return value_to_text(assignment.value);
        }
    }
    return "(nothing)";
}

const ImportedRecord& with_reference(const Imported& imported, std::string_view reference) {
    for (const ImportedRecord& record : imported.records) {
        if (text_at(record, "other_reference") == reference) {
            return record;
        }
    }
    ADD_FAILURE() << reference;
    return imported.records.front();
}

std::size_t goods_lines(const Imported& imported) {
    std::size_t out = 0;
    for (const ImportedRecord& record : imported.records) {
        for (const replication::Assignment& assignment : record.assignments) {
            const std::string& path = assignment.path;
            out += path.compare(0, 6, "goods/") == 0 && path.find("/category") != std::string::npos;
        }
    }
    return out;
}

/// Empty where the real files are not at hand: they are no part of the product.
std::string real_file(const char* name) {
    std::ifstream in(source_folder() + "/../shared/data/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

TEST(WildlifeMapping, TakesWhatFitsAndSaysWhyForTheRest) {
    const Imported imported = import(wildlife, test::wildlife_twin());
    EXPECT_EQ(imported.rows, 60U);
    EXPECT_EQ(imported.records.size(), 53U);
    EXPECT_EQ(imported.refused.size(), 7U);
    EXPECT_THAT(imported.refusals,
                ElementsAre(Pair("field.bad_date", 2), Pair("field.too_long", 1),
                            Pair("field.unknown_code", 1), Pair("field.wrong_type", 1),
                            Pair("row.key_repeated", 1), Pair("row.years_disagree", 1)));
}

TEST(WildlifeMapping, ReadsPlacesQuantitiesAndSixWaysToSpellAirFreight) {
    const Imported imported = import(wildlife, test::wildlife_twin());
    const ImportedRecord& both = with_reference(imported, "6");
    EXPECT_EQ(text_at(both, "goods/1/quantity"), "7");
    EXPECT_EQ(text_at(both, "goods/1/unit"), "u");
    EXPECT_EQ(text_at(both, "goods/1/net_weight_kg"), "2.50");
    EXPECT_EQ(text_at(with_reference(imported, "2"), "goods/1/unit"), "kg");
    EXPECT_EQ(text_at(both, "place"), "São Paulo–Guarulhos");
    EXPECT_EQ(text_at(both, "country"), "HK");
    EXPECT_EQ(text_at(both, "town"), "Hong Kong");
    EXPECT_EQ(text_at(both, "route/1/country"), "CD");
    EXPECT_EQ(text_at(both, "route/2/place"), "Doha");
    EXPECT_EQ(text_at(both, "route/3/country"), "TH");
    EXPECT_EQ(text_at(both, "route/4/role"), "destination");
    EXPECT_EQ(text_at(both, "conveyance/1/carrier"), "Air \"Nord\"");
    EXPECT_EQ(text_at(both, "technical_aids/dog/code"), "dog");
    EXPECT_EQ(text_at(with_reference(imported, "57"), "goods/1/net_weight_kg"), "1250.5");
    for (const char* freight : {"10", "1", "2", "3", "4", "5"}) {
        EXPECT_EQ(text_at(with_reference(imported, freight), "concealment_places/freight/code"),
                  "freight");
    }
}

TEST(WeaponsMapping, PutsRowsOfOneEventTogetherAndReportsThoseThatDisagree) {
    const Imported imported = import(weapons, test::weapons_twin());
    EXPECT_EQ(imported.rows, 14U);
    EXPECT_EQ(imported.records.size(), 6U);
    EXPECT_THAT(imported.refusals,
                ElementsAre(Pair("field.missing", 1), Pair("row.group_disagrees", 3)));
    EXPECT_EQ(imported.refused.size(), 4U);
}

TEST(WeaponsMapping, CountsTheFiscalYearFromOctoberAndKeepsIdenticalRows) {
    const Imported imported = import(weapons, test::weapons_twin());
    EXPECT_EQ(text_at(with_reference(imported, "101"), "seized_on"), "2023-12");
    EXPECT_EQ(text_at(with_reference(imported, "102"), "seized_on"), "2024-09");
    EXPECT_EQ(text_at(with_reference(imported, "103"), "seized_on"), "2023-10");
    EXPECT_EQ(text_at(with_reference(imported, "105"), "seized_on"), "2025-03");
    EXPECT_THAT(with_reference(imported, "101").rows, ElementsAre(2, 4, 5));
    EXPECT_EQ(text_at(with_reference(imported, "101"), "goods/3/type"), "magazine");
    EXPECT_EQ(text_at(with_reference(imported, "103"), "goods/2/quantity"), "1");
    EXPECT_EQ(text_at(with_reference(imported, "107"), "goods/1/quantity"), "1025200");
}

TEST(RealFiles, GiveTheCountsTheyAreKnownToHave) {
    const std::string birds = real_file("routes_airport_wildlife_773.csv");
    if (!birds.empty()) {
        const Imported imported = import(wildlife, birds);
        EXPECT_EQ(imported.rows, 773U);
        EXPECT_EQ(imported.records.size() + imported.refused.size(), 773U);
        EXPECT_EQ(imported.records.size(), 765U);
    }
    const std::string guns = real_file("cbp_weapons_fy22_25.csv");
    if (!guns.empty()) {
        const Imported imported = import(weapons, guns);
        EXPECT_EQ(imported.rows, 22559U);
        EXPECT_EQ(imported.records.size(), 14918U);
        EXPECT_EQ(goods_lines(imported) + imported.refused.size(), 22559U);
    }
}

TEST(RealFiles, GiveTheSameKeysAndAssignmentsEachTime) {
    const Imported first = import(weapons, test::weapons_twin());
    const Imported second = import(weapons, test::weapons_twin());
    std::set<Bytes> keys;
    ASSERT_EQ(first.records.size(), second.records.size());
    for (std::size_t i = 0; i < first.records.size(); ++i) {
        EXPECT_EQ(first.records[i].key, second.records[i].key);
        EXPECT_EQ(first.records[i].assignments, second.records[i].assignments);
        keys.insert(first.records[i].key);
    }
    EXPECT_EQ(keys.size(), first.records.size());
}

}  // namespace
}  // namespace entrepot::node
