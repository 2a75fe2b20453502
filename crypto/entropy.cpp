#include "crypto/entropy.hpp"

#include <sodium.h>
#include <unistd.h>

namespace entrepot::crypto {
namespace {

constexpr std::size_t block_bytes = 4096;

}  // namespace

void SystemEntropy::fill(MutableByteView out) {
    if (out.size() > block_bytes) {
        randombytes_buf(out.data(), out.size());
        return;
    }
    if (out.empty()) {
        return;
    }
    // A forked child would otherwise hand out the bytes its parent hands out.
    const int process = static_cast<int>(getpid());
    if (block_.empty() || process != process_ || block_.size() - used_ < out.size()) {
        if (block_.empty()) {
            block_ = Secret(block_bytes);
        }
        randombytes_buf(block_.mutable_view().data(), block_bytes);
        used_ = 0;
        process_ = process;
    }
    const MutableByteView next = block_.mutable_view().subspan(used_, out.size());
    std::memcpy(out.data(), next.data(), out.size());
    wipe(next);
    used_ += out.size();
}

SeededEntropy::SeededEntropy(std::uint64_t seed) {
    for (std::size_t i = 0; i < sizeof seed; ++i) {
        key_[i] = static_cast<std::uint8_t>(seed >> (8 * i));
    }
}

// One nonce a call: the stream depends on the lengths asked for as well as on the seed.
void SeededEntropy::fill(MutableByteView out) {
    std::array<std::uint8_t, crypto_stream_chacha20_NONCEBYTES> nonce{};
    for (std::size_t i = 0; i < nonce.size(); ++i) {
        nonce[i] = static_cast<std::uint8_t>(block_ >> (8 * i));
    }
    ++block_;
    if (!out.empty()) {
        crypto_stream_chacha20(out.data(), out.size(), nonce.data(), key_.data());
    }
}

}  // namespace entrepot::crypto
