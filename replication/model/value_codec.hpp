// The bytes of a value, for the codecs of this folder: kind (1), length of the content, content.
// CHANGE_FORMAT.md has the table. Values are checked by check_value after reading.
#pragma once

#include "replication/model/bounded_archive.hpp"
#include "replication/model/value.hpp"

namespace entrepot {

template <class Tag, std::size_t N>
void save(replication::BoundedOutputArchive& archive, const FixedBytes<Tag, N>& bytes) {
    archive.raw(bytes.view());
}
template <class Tag, std::size_t N>
void load(replication::BoundedInputArchive& archive, FixedBytes<Tag, N>& bytes) {
    std::memcpy(bytes.bytes.data(), archive.raw(N).data(), N);
}

}  // namespace entrepot

namespace entrepot::replication {

inline void save(BoundedOutputArchive& archive, const PhotoValue::Part& part) {
    archive(part.blob, part.key);
    archive.varint(part.size);
}
inline void load(BoundedInputArchive& archive, PhotoValue::Part& part) {
    archive(part.blob, part.key);
    part.size = archive.varint();
}

inline void save(BoundedOutputArchive& archive, const PhotoValue& photo) {
    archive(photo.sha256);
    archive.sized(as_bytes(photo.media_type));
    archive(photo.original, photo.screen, photo.thumbnail);
}
inline void load(BoundedInputArchive& archive, PhotoValue& photo) {
    archive(photo.sha256);
    photo.media_type = as_text(archive.sized(media_type_limit));
    archive(photo.original, photo.screen, photo.thumbnail);
}

inline void save(BoundedOutputArchive& archive, const Reference& reference) {
    archive(reference.target.compartment, reference.target.record);
}
inline void load(BoundedInputArchive& archive, Reference& reference) {
    archive(reference.target.compartment, reference.target.record);
}

inline void save_u32(BoundedOutputArchive& archive, std::uint32_t value) {
    const std::uint8_t bytes[4] = {
        static_cast<std::uint8_t>(value), static_cast<std::uint8_t>(value >> 8),
        static_cast<std::uint8_t>(value >> 16), static_cast<std::uint8_t>(value >> 24)};
    archive.raw(bytes);
}
inline std::uint32_t load_u32(BoundedInputArchive& archive) {
    const ByteView bytes = archive.raw(4);
    return static_cast<std::uint32_t>(bytes[0]) | static_cast<std::uint32_t>(bytes[1]) << 8 |
           static_cast<std::uint32_t>(bytes[2]) << 16 | static_cast<std::uint32_t>(bytes[3]) << 24;
}

/// Writes the content of each kind, without kind and length.
struct ValueContent {
    BoundedOutputArchive& archive;

