#include "crypto/base/wire.hpp"

#include "crypto/base/ensure.hpp"

namespace entrepot {
namespace {

template <class Unsigned>
void put(Bytes& out, Unsigned value) {
    std::array<std::uint8_t, sizeof(Unsigned)> bytes{};
    for (std::size_t i = 0; i < sizeof(Unsigned); ++i) {
        bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
    append(out, bytes);
}

template <class Unsigned>
Unsigned get(ByteView bytes) {
    Unsigned value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        value = static_cast<Unsigned>(value | static_cast<Unsigned>(bytes[i]) << (8 * i));
    }
    return value;
}

}  // namespace

WireWriter& WireWriter::u8(std::uint8_t value) {
    out_.push_back(value);
    return *this;
}

WireWriter& WireWriter::u16(std::uint16_t value) {
    put(out_, value);
    return *this;
}

WireWriter& WireWriter::u32(std::uint32_t value) {
    put(out_, value);
    return *this;
}

WireWriter& WireWriter::u64(std::uint64_t value) {
    put(out_, value);
    return *this;
}

WireWriter& WireWriter::raw(ByteView bytes) {
    append(out_, bytes);
    return *this;
}

WireWriter& WireWriter::sized8(ByteView bytes) {
    ENSURE(bytes.size() <= 0xff);
    return u8(static_cast<std::uint8_t>(bytes.size())).raw(bytes);
}

WireWriter& WireWriter::sized16(ByteView bytes) {
    ENSURE(bytes.size() <= 0xffff);
    return u16(static_cast<std::uint16_t>(bytes.size())).raw(bytes);
}

WireWriter& WireWriter::sized32(ByteView bytes) {
    ENSURE(bytes.size() <= 0xffffffff);
    return u32(static_cast<std::uint32_t>(bytes.size())).raw(bytes);
}

std::uint8_t WireReader::u8() {
    return get<std::uint8_t>(raw(1));
}
std::uint16_t WireReader::u16() {
    return get<std::uint16_t>(raw(2));
}
std::uint32_t WireReader::u32() {
    return get<std::uint32_t>(raw(4));
}
std::uint64_t WireReader::u64() {
    return get<std::uint64_t>(raw(8));
}

ByteView WireReader::raw(std::size_t count) {
    if (failed_ || count > rest_.size()) {
        failed_ = true;
        return {};
    }
    const ByteView out = rest_.first(count);
    rest_ = rest_.subspan(count);
    return out;
}

ByteView WireReader::sized8(std::size_t limit) {
    const std::size_t count = u8();
    if (count > limit) {
        fail_limit();
    }
    return raw(count);
}

ByteView WireReader::sized16(std::size_t limit) {
    const std::size_t count = u16();
    if (count > limit) {
        fail_limit();
    }
    return raw(count);
}

ByteView WireReader::sized32(std::size_t limit) {
    const std::size_t count = u32();
    if (count > limit) {
        fail_limit();
    }
    return raw(count);
}

void WireReader::fail_limit() {
    if (!failed_) {
        failed_ = true;
        over_limit_ = true;
    }
}

Status WireReader::check(std::string_view what) const {
    if (!failed_) {
        return {};
    }
    if (over_limit_) {
        return Error{wire_limit, std::string(what) + ": a length or count is over its limit"};
    }
    return Error{wire_truncated, std::string(what) + ": ends too early"};
}

Status WireReader::finish(std::string_view what) const {
    TRY(check(what));
    if (!rest_.empty()) {
        return Error{wire_trailing, std::string(what) + ": " + std::to_string(rest_.size()) +
                                        " bytes too many at the end"};
    }
    return {};
}

}  // namespace entrepot
