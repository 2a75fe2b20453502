#include "tests/style/source_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

namespace entrepot::style {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A folder of its own that ends with the test.
class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "style-XXXXXX").string();
        root_ = ::mkdtemp(name.data()) == nullptr ? "" : name;
    }
    ~Folder() { std::filesystem::remove_all(root_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    void write(const std::string& path, const std::string& text) const {
        std::filesystem::create_directories((root_ / path).parent_path());
        std::ofstream(root_ / path) << text;
    }
    const std::filesystem::path& root() const { return root_; }

private:
    std::filesystem::path root_;
};

TEST(SourceTree, ReadsPathsAndTextInOrder) {
    const Folder folder;
    folder.write("b/c.cpp", "two");
    folder.write("a.hpp", "one");
    const SourceTree tree = read_tree(folder.root());
    ASSERT_EQ(tree.files.size(), 2U);
    EXPECT_EQ(tree.files[0].path, "a.hpp");
    EXPECT_EQ(tree.find("b/c.cpp")->text, "two");
    EXPECT_TRUE(tree.holds("b"));
    EXPECT_FALSE(tree.holds("c"));
}

TEST(SourceTree, LeavesOutWhatIsBuiltOrForeign) {
    const Folder folder;
    folder.write("build/debug/a.cpp", "");
    folder.write("node/page/node_modules/b/b.ts", "");
    folder.write(".git/config", "");
    folder.write(".ci/run", "");
    const SourceTree tree = read_tree(folder.root());
    ASSERT_EQ(tree.files.size(), 1U);
    EXPECT_EQ(tree.files[0].path, ".ci/run");
    EXPECT_THAT(tree.top_level, ElementsAre(".ci"));
}

TEST(SourceTree, SplitsLinesWithAndWithoutAClosingOne) {
    EXPECT_THAT(lines_of("a\n\nb"), ElementsAre("a", "", "b"));
    EXPECT_THAT(lines_of("a\n"), ElementsAre("a"));
    EXPECT_THAT(lines_of(""), IsEmpty());
}

TEST(SourceTree, NamesFoldersAndStems) {
    EXPECT_EQ(folder_of("a/b/c.cpp"), "a/b");
    EXPECT_EQ(folder_of("c.cpp"), "");
    EXPECT_EQ(stem_of("a/b/c.d.ts"), "c");
    EXPECT_EQ(stem_of(".ci"), ".ci");
}

TEST(SourceTree, ListsFindingsAsPlaceAndRule) {
    EXPECT_EQ(listed({{"a/b.cpp", 3, "a tab"}}), "\n  a/b.cpp:3: a tab");
}

}  // namespace
}  // namespace entrepot::style
