// Dice: choices determined by a seed, drawn from a seeded stream in blocks.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

#include "crypto/entropy.hpp"

namespace entrepot::node {

class Dice {
public:
    explicit Dice(std::uint64_t seed) : entropy_(seed) {}

    /// 0 … below-1; `below` from 1. Slightly uneven for large values, which data does not mind.
    std::uint32_t below(std::uint32_t limit) {
        return static_cast<std::uint32_t>(std::uint64_t{next()} * limit >> 32);
    }
    std::uint32_t between(std::uint32_t least, std::uint32_t most) {
        return least + below(most - least + 1);
    }
    bool percent(std::uint32_t chance) { return below(100) < chance; }
    template <class T>
    const T& pick(const std::vector<T>& from) {
        return from[below(static_cast<std::uint32_t>(from.size()))];
    }

private:
    std::uint32_t next() {
        if (used_ == block_.size()) {
            entropy_.fill(block_);
            used_ = 0;
        }
        std::uint32_t out = 0;
        std::memcpy(&out, block_.data() + used_, sizeof out);
        used_ += sizeof out;
        return out;
    }

    crypto::SeededEntropy entropy_;
    std::array<std::uint8_t, 4096> block_{};
    std::size_t used_ = 4096;
};

}  // namespace entrepot::node
