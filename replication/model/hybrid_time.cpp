#include "replication/model/hybrid_time.hpp"

#include <algorithm>

namespace entrepot::replication {

HybridTime HybridTime::from_wall(WallTime wall, std::uint16_t counter) {
    constexpr std::int64_t last_ms = (std::int64_t{1} << 48) - 1;
    const auto ms = static_cast<std::uint64_t>(std::clamp<std::int64_t>(wall.ms, 0, last_ms));
    return {ms << 16 | counter};
}

HybridTime HybridClock::next(WallTime now) {
    last_ = std::max(HybridTime{last_.value + 1}, HybridTime::from_wall(now));
    return last_;
}

bool HybridClock::adopt(HybridTime seen, WallTime now) {
    if (seen.wall().ms > now.ms + most_ahead_ms) {
        return false;
    }
    last_ = std::max(last_, seen);
    return true;
}

}  // namespace entrepot::replication
