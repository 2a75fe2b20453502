// MovedClock: a clock that stands still until a test moves it.
#pragma once

#include <atomic>

#include "crypto/base/clock.hpp"

namespace entrepot {

class MovedClock final : public Clock {
public:
    WallTime wall() const override { return {wall_ms}; }
    SteadyTime steady() const override { return {steady_ms}; }

    std::atomic<std::int64_t> wall_ms{1'800'000'000'000};
    std::atomic<std::int64_t> steady_ms{50'000};
};

}  // namespace entrepot
