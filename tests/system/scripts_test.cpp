// Names in the scripts they are written in: put, searched, imported and carried byte for byte.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/test_network.hpp"
#include "tests/system/seizure_documents.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

constexpr const char* arabic = "محمد بن عبد الله الحسيني";
constexpr const char* cyrillic = "Йовчев-Щеглов Юрий Ёлкин";
constexpr const char* arabic_vowelled = "مُحَمَّد الفِضِّيّ";

json names() {
    return json::array({{{"name", arabic}, {"kind", "legal"}, {"script", "Arab"}},
                        {{"name", cyrillic}, {"kind", "alias"}, {"script", "Cyrl"}}});
}

json names_of(const json& document) {
    json out = json::array();
    for (json name : document.at("names")) {
        name.erase("id");
        out.push_back(std::move(name));
    }
    return out;
}

class Scripts : public ::testing::Test {
protected:
    static json shown(const Ran& ran) {
        EXPECT_EQ(ran.exit_code, 0) << ran.out << ran.err;
        const json out = json::parse(ran.out, nullptr, false);
        EXPECT_FALSE(out.is_discarded()) << ran.out;
        return out;
    }
    json get(const NodeProcess& node, const std::string& id) {
        return shown(node.command({"get", "suspects", id, "--json"})).at("document");
    }
    /// The one suspect whom a search at this node finds.
    std::string found(const NodeProcess& node, const std::string& query) {
        const json out = node.post(Socket::worker, "/search",
                                   {{"database", "suspects"}, {"query", query}});
        EXPECT_EQ(out.at("matched"), 1) << query;
        return out.at("records").empty() ? "" : out.at("records")[0].at("id").get<std::string>();
    }
    std::string put_suspect() {
        json document = generated(3, 1, "suspects").front();
        document["names"] = names();
        const Ran ran =
            airport().command({"put", "suspects", "-", "--json"}, feed_of(document.dump()));
        return shown(ran).value("id", "");
    }
    void expect_arrived(const std::string& query, const std::string& name) {
        const std::string id = found(network_.headquarters(), query);
        ASSERT_FALSE(id.empty()) << query;
        const json document = get(network_.headquarters(), id);
        EXPECT_EQ(document.at("names")[0].at("name"), name);
        EXPECT_EQ(document.dump(), get(airport(), id).dump());
    }
    NodeProcess& airport() { return network_.airport(); }
    TestNetwork network_;
};

TEST_F(Scripts, AreKeptAndCarriedByteForByte) {
    const std::string id = put_suspect();
    const json at_airport = get(airport(), id);
    EXPECT_EQ(names_of(at_airport), names());
    ASSERT_TRUE(network_.converge());
    EXPECT_EQ(get(network_.headquarters(), id).dump(), at_airport.dump());
    const Ran printed = network_.headquarters().command({"get", "suspects", id});
    EXPECT_NE(printed.out.find(arabic), std::string::npos) << printed.out;
    EXPECT_NE(printed.out.find(cyrillic), std::string::npos) << printed.out;
}

TEST_F(Scripts, AreFoundByAnyOfTheirWordsInEitherCase) {
    const std::string id = put_suspect();
    ASSERT_TRUE(network_.converge());
    for (NodeProcess* node : {&network_.airport(), &network_.headquarters()}) {
        for (const char* query : {"الحسيني", "Щеглов", "щеглов", "ЮРИЙ"}) {
            EXPECT_EQ(found(*node, query), id) << query;
        }
    }
    const Ran listed = airport().command({"list", "suspects", "الحسيني"});
    EXPECT_EQ(listed.exit_code, 0) << listed.err;
    EXPECT_NE(listed.out.find(arabic), std::string::npos) << listed.out;
}

TEST_F(Scripts, ComeInFromACsvFile) {
    const auto map = network_.folder() / "suspects.map", rows = network_.folder() / "rows.csv";
    std::ofstream(map) << R"({"database": "suspects", "format": "csv", "key": ["رقم"],
        "constants": {"status": "suspected", "sex": "unknown", "birth_date": "1980"},
        "items": {"name": {"group": "names"}},
        "columns": [{"column": "Имя", "item": "name", "to": [{"field": "name"}]}],
        "ignore": ["رقم"]})";
    std::ofstream(rows) << "\xef\xbb\xbfرقم,Имя\n1," << arabic_vowelled << "\n2," << cyrillic
                        << "\n";
    const json report = shown(
        airport().command({"import", rows.string(), "--map", map.string(), "--json"}));
    EXPECT_EQ(report.at("added"), 2) << report;
    ASSERT_TRUE(network_.converge());
    expect_arrived("الفِضِّيّ", arabic_vowelled);
    expect_arrived("ёлкин", cyrillic);
}

}  // namespace
}  // namespace entrepot::node
