// Generators of valid values and changes, of every kind and close to every limit.
#pragma once

#include <rapidcheck.h>

#include <map>

#include "replication/model/change.hpp"

namespace entrepot::replication::arbitrary {

inline Bytes bytes(std::size_t most) {
    return *rc::gen::resize(static_cast<int>(most),
                            rc::gen::container<Bytes>(rc::gen::arbitrary<std::uint8_t>()));
}
template <class Fixed>
Fixed fixed() {
    Fixed out;
    for (std::uint8_t& byte : out.bytes) {
        byte = *rc::gen::resize(100, rc::gen::arbitrary<std::uint8_t>());
    }
    return out;
}
inline std::string text() {
    return *rc::gen::container<std::string>(rc::gen::inRange<char>(' ', '~')) +
           *rc::gen::element<std::string>("", "Ñandú", "قاسم", "象牙", "😀");
}
inline std::int64_t integer() {
    return *rc::gen::oneOf(
        rc::gen::arbitrary<std::int64_t>(),
        rc::gen::element<std::int64_t>(0, -1, 63, 64, -64, -65, INT64_MIN, INT64_MAX));
}
inline Date date() {
    Date out;
    out.year = *rc::gen::inRange<std::int16_t>(1, 10000);
    out.precision =
        *rc::gen::element(DatePrecision::day, DatePrecision::month, DatePrecision::year);
    out.month = out.precision == DatePrecision::year ? 0 : *rc::gen::inRange<std::uint8_t>(1, 13);
    out.day = out.precision == DatePrecision::day ? *rc::gen::inRange<std::uint8_t>(1, 29) : 0;
    return out;
}
inline PhotoValue::Part part() {
    return {fixed<BlobId>(), fixed<FixedBytes<BlobKeyTag, 32>>(),
            *rc::gen::arbitrary<std::uint32_t>()};
}
/// Any kind but liveness.
inline Value value() {
    switch (*rc::gen::inRange(0, 13)) {
        case 0:
            return std::monostate{};
        case 1:
            return *rc::gen::arbitrary<bool>();
        case 2:
            return integer();
        case 3:
            return Decimal{integer(), *rc::gen::inRange<std::uint8_t>(0, 19)};
        case 4:
            return text();
        case 5:
            return CodeValue{*rc::gen::element<std::string>("x", "MG", "ivoire_brut", "Ñ")};
        case 6:
            return date();
        case 7:
            return Moment{*rc::gen::inRange<std::int64_t>(-62135596800000, 253402300800000),
                          *rc::gen::inRange<std::int16_t>(-1080, 1081)};
        case 8:
            return GeoPoint{*rc::gen::inRange<std::int32_t>(-900'000'000, 900'000'001),
                            *rc::gen::inRange<std::int32_t>(-1'800'000'000, 1'800'000'001)};
        case 9:
            return Reference{{fixed<CompartmentId>(), fixed<RecordId>()}};
        case 10:
            return PhotoValue{{}, "image/jpeg", part(), part(), part()};
        case 11:
            return SealedValue{bytes(300)};
        default:
            return UnknownValue{*rc::gen::inRange<std::uint8_t>(13, 255), bytes(200)};
    }
}
inline Path path() {
    const auto name = [] {
        return *rc::gen::element<std::string>("kind", "weight", "seized_on", "goods", "route", "1",
                                              "2", "10", "01jz3k5m7p9rt");
    };
    const int parts = *rc::gen::element(1, 3);
    return parts == 1 ? name() : name() + "/" + name() + "/" + name();
}
inline Change change() {
    Change out;
    out.record = fixed<RecordId>();
    out.database = *rc::gen::element<std::string>("seizures", "suspects", "x");
    out.kind = *rc::gen::element(ChangeKind::set, ChangeKind::set, ChangeKind::tombstone,
                                 ChangeKind::restore, ChangeKind::merge_into);
    std::map<LogId, ContextEntry> context;
    for (int count = *rc::gen::inRange(0, 4); count > 0; --count) {
        const auto log = fixed<LogId>();
        context[log] = {log, {1 + *rc::gen::arbitrary<std::uint32_t>()}, fixed<HashPrefix>()};
    }
    for (const auto& [log, entry] : context) {
        out.context.push_back(entry);
    }
    std::map<Path, Value> assignments;
    for (int count = *rc::gen::inRange(0, 12); count > 0; --count) {
        assignments[path()] = value();
    }
    if (*rc::gen::arbitrary<bool>()) {
        assignments["zone/9"] = *rc::gen::element(Liveness::present, Liveness::removed);
    }
    for (auto& [path, value] : assignments) {
        out.assignments.push_back({path, value});
    }
    return out;
}

}  // namespace entrepot::replication::arbitrary
