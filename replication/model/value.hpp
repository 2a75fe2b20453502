// Value: what a change assigns to a path. CHANGE_FORMAT.md gives the bytes of each kind.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "replication/model/ids.hpp"

namespace entrepot::replication {

inline constexpr ErrorCode value_malformed{"value.malformed", ErrorKind::invalid_input};
inline constexpr ErrorCode value_too_large{"value.too_large", ErrorKind::invalid_input};

inline constexpr std::size_t text_limit = 64 * 1024;
inline constexpr std::size_t code_limit = 64;
inline constexpr std::size_t sealed_limit = 64 * 1024;
inline constexpr std::size_t media_type_limit = 64;

/// mantissa × 10^-scale, scale 0…18; trailing zeros are kept as typed.
struct Decimal {
    std::int64_t mantissa = 0;
    std::uint8_t scale = 0;
    friend auto operator<=>(const Decimal&, const Decimal&) = default;
};

/// An entry of a code list, such as "MG" or "air"; which list is the schema's business.
struct CodeValue {
    std::string code;
    friend auto operator<=>(const CodeValue&, const CodeValue&) = default;
};

enum class DatePrecision : std::uint8_t { day = 1, month = 2, year = 3 };

/// Gregorian date; month and day are 0 where the precision does not reach them.
struct Date {
    std::int16_t year = 0;
    std::uint8_t month = 0;
    std::uint8_t day = 0;
    DatePrecision precision = DatePrecision::day;
    friend auto operator<=>(const Date&, const Date&) = default;
};

/// A moment and the offset of the place where it was written, in minutes east of UTC.
struct Moment {
    std::int64_t unix_ms = 0;
    std::int16_t offset_minutes = 0;
    friend auto operator<=>(const Moment&, const Moment&) = default;
};

/// WGS 84, in units of 1e-7 degree.
struct GeoPoint {
    std::int32_t latitude = 0;
    std::int32_t longitude = 0;
    friend auto operator<=>(const GeoPoint&, const GeoPoint&) = default;
};

/// To a record, perhaps in another compartment and perhaps not held here.
struct Reference {
    RecordKey target;
    friend auto operator<=>(const Reference&, const Reference&) = default;
};

/// A photo or file kept as sealed blobs; the keys stand here and nowhere else.
struct PhotoValue {
    struct Part {
        BlobId blob;
        FixedBytes<struct BlobKeyTag, 32> key;
        std::uint64_t size = 0;
        friend auto operator<=>(const Part&, const Part&) = default;
    };
    FixedBytes<struct EvidenceTag, 32> sha256;  ///< of the original, byte for byte
    std::string media_type;
    Part original, screen, thumbnail;
    friend auto operator<=>(const PhotoValue&, const PhotoValue&) = default;
};

/// HPKE bytes for somebody else; opaque here.
struct SealedValue {
    Bytes bytes;
    friend auto operator<=>(const SealedValue&, const SealedValue&) = default;
};

/// State of an item or a record at its own path.
enum class Liveness : std::uint8_t { present = 1, removed = 2, tombstoned = 3 };

/// A value of a kind this program does not know: kept, passed on, shown as "needs a newer program".
struct UnknownValue {
    std::uint8_t kind = 0;
    Bytes bytes;
    friend auto operator<=>(const UnknownValue&, const UnknownValue&) = default;
};

using Value =
    std::variant<std::monostate, bool, std::int64_t, Decimal, std::string, CodeValue, Date, Moment,
                 GeoPoint, Reference, PhotoValue, SealedValue, Liveness, UnknownValue>;

/// Kinds below this number are known: the index in Value is the kind's number in the bytes.
inline constexpr std::uint8_t known_value_kinds = std::variant_size_v<Value> - 1;

/// Year 1…9999, month and day in range for the calendar and the precision.
bool is_valid(const Date& date);

/// Whether the bytes are UTF-8 without overlong forms, surrogates or code points over U+10FFFF.
bool is_utf8(std::string_view text);

/// value.malformed for a value outside its kind's range (scale over 18, text that is not UTF-8, an
/// empty code, a date that is none, a moment outside the years 1…9999 or more than 18 hours from
/// UTC, a point off the globe, an unknown value that claims a known kind); value.too_large over the
/// limits.
Status check_value(const Value& value);

}  // namespace entrepot::replication
