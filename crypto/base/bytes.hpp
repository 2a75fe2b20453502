// Byte sequences, their text forms, and distinct identifier types.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/result.hpp"

namespace entrepot {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;
using MutableByteView = std::span<std::uint8_t>;

inline constexpr ErrorCode bytes_not_hex{"bytes.not_hex", ErrorKind::invalid_input};
inline constexpr ErrorCode bytes_not_base32{"bytes.not_base32", ErrorKind::invalid_input};
inline constexpr ErrorCode bytes_wrong_length{"bytes.wrong_length", ErrorKind::invalid_input};

inline ByteView as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline void append(Bytes& to, ByteView from) {
    to.insert(to.end(), from.begin(), from.end());
}
inline bool equal(ByteView a, ByteView b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

/// Lower-case hexadecimal.
std::string to_hex(ByteView bytes);
/// Either case, an even number of digits; bytes.not_hex otherwise.
Result<Bytes> from_hex(std::string_view text);

/// Crockford's base 32 in lower case, no padding: 16 bytes give 26 characters, 8 give 13.
/// Source: https://www.crockford.com/base32.html
std::string to_base32(ByteView bytes);
/// Accepts either case and o, i, l for 0, 1, 1; refuses other characters and non-zero spare bits
/// (bytes.not_base32), so that every byte string has one spelling up to those letters.
Result<Bytes> from_base32(std::string_view text);

/// N bytes whose meaning is the Tag: node, compartment, record … never exchanged by mistake.
template <class Tag, std::size_t N>
struct FixedBytes {
    static constexpr std::size_t size = N;
    std::array<std::uint8_t, N> bytes{};

    ByteView view() const { return {bytes.data(), N}; }
    MutableByteView mutable_view() { return {bytes.data(), N}; }
    bool is_zero() const { return *this == FixedBytes{}; }
    friend auto operator<=>(const FixedBytes&, const FixedBytes&) = default;

    /// Exactly N bytes; bytes.wrong_length otherwise.
    static Result<FixedBytes> from(ByteView view) {
        if (view.size() != N) {
            return Error{bytes_wrong_length, "expected " + std::to_string(N) + " bytes, got " +
                                                 std::to_string(view.size())};
        }
        FixedBytes out;
        std::memcpy(out.bytes.data(), view.data(), N);
        return out;
    }
};

template <class Tag>
using Id = FixedBytes<Tag, 16>;

/// For unordered containers; identifiers are hashes or random, so any eight bytes spread well.
struct FixedBytesHash {
    template <class Tag, std::size_t N>
    std::size_t operator()(const FixedBytes<Tag, N>& id) const {
        static_assert(N >= 8);
        std::size_t out = 0;
        std::memcpy(&out, id.bytes.data(), sizeof out);
        return out;
    }
};

/// BLAKE2b-256 of something.
using Hash = FixedBytes<struct HashTag, 32>;

}  // namespace entrepot
