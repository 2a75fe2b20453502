#include "replication/log/attestation_codec.hpp"

#include "replication/log/commit_builder.hpp"
#include "tests/replication/log/sample_log.hpp"
#include "tests/support/matchers.hpp"

namespace entrepot::replication {
namespace {

Attestation full() {
    Attestation out;
    out.purpose = std::string(purpose_limit, 'p');
    for (std::uint8_t i = 1; i <= officer_limit; ++i) {
        OfficerSignature signature;
        signature.officer.bytes.fill(i);
        signature.signature.bytes.fill(i);
        out.signatures.push_back(signature);
        out.certificates.emplace_back(certificate_limit, i);
    }
    return out;
}

TEST(AttestationCodec, DecodesWhatItEncodes) {
    const auto decoded = decode_attestation(encode_attestation(full()));
    ASSERT_THAT(decoded, IsOk());
    EXPECT_EQ(decoded->purpose, full().purpose);
    ASSERT_EQ(decoded->signatures.size(), 3U);
    EXPECT_EQ(decoded->signatures[2].officer, full().signatures[2].officer);
    EXPECT_EQ(decoded->signatures[2].signature, full().signatures[2].signature);
    EXPECT_EQ(decoded->certificates, full().certificates);
}

TEST(AttestationCodec, FitsTheLimitOfASealedAttestation) {
    EXPECT_LE(encode_attestation(full()).size() + crypto::aead_overhead, sealed_attestation_limit);
}

TEST(AttestationCodec, TakesFourBytesWhenANodeCommitsByItself) {
    EXPECT_EQ(encode_attestation({}), Bytes(4));
}

TEST(AttestationCodec, RefusesTruncationAtEveryByteAndTrailingBytes) {
    Bytes bytes = encode_attestation(full());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        ASSERT_THAT(decode_attestation(ByteView(bytes).first(size)), HasCode(commit_attestation));
    }
    bytes.push_back(0);
    EXPECT_THAT(decode_attestation(bytes), HasCode(commit_attestation));
}

TEST(AttestationCodec, RefusesCountsAndLengthsAboveTheirLimits) {
    const Bytes four_officers{0, 0, 4, 0};
    const Bytes four_certificates{0, 0, 0, 4};
    const Bytes empty_certificate{0, 0, 0, 1, 0, 0};
    for (const Bytes& bytes : {four_officers, four_certificates, empty_certificate}) {
        EXPECT_THAT(decode_attestation(bytes), HasCode(commit_attestation));
    }
    Bytes long_purpose{0x01, 0x01};
    long_purpose.resize(2 + 257 + 2);
    EXPECT_THAT(decode_attestation(long_purpose), HasCode(commit_attestation));
    Bytes long_certificate{0, 0, 0, 1, 0x01, 0x10};
    long_certificate.resize(6 + 4097);
    EXPECT_THAT(decode_attestation(long_certificate), HasCode(commit_attestation));
}

}  // namespace
}  // namespace entrepot::replication
