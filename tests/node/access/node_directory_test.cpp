#include "node/access/node_directory.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "tests/support/matchers.hpp"
#include "tests/support/temporary_folder.hpp"

namespace entrepot::node {
namespace {

namespace fs = std::filesystem;

class NodeDirectoryTest : public ::testing::Test {
protected:
    fs::path node() const { return folder_.path() / "node"; }
    TemporaryFolder folder_;
};

TEST_F(NodeDirectoryTest, IsMadeForItsOwnerAlone) {
    ASSERT_THAT(NodeDirectory::create(node()), IsOk());
    EXPECT_EQ(fs::status(node()).permissions(), fs::perms::owner_all);
    EXPECT_THAT(NodeDirectory::open(node()), IsOk());
}

TEST_F(NodeDirectoryTest, IsNotMadeOverSomethingElse) {
    fs::create_directory(node());
    std::ofstream(node() / "letter") << "keep me";
    EXPECT_THAT(NodeDirectory::create(node()), HasCode(directory_exists));
    EXPECT_TRUE(fs::exists(node() / "letter"));
}

TEST_F(NodeDirectoryTest, IsNotMadeBelowAFile) {
    std::ofstream(folder_.path() / "file") << "x";
    EXPECT_THAT(NodeDirectory::create(folder_.path() / "file" / "node"),
                HasCode(directory_unreadable));
}

TEST_F(NodeDirectoryTest, SaysWhenThereIsNoNode) {
    EXPECT_THAT(NodeDirectory::open(node()), HasCode(directory_missing));
    fs::create_directory(node());
    fs::permissions(node(), fs::perms::owner_all);
    EXPECT_THAT(NodeDirectory::open(node()), HasCode(directory_missing));
}

TEST_F(NodeDirectoryTest, IsNotOpenedWhenOthersMayEnterIt) {
    ASSERT_THAT(NodeDirectory::create(node()), IsOk());
    fs::permissions(node(), fs::perms::owner_all | fs::perms::group_read);
    EXPECT_THAT(NodeDirectory::open(node()), HasCode(directory_open_to_others));
}

TEST_F(NodeDirectoryTest, IsTakenByOneProcessAtATime) {
    const auto directory = std::move(NodeDirectory::create(node())).value();
    {
        const auto lock = NodeLock::take(directory);
        ASSERT_THAT(lock, IsOk());
        EXPECT_THAT(NodeLock::take(directory), HasCode(directory_in_use));
    }
    EXPECT_THAT(NodeLock::take(directory), IsOk());
}

TEST(NodeFiles, AreReadUpToTheirLimit) {
    const TemporaryFolder folder;
    const auto path = folder.path() / "file";
    ASSERT_THAT(write_file(path, Bytes(100, 1)), IsOk());
    EXPECT_THAT(read_file(path, 100), IsOkAndHolds(Bytes(100, 1)));
    EXPECT_THAT(read_file(path, 99), HasCode(file_too_large));
    EXPECT_THAT(read_file(folder.path() / "absent", 99), HasCode(file_unreadable));
    EXPECT_THAT(read_file(folder.path(), 99), HasCode(file_unreadable));
}

TEST(NodeFiles, AreNotWrittenWhereThereIsNoFolder) {
    const TemporaryFolder folder;
    EXPECT_THAT(write_file(folder.path() / "absent" / "file", {}), HasCode(file_not_written));
}

}  // namespace
}  // namespace entrepot::node
