#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "replication/log/commit.hpp"
#include "tests/replication/log/sample_log.hpp"
#include "tests/support/matchers.hpp"

namespace entrepot::replication {
namespace {

constexpr std::size_t roster_length_at = 11;
constexpr std::size_t blob_count_at = roster_length_at + 2 + 16 + 32 + 64;

Bytes wire_of(ByteView commit) {
    return to_wire(parse_commit(commit).value());
}

Result<Bytes> restore(ByteView wire, const CommitPlace& place) {
    return from_wire(wire, place.log, place.number, place.previous);
}

RC_GTEST_PROP(CommitWire, RestoresExactlyTheAuthorsBytes, (std::uint64_t seed)) {
    SampleLog log(seed);
    log.next.roster_length = {*rc::gen::arbitrary<std::uint64_t>()};
    log.next.generation = {*rc::gen::arbitrary<std::uint32_t>()};
    log.next.time = {*rc::gen::arbitrary<std::uint64_t>()};
    std::vector<Bytes> packed = pieces(*rc::gen::inRange<std::size_t>(1, 257), 16);
    packed[0].resize(*rc::gen::inRange<std::size_t>(0, 40000));
    const Bytes bytes = log.commit(packed, std::vector<BlobId>(seed % 200));
    RC_ASSERT(restore(wire_of(bytes), log.next).value() == bytes);
}

TEST(CommitWire, RestoresAnErasedChange) {
    SampleLog log;
    const Bytes bytes = with_erased(log.commit(pieces(3, 48)), 3);
    EXPECT_THAT(restore(wire_of(bytes), log.next), IsOkAndHolds(bytes));
}

TEST(CommitWire, SavesAHundredBytesOfACommitOfOneChange) {
    const Bytes bytes = SampleLog().commit(pieces(1, 160));
    EXPECT_EQ(bytes.size() - wire_of(bytes).size(), 92U + 17U);
}

TEST(CommitWire, RefusesTruncationAtEveryByte) {
    SampleLog log;
    const Bytes wire = wire_of(log.commit(pieces(2, 160), std::vector<BlobId>(1)));
    for (std::size_t size = 0; size < wire.size(); ++size) {
        ASSERT_THAT(restore(ByteView(wire).first(size), log.next), HasCode(commit_truncated))
            << size;
    }
}

TEST(CommitWire, RefusesBytesAfterTheLastChange) {
    SampleLog log;
    Bytes wire = wire_of(log.commit(pieces(1, 160)));
    wire.push_back(0);
    EXPECT_THAT(restore(wire, log.next), HasCode(commit_trailing));
}

TEST(CommitWire, RefusesANumberThatHasAShorterForm) {
    SampleLog log;
    Bytes wire = wire_of(log.commit(pieces(1, 160)));
    wire[roster_length_at] |= 0x80;
    wire.insert(wire.begin() + roster_length_at + 1, 0);
    EXPECT_THAT(restore(wire, log.next), HasCode(commit_wire_form));
}

TEST(CommitWire, RefusesANumberThatNeverEndsOrOverflows) {
    SampleLog log;
    Bytes wire = wire_of(log.commit(pieces(1, 160)));
    wire.erase(wire.begin() + roster_length_at);
    wire.insert(wire.begin() + roster_length_at, 10, 0xff);
    EXPECT_THAT(restore(wire, log.next), HasCode(commit_wire_form));
    wire[roster_length_at + 9] = 2;
    EXPECT_THAT(restore(wire, log.next), HasCode(commit_wire_form));
}

TEST(CommitWire, RefusesAGenerationAboveItsField) {
    SampleLog log;
    Bytes wire = wire_of(log.commit(pieces(1, 160)));
    const Bytes above{0x80, 0x80, 0x80, 0x80, 0x10};  // 2^32
    wire.erase(wire.begin() + roster_length_at + 1);
    wire.insert(wire.begin() + roster_length_at + 1, above.begin(), above.end());
    EXPECT_THAT(restore(wire, log.next), HasCode(commit_wire_form));
}

TEST(CommitWire, ChecksTheLimitsOfACommit) {
    SampleLog log;
    Bytes wire = wire_of(log.commit(pieces(1, 160)));
    EXPECT_THAT(restore(Bytes(commit_limit + 1), log.next), HasCode(commit_size));
    Bytes other_suite = wire;
    other_suite[0] = 2;
    EXPECT_THAT(restore(other_suite, log.next), HasCode(commit_suite));
    Bytes short_attestation = wire;
    ASSERT_EQ(short_attestation[blob_count_at + 1], 20);
    short_attestation[blob_count_at + 1] = 15;
    short_attestation.erase(short_attestation.begin() + blob_count_at + 2,
                            short_attestation.begin() + blob_count_at + 7);
    EXPECT_THAT(restore(short_attestation, log.next), HasCode(commit_size));
    EXPECT_THAT(from_wire(wire, log.next.log, {0}, log.next.previous), HasCode(commit_number));
}

TEST(CommitWire, GivesBytesThatTheAuthorDidNotSignWhenAnythingIsAltered) {
    SampleLog log;
    const Bytes wire = wire_of(log.commit(pieces(2, 48)));
    for (std::size_t bit = 0; bit < wire.size() * 8; ++bit) {
        Bytes flipped = wire;
        flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        const auto bytes = restore(flipped, log.next);
        ASSERT_TRUE(!bytes || !verify_signature(parse_commit(*bytes).value(), log.key.public_key()))
            << bit;
    }
}

RC_GTEST_PROP(CommitWire, IsTheSameForEveryForwarder, (std::uint64_t seed)) {
    SampleLog log(seed);
    const Bytes wire = wire_of(log.commit(pieces(1 + seed % 256, 32)));
    RC_ASSERT(wire_of(restore(wire, log.next).value()) == wire);
}

}  // namespace
}  // namespace entrepot::replication
