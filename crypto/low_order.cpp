#include "crypto/low_order.hpp"

#include <algorithm>
#include <array>

namespace entrepot::crypto {
namespace {

using Coordinate = std::array<std::uint8_t, 32>;

constexpr Coordinate small(std::uint8_t value) {
    Coordinate out{};
    out[0] = value;
    return out;
}

/// 2^255 − 19 + offset, little-endian, for offsets that do not carry.
constexpr Coordinate near_prime(int offset) {
    Coordinate out{};
    for (auto& byte : out) {
        byte = 0xff;
    }
    out[0] = static_cast<std::uint8_t>(0xed + offset);
    out[31] = 0x7f;
    return out;
}

// Twelve values are published. Seven lie below 2^255: 0, 1, two points of order eight, p - 1, and
// p and p + 1, which are 0 and 1 spelled again. The other five need the top bit, which RFC 7748
// clears: they do no harm to X25519 and are refused as second spellings.
constexpr std::array<Coordinate, 7> low_order_points{
    small(0),
    small(1),
    Coordinate{0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3,
               0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32,
               0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00},
    Coordinate{0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1,
               0x55, 0x9c, 0x83, 0xef, 0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c,
               0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57},
    near_prime(-1),
    near_prime(0),
    near_prime(1)};

}  // namespace

bool is_low_order_x25519(ByteView key) {
    Coordinate masked{};
    if (key.size() != masked.size()) {
        return true;
    }
    std::copy(key.begin(), key.end(), masked.begin());
    masked[31] &= 0x7f;
    return std::find(low_order_points.begin(), low_order_points.end(), masked) !=
           low_order_points.end();
}

bool is_canonical_x25519(ByteView key) {
    constexpr Coordinate prime = near_prime(0);
    return key.size() == prime.size() &&
           std::lexicographical_compare(key.rbegin(), key.rend(), prime.rbegin(), prime.rend());
}

}  // namespace entrepot::crypto
