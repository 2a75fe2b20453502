// Randomness as an argument: the system's in the product, a seeded stream in simulations.
#pragma once

#include "crypto/base/bytes.hpp"
#include "crypto/secret.hpp"

namespace entrepot::crypto {

class Entropy {
public:
    virtual ~Entropy() = default;
    virtual void fill(MutableByteView out) = 0;

    template <class Fixed>
    Fixed fixed() {
        Fixed out;
        fill(out.mutable_view());
        return out;
    }
    Secret secret(std::size_t size) {
        Secret out(size);
        fill(out.mutable_view());
        return out;
    }
};

/// The kernel's generator, drawn in blocks of 4 KiB held in locked memory and wiped as used: a
/// call per nonce costs 0.4 µs. Not for two threads at once; give each thread its own. Reseeds
/// itself after fork.
class SystemEntropy final : public Entropy {
public:
    void fill(MutableByteView out) override;

private:
    Secret block_;
    std::size_t used_ = 0;
    int process_ = 0;
};

/// A stream determined by its seed (ChaCha20). For simulations, generated data and tests only.
class SeededEntropy final : public Entropy {
public:
    explicit SeededEntropy(std::uint64_t seed);
    void fill(MutableByteView out) override;

private:
    std::array<std::uint8_t, 32> key_{};
    std::uint64_t block_ = 0;
};

}  // namespace entrepot::crypto
