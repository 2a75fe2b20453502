// Packing: the plaintext of a sealed change: dictionary number (1), zstd frame, 0x80, zeros to a
// multiple of 16. A dictionary once shipped is never removed. packing.cpp and
// dictionary.cpp are the only places that include zstd's headers.
#pragma once

#include <memory>

#include "crypto/base/bytes.hpp"

namespace entrepot::replication {

inline constexpr ErrorCode packing_malformed{"packing.malformed", ErrorKind::refused};
inline constexpr ErrorCode packing_too_large{"packing.too_large", ErrorKind::refused};
inline constexpr ErrorCode packing_needs_newer{"packing.needs_newer_program",
                                               ErrorKind::unavailable};

/// Holds compression contexts and dictionaries: one for each thread. Number 0 is zstd without a
/// dictionary, 1 the first shipped one; 255 stores the bytes as they are (for tests that look for
/// plaintext with compression off).
class Packing {
public:
    static constexpr std::uint8_t no_dictionary = 0, first_dictionary = 1, stored = 255;
    explicit Packing(std::uint8_t write_with = first_dictionary);
    ~Packing();
    Packing(Packing&&) noexcept;

    /// At most 1 MiB (change_plain_limit).
    Bytes pack(ByteView plain);
    /// packing.too_large before allocating when the frame says more than 1 MiB (or does not say);
    /// packing.needs_newer_program for an unknown dictionary; packing.malformed otherwise.
    Result<Bytes> unpack(ByteView packed);

private:
    struct Contexts;
    std::unique_ptr<Contexts> contexts_;
    std::uint8_t write_with_;
};

}  // namespace entrepot::replication
