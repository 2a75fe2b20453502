#include "replication/model/hybrid_time.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace entrepot::replication {
namespace {

constexpr WallTime noon{1'700'000'000'000};

RC_GTEST_PROP(HybridClock, GivesRisingTimesWhateverTheWallClockDoes,
              (std::vector<std::int32_t> jumps)) {
    HybridClock clock;
    HybridTime last = clock.next(noon);
    for (const std::int32_t jump : jumps) {
        const HybridTime next = clock.next({noon.ms + jump});
        RC_ASSERT(last < next);
        last = next;
    }
}

TEST(HybridClock, GivesTheWallClocksTimeWhenItMovesOn) {
    HybridClock clock;
    clock.next(noon);
    EXPECT_EQ(clock.next({noon.ms + 5}).wall(), WallTime{noon.ms + 5});
}

TEST(HybridClock, GivesTimesAboveWhatItAdopted) {
    HybridClock clock;
    const HybridTime seen = HybridTime::from_wall({noon.ms + HybridClock::most_ahead_ms}, 7);
    EXPECT_TRUE(clock.adopt(seen, noon));
    EXPECT_LT(seen, clock.next(noon));
}

TEST(HybridClock, AdoptsNoTimeMoreThanTenMinutesAhead) {
    HybridClock clock;
    EXPECT_FALSE(
        clock.adopt(HybridTime::from_wall({noon.ms + HybridClock::most_ahead_ms + 1}), noon));
    EXPECT_EQ(clock.next(noon), HybridTime::from_wall(noon));
}

TEST(HybridTime, HoldsMillisecondsAndCounter) {
    const HybridTime time = HybridTime::from_wall(noon, 3);
    EXPECT_EQ(time.wall(), noon);
    EXPECT_EQ(time.value & 0xffff, 3U);
    EXPECT_EQ(HybridTime::from_wall({-1}), HybridTime{});
}

}  // namespace
}  // namespace entrepot::replication
