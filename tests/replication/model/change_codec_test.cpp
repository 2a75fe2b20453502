#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "replication/model/bounded_archive.hpp"
#include "replication/model/change.hpp"
#include "tests/replication/model/arbitrary_change.hpp"
#include "tests/support/matchers.hpp"

namespace entrepot::replication {
namespace {

Change one_field_edit() {
    Change change;
    change.record.bytes.fill(1);
    change.database = "seizures";
    ContextEntry seen;
    seen.log.bytes.fill(2);
    seen.number = {1234};
    seen.hash.bytes.fill(3);
    change.context = {seen};
    change.assignments = {{"goods/1/quantity", Decimal{1250, 2}}};
    return change;
}

RC_GTEST_PROP(ChangeCodec, ReadsBackEveryChangeItWrites, ()) {
    const Change change = arbitrary::change();
    RC_ASSERT(check_change(change).has_value());
    const Result<Bytes> bytes = encode_change(change);
    RC_ASSERT(bytes.has_value());
    const Result<Change> again = decode_change(*bytes);
    RC_ASSERT(again.has_value());
    RC_ASSERT(*again == change);
}

RC_GTEST_PROP(ChangeCodec, RefusesEveryTruncation, ()) {
    const Bytes bytes = encode_change(arbitrary::change()).value();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const Result<Change> read = decode_change(ByteView(bytes).first(size));
        RC_ASSERT(!read.has_value());
        RC_ASSERT(read.error().code == change_malformed);
    }
}

RC_GTEST_PROP(ChangeCodec, ReadsAfterABitFlipNothingOrWhatThoseBytesSay, ()) {
    Bytes bytes = encode_change(arbitrary::change()).value();
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        const auto mask = static_cast<std::uint8_t>(1U << (bit % 8));
        bytes[bit / 8] ^= mask;
        const Result<Change> read = decode_change(bytes);
        if (read) {
            RC_ASSERT(encode_change(*read).value() == bytes);
        }
        bytes[bit / 8] ^= mask;
    }
}

RC_GTEST_PROP(ChangeCodec, ReadsBackEveryValueItWrites, ()) {
    const Value value = arbitrary::value();
    const Bytes bytes = encode_value(value);
    const Result<Value> again = decode_value(bytes);
    RC_ASSERT(again.has_value());
    RC_ASSERT(*again == value);
    RC_ASSERT(!decode_value(ByteView(bytes).first(bytes.size() - 1)).has_value());
}

TEST(ChangeCodec, KeepsAOneFieldEditWithinNinetyBytes) {
    EXPECT_LE(encode_change(one_field_edit()).value().size(), 90U);
}

TEST(ChangeCodec, KeepsAValueOfAnUnknownKindByteForByte) {
    const Bytes bytes{200, 3, 7, 0, 9};
    const Result<Value> value = decode_value(bytes);
    ASSERT_THAT(value, IsOk());
    EXPECT_EQ(*value, Value(UnknownValue{200, {7, 0, 9}}));
    EXPECT_EQ(encode_value(*value), bytes);
}

TEST(ChangeCodec, SaysThatAChangeOfAnUnknownKindNeedsANewerProgram) {
    Bytes bytes = encode_change(one_field_edit()).value();
    constexpr std::size_t kind_at = 16 + 1 + 8 + 1;
    bytes[kind_at] = 9;
    EXPECT_THAT(decode_change(bytes), HasCode(change_needs_newer));
    EXPECT_THAT(record_of_change(bytes), IsOkAndHolds(one_field_edit().record));
}

TEST(ChangeCodec, KnowsNoRecordOfFewerThanSixteenBytes) {
    EXPECT_THAT(record_of_change(Bytes(15)), HasCode(change_malformed));
}

TEST(ChangeCodec, RefusesALengthOfAGigabyteWithoutAllocatingIt) {
    const Bytes gigabyte{0x80, 0x80, 0x80, 0x80, 0x04};
    Bytes text{4};
    append(text, gigabyte);
    EXPECT_THAT(decode_value(text), HasCode(change_malformed));
    Bytes change = encode_change(one_field_edit()).value();
    const std::size_t context_at = 16 + 1 + 8 + 2;
    change.resize(context_at);
    append(change, gigabyte);
    change.resize(change.size() + 100);
    EXPECT_THAT(decode_change(change), HasCode(change_malformed));
}

