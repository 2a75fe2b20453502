// BoundedOutputArchive, BoundedInputArchive: Cereal archives over one buffer, for bytes that come
// from elsewhere. Cereal's own archives believe every length they read; here a length is held
// against its limit and against what is left before anything is allocated, and every integer has
// one spelling, so that what is read writes back to the same bytes.
//
// Integers: LEB128 in the fewest bytes; signed ones zigzag. Sequences: their length so, then their
// bytes. CHANGE_FORMAT.md gives the bytes. Included by the codecs of this folder alone.
#pragma once

#include <cereal/cereal.hpp>

#include "crypto/base/bytes.hpp"

namespace entrepot::replication {

/// Thrown by the archives, caught in read_bounded and write_bounded and nowhere else.
struct ArchiveFailure : cereal::Exception {
    enum class Reason { malformed, too_large, needs_newer };
    ArchiveFailure(Reason why, const char* text) : cereal::Exception(text), reason(why) {}
    Reason reason;
};

[[noreturn]] inline void archive_malformed(const char* why) {
    throw ArchiveFailure(ArchiveFailure::Reason::malformed, why);
}

class BoundedOutputArchive
    : public cereal::OutputArchive<BoundedOutputArchive, cereal::AllowEmptyClassElision> {
public:
    explicit BoundedOutputArchive(std::size_t limit)
        : OutputArchive(this), limit_(limit), out_(std::min<std::size_t>(limit, first_size)) {}

    void byte(std::uint8_t value) {
        want(1);
        out_[used_++] = value;
    }
    void varint(std::uint64_t value) {
        want(10);
        while (value >= 0x80) {
            out_[used_++] = static_cast<std::uint8_t>(value | 0x80);
            value >>= 7;
        }
        out_[used_++] = static_cast<std::uint8_t>(value);
    }
    void zigzag(std::int64_t value) {
        varint(static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63));
    }
    void raw(ByteView bytes) {
        want(bytes.size());
        if (!bytes.empty()) {
            std::memcpy(out_.data() + used_, bytes.data(), bytes.size());
            used_ += bytes.size();
        }
    }
    void sized(ByteView bytes) {
        varint(bytes.size());
        raw(bytes);
    }
    /// Starts a sequence whose length is known only at its end; returns what close_sized wants.
    std::size_t open_sized() {
        byte(0);
        return used_;
    }
    void close_sized(std::size_t start) {
        const std::size_t length = used_ - start;
        if (length < 0x80) {
            out_[start - 1] = static_cast<std::uint8_t>(length);
            return;
        }
        std::size_t more = 0;
        for (std::size_t rest = length >> 7; rest > 0; rest >>= 7) {
            ++more;
        }
        want(more);
        std::memmove(out_.data() + start + more, out_.data() + start, length);
        used_ = start - 1;
        varint(length);
        used_ += length;
    }

    /// throws too_large when more than the limit was written.
    Bytes take() {
        check_limit(used_);
        out_.resize(used_);
        return std::move(out_);
    }

private:
    static constexpr std::size_t first_size = 1024;
    static constexpr std::size_t slack = 16;  // a varint asks for more than it may use

    void want(std::size_t count) {
        if (out_.size() - used_ < count) {
            check_limit(used_ + count - std::min(count, slack));
            out_.resize(std::max(out_.size() * 2, used_ + count));
        }
    }
    void check_limit(std::size_t size) const {
        if (size > limit_) {
            throw ArchiveFailure(ArchiveFailure::Reason::too_large, "more bytes than the limit");
        }
    }

    std::size_t limit_;
    std::size_t used_ = 0;
    Bytes out_;
};

class BoundedInputArchive
    : public cereal::InputArchive<BoundedInputArchive, cereal::AllowEmptyClassElision> {
public:
    explicit BoundedInputArchive(ByteView bytes)
        : InputArchive(this), at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

    std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
    std::uint8_t byte() {
        if (at_ == end_) {
            archive_malformed("ends too early");
        }
        return *at_++;
    }
    std::uint64_t varint() {
        std::uint64_t value = byte();
        if (value < 0x80) {
            return value;
        }
        value &= 0x7f;
        for (unsigned shift = 7; shift < 64; shift += 7) {
            const std::uint64_t next = byte();
            if (shift == 63 && next > 1) {
                break;
            }
            value |= (next & 0x7f) << shift;
            if (next < 0x80) {
                if (next == 0) {
                    archive_malformed("an integer in more bytes than it needs");
                }
                return value;
            }
        }
        archive_malformed("an integer over 64 bits");
    }
    std::int64_t zigzag() {
        const std::uint64_t value = varint();
        return static_cast<std::int64_t>(value >> 1 ^ (~(value & 1) + 1));
    }
    ByteView raw(std::size_t count) {
        if (count > left()) {
            archive_malformed("a length beyond the end");
        }
        const ByteView out{at_, count};
        at_ += count;
        return out;
    }
    ByteView sized(std::size_t limit) { return raw(length(limit)); }
    /// A count of elements of at least `least` bytes each, within its limit and what is left.
    std::size_t count(std::size_t limit, std::size_t least) {
        const std::uint64_t value = varint();
        if (value > limit || value > left() / least) {
            archive_malformed("a count over its limit or beyond the end");
        }
        return static_cast<std::size_t>(value);
    }

    /// Narrows reading to the next `count` bytes until leave(), which wants them all read.
    const std::uint8_t* enter(std::size_t count) {
        if (count > left()) {
            archive_malformed("a length beyond the end");
        }
        const std::uint8_t* outer = end_;
        end_ = at_ + count;
        return outer;
    }
    void leave(const std::uint8_t* outer) {
        finish();
        end_ = outer;
    }
    void finish() const {
        if (at_ != end_) {
            archive_malformed("bytes left over");
        }
    }
    std::size_t length(std::size_t limit) {
        const std::uint64_t value = varint();
        if (value > limit) {
            archive_malformed("a length over its limit");
        }
        return static_cast<std::size_t>(value);
    }

private:
    const std::uint8_t* at_;
    const std::uint8_t* end_;
};

/// The codes that one codec reports for what an archive throws.
struct ArchiveCodes {
    ErrorCode malformed;
    ErrorCode too_large;
    ErrorCode needs_newer;
    Error error(const cereal::Exception& failure) const {
        const auto* ours = dynamic_cast<const ArchiveFailure*>(&failure);
        if (ours != nullptr && ours->reason == ArchiveFailure::Reason::needs_newer) {
            return {needs_newer, failure.what()};
        }
        if (ours != nullptr && ours->reason == ArchiveFailure::Reason::too_large) {
            return {too_large, failure.what()};
        }
        return {malformed, failure.what()};
    }
};

/// Writes one value to at most `limit` bytes.
template <class T>
Result<Bytes> write_bounded(const T& value, std::size_t limit, const ArchiveCodes& codes) {
    try {
        BoundedOutputArchive archive(limit);
        archive(value);
        return archive.take();
    } catch (const cereal::Exception& failure) {
        return codes.error(failure);
    }
}

/// Reads one value from exactly these bytes.
template <class T>
Result<T> read_bounded(ByteView bytes, const ArchiveCodes& codes) {
    try {
        BoundedInputArchive archive(bytes);
        T out;
        archive(out);
        archive.finish();
        return out;
    } catch (const cereal::Exception& failure) {
        return codes.error(failure);
    }
}

}  // namespace entrepot::replication

CEREAL_SETUP_ARCHIVE_TRAITS(entrepot::replication::BoundedInputArchive,
                            entrepot::replication::BoundedOutputArchive)
