#include "node/machine/reserve.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/temporary_folder.hpp"

namespace entrepot::node {
namespace {

constexpr std::uint64_t small = 64 * 1024;
constexpr std::uint64_t more_than_any_disk = std::uint64_t{1} << 60;

class ReserveFile : public testing::Test {
protected:
    TemporaryFolder folder_;
    std::filesystem::path file_ = Reserve::in(folder_.path());
};

TEST_F(ReserveFile, TakesUpRoomUntilItIsGivenUp) {
    Reserve reserve(file_, small);
    EXPECT_EQ(reserve.state(), Reserve::State::none);
    EXPECT_FALSE(reserve.give_up());
    reserve.tend();
    ASSERT_EQ(reserve.state(), Reserve::State::held);
    struct stat found {};
    ASSERT_EQ(::stat(file_.c_str(), &found), 0);
    EXPECT_GE(static_cast<std::uint64_t>(found.st_blocks) * 512, small) << "blocks, not a hole";
    EXPECT_EQ(found.st_mode & 0777U, 0600U);
    EXPECT_TRUE(reserve.give_up());
    EXPECT_EQ(reserve.state(), Reserve::State::given_up);
    EXPECT_FALSE(reserve.give_up()) << "there is no more to give";
}

TEST_F(ReserveFile, IsMadeAgainOnlyWhenTheDiskHasRoom) {
    Reserve too_large(file_, more_than_any_disk);
    too_large.tend();
    EXPECT_EQ(too_large.state(), Reserve::State::given_up);
    too_large.tend();
    EXPECT_EQ(too_large.state(), Reserve::State::given_up);
    Reserve reserve(file_, small);
    reserve.tend();
    EXPECT_EQ(reserve.state(), Reserve::State::held);
}

TEST_F(ReserveFile, OfASmallDiskIsASixteenthOfIt) {
    const auto capacity = std::filesystem::space(folder_.path()).capacity;
    EXPECT_EQ(Reserve::size_for(folder_.path()), std::min(default_reserve_size, capacity / 16));
    EXPECT_LE(Reserve::size_for("/dev"), default_reserve_size);  // a small disk in memory
    EXPECT_EQ(Reserve::size_for(folder_.path() / "absent"), default_reserve_size);
}

TEST_F(ReserveFile, OfSizeZeroIsNeverMade) {
    Reserve none(file_, 0);
    none.tend();
    EXPECT_EQ(none.state(), Reserve::State::none);
}

}  // namespace
}  // namespace entrepot::node
