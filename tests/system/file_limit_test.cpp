// A full disk where no small disk can be mounted: files that may not grow beyond a limit.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/eventually.hpp"
#include "tests/support/test_network.hpp"
#include "tests/system/seizure_documents.hpp"

namespace entrepot::node {
namespace {

constexpr int storage = 8;

/// A program that is this one under a limit: no file that it writes grows beyond 1 MiB.
std::string limited_program(const std::filesystem::path& folder) {
    const auto script = folder / "limited";
    std::ofstream(script) << "#!/bin/sh\nulimit -f 2048\nexec " << entrepot_program()
                          << " \"$@\"\n";
    std::filesystem::permissions(script, std::filesystem::perms::owner_all);
    return script.string();
}

TEST(FileLimit, RefusesWhatDoesNotFitAndKeepsWhatWasConfirmed) {
    TestNetwork network;
    NodeProcess& airport = network.airport();
    airport.post(Socket::worker, "/records/seizures", {{"document", seizure(1)}});
    airport.stop();
    airport.options().program = limited_program(network.folder());
    airport.start();

    const std::string map = (network.folder() / "documents.map").string();
    std::ofstream(map) << R"({"database": "seizures", "format": "ndjson"})";
    const std::string rows = as_lines(generated(5, 8000), "limit");
    const Ran ran = airport.command({"import", "-", "--map", map}, feed_of(rows));
    EXPECT_EQ(ran.exit_code, storage) << ran.out << ran.err;
    EXPECT_EQ(ran.complaints(), 1U) << ran.err;
    EXPECT_NE(ran.err.find("store.disk_full"), std::string::npos) << ran.err;
    EXPECT_TRUE(airport.runs()) << "the node goes on without room";

    airport.kill_link();  // and once more without the limit
    airport.options().program = entrepot_program();
    airport.start();
    ASSERT_TRUE(eventually([&] { return airport.is_caught_up(); }));
    EXPECT_GT(airport.record_count(), 1U);
    const Ran verified = airport.command({"verify"});
    EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
}

}  // namespace
}  // namespace entrepot::node
