// eventually: waits on a condition, never on a time. What it looks at must be cheap.
#pragma once

#include <poll.h>

#include <chrono>

namespace entrepot {

/// The longest that anything healthy takes here, on a machine with much else to do.
inline constexpr std::chrono::seconds patience{60};

/// Looks every few milliseconds until the condition holds; false once `within` has passed.
template <class Condition>
bool eventually(Condition condition, std::chrono::milliseconds within = patience) {
    const auto until = std::chrono::steady_clock::now() + within;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > until) {
            return false;
        }
        ::poll(nullptr, 0, 10);
    }
    return true;
}

}  // namespace entrepot