    void operator()(std::monostate) const {}
    void operator()(bool value) const { archive.byte(value ? 1 : 0); }
    void operator()(std::int64_t value) const { archive.zigzag(value); }
    void operator()(const Decimal& value) const {
        archive.byte(value.scale);
        archive.zigzag(value.mantissa);
    }
    void operator()(const std::string& value) const { archive.raw(as_bytes(value)); }
    void operator()(const CodeValue& value) const { archive.raw(as_bytes(value.code)); }
    void operator()(const Date& value) const {
        const auto year = static_cast<std::uint16_t>(value.year);
        archive.byte(static_cast<std::uint8_t>(year));
        archive.byte(static_cast<std::uint8_t>(year >> 8));
        archive.byte(value.month);
        archive.byte(value.day);
    }
    void operator()(const Moment& value) const {
        archive.zigzag(value.unix_ms);
        archive.zigzag(value.offset_minutes);
    }
    void operator()(const GeoPoint& value) const {
        save_u32(archive, static_cast<std::uint32_t>(value.latitude));
        save_u32(archive, static_cast<std::uint32_t>(value.longitude));
    }
    void operator()(const Reference& value) const { archive(value); }
    void operator()(const PhotoValue& value) const { archive(value); }
    void operator()(const SealedValue& value) const { archive.raw(value.bytes); }
    void operator()(Liveness value) const { archive.byte(static_cast<std::uint8_t>(value)); }
    void operator()(const UnknownValue& value) const { archive.raw(value.bytes); }
};

inline void save(BoundedOutputArchive& archive, const Value& value) {
    const auto* unknown = std::get_if<UnknownValue>(&value);
    archive.byte(unknown != nullptr ? unknown->kind : static_cast<std::uint8_t>(value.index()));
    const std::size_t start = archive.open_sized();
    std::visit(ValueContent{archive}, value);
    archive.close_sized(start);
}

inline bool load_bool(BoundedInputArchive& archive) {
    const std::uint8_t byte = archive.byte();
    if (byte > 1) {
        archive_malformed("a truth value other than 0 and 1");
    }
    return byte == 1;
}

inline Date load_date(BoundedInputArchive& archive) {
    const ByteView bytes = archive.raw(4);
    Date date;
    date.year = static_cast<std::int16_t>(bytes[0] | bytes[1] << 8);
    date.month = bytes[2];
    date.day = bytes[3];
    date.precision = date.month == 0 ? DatePrecision::year
                     : date.day == 0 ? DatePrecision::month
                                     : DatePrecision::day;
    return date;
}

inline Moment load_moment(BoundedInputArchive& archive) {
    Moment moment;
    moment.unix_ms = archive.zigzag();
    const std::int64_t offset = archive.zigzag();
    moment.offset_minutes = static_cast<std::int16_t>(offset);
    if (moment.offset_minutes != offset) {
        archive_malformed("an offset from UTC out of range");
    }
    return moment;
}

inline ByteView load_bytes(BoundedInputArchive& archive, std::size_t limit) {
    if (archive.left() > limit) {
        archive_malformed("a value over its limit");
    }
    return archive.raw(archive.left());
}

/// Reads the content of `kind` from an archive narrowed to it.
inline void load_content(BoundedInputArchive& archive, std::uint8_t kind, Value& value) {
    switch (kind) {
        case 0:
            value.emplace<std::monostate>();
            return;
        case 1:
            value.emplace<bool>(load_bool(archive));
            return;
        case 2:
            value.emplace<std::int64_t>(archive.zigzag());
            return;
        case 3: {
            const std::uint8_t scale = archive.byte();
            value.emplace<Decimal>(Decimal{archive.zigzag(), scale});
            return;
        }
        case 4:
            value.emplace<std::string>(as_text(load_bytes(archive, text_limit)));
            return;
        case 5:
            value.emplace<CodeValue>().code = as_text(load_bytes(archive, code_limit));
            return;
        case 6:
            value.emplace<Date>(load_date(archive));
            return;
        case 7:
            value.emplace<Moment>(load_moment(archive));
            return;
        case 8: {
            const auto latitude = static_cast<std::int32_t>(load_u32(archive));
            const auto longitude = static_cast<std::int32_t>(load_u32(archive));
            value.emplace<GeoPoint>(GeoPoint{latitude, longitude});
            return;
        }
        case 9:
            archive(value.emplace<Reference>());
            return;
        case 10:
            archive(value.emplace<PhotoValue>());
            return;
        case 11: {
            const ByteView bytes = load_bytes(archive, sealed_limit);
            value.emplace<SealedValue>().bytes.assign(bytes.begin(), bytes.end());
            return;
        }
        case 12:
            value.emplace<Liveness>(static_cast<Liveness>(archive.byte()));
            return;
        default:
            break;
    }
    const ByteView bytes = archive.raw(archive.left());
    value.emplace<UnknownValue>(UnknownValue{kind, Bytes(bytes.begin(), bytes.end())});
}

inline void load(BoundedInputArchive& archive, Value& value) {
    static_assert(known_value_kinds == 13, "a new kind wants a case in load_content");
    const std::uint8_t kind = archive.byte();
    const std::uint64_t length = archive.varint();
    if (length > archive.left()) {
        archive_malformed("a length beyond the end");
    }
    const std::uint8_t* outer = archive.enter(static_cast<std::size_t>(length));
    load_content(archive, kind, value);
    archive.leave(outer);
    if (!check_value(value)) {
        archive_malformed("a value out of its range");
    }
}

}  // namespace entrepot::replication
