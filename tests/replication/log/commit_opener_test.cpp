#include "replication/log/commit_opener.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "replication/log/attestation_codec.hpp"
#include "replication/log/commit_keys.hpp"
#include "tests/replication/log/sample_log.hpp"
#include "tests/support/matchers.hpp"

namespace entrepot::replication {
namespace {

Change change_of(std::uint8_t record, const std::string& text) {
    Change out;
    out.record.bytes.fill(record);
    out.database = "seizures";
    out.assignments.push_back({"note", text});
    return out;
}

Bytes packed(const Change& change) {
    return Packing().pack(encode_change(change).value());
}

Result<OpenedCommit> open_with(ByteView commit, const crypto::Secret& key) {
    Packing packing;
    return open_commit(parse_commit(commit).value(), key, packing);
}

std::vector<Bytes> three_changes() {
    return {packed(change_of(1, "one")), packed(change_of(2, "two")),
            packed(change_of(3, "three"))};
}

void flip(Bytes& bytes, std::size_t at) {
    bytes.at(at) ^= 1;
}

/// An officer with a key of his own and a made-up certificate.
struct SampleOfficer {
    explicit SampleOfficer(std::uint64_t seed)
        : entropy(seed),
          key(crypto::SigningKey::generate(entropy)),
          id(entropy.fixed<OfficerId>()) {}
    SigningOfficer signing() const { return {id, &key, certificate}; }
    crypto::SeededEntropy entropy;
    crypto::SigningKey key;
    OfficerId id;
    Bytes certificate = Bytes(40, 9);
};

RC_GTEST_PROP(CommitOpener, OpensTheChangesThatWereSealed, (std::uint64_t seed)) {
    SampleLog log(seed);
    std::vector<Change> changes;
    std::vector<Bytes> sealed;
    const auto count = *rc::gen::inRange<std::size_t>(1, 20);
    for (std::size_t i = 0; i < count; ++i) {
        changes.push_back(change_of(static_cast<std::uint8_t>(i), std::string(i * 40, 'x')));
        sealed.push_back(packed(changes.back()));
    }
    const Bytes bytes = log.commit(sealed);
    const auto opened = open_with(bytes, log.compartment_key);
    RC_ASSERT(opened.has_value());
    RC_ASSERT(opened->hash == commit_hash(bytes));
    for (std::size_t i = 0; i < count; ++i) {
        RC_ASSERT(opened->changes[i].value() == changes[i]);
    }
}

TEST(CommitOpener, RefusesAnotherKey) {
    SampleLog log;
    EXPECT_THAT(open_with(log.commit(three_changes()), SampleLog(2).compartment_key),
                HasCode(commit_key_commitment));
}

TEST(CommitOpener, RefusesToOpenBeforeAnyPieceWhenTheKeyCommitmentIsAltered) {
    SampleLog log;
    Bytes bytes = log.commit(three_changes());
    flip(bytes, 100);
    EXPECT_THAT(open_with(bytes, log.compartment_key), HasCode(commit_key_commitment));
}

TEST(CommitOpener, LeavesACommitWithAFlagThatMustBeUnderstoodToANewerProgram) {
    SampleLog log;
    for (const std::uint8_t flag : {0x10, 0x20, 0x40, 0x80}) {
        Bytes bytes = log.commit(three_changes());
        bytes[5] = flag;
        EXPECT_THAT(open_with(bytes, log.compartment_key), HasCode(commit_flags));
    }
}

TEST(CommitOpener, OpensACommitWithAFlagThatMayBeIgnored) {
    SampleLog log;
    for (const std::uint8_t flag : {0x01, 0x02, 0x04, 0x08}) {
        Bytes bytes = log.commit(three_changes());
        bytes[5] = flag;
        EXPECT_THAT(open_with(bytes, log.compartment_key), IsOk());
    }
}

TEST(CommitOpener, ReportsAnErasedChangeAndOpensTheOthers) {
    SampleLog log;
    const auto opened = open_with(with_erased(log.commit(three_changes()), 2), log.compartment_key);
    ASSERT_THAT(opened, IsOk());
    EXPECT_THAT(opened->changes[0], IsOkAndHolds(change_of(1, "one")));
    EXPECT_THAT(opened->changes[1], HasCode(change_erased));
    EXPECT_THAT(opened->changes[2], IsOkAndHolds(change_of(3, "three")));
}

TEST(CommitOpener, QuarantinesAChangeWhoseSealIsBrokenAndOpensTheOthers) {
    SampleLog log;
    Bytes bytes = log.commit(three_changes());
    flip(bytes, piece_offsets(bytes)[2]);
    const auto opened = open_with(bytes, log.compartment_key);
    ASSERT_THAT(opened, IsOk());
    EXPECT_THAT(opened->changes[0], IsOkAndHolds(change_of(1, "one")));
    EXPECT_THAT(opened->changes[1], HasCode(change_seal));
    EXPECT_THAT(opened->changes[2], IsOkAndHolds(change_of(3, "three")));
}

TEST(CommitOpener, QuarantinesAChangeSealedUnderAnotherNumberOfItsCommit) {
    SampleLog log;
    Bytes bytes = log.commit({packed(change_of(1, "same")), packed(change_of(2, "same"))});
    const auto at = piece_offsets(bytes);
    const std::size_t size = parse_commit(bytes)->changes[0].bytes.size();
    ASSERT_EQ(parse_commit(bytes)->changes[1].bytes.size(), size);
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at[1]), size,
                bytes.begin() + static_cast<std::ptrdiff_t>(at[2]));
    EXPECT_THAT(open_with(bytes, log.compartment_key)->changes[1], HasCode(change_seal));
}

