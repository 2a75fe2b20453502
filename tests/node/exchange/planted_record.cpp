#include "tests/node/exchange/planted_record.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "node/databases/validate.hpp"

namespace entrepot::node::test {

namespace {

using namespace replication;

/// Draws values that differ from each other in their bytes.
class Planter {
public:
    Value value_for(const Field& field) {
        ++number_;
        switch (field.type) {
            case FieldType::text:
                return text_for(field);
            case FieldType::code:
                return code_for(field);
            case FieldType::boolean:
                return true;
            case FieldType::integer:
                return std::int64_t{7'000'000'000} + number_;
            case FieldType::decimal:
                return Decimal{90'000'000'000 + number_, 3};
            case FieldType::date:
                return field.name == "release_until"
                           ? Date{2031, 12, 31, DatePrecision::day}
                           : Date{static_cast<std::int16_t>(1800 + number_), 3, 17,
                                  DatePrecision::day};
            case FieldType::moment:
                return Moment{1'000'000'123'000 + number_ * 90'000'000'000, 60};
            case FieldType::geo_point:
                return GeoPoint{123'456'789 + static_cast<std::int32_t>(number_), -456'123'789};
            case FieldType::reference:
                return Reference{{bytes_of<CompartmentId>(), bytes_of<RecordId>()}};
            case FieldType::photo:
                return photo();
            case FieldType::sealed:
                return SealedValue{Bytes(24, static_cast<std::uint8_t>(number_))};
        }
        return {};
    }

private:
    template <class Fixed>
    Fixed bytes_of() const {
        Fixed out;
        out.bytes.fill(static_cast<std::uint8_t>(0x80 + number_ % 0x80));
        out.bytes[1] = static_cast<std::uint8_t>(number_ / 0x80);
        return out;
    }
    Value photo() const {
        PhotoValue out;
        out.media_type = "image/jpeg";
        out.sha256 = bytes_of<decltype(out.sha256)>();
        for (PhotoValue::Part* part : {&out.original, &out.screen, &out.thumbnail}) {
            *part = {bytes_of<BlobId>(), bytes_of<decltype(part->key)>(), 1000};
        }
        return out;
    }
    Value text_for(const Field& field) const {
        const std::string digits = std::to_string(10'000 + number_);
        if (field.form == "reference_number") {
            return "JM-MKQ-2026-" + digits;
        }
        const std::string word = "mkq" + digits;
        if (field.longest >= word.size()) {
            return word;
        }
        // Letters of two bytes that no schema, path or code has, as many as the field takes: two
        // bytes alone stand in any few kilobytes of ciphertext once in a dozen times.
        const std::string letter{static_cast<char>(0xd0 + number_ / 0x40),
                                 static_cast<char>(0x80 + number_ % 0x40)};
        std::string out;
        while (out.size() + letter.size() <= field.longest) {
            out += letter;
        }
        return out;
    }
    Value code_for(const Field& field) {
        if (field.name == "handling") {
            return CodeValue{"H0"};
        }
        for (const CodeEntry& entry : field.list->entries()) {
            const auto follow = field.transitions.find(entry.code);
            const bool fits =
                field.release_as.empty() ||
                (entry.code != field.release_as &&
                 std::count(follow->second.begin(), follow->second.end(), field.release_as) > 0);
            if (fits && codes_.insert(entry.code).second) {
                return CodeValue{entry.code};
            }
        }
        ADD_FAILURE() << "no code of its own is left for " << field.name;
        return {};
    }

    std::int64_t number_ = 0;
    std::set<std::string> codes_{"H0"};
};

}  // namespace

std::vector<Planted> planted_in(const Schema& schema) {
    Planter planter;
    std::vector<Planted> out;
    for (const Field& field : schema.fields) {
        out.push_back({field.name, &field, planter.value_for(field)});
    }
    std::size_t number = 100;
    for (const Group& group : schema.groups) {
        const std::string item = group.name + "/kkqzitem" + std::to_string(++number);
        for (const Field& field : group.fields) {
            Value value = planter.value_for(field);
            const Path path = group.is_set ? set_path(group, std::get<CodeValue>(value).code)
                                           : item + "/" + field.name;
            out.push_back({path, &field, std::move(value)});
        }
    }
    return out;
}

RecordState state_with(const Schema& schema, const std::vector<Planted>& planted) {
    std::map<Path, Value> values;
    for (const Planted& one : planted) {
        values[one.path] = one.value;
    }
    CountedChange counted;
    counted.dot = {LogId{{1}}, {1}};
    counted.time = HybridTime::from_wall({1'700'000'000'000});
    counted.change.database = schema.database;
    for (auto& [path, value] : values) {
        counted.change.assignments.push_back({path, value});
    }
    const Status checked = check_change(counted.change);
    EXPECT_TRUE(checked) << checked.error().context;
    RecordState out;
    out.database = schema.database;
    merge_change(out, counted);
    return out;
}

ReleaseWish plain_wish() {
    ReleaseWish out;
    out.marking = {"JM", "GE", "Agreement of 2019, article 4", "H1",
                   Date{2027, 6, 30, DatePrecision::day}};
    out.today = {2026, 11, 22, DatePrecision::day};
    return out;
}

bool holds(ByteView bytes, ByteView part) {
    return std::search(bytes.begin(), bytes.end(), part.begin(), part.end()) != bytes.end();
}

Bytes change_of(const Schema& schema, const Release& release) {
    Change change;
    change.record.bytes.fill(0x5a);
    change.database = schema.database;
    change.assignments = release.assignments;
    const Status checked = check_change(change);
    EXPECT_TRUE(checked) << checked.error().context;
    auto bytes = encode_change(change);
    EXPECT_TRUE(bytes);
    return bytes ? *bytes : Bytes();
}

}  // namespace entrepot::node::test
