// Several small decoders in one target: the first byte chooses which, the rest is what it reads.
#pragma once

#include <array>

#include "crypto/base/ensure.hpp"
#include "crypto/primitives.hpp"

namespace entrepot {

using Decoder = void (*)(ByteView);

template <std::size_t N>
int run_chosen(const std::array<Decoder, N>& decoders, ByteView bytes) {
    static const bool started = crypto::initialise();
    ENSURE(started);
    if (!bytes.empty()) {
        decoders[bytes[0] % N](bytes.subspan(1));
    }
    return 0;
}

}  // namespace entrepot
