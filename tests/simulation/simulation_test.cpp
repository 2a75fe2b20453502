#include <gtest/gtest.h>

#include "tests/simulation/seed_runner.hpp"

namespace entrepot::simulation {
namespace {

constexpr std::uint64_t seeds_a_test = 60;

class Simulation : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(Simulation, KeepsWhatWasAcknowledgedAndConverges) {
    const RangeResult result = run_range({GetParam(), seeds_a_test});
    EXPECT_FALSE(result.failed_seed) << "seed " << *result.failed_seed << " " << result.failure;
    EXPECT_GT(result.crashes, 0u);
    EXPECT_GT(result.commits, 0u);
    EXPECT_GT(result.erasures, 0u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Simulation,
                         ::testing::Values(1, 1 + seeds_a_test, 1 + 2 * seeds_a_test,
                                           1 + 3 * seeds_a_test));

TEST(SimulatedRun, IsTheSameWheneverTheSeedIsTheSame) {
    Packing packing(Packing::no_dictionary);
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        const RunResult once = run_seed({seed}, packing);
        const RunResult again = run_seed({seed}, packing);
        EXPECT_EQ(once.trace, again.trace) << "seed " << seed;
        EXPECT_EQ(once.virtual_ms, again.virtual_ms) << "seed " << seed;
        EXPECT_EQ(once.errors, again.errors) << "seed " << seed;
    }
}

TEST(SimulatedRun, DiffersBetweenSeeds) {
    Packing packing(Packing::no_dictionary);
    EXPECT_NE(run_seed({1}, packing).trace, run_seed({2}, packing).trace);
}

TEST(SimulatedRun, CatchesADriverThatAcknowledgesBeforeItIsDurable) {
    SeedRange range{1, 100, 1, PlantedFault::acknowledge_before_durable, true};
    EXPECT_TRUE(run_range(range).failed_seed);
}

TEST(SimulatedRun, CatchesANodeThatSaysToHaveErasedAndDidNot) {
    SeedRange range{1, 100, 1, PlantedFault::leave_unerased, true};
    EXPECT_TRUE(run_range(range).failed_seed);
}

TEST(SimulatedRun, CatchesRecordStatesThatDropASibling) {
    SeedRange range{1, 100, 1, PlantedFault::drop_one_sibling, true};
    EXPECT_TRUE(run_range(range).failed_seed);
}

}  // namespace
}  // namespace entrepot::simulation
