#include "replication/log/commit_builder.hpp"

#include "replication/log/commit_keys.hpp"
#include "replication/log/commit_tree.hpp"
#include "tests/replication/log/sample_log.hpp"
#include "tests/support/matchers.hpp"

namespace entrepot::replication {
namespace {

TEST(CommitBuilder, HasRoomFor256Changes) {
    SampleLog log;
    CommitBuilder builder(log.next, log.compartment_key, log.entropy);
    for (const Bytes& piece : pieces(commit_change_limit, 16)) {
        ASSERT_TRUE(builder.has_room_for(16));
        builder.add(piece);
    }
    EXPECT_EQ(builder.change_count(), commit_change_limit);
    EXPECT_FALSE(builder.has_room_for(16));
}

TEST(CommitBuilder, HasRoomUpTo64KiBOfSealedChanges) {
    SampleLog log;
    CommitBuilder builder(log.next, log.compartment_key, log.entropy);
    builder.add(Bytes(1000));
    const std::size_t rest = commit_close_at - 2 * (4 + crypto::aead_overhead) - 1000;
    EXPECT_TRUE(builder.has_room_for(rest));
    EXPECT_FALSE(builder.has_room_for(rest + 1));
}

TEST(CommitBuilder, TakesOneChangeUpToTheLimitOfAChange) {
    SampleLog log;
    const CommitBuilder builder(log.next, log.compartment_key, log.entropy);
    EXPECT_TRUE(builder.has_room_for(sealed_change_limit - crypto::aead_overhead));
    EXPECT_FALSE(builder.has_room_for(sealed_change_limit - crypto::aead_overhead + 1));
    EXPECT_THAT(parse_commit(log.commit({Bytes(sealed_change_limit - crypto::aead_overhead)})),
                IsOk());
}

TEST(CommitBuilderDeathTest, BuildsNoCommitWithoutAChange) {
    SampleLog log;
    CommitBuilder builder(log.next, log.compartment_key, log.entropy);
    EXPECT_DEATH(builder.finish({}, {}), "keys_");
}

TEST(CommitBuilderDeathTest, TakesNoChangeAboveTheLimit) {
    SampleLog log;
    CommitBuilder builder(log.next, log.compartment_key, log.entropy);
    EXPECT_DEATH(builder.add(Bytes(sealed_change_limit)), "sealed_change_limit");
}

TEST(CommitBuilder, LeavesTheSignatureToTheNode) {
    SampleLog log;
    CommitBuilder builder(log.next, log.compartment_key, log.entropy);
    builder.add(Bytes(16));
    Bytes bytes = builder.finish({}, {});
    EXPECT_TRUE(read_header(bytes).signature.is_zero());
    log.sign(bytes);
    EXPECT_THAT(verify_signature(parse_commit(bytes).value(), log.key.public_key()), IsOk());
}

TEST(CommitBuilder, SealsTheSameChangeAnewUnderEachSalt) {
    SampleLog log;
    const Bytes first = log.commit(pieces(1, 48));
    const Bytes second = log.commit(pieces(1, 48));
    EXPECT_NE(read_header(first).salt, read_header(second).salt);
    EXPECT_FALSE(
        equal(parse_commit(first)->changes[0].bytes, parse_commit(second)->changes[0].bytes));
}

TEST(CommitBuilder, DerivesItsKeyFromEveryFieldOfItsPlace) {
    SampleLog log;
    const CommitHeader header = read_header(log.commit(pieces(1, 16)));
    const crypto::Secret key = commit_key(log.compartment_key, header);
    std::vector<CommitHeader> others(5, header);
    others[0].log.bytes[0] ^= 1;
    others[1].number.value ^= 1;
    others[2].generation.value ^= 1;
    others[3].salt.bytes[15] ^= 1;
    others[4].suite ^= 1;
    for (const CommitHeader& other : others) {
        EXPECT_FALSE(commit_key(log.compartment_key, other).equals(key.view()));
    }
    EXPECT_FALSE(commit_key(SampleLog(2).compartment_key, header).equals(key.view()));
}

TEST(CommitBuilder, CommitsToTheKeyOfEveryPiece) {
    SampleLog log;
    const CommitHeader header = read_header(log.commit(pieces(2, 16)));
    const crypto::Secret key = commit_key(log.compartment_key, header);
    crypto::Hasher commitment(crypto::domain::commitment);
    for (std::uint32_t i = 0; i <= 2; ++i) {
        commitment.add(crypto::hash(crypto::domain::key, {piece_key(key, i).view()}).view());
    }
    EXPECT_EQ(header.key_commitment, commitment.finish());
}

TEST(CommitBuilder, SealsNoTwoPiecesUnderOneKey) {
    SampleLog log;
    const Bytes bytes = log.commit({Bytes(32), Bytes(32)});
    const auto commit = parse_commit(bytes).value();
    EXPECT_FALSE(equal(commit.changes[0].bytes, commit.changes[1].bytes));
}

TEST(CommitBuilder, RootCoversBlobsAttestationAndChanges) {
    SampleLog log;
    std::vector<BlobId> blobs(1);
    const Bytes bytes = log.commit(pieces(2, 16), blobs);
    const auto commit = parse_commit(bytes).value();
    const std::vector<Hash> leaves{leaf_of(1, commit.changes[0].bytes),
                                   leaf_of(2, commit.changes[1].bytes)};
    const Hash blob_hash = crypto::hash(crypto::domain::blobs, {blobs[0].view()});
    EXPECT_EQ(
        commit.header.root,
        crypto::hash(crypto::domain::root, {blob_hash.view(), leaf_of(0, commit.attestation).view(),
                                            changes_root_of(leaves).view()}));
}

}  // namespace
}  // namespace entrepot::replication
