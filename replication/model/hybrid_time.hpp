// Hybrid time: 48 bits of milliseconds since 1970 and a 16-bit counter. It never decides what is
// lost, only which of several concurrent values leads.
#pragma once

#include <cstdint>

#include "crypto/base/clock.hpp"

namespace entrepot::replication {

struct HybridTime {
    std::uint64_t value = 0;  ///< milliseconds << 16 | counter

    WallTime wall() const { return {static_cast<std::int64_t>(value >> 16)}; }
    static HybridTime from_wall(WallTime wall, std::uint16_t counter = 0);
    friend auto operator<=>(const HybridTime&, const HybridTime&) = default;
};

/// Gives rising times; adopts what it saw unless that is too far ahead of the receiver's clock.
class HybridClock {
public:
    static constexpr std::int64_t most_ahead_ms = 10 * 60 * 1000;

    /// The next time, above every time given or adopted so far.
    HybridTime next(WallTime now);
    /// False, and nothing adopted, when `seen` is more than ten minutes ahead of `now`: suspect.
    bool adopt(HybridTime seen, WallTime now);

private:
    HybridTime last_;
};

}  // namespace entrepot::replication
