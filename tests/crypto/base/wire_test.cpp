#include "crypto/base/wire.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/support/matchers.hpp"

namespace entrepot {
namespace {

using ::testing::ElementsAre;

/// One of every kind of field, with the sequences in all three sizes of prefix.
Bytes every_field() {
    WireWriter writer;
    writer.u8(0x01).u16(0x0302).u32(0x07060504).u64(0x0f0e0d0c0b0a0908);
    writer.raw(Bytes{0xaa, 0xbb}).sized8(Bytes{1}).sized16(Bytes{2, 3}).sized32(Bytes{4, 5, 6});
    return writer.take();
}

struct Fields {
    std::uint64_t sum = 0;
    std::size_t bytes = 0;
    Status status;
};

Fields read_every_field(ByteView bytes) {
    WireReader reader(bytes);
    Fields out;
    out.sum = reader.u8();
    out.sum += reader.u16();
    out.sum += reader.u32();
    out.sum += reader.u64();
    out.bytes = reader.raw(2).size();
    out.bytes += reader.sized8().size();
    out.bytes += reader.sized16().size();
    out.bytes += reader.sized32(100).size();
    out.status = reader.finish("fields");
    return out;
}

TEST(WireWriter, WritesLittleEndian) {
    WireWriter writer;
    writer.u16(0x0102).u32(0x03040506).u64(0x0708090a0b0c0d0e);
    EXPECT_THAT(writer.take(), ElementsAre(2, 1, 6, 5, 4, 3, 0xe, 0xd, 0xc, 0xb, 0xa, 9, 8, 7));
}

TEST(WireWriterDeathTest, TakesASequenceLongerThanItsPrefixForABug) {
    EXPECT_DEATH(WireWriter().sized8(Bytes(256)), "broken invariant");
    EXPECT_DEATH(WireWriter().sized16(Bytes(65536)), "broken invariant");
}

TEST(WireReader, ReadsBackEveryField) {
    const Fields fields = read_every_field(every_field());
    EXPECT_THAT(fields.status, IsOk());
    EXPECT_EQ(fields.sum, 0x01 + 0x0302 + 0x07060504 + 0x0f0e0d0c0b0a0908);
    EXPECT_EQ(fields.bytes, 8u);
}

TEST(WireReader, RefusesTruncationAtEveryByte) {
    const Bytes whole = every_field();
    for (std::size_t length = 0; length < whole.size(); ++length) {
        EXPECT_THAT(read_every_field(ByteView(whole).first(length)).status, HasCode(wire_truncated))
            << length;
    }
}

TEST(WireReader, RefusesTrailingBytesOnlyWhenAskedToFinish) {
    Bytes longer = every_field();
    longer.push_back(0);
    EXPECT_THAT(read_every_field(longer).status, HasCode(wire_trailing));
    WireReader reader(longer);
    reader.u8();
    EXPECT_THAT(reader.check("start"), IsOk());
}

TEST(WireReader, RefusesALengthOverTheLimitThoughTheBytesAreThere) {
    const Bytes bytes = WireWriter().sized8(Bytes(5)).sized16(Bytes(5)).sized32(Bytes(5)).take();
    WireReader eight(bytes);
    EXPECT_TRUE(eight.sized8(4).empty());
    EXPECT_THAT(eight.check("eight"), HasCode(wire_limit));
    WireReader sixteen(ByteView(bytes).subspan(6));
    EXPECT_TRUE(sixteen.sized16(4).empty());
    EXPECT_THAT(sixteen.check("sixteen"), HasCode(wire_limit));
    WireReader thirty_two(ByteView(bytes).subspan(13));
    EXPECT_TRUE(thirty_two.sized32(4).empty());
    EXPECT_THAT(thirty_two.check("thirty-two"), HasCode(wire_limit));
}

TEST(WireReader, ReportsTheLimitBeforeTheMissingBytesOfAHugeLength) {
    const Bytes bytes{0xff, 0xff, 0xff, 0xff};
    WireReader reader(bytes);
    reader.sized32(1000);
    EXPECT_THAT(reader.finish("huge"), HasCode(wire_limit));
}

TEST(WireReader, KeepsItsFirstFailureAndReadsNothingAfterIt) {
    const Bytes bytes{9, 1, 2};
    WireReader reader(bytes);
    EXPECT_EQ(reader.u32(), 0u);
    reader.fail_limit();
    EXPECT_EQ(reader.u8(), 0);
    EXPECT_TRUE(reader.raw(0).empty());
    EXPECT_FALSE(reader.ok());
    EXPECT_THAT(reader.finish("three bytes"), HasCode(wire_truncated));
}

TEST(WireReader, ReportsALimitSetByItsCaller) {
    WireReader reader(Bytes{});
    reader.fail_limit();
    EXPECT_THAT(reader.finish("count"), HasCode(wire_limit));
}

RC_GTEST_PROP(WireReader, ReadsBackAnyNumbersAndSequences,
              (std::uint16_t a, std::uint32_t b, std::uint64_t c, const Bytes& sequence)) {
    const Bytes bytes = WireWriter().u16(a).sized32(sequence).u64(c).u32(b).take();
    WireReader reader(bytes);
    RC_ASSERT(reader.u16() == a);
    RC_ASSERT(equal(reader.sized32(sequence.size()), sequence));
    RC_ASSERT(reader.u64() == c);
    RC_ASSERT(reader.u32() == b);
    RC_ASSERT(reader.finish("all").has_value());
}

}  // namespace
}  // namespace entrepot
