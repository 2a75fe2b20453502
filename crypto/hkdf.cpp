#include "crypto/hkdf.hpp"

#include <sodium.h>

#include <algorithm>

namespace entrepot::crypto {
namespace {

constexpr std::size_t mac_size = crypto_auth_hmacsha256_BYTES;
constexpr std::uint8_t nothing = 0;

/// An empty view may have a null pointer, which the library's memcpy must not be given.
const std::uint8_t* start_of(ByteView bytes) { return bytes.empty() ? &nothing : bytes.data(); }

}  // namespace

Secret hkdf_extract(ByteView salt, std::initializer_list<ByteView> parts) {
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, start_of(salt), salt.size());
    for (const ByteView part : parts) {
        crypto_auth_hmacsha256_update(&state, start_of(part), part.size());
    }
    Secret out(mac_size);
    crypto_auth_hmacsha256_final(&state, out.mutable_view().data());
    sodium_memzero(&state, sizeof state);
    return out;
}

Secret hkdf_expand(const Secret& key, std::initializer_list<ByteView> parts, std::size_t length) {
    Secret out(length);
    Secret block(mac_size);
    crypto_auth_hmacsha256_state state;
    std::uint8_t counter = 0;
    for (std::size_t done = 0; done < length; done += mac_size) {
        crypto_auth_hmacsha256_init(&state, key.view().data(), key.size());
        if (counter > 0) {
            crypto_auth_hmacsha256_update(&state, block.view().data(), mac_size);
        }
        for (const ByteView part : parts) {
            crypto_auth_hmacsha256_update(&state, start_of(part), part.size());
        }
        ++counter;
        crypto_auth_hmacsha256_update(&state, &counter, 1);
        crypto_auth_hmacsha256_final(&state, block.mutable_view().data());
        const std::size_t count = std::min(mac_size, length - done);
        std::memcpy(out.mutable_view().data() + done, block.view().data(), count);
    }
    sodium_memzero(&state, sizeof state);
    return out;
}

}  // namespace entrepot::crypto
