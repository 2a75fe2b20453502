#include "replication/sync/message.hpp"

#include <gmock/gmock.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::replication::message {
namespace {

Bytes encoded(const Part& part) {
    WireWriter out;
    write_part(out, part);
    return out.take();
}

/// One part of each kind, with something in every field.
struct Samples {
    Bytes entry = Bytes(100, 7), proof = Bytes(ForkProof::wire_size, 5);
    Bytes header = Bytes(commit_header_size, 3), content = Bytes(300, 9);

    std::vector<Part> parts() const {
        Head head{{}, {300}, Hash{}};
        head.hash.bytes[0] = 1;
        Buckets buckets{7, {}};
        buckets.digests[9].bytes[0] = 4;
        return {Hello{},
                Proof{},
                RosterEntries{{4}, {entry, entry}},
                Fork{proof},
                Claim{{}, header},
                Digest{3, {500}, 70'000, {}},
                buckets,
                HeadList{2, true, {head, head}},
                Want{{{LogId{}, {12}, {}, 90'000}}},
                Acknowledge{1 << 20, {{3, {400}, {}}}},
                Check{{9}, {}},
                CheckReply{true},
                Frame{Lane::records, true, content},
                Bye{"session.stalled"},
                ReceiptsHeld{{{{}, {}, {8}}}},
                SignedReceipt{content}};
    }
};

TEST(Message, EveryPartComesBackAsItWentOut) {
    const Samples samples;
    const auto parts = samples.parts();
    ASSERT_EQ(parts.size(), std::variant_size_v<Part>);
    for (const Part& part : parts) {
        const Bytes bytes = encoded(part);
        WireReader in(bytes);
        const auto read = read_part(in);
        ASSERT_THAT(read, IsOk());
        EXPECT_EQ(read->index(), part.index());
        EXPECT_EQ(encoded(*read), bytes);
        EXPECT_TRUE(in.rest().empty());
    }
}

TEST(Message, EveryPartIsRefusedAtEveryTruncation) {
    const Samples samples;
    for (const Part& part : samples.parts()) {
        const Bytes bytes = encoded(part);
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            WireReader in(ByteView(bytes).first(size));
            const auto read = read_part(in);
            ASSERT_FALSE(read) << "part " << part.index() + 1 << " of " << size << " bytes";
            ASSERT_TRUE(read.error().code == session_malformed ||
                        read.error().code == session_oversized);
        }
    }
}

TEST(Message, CountsAreRefusedBeforeAnythingIsAllocated) {
    WireWriter out;
    out.u8(9);
    write_varint(out, 1'000'000'000);
    WireReader in(out.view());
    EXPECT_THAT(read_part(in), HasCode(session_oversized));
}

TEST(Message, AFlagIsZeroOrOne) {
    Bytes bytes = encoded(CheckReply{true});
    bytes.back() = 2;
    WireReader in(bytes);
    EXPECT_FALSE(read_part(in));
}

TEST(Message, ALaneIsOneOfFive) {
    const Bytes content(3);
    Bytes bytes = encoded(Frame{Lane::originals, false, content});
    bytes[1] = 5;
    WireReader in(bytes);
    EXPECT_FALSE(read_part(in));
}

TEST(Message, ATypeOfZeroOrAboveTheLastIsUnknown) {
    constexpr auto above = static_cast<std::uint8_t>(std::variant_size_v<Part> + 1);
    for (const std::uint8_t type : {std::uint8_t{0}, above, std::uint8_t{255}}) {
        const Bytes bytes{type, 0, 0, 0};
        WireReader in(bytes);
        EXPECT_THAT(read_part(in), HasCode(session_malformed));
    }
}

RC_GTEST_PROP(Varint, ComesBackAndHasOneSpelling, (std::uint64_t value)) {
    WireWriter out;
    write_varint(out, value);
    WireReader in(out.view());
    RC_ASSERT(read_varint(in) == value);
    RC_ASSERT(in.finish("varint").has_value());
    Bytes longer(out.view().begin(), out.view().end());
    longer.back() |= 0x80;
    longer.push_back(0);
    WireReader other(longer);
    read_varint(other);
    RC_ASSERT(!other.ok());
}

RC_GTEST_PROP(Message, WhateverIsReadIsCanonical, (std::vector<std::uint8_t> bytes)) {
    if (!bytes.empty()) {
        bytes[0] = static_cast<std::uint8_t>(1 + bytes[0] % std::variant_size_v<Part>);
    }
    WireReader in(bytes);
    if (const auto part = read_part(in)) {
        const Bytes again = encoded(*part);
        RC_ASSERT(again.size() + in.rest().size() == bytes.size());
        RC_ASSERT(std::equal(again.begin(), again.end(), bytes.begin()));
    }
}

}  // namespace
}  // namespace entrepot::replication::message