TEST(CommitOpener, QuarantinesAChangeThatIsNoPackingAndOneThatIsNoChange) {
    SampleLog log;
    const Bytes no_change = Packing().pack(Bytes(40, 0xee));
    const auto opened =
        open_with(log.commit({Bytes(16), no_change, three_changes()[0]}), log.compartment_key);
    ASSERT_THAT(opened, IsOk());
    EXPECT_FALSE(opened->changes[0]);
    EXPECT_THAT(opened->changes[1], HasCode(change_malformed));
    EXPECT_THAT(opened->changes[2], IsOk());
}

TEST(CommitOpener, QuarantinesABrokenAttestationAndOpensTheChanges) {
    SampleLog log;
    Bytes bytes = log.commit(three_changes());
    flip(bytes, piece_offsets(bytes)[0]);
    const auto opened = open_with(bytes, log.compartment_key);
    ASSERT_THAT(opened, IsOk());
    EXPECT_THAT(opened->attestation, HasCode(commit_attestation));
    EXPECT_THAT(opened->changes[0], IsOk());
}

TEST(CommitOpener, ShowsNoOfficersOnACommitThatANodeMadeByItself) {
    SampleLog log;
    const auto opened = open_with(log.commit(three_changes()), log.compartment_key);
    ASSERT_THAT(opened, IsOk());
    ASSERT_THAT(opened->attestation, IsOk());
    EXPECT_EQ(opened->attestation->purpose, "");
    EXPECT_TRUE(opened->attestation->signatures.empty());
    EXPECT_TRUE(opened->attestation->certificates.empty());
}

class AttestedCommit : public ::testing::Test {
protected:
    AttestedCommit()
        : bytes_(log_.attested(three_changes(), std::vector{first_.signing(), second_.signing()},
                               "release")),
          attestation_(open_with(bytes_, log_.compartment_key)->attestation.value()) {}

    Status verify_first(ByteView bytes) const {
        return verify_officer(parse_commit(bytes).value(), attestation_,
                              attestation_.signatures.at(0), first_.key.public_key());
    }

    SampleLog log_;
    SampleOfficer first_{21}, second_{22};
    Bytes bytes_;
    Attestation attestation_;
};

TEST_F(AttestedCommit, CarriesPurposeSignaturesAndCertificates) {
    EXPECT_EQ(attestation_.purpose, "release");
    ASSERT_EQ(attestation_.signatures.size(), 2U);
    EXPECT_EQ(attestation_.signatures[1].officer, second_.id);
    EXPECT_EQ(attestation_.certificates, (std::vector{first_.certificate, second_.certificate}));
}

TEST_F(AttestedCommit, IsSignedByBothOfficers) {
    EXPECT_THAT(verify_first(bytes_), IsOk());
    EXPECT_THAT(verify_officer(parse_commit(bytes_).value(), attestation_,
                               attestation_.signatures.at(1), second_.key.public_key()),
                IsOk());
}

TEST_F(AttestedCommit, IsNotSignedByAnotherOfficer) {
    EXPECT_THAT(verify_officer(parse_commit(bytes_).value(), attestation_,
                               attestation_.signatures.at(0), second_.key.public_key()),
                HasCode(crypto::crypto_signature));
}

TEST_F(AttestedCommit, SignaturesCoverThePurpose) {
    attestation_.purpose = "releasf";
    EXPECT_THAT(verify_first(bytes_), HasCode(crypto::crypto_signature));
}

TEST_F(AttestedCommit, SignaturesCoverTheHeaderUpToTheRoot) {
    for (std::size_t at = 5; at < commit_attested_size; ++at) {
        if (at == 6 || at == 7 || at == 24) {
            continue;  // another count of changes and number 0 do not parse
        }
        Bytes flipped = bytes_;
        flip(flipped, at);
        EXPECT_THAT(verify_first(flipped), HasCode(crypto::crypto_signature)) << at;
    }
}

TEST_F(AttestedCommit, SignaturesCoverEveryChange) {
    for (std::size_t i = 1; i <= 3; ++i) {
        Bytes flipped = bytes_;
        flip(flipped, piece_offsets(bytes_).at(i));
        EXPECT_THAT(verify_first(flipped), HasCode(crypto::crypto_signature)) << i;
    }
}

TEST_F(AttestedCommit, SignaturesHoldAfterAChangeIsErased) {
    EXPECT_THAT(verify_first(with_erased(bytes_, 2)), IsOk());
}

TEST(CommitOpener, OpensOneChangeWithItsOwnKeyAlone) {
    SampleLog log;
    const Bytes bytes = log.commit(three_changes());
    const auto commit = parse_commit(bytes).value();
    const crypto::Secret key = piece_key(commit_key(log.compartment_key, commit.header), 2);
    EXPECT_THAT(crypto::open_once(key.view(), commit.changes[1].bytes),
                IsOkAndHolds(three_changes()[1]));
    EXPECT_FALSE(crypto::open_once(key.view(), commit.changes[0].bytes));
}

}  // namespace
}  // namespace entrepot::replication
