#include "node/access/attempts.hpp"

#include <gmock/gmock.h>

#include <array>

#include "node/access/node_directory.hpp"
#include "tests/node/moved_clock.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/temporary_folder.hpp"

namespace entrepot::node {
namespace {

constexpr std::array<unsigned, 1> first{1};
constexpr std::array<unsigned, 1> second{2};
constexpr std::array<unsigned, 2> both{1, 2};

class AttemptsTest : public testing::Test {
protected:
    Attempts attempts() const { return Attempts(folder_.path() / "attempts", clock_); }
    void fail(unsigned times) const {
        for (; times > 0; --times) {
            attempts().begin(first);
        }
    }
    TemporaryFolder folder_;
    MovedClock clock_;
};

TEST_F(AttemptsTest, DoublesTheWaitUpToFiveMinutes) {
    Attempts attempts = this->attempts();
    EXPECT_EQ(attempts.wait_ms(1), 0);
    std::int64_t expected = 1000;
    for (int i = 0; i < 40; ++i) {
        attempts.begin(first);
        EXPECT_EQ(attempts.wait_ms(1), std::min(expected, longest_slot_wait_ms)) << i;
        expected = std::min<std::int64_t>(2 * expected, longest_slot_wait_ms);
    }
    EXPECT_EQ(attempts.failed(1), 40U);
}

TEST_F(AttemptsTest, SaysHowManySecondsAreLeft) {
    Attempts attempts = this->attempts();
    fail(3);
    Attempts again = this->attempts();
    clock_.steady_ms += 1500;
    const Status refused = again.check(first);
    ASSERT_THAT(refused, HasCode(access_wait));
    EXPECT_THAT(refused.error().context, testing::HasSubstr("wait 3 s"));
    clock_.steady_ms += 2500;
    EXPECT_THAT(again.check(first), IsOk());
}

TEST_F(AttemptsTest, MakesOneSlotWaitAndNotTheOther) {
    Attempts attempts = this->attempts();
    attempts.begin(first);
    EXPECT_THAT(attempts.check(first), HasCode(access_wait));
    EXPECT_THAT(attempts.check(second), IsOk());
    EXPECT_THAT(attempts.check(both), IsOk());
}

TEST_F(AttemptsTest, ForgetsAfterTheRightPassphrase) {
    Attempts attempts = this->attempts();
    attempts.begin(first);
    attempts.succeeded(1);
    EXPECT_THAT(attempts.check(first), IsOk());
    EXPECT_EQ(this->attempts().failed(1), 0U);
}

TEST_F(AttemptsTest, CountsAgainstNoSlotWhoseTurnItWasNot) {
    Attempts attempts = this->attempts();
    attempts.begin(first);
    clock_.steady_ms += 600;
    const auto before = attempts.wait_ms(1);
    attempts.begin(both);
    attempts.take_back(both);
    EXPECT_EQ(attempts.wait_ms(1), before);
    EXPECT_EQ(attempts.failed(2), 0U);
}

TEST_F(AttemptsTest, ARestartForgetsNothing) {
    fail(5);
    EXPECT_EQ(attempts().wait_ms(1), 16'000);
    clock_.steady_ms += 15'999;
    EXPECT_THAT(attempts().check(first), HasCode(access_wait));
    clock_.steady_ms += 1;
    EXPECT_THAT(attempts().check(first), IsOk());
}

TEST_F(AttemptsTest, TheWallClockMovedForwardDoesNotOpenEarly) {
    fail(9);
    clock_.wall_ms += std::int64_t{365} * 24 * 3600 * 1000;
    EXPECT_EQ(attempts().wait_ms(1), 256'000);
}

TEST_F(AttemptsTest, TheWallClockMovedBackDoesNotLockForLonger) {
    fail(2);
    clock_.wall_ms = 0;
    EXPECT_EQ(attempts().wait_ms(1), 2000);
    clock_.steady_ms += 2000;
    EXPECT_THAT(attempts().check(first), IsOk());
}

TEST_F(AttemptsTest, AfterARebootWhatHasPassedIsCountedFromTheReboot) {
    fail(9);
    clock_.steady_ms = 6000;  // the steady clock begins anew
    EXPECT_EQ(attempts().wait_ms(1), 250'000);
    clock_.steady_ms = 49'000;  // other workers of that boot, before and after the time noted
    EXPECT_EQ(attempts().wait_ms(1), 207'000);
    clock_.steady_ms = 51'000;
    EXPECT_EQ(attempts().wait_ms(1), 205'000);
    clock_.steady_ms = 256'000;
    EXPECT_THAT(attempts().check(first), IsOk());
}

TEST_F(AttemptsTest, AnUnreadableFileCountsAsNone) {
    ASSERT_THAT(write_file(folder_.path() / "attempts", Bytes(7, 0xff)), IsOk());
    EXPECT_THAT(attempts().check(first), IsOk());
}

}  // namespace
}  // namespace entrepot::node
