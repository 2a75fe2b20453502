#include "node/machine/private_path.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "tests/support/matchers.hpp"
#include "tests/support/temporary_folder.hpp"

namespace entrepot::node {
namespace {

class PrivatePathTest : public testing::Test {
protected:
    std::filesystem::path file(mode_t mode) {
        const auto path = folder_.path() / "file";
        std::ofstream(path) << "x";
        ::chmod(path.c_str(), mode);
        return path;
    }
    TemporaryFolder folder_;
};

TEST_F(PrivatePathTest, AcceptsWhatOnlyItsOwnerMayUse) {
    EXPECT_THAT(check_private(file(0600), PathKind::file), IsOk());
    EXPECT_THAT(check_private(folder_.path() / "absent", PathKind::file), IsOk());
}

TEST_F(PrivatePathTest, RefusesEveryRightOfGroupAndWorldAndNamesTheRepair) {
    for (const mode_t bit : {0040U, 0020U, 0010U, 0004U, 0002U, 0001U}) {
        const auto path = file(0600 | bit);
        const Status checked = check_private(path, PathKind::file);
        ASSERT_THAT(checked, HasCode(path_open_to_others)) << bit;
        EXPECT_NE(checked.error().context.find("chmod 600 " + path.string()), std::string::npos);
    }
    ::chmod(folder_.path().c_str(), 0750);
    const Status checked = check_private(folder_.path(), PathKind::directory);
    ASSERT_THAT(checked, HasCode(path_open_to_others));
    EXPECT_NE(checked.error().context.find("chmod 700 "), std::string::npos);
}

TEST_F(PrivatePathTest, RefusesASymbolicLinkEvenToAPrivateFile) {
    const auto link = folder_.path() / "link";
    std::filesystem::create_symlink(file(0600), link);
    EXPECT_THAT(check_private(link, PathKind::file), HasCode(path_symbolic_link));
}

TEST_F(PrivatePathTest, RefusesAnotherKindOfThing) {
    EXPECT_THAT(check_private(file(0600), PathKind::directory), HasCode(path_unexpected));
    const auto fifo = folder_.path() / "fifo";
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    EXPECT_THAT(check_private(fifo, PathKind::file), HasCode(path_unexpected));
}

TEST_F(PrivatePathTest, RefusesWhatAnotherAccountOwns) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "only root can give a file away";
    }
    const auto path = file(0600);
    ASSERT_EQ(::chown(path.c_str(), 65534, 65534), 0);
    EXPECT_THAT(check_private(path, PathKind::file), HasCode(path_foreign_owner));
}

}  // namespace
}  // namespace entrepot::node
