#include <gtest/gtest.h>

#include "tests/style/finding_matchers.hpp"

namespace entrepot::style {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Findings names(const std::string& text, const std::string& path = "node/peer.hpp") {
    return banned_names(tree_of({{path, text}}));
}

TEST(BannedName, IsFoundInTypesFunctionsAndNamespaces) {
    for (const std::string text :
         {"class PeerManager {};", "struct Impl;", "enum class InfoKind {};", "namespace util {}",
          "namespace node::common {}", "using RecordData = int;", "void load_data(int x);",
          "int peer_helper() { return 1; }", "struct A { void misc(); };"}) {
        EXPECT_THAT(names(text), ElementsAre(Reports("node/peer.hpp", 1, "says nothing"))) << text;
    }
}

TEST(BannedName, IsFoundInFilesAndFolders) {
    EXPECT_THAT(names("", "node/record_data.cpp"),
                ElementsAre(Reports("node/record_data.cpp", 0, "record_data")));
    EXPECT_THAT(names("", "node/utils/a.cpp"), ElementsAre(Reports("node/utils", 0, "utils")));
}

TEST(BannedName, CoversWordsThatMeanSomethingElseHere) {
    EXPECT_THAT(names("int version();"), ElementsAre(Reports("node/peer.hpp", 1, "say of what")));
    EXPECT_THAT(names("void delete_record(Id id);"),
                ElementsAre(Reports("node/peer.hpp", 1, "tombstone or erase")));
    EXPECT_THAT(names("struct UserAccount {};"),
                ElementsAre(Reports("node/peer.hpp", 1, "is an officer here")));
}

TEST(BannedName, IsNotSeenInNamesOfLibrariesAndInUse) {
    for (const std::string text :
         {"struct MHD_ConnectionInfo;", "void f() { MDB_val v; v.mv_data = x.data(); }",
          "const char* data() const;", "class Database {};", "int information();",
          "void format_version();", "A& operator=(const A&) = delete;", "// class PeerManager"}) {
        EXPECT_THAT(names(text), IsEmpty()) << text;
    }
}

}  // namespace
}  // namespace entrepot::style
