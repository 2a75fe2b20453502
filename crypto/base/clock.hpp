// Time as an argument: the core reads no clock, its callers do.
#pragma once

#include <chrono>
#include <cstdint>

namespace entrepot {

/// Milliseconds since 1970-01-01T00:00:00Z, as a person's calendar would have it; may jump.
struct WallTime {
    std::int64_t ms = 0;
    friend auto operator<=>(const WallTime&, const WallTime&) = default;
};

/// Milliseconds from an arbitrary start; never goes back. For timeouts and rates.
struct SteadyTime {
    std::int64_t ms = 0;
    friend auto operator<=>(const SteadyTime&, const SteadyTime&) = default;
};

class Clock {
public:
    virtual ~Clock() = default;
    virtual WallTime wall() const = 0;
    virtual SteadyTime steady() const = 0;
};

class SystemClock final : public Clock {
public:
    WallTime wall() const override;
    SteadyTime steady() const override;
};

}  // namespace entrepot