TEST(ChangeCodec, RefusesMoreBytesThanTheLimitBeforeReadingThem) {
    EXPECT_THAT(decode_change(Bytes(change_plain_limit + 1)), HasCode(change_malformed));
}

TEST(ChangeCodec, WritesNothingOverOneMebibyte) {
    Change change = one_field_edit();
    change.assignments.clear();
    for (int i = 100; i < 120; ++i) {
        change.assignments.push_back({"note_" + std::to_string(i), std::string(60'000, 'x')});
    }
    EXPECT_THAT(encode_change(change), HasCode(change_too_large));
}

TEST(ChangeCodec, WritesNoTextOverSixtyFourKibibytes) {
    Change change = one_field_edit();
    change.assignments = {{"note", std::string(text_limit + 1, 'x')}};
    EXPECT_THAT(check_change(change), HasCode(value_too_large));
    EXPECT_THAT(encode_change(change), HasCode(change_too_large));
    change.assignments = {{"note", std::string(text_limit, 'x')}};
    ASSERT_THAT(encode_change(change), IsOk());
    EXPECT_THAT(decode_change(encode_change(change).value()), IsOkAndHolds(change));
}

TEST(ChangeCodec, RefusesBytesAfterTheChange) {
    Bytes bytes = encode_change(one_field_edit()).value();
    bytes.push_back(0);
    EXPECT_THAT(decode_change(bytes), HasCode(change_malformed));
}

/// Content of each kind that is none of that kind's values, or spelled otherwise than it is
/// written.
class ValueCodec : public ::testing::TestWithParam<Bytes> {};
TEST_P(ValueCodec, RefusesContentThatNoValueIsWrittenAs) {
    EXPECT_THAT(decode_value(GetParam()), HasCode(change_malformed));
}
INSTANTIATE_TEST_SUITE_P(
    Each, ValueCodec,
    ::testing::Values(Bytes{}, Bytes{0, 1, 0},      // null with content
                      Bytes{1, 1, 2}, Bytes{1, 0},  // bool
                      Bytes{2, 2, 0x80, 0},
                      Bytes{2, 2, 1, 1},     // integer too long, and more after it
                      Bytes{2, 0x81, 0, 1},  // length too long
                      Bytes{3, 2, 19, 0},    // scale
                      Bytes{4, 1, 0xff}, Bytes{4, 2, 0xc0, 0x80},  // text
                      Bytes{5, 0},                                 // code
                      Bytes{6, 4, 0xe7, 7, 2, 30}, Bytes{6, 4, 0xe7, 7, 0, 1},
                      Bytes{6, 4, 0, 0, 1, 1},                          // date
                      Bytes{7, 3, 0, 0xf2, 0x10},                       // 1081 minutes from UTC
                      Bytes{8, 8, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0},  // point
                      Bytes{9, 31}, Bytes{12, 1, 0}, Bytes{12, 1, 4}));

TEST(BoundedArchive, WritesEverySignedIntegerAsOneSpelling) {
    for (const std::int64_t value : {INT64_MIN, INT64_MAX, std::int64_t{0}, std::int64_t{-1}}) {
        BoundedOutputArchive out(16);
        out.zigzag(value);
        const Bytes bytes = out.take();
        BoundedInputArchive in(bytes);
        EXPECT_EQ(in.zigzag(), value);
    }
}

TEST(BoundedArchive, WritesExactlyUpToItsLimit) {
    BoundedOutputArchive out(200);
    const std::size_t start = out.open_sized();
    out.raw(Bytes(198));
    out.close_sized(start);
    EXPECT_EQ(out.take().size(), 200U);
    BoundedOutputArchive over(200);
    over.raw(Bytes(150));
    EXPECT_THROW(over.raw(Bytes(100)); over.take(), ArchiveFailure);
}

}  // namespace
}  // namespace entrepot::replication
