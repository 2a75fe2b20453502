// SeedRunner: runs a range of seeds on some threads and tells what was found.
#pragma once

#include <functional>

#include "tests/simulation/world.hpp"

namespace entrepot::simulation {

struct SeedRange {
    std::uint64_t first = 1;
    std::uint64_t count = 100;
    unsigned threads = 1;
    PlantedFault fault = PlantedFault::none;
    bool stop_at_first = false;
};

struct RangeResult {
    std::uint64_t seeds = 0, violations = 0, messages = 0, commits = 0, crashes = 0, erasures = 0;
    std::map<std::string, std::uint64_t> errors;
    /// Of the lowest seed that failed: what, and how to see it again.
    std::optional<std::uint64_t> failed_seed;
    std::string failure;
};

/// `progress` is told how many seeds are done, from any thread, one at a time.
RangeResult run_range(const SeedRange& range,
                      const std::function<void(const RangeResult&)>& progress = {});

/// The command that runs one seed again.
std::string replay_command(std::uint64_t seed);

}  // namespace entrepot::simulation
