// Bounded little-endian reading and writing. The reader never allocates from a length it has not
// checked, and remembers its first failure, so that a decoder reads all fields and asks once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"

namespace entrepot {

inline constexpr ErrorCode wire_truncated{"wire.truncated", ErrorKind::refused};
inline constexpr ErrorCode wire_trailing{"wire.trailing", ErrorKind::refused};
inline constexpr ErrorCode wire_limit{"wire.limit", ErrorKind::refused};

class WireWriter {
public:
    WireWriter& u8(std::uint8_t value);
    WireWriter& u16(std::uint16_t value);
    WireWriter& u32(std::uint32_t value);
    WireWriter& u64(std::uint64_t value);
    WireWriter& raw(ByteView bytes);
    /// Length prefix of 1, 2 or 4 bytes, then the bytes; a longer sequence is a broken invariant.
    WireWriter& sized8(ByteView bytes);
    WireWriter& sized16(ByteView bytes);
    WireWriter& sized32(ByteView bytes);
    template <class Tag, std::size_t N>
    WireWriter& fixed(const FixedBytes<Tag, N>& value) {
        return raw(value.view());
    }

    std::size_t size() const { return out_.size(); }
    ByteView view() const { return out_; }
    Bytes take() { return std::move(out_); }

private:
    Bytes out_;
};

/// Views returned by a reader live as long as the bytes it reads. After a failure every read
/// gives zeros or an empty view; finish() tells what failed.
class WireReader {
public:
    explicit WireReader(ByteView bytes) : rest_(bytes) {}

    std::uint8_t u8();
    std::uint16_t u16();
    std::uint32_t u32();
    std::uint64_t u64();
    ByteView raw(std::size_t count);
    /// A length prefix over `limit` fails with wire.limit before anything is read.
    ByteView sized8(std::size_t limit = 0xff);
    ByteView sized16(std::size_t limit = 0xffff);
    ByteView sized32(std::size_t limit);
    template <class Fixed>
    Fixed fixed() {
        Fixed out;
        const ByteView bytes = raw(Fixed::size);
        if (bytes.size() == Fixed::size) {
            std::memcpy(out.bytes.data(), bytes.data(), Fixed::size);
        }
        return out;
    }

    bool ok() const { return !failed_; }
    ByteView rest() const { return rest_; }
    /// Marks the reader failed with wire.limit, for a count or value out of its range.
    void fail_limit();
    /// Fails if any read failed (wire.truncated, wire.limit); `what` names the thing read.
    Status check(std::string_view what) const;
    /// As check, and also fails with wire.trailing if bytes are left.
    Status finish(std::string_view what) const;

private:
    bool failed_ = false;
    bool over_limit_ = false;
    ByteView rest_;
};

}  // namespace entrepot
