// Dice: every choice of a simulated run, drawn from one seed.
#pragma once

#include "crypto/entropy.hpp"

namespace entrepot::simulation {

class Dice {
public:
    explicit Dice(std::uint64_t seed) : entropy_(seed) {}

    /// 0 … sides - 1.
    std::uint64_t below(std::uint64_t sides) {
        const auto drawn = entropy_.fixed<FixedBytes<struct DrawTag, 8>>();
        std::uint64_t value = 0;
        std::memcpy(&value, drawn.bytes.data(), sizeof value);
        return value % sides;
    }
    std::int64_t between(std::int64_t least, std::int64_t most) {
        return least +
               static_cast<std::int64_t>(below(static_cast<std::uint64_t>(most - least + 1)));
    }
    bool percent(std::uint64_t chance) { return below(100) < chance; }
    crypto::Entropy& entropy() { return entropy_; }

private:
    crypto::SeededEntropy entropy_;
};

}  // namespace entrepot::simulation
