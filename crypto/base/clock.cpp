#include "crypto/base/clock.hpp"

namespace entrepot {
namespace {

template <class ChronoClock>
std::int64_t milliseconds_now() {
    const auto since_start = ChronoClock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(since_start).count();
}

}  // namespace

WallTime SystemClock::wall() const {
    return WallTime{milliseconds_now<std::chrono::system_clock>()};
}

SteadyTime SystemClock::steady() const {
    return SteadyTime{milliseconds_now<std::chrono::steady_clock>()};
}

}  // namespace entrepot
