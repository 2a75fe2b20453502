#include "replication/log/commit.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "crypto/base/wire.hpp"
#include "tests/replication/log/sample_log.hpp"
#include "tests/support/matchers.hpp"

namespace entrepot::replication {
namespace {

constexpr std::size_t blob_count_at = commit_header_size;
constexpr std::size_t attestation_length_at = commit_header_size + 2;

void put(Bytes& bytes, std::size_t at, std::uint64_t value, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
        bytes.at(at + i) = static_cast<std::uint8_t>(value >> (8 * i));
    }
}

Bytes sample() {
    return SampleLog().commit(pieces(3, 48));
}

Bytes with(Bytes commit, std::size_t at, std::uint64_t value, std::size_t size) {
    put(commit, at, value, size);
    return commit;
}

std::size_t length_of_change(ByteView commit, std::size_t index) {
    return piece_offsets(commit).at(index) - 4;
}

/// A commit with a body of these sealed sizes, zeros inside: right in structure only.
Bytes shaped(std::size_t attestation, const std::vector<std::size_t>& changes,
             std::size_t blobs = 0) {
    WireWriter out;
    out.raw(ByteView(sample()).first(commit_header_size));
    out.u16(static_cast<std::uint16_t>(blobs)).raw(Bytes(blobs * 32));
    out.sized32(Bytes(attestation));
    for (const std::size_t size : changes) {
        out.sized32(Bytes(size));
    }
    return with(out.take(), 6, changes.size(), 2);
}

TEST(Commit, HeaderFieldsStandAtTheOffsetsOfTheFormatPage) {
    SampleLog log;
    log.next = log.place(0x0102030405060708);
    log.next.generation = {9};
    const Bytes bytes = log.commit(pieces(3, 48));
    WireReader reader(bytes);
    EXPECT_EQ(as_text(reader.raw(4)), "EPC1");
    EXPECT_EQ(reader.u8(), 1);
    EXPECT_EQ(reader.u8(), 0);
    EXPECT_EQ(reader.u16(), 3);
    EXPECT_EQ(reader.fixed<LogId>(), log.descriptor.id());
    EXPECT_EQ(reader.u64(), 0x0102030405060708U);
    EXPECT_EQ(reader.fixed<Hash>(), log.next.previous);
    EXPECT_EQ(reader.u64(), log.next.time.value);
    EXPECT_EQ(reader.u64(), 5U);
    EXPECT_EQ(reader.u32(), 9U);
    const CommitHeader header = read_header(bytes);
    EXPECT_EQ(reader.fixed<CommitSalt>(), header.salt);
    EXPECT_EQ(reader.fixed<Hash>(), header.key_commitment);
    EXPECT_EQ(reader.fixed<Hash>(), header.root);
    EXPECT_EQ(reader.fixed<crypto::Signature>(), header.signature);
    EXPECT_EQ(reader.u16(), 0);
}

TEST(Commit, ParsesWhatWasBuilt) {
    SampleLog log;
    std::vector<BlobId> blobs(2);
    blobs[1].bytes.fill(7);
    const Bytes bytes = log.commit(pieces(3, 48), blobs);
    const auto commit = parse_commit(bytes);
    ASSERT_THAT(commit, IsOk());
    EXPECT_EQ(commit->blobs, blobs);
    ASSERT_EQ(commit->changes.size(), 3U);
    EXPECT_EQ(commit->changes[2].bytes.size(), 48 + crypto::aead_overhead);
    EXPECT_FALSE(commit->changes[2].erased);
    EXPECT_THAT(verify_root(*commit), IsOk());
    EXPECT_THAT(verify_signature(*commit, log.key.public_key()), IsOk());
}

TEST(Commit, RefusesTruncationAtEveryByte) {
    SampleLog log;
    const Bytes bytes = log.commit(pieces(3, 48), std::vector<BlobId>(2));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        ASSERT_THAT(parse_commit(ByteView(bytes).first(size)), HasCode(commit_truncated)) << size;
    }
}

TEST(Commit, RefusesBytesAfterTheLastChange) {
    Bytes bytes = sample();
    bytes.push_back(0);
    EXPECT_THAT(parse_commit(bytes), HasCode(commit_trailing));
}

TEST(Commit, RefusesAnotherMagic) {
    EXPECT_THAT(parse_commit(with(sample(), 3, '2', 1)), HasCode(commit_magic));
}

TEST(Commit, RefusesAnotherSuite) {
    for (const std::uint8_t suite : {0, 2, 3, 255}) {
        EXPECT_THAT(parse_commit(with(sample(), 4, suite, 1)), HasCode(commit_suite));
    }
}

TEST(Commit, RefusesACountOfChangesOutsideOneTo256) {
    for (const std::uint16_t count : {0, 257, 65535}) {
        EXPECT_THAT(parse_commit(with(sample(), 6, count, 2)), HasCode(commit_change_count));
    }
}

TEST(Commit, RefusesNumberZero) {
    EXPECT_THAT(parse_commit(with(sample(), 24, 0, 8)), HasCode(commit_number));
}

TEST(Commit, RefusesMoreBlobsThanTheLimitBeforeLookingForThem) {
    EXPECT_THAT(parse_commit(with(sample(), blob_count_at, 1025, 2)), HasCode(commit_size));
    EXPECT_THAT(parse_commit(with(sample(), blob_count_at, 1024, 2)), HasCode(commit_truncated));
    EXPECT_THAT(parse_commit(shaped(16, {16}, 1024)), IsOk());
}

TEST(Commit, RefusesAnAttestationOutsideItsLimits) {
    EXPECT_THAT(parse_commit(shaped(15, {16})), HasCode(commit_size));
    EXPECT_THAT(parse_commit(shaped(sealed_attestation_limit, {16})), IsOk());
    EXPECT_THAT(parse_commit(shaped(sealed_attestation_limit + 1, {16})), HasCode(commit_size));
}

