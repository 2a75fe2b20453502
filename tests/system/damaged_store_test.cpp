// A disk that comes back damaged: the node says so, makes its views anew, saves what its log still
// holds, and headquarters gives back the rest.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/support/eventually.hpp"
#include "tests/support/test_network.hpp"
#include "tests/system/seizure_documents.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

constexpr std::size_t page_size = 4096;

/// Overwrites a page of a stopped node's database.
void spoil(const std::filesystem::path& file, std::uint64_t page) {
    std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
    out.seekp(static_cast<std::streamoff>(page * page_size));
    out << std::string(page_size, 'x');
}

class DamagedStore : public testing::Test {
protected:
    void SetUp() override {
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            airport().post(Socket::worker, "/records/seizures", {{"document", seizure(seed)}});
        }
        ASSERT_TRUE(network_.converge());
        airport().stop();
    }
    NodeProcess& airport() { return network_.airport(); }
    std::filesystem::path database(const std::string& environment) {
        return airport().directory() / environment / "data.mdb";
    }
    TestNetwork network_;
};

TEST_F(DamagedStore, MakesDamagedViewsAnewAtTheNextStart) {
    spoil(database("views"), 0);
    airport().start();
    ASSERT_TRUE(eventually([&] { return airport().is_caught_up(); }));
    EXPECT_EQ(airport().record_count(), 20U);
    EXPECT_NE(airport().standing().value("views_damage", ""), "");
    const Ran verified = airport().command({"verify"});
    EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
    EXPECT_TRUE(std::filesystem::exists(airport().directory() / "views.damaged" / "data.mdb"));
}

TEST_F(DamagedStore, RefusesADamagedLogAndSavesItWhenAsked) {
    spoil(database("log"), 0);
    spoil(database("log"), 1);
    const Ran refused = airport().command({"verify"});
    EXPECT_EQ(refused.exit_code, 8) << refused.err;
    EXPECT_NE(refused.err.find("store.damaged"), std::string::npos) << refused.err;
    EXPECT_NE(refused.err.find("verify --rebuild"), std::string::npos) << refused.err;

    const Ran saved = airport().command({"verify", "--rebuild"});
    EXPECT_EQ(saved.exit_code, 0) << saved.out << saved.err;
    airport().start();
    ASSERT_TRUE(network_.converge());
    EXPECT_EQ(airport().record_count(), 20U);
    EXPECT_EQ(airport().command({"verify"}).exit_code, 0);
    EXPECT_EQ(network_.headquarters().status().at("forks"), 0);
}

/// Without noticing it the airport would give numbers again that headquarters holds: a fork.
TEST_F(DamagedStore, NoticesALogThatWasPutBackAndGoesOnInNewLogs) {
    const auto older = network_.path_of("older");
    std::filesystem::copy(database("log"), older);
    airport().start();
    for (std::uint64_t seed = 21; seed <= 25; ++seed) {
        airport().post(Socket::worker, "/records/seizures", {{"document", seizure(seed)}});
    }
    ASSERT_TRUE(network_.converge());
    airport().stop();
    std::filesystem::copy(older, database("log"),
                          std::filesystem::copy_options::overwrite_existing);
    network_.way_of("airport").cut();

    airport().start();
    ASSERT_TRUE(eventually([&] { return airport().is_caught_up(); }));
    EXPECT_NE(airport().standing().value("older_log", ""), "");
    EXPECT_NE(airport().command({"status"}).out.find("ALERT"), std::string::npos);
    EXPECT_EQ(airport().record_count(), 20U);
    airport().post(Socket::worker, "/records/seizures", {{"document", seizure(26)}});

    network_.way_of("airport").open();
    ASSERT_TRUE(network_.converge());
    EXPECT_EQ(airport().record_count(), 26U);
    EXPECT_EQ(network_.headquarters().record_count(), 26U);
    EXPECT_EQ(network_.headquarters().status().at("forks"), 0);
    EXPECT_EQ(airport().status().at("forks"), 0);
    airport().stop();
    airport().start();
    ASSERT_TRUE(eventually([&] { return airport().is_caught_up(); }));
    EXPECT_EQ(airport().standing().value("older_log", "?"), "") << "it is said once";
}

/// The views of a node that is locked know of all it wrote, the last moment's too.
TEST_F(DamagedStore, NoticesALogThatWasPutBackFromBeforeTheLastSaveAndTheLock) {
    const auto older = network_.path_of("older");
    std::filesystem::copy(database("log"), older);
    network_.way_of("airport").cut();
    airport().start();
    ASSERT_TRUE(eventually([&] { return airport().is_caught_up(); }));
    airport().post(Socket::worker, "/records/seizures", {{"document", seizure(21)}});
    airport().post(Socket::link, "/lock", {});
    airport().stop();
    std::filesystem::copy(older, database("log"),
                          std::filesystem::copy_options::overwrite_existing);

    airport().start();
    ASSERT_TRUE(eventually([&] { return airport().is_caught_up(); }));
    EXPECT_NE(airport().standing().value("older_log", ""), "");
}

TEST_F(DamagedStore, RefusesADatabaseThatOthersMayRead) {
    ::chmod(database("log").c_str(), 0644);
    const Ran refused = airport().command({"verify"});
    EXPECT_EQ(refused.exit_code, 8) << refused.err;
    EXPECT_NE(refused.err.find("path.open_to_others"), std::string::npos) << refused.err;
    EXPECT_NE(refused.err.find("chmod 600"), std::string::npos) << refused.err;
}

TEST_F(DamagedStore, RunsLinkAndWorkerWithoutCoreDumps) {
    airport().start();
    EXPECT_EQ(airport().status().at("hardened"), true);
    EXPECT_EQ(airport().standing().at("hardened"), true);
    const auto link = std::to_string(airport().status().at("pid").get<int>());
    std::ifstream limits("/proc/" + link + "/limits");
    const std::string text{std::istreambuf_iterator<char>(limits), {}};
    const auto line = text.find("Max core file size");
    ASSERT_NE(line, std::string::npos) << text;
    EXPECT_NE(text.substr(line, 50).find(" 0 "), std::string::npos) << text;
}

}  // namespace
}  // namespace entrepot::node
