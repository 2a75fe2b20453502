#include <gtest/gtest.h>

#include "tests/style/finding_matchers.hpp"

namespace entrepot::style {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Findings directions(const std::string& path, const std::string& text) {
    return broken_include_directions(tree_of({{path, text}}));
}

Findings homes(const std::string& path, const std::string& text) {
    return libraries_away_from_home(tree_of({{path, text}}));
}

Findings sans_io(const std::string& path, const std::string& text) {
    return broken_sans_io(tree_of({{path, text}}));
}

TEST(IncludeDirection, RefusesEveryStepUpTheArrow) {
    const std::vector<std::string> layers{"crypto", "replication", "node", "tools", "tests"};
    for (std::size_t low = 0; low < layers.size(); ++low) {
        for (std::size_t high = 0; high < layers.size(); ++high) {
            const auto found =
                directions(layers[low] + "/a.cpp", "\n#include \"" + layers[high] + "/b.hpp\"\n");
            if (high > low) {
                EXPECT_THAT(found, ElementsAre(Reports(layers[low] + "/a.cpp", 2, "up the arrow")));
            } else {
                EXPECT_THAT(found, IsEmpty());
            }
        }
    }
}

TEST(IncludeDirection, RefusesPathsThatDoNotStartAtTheRoot) {
    EXPECT_THAT(directions("node/a.cpp", "#include \"b.hpp\""),
                ElementsAre(Reports("node/a.cpp", 1, "not relative to the root")));
    EXPECT_THAT(directions("node/a.cpp", "#  include \"../crypto/b.hpp\""),
                ElementsAre(Reports("node/a.cpp", 1, "not relative to the root")));
}

TEST(IncludeDirection, IgnoresComments) {
    EXPECT_THAT(directions("crypto/a.cpp", "// #include \"node/b.hpp\""), IsEmpty());
}

TEST(LibraryHome, RefusesALibraryElsewhere) {
    EXPECT_THAT(homes("node/a.cpp", "#include <sodium.h>"),
                ElementsAre(Reports("node/a.cpp", 1, "outside its home crypto/")));
    EXPECT_THAT(homes("node/link/a.cpp", "#include <lmdb.h>"),
                ElementsAre(Reports("node/link/a.cpp", 1, "node/store/")));
    EXPECT_THAT(homes("replication/sync/a.hpp", "#include <zmq.hpp>"),
                ElementsAre(Reports("replication/sync/a.hpp", 1, "replication/transport/")));
    EXPECT_THAT(homes("node/a.cpp", "#include <gtest/gtest.h>"),
                ElementsAre(Reports("node/a.cpp", 1, "tests/")));
}

TEST(LibraryHome, AllowsALibraryAtHomeAndInTests) {
    EXPECT_THAT(homes("crypto/base/a.cpp", "#include <sodium.h>"), IsEmpty());
    EXPECT_THAT(homes("tools/commands/a.cpp", "#include <nlohmann/json.hpp>"), IsEmpty());
    EXPECT_THAT(homes("tests/node/a.cpp", "#include <lmdb.h>"), IsEmpty());
}

TEST(LibraryHome, WantsTheForwardDeclarationsOfJsonInHeaders) {
    EXPECT_THAT(homes("node/a.hpp", "#include <nlohmann/json.hpp>"),
                ElementsAre(Reports("node/a.hpp", 1, "json_fwd.hpp")));
    EXPECT_THAT(homes("node/a.hpp", "#include <nlohmann/json_fwd.hpp>"), IsEmpty());
}

TEST(LibraryHome, RefusesALibraryNobodyDecidedOn) {
    EXPECT_THAT(homes("node/a.cpp", "#include <boost/asio.hpp>"),
                ElementsAre(Reports("node/a.cpp", 1, "has no home")));
    EXPECT_THAT(homes("node/a.cpp", "#include <vector>\n#include <sys/stat.h>"), IsEmpty());
}

TEST(SansIo, RefusesThreadsFilesAndSocketsInTheCore) {
    EXPECT_THAT(sans_io("replication/log/a.hpp", "#include <thread>"),
                ElementsAre(Reports("replication/log/a.hpp", 1, "sans-I/O")));
    EXPECT_THAT(sans_io("replication/a.cpp", "#include <fstream>\n#include <filesystem>").size(),
                2U);
    EXPECT_THAT(sans_io("crypto/a.cpp", "#include <arpa/inet.h>"),
                ElementsAre(Reports("crypto/a.cpp", 1, "sockets")));
}

TEST(SansIo, RefusesClocksButNotDurations) {
    EXPECT_THAT(sans_io("replication/sync/a.cpp", "auto now = std::chrono::steady_clock::now();"),
                ElementsAre(Reports("replication/sync/a.cpp", 1, "steady_clock")));
    EXPECT_THAT(sans_io("replication/sync/a.cpp",
                        "#include <chrono>\nstd::chrono::seconds a; // no system_clock\n"
                        "int my_steady_clock_b;"),
                IsEmpty());
}

TEST(SansIo, LeavesTransportAndNodeAlone) {
    constexpr auto text =
        "#include <thread>\n#include <sys/socket.h>\nstd::chrono::system_clock a;";
    EXPECT_THAT(sans_io("replication/transport/a.cpp", text), IsEmpty());
    EXPECT_THAT(sans_io("node/link/a.cpp", text), IsEmpty());
}

}  // namespace
}  // namespace entrepot::style
