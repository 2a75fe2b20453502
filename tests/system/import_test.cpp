// Whole files in, and across: what headquarters holds after a sync is what the unit took in. Always
// on made-up twins of two published files, and on the files themselves where they are at hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "node/desk/import_job.hpp"
#include "tests/node/import/twin_files.hpp"
#include "tests/support/places.hpp"
#include "tests/support/test_network.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

struct SourceFile {
    std::string map;
    std::string text;
};

/// Rows of a file that stand in it more than once, counted each time but the first.
std::size_t repeated_rows(const std::string& text) {
    std::set<std::string> seen;
    std::size_t out = 0;
    for (std::size_t start = 0; start < text.size();) {
        const auto end = std::min(text.find('\n', start), text.size());
        out += seen.insert(text.substr(start, end - start)).second ? 0 : 1;
        start = end + 1;
    }
    return out;
}

/// Goods lines of all seizures that a node holds.
std::size_t goods_lines(const NodeProcess& node) {
    const json found = node.post(Socket::worker, "/search",
                                 {{"database", "seizures"}, {"query", ""}, {"limit", 1'000'000}});
    std::size_t out = 0;
    for (const json& record : found.at("records")) {
        const auto goods = record.at("document").find("goods");
        out += goods == record.at("document").end() ? 0 : goods->size();
    }
    return out;
}

class Import : public ::testing::Test {
protected:
    /// Runs the command; it ends with 2 when rows did not fit, and its report says which.
    json import(const SourceFile& source) {
        const auto file = network_.folder() / "rows.csv";
        std::ofstream(file, std::ios::binary) << source.text;
        const Ran ran =
            network_.airport().command({"import", file.string(), "--map", source.map, "--json"});
        EXPECT_TRUE(ran.exit_code == 0 || ran.exit_code == 2) << ran.err;
        json report = json::parse(ran.out, nullptr, false);
        EXPECT_TRUE(report.is_object()) << ran.out << ran.err;
        refused_rows_ = report.value("refused_rows", std::size_t{0});
        return report;
    }

    void expect_arrives_whole(const SourceFile& source) {
        ASSERT_TRUE(network_.converge());
        const json report = import(source);
        ASSERT_GT(report.at("added"), 0);
        EXPECT_EQ(report.at("added"), report.at("records"));
        for (const json& problem : report.at("problems")) {
            EXPECT_FALSE(problem.value("why", "").empty()) << problem;
        }
        ASSERT_TRUE(network_.converge());
        const auto kept = network_.airport().record_count();
        EXPECT_EQ(kept, report.at("added").get<std::uint64_t>());
        EXPECT_EQ(network_.headquarters().record_count(), kept);

        const json again = import(source);
        EXPECT_EQ(again.at("added"), 0) << "importing again adds nothing";
        EXPECT_EQ(again.at("already_here"), report.at("records"));
        EXPECT_EQ(network_.airport().record_count(), kept);
    }
    /// A goods line for each row that was not refused: rows alike are goods lines of their own.
    void expect_a_goods_line_for_each_row(const SourceFile& source) {
        const auto rows =
            static_cast<std::size_t>(std::count(source.text.begin(), source.text.end(), '\n') - 1);
        EXPECT_EQ(goods_lines(network_.headquarters()), rows - refused_rows_);
    }

    TestNetwork network_;
    std::size_t refused_rows_ = 0;
};

/// Empty where the file is not at hand: it is no part of the product.
std::string real_file(const char* name) {
    std::ifstream in(source_folder() + "/../shared/data/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

TEST_F(Import, TheWildlifeTwinArrivesWholeAndOnlyOnce) {
    expect_arrives_whole({"routes_airport_wildlife", test::wildlife_twin()});
}

TEST_F(Import, TheWeaponsTwinArrivesWholeWithItsIdenticalRows) {
    const SourceFile twin{"cbp_weapons", test::weapons_twin()};
    ASSERT_EQ(repeated_rows(twin.text), 2U);
    expect_arrives_whole(twin);
    expect_a_goods_line_for_each_row(twin);
}

TEST_F(Import, TheWildlifeFileArrivesWholeAndOnlyOnce) {
    const SourceFile real{"routes_airport_wildlife", real_file("routes_airport_wildlife_773.csv")};
    if (real.text.empty()) {
        GTEST_SKIP() << "the file is not here; its twin stands for it";
    }
    expect_arrives_whole(real);
}

TEST_F(Import, TheWeaponsFileArrivesWholeWithItsIdenticalRows) {
    const SourceFile real{"cbp_weapons", real_file("cbp_weapons_fy22_25.csv")};
    if (real.text.empty()) {
        GTEST_SKIP() << "the file is not here; its twin stands for it";
    }
    EXPECT_EQ(repeated_rows(real.text), 78U);
    expect_arrives_whole(real);
    expect_a_goods_line_for_each_row(real);
}

TEST_F(Import, RowsForAnImportThatNobodyStartedAreRefused) {
    const std::string row = "{}\n";
    const auto answer = network_.airport().send("/imports/none/rows", as_bytes(row));
    EXPECT_FALSE(answer.is_success());
    EXPECT_EQ(answer.body.value("code", ""), import_unknown.name());
}

}  // namespace
}  // namespace entrepot::node