TEST(Commit, RefusesAnAttestationMarkedAsErased) {
    EXPECT_THAT(parse_commit(with(sample(), attestation_length_at + 3, 0x80, 1)),
                HasCode(commit_size));
}

TEST(Commit, RefusesASealedChangeOutsideItsLimits) {
    EXPECT_THAT(parse_commit(shaped(16, {20, 15})), HasCode(commit_size));
    EXPECT_THAT(parse_commit(shaped(16, {sealed_change_limit})), IsOk());
    EXPECT_THAT(parse_commit(shaped(16, {sealed_change_limit + 1})), HasCode(commit_size));
}

TEST(Commit, RefusesMoreBytesThanItsLimit) {
    const std::size_t rest = commit_limit - commit_header_size - 2 - 20 - 4 - sealed_change_limit;
    const std::size_t last = rest - 4 - 100000 - 4;
    EXPECT_THAT(parse_commit(shaped(16, {sealed_change_limit, 100000, last})), IsOk());
    EXPECT_THAT(parse_commit(shaped(16, {sealed_change_limit, 100000, last + 1})),
                HasCode(commit_size));
}

TEST(Commit, RefusesAnErasedChangeThatIsNotThirtyTwoBytes) {
    const Bytes bytes = with_erased(sample(), 2);
    const std::size_t at = length_of_change(bytes, 2);
    EXPECT_THAT(parse_commit(with(bytes, at, 0x80000021, 4)), HasCode(commit_erased_leaf));
    EXPECT_THAT(parse_commit(with(bytes, at, 0x8000001f, 4)), HasCode(commit_erased_leaf));
    EXPECT_THAT(parse_commit(with(bytes, at, 0xc0000020, 4)), HasCode(commit_erased_leaf));
}

TEST(Commit, AcceptsAnErasedChangeUnderTheSameRootAndSignature) {
    SampleLog log;
    const Bytes bytes = with_erased(log.commit(pieces(3, 48)), 2);
    const auto commit = parse_commit(bytes);
    ASSERT_THAT(commit, IsOk());
    EXPECT_TRUE(commit->changes[1].erased);
    EXPECT_THAT(verify_root(*commit), IsOk());
    EXPECT_THAT(verify_signature(*commit, log.key.public_key()), IsOk());
}

TEST(Commit, RefusesAnErasedChangeWithAnotherLeaf) {
    Bytes bytes = with_erased(sample(), 2);
    bytes[piece_offsets(bytes).at(2)] ^= 1;
    EXPECT_THAT(verify_root(parse_commit(bytes).value()), HasCode(commit_root));
}

TEST(Commit, RefusesASealedChangeOfThirtyTwoBytesMarkedAsErased) {
    Bytes bytes = SampleLog().commit(pieces(1, 16));
    bytes[length_of_change(bytes, 1) + 3] = 0x80;
    EXPECT_THAT(verify_root(parse_commit(bytes).value()), HasCode(commit_root));
}

TEST(Commit, RefusesChangesInAnotherOrder) {
    Bytes bytes = sample();
    const auto at = piece_offsets(bytes);
    const std::size_t size = 48 + crypto::aead_overhead;
    std::swap_ranges(bytes.begin() + static_cast<std::ptrdiff_t>(at[1]),
                     bytes.begin() + static_cast<std::ptrdiff_t>(at[1] + size),
                     bytes.begin() + static_cast<std::ptrdiff_t>(at[2]));
    EXPECT_THAT(verify_root(parse_commit(bytes).value()), HasCode(commit_root));
}

TEST(Commit, RefusesAChangeOfAnotherCommit) {
    SampleLog log;
    Bytes bytes = log.commit(pieces(3, 48));
    const Bytes other = log.commit(pieces(3, 48));
    const std::size_t at = piece_offsets(bytes)[1];
    std::copy_n(other.begin() + static_cast<std::ptrdiff_t>(at), 48 + crypto::aead_overhead,
                bytes.begin() + static_cast<std::ptrdiff_t>(at));
    EXPECT_THAT(verify_root(parse_commit(bytes).value()), HasCode(commit_root));
}

TEST(Commit, RefusesTheAttestationAndTheBlobsOfAnotherCommit) {
    SampleLog log;
    std::vector<BlobId> blobs(1);
    Bytes bytes = log.commit(pieces(1, 48), blobs);
    bytes[piece_offsets(bytes)[0]] ^= 1;
    EXPECT_THAT(verify_root(parse_commit(bytes).value()), HasCode(commit_root));
    bytes[piece_offsets(bytes)[0]] ^= 1;
    bytes[blob_count_at + 2] ^= 1;
    EXPECT_THAT(verify_root(parse_commit(bytes).value()), HasCode(commit_root));
}

TEST(Commit, RefusesTheSignatureOfAnotherNode) {
    EXPECT_THAT(verify_signature(parse_commit(sample()).value(), SampleLog(2).key.public_key()),
                HasCode(commit_signature));
}

TEST(Commit, HashCoversTheHeaderWithItsSignature) {
    const Bytes bytes = sample();
    EXPECT_EQ(commit_hash(bytes),
              crypto::hash(crypto::domain::hash, {ByteView(bytes).first(commit_header_size)}));
}

RC_GTEST_PROP(Commit, NeverTakesRandomBytesForACommit, (Bytes body)) {
    Bytes bytes = sample();
    bytes.resize(commit_header_size);
    append(bytes, body);
    const auto commit = parse_commit(bytes);
    const bool is_refused = !commit || !verify_root(*commit);
    RC_ASSERT(is_refused);
}

}  // namespace
}  // namespace entrepot::replication
