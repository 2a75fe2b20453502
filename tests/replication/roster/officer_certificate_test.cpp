#include "replication/roster/officer_certificate.hpp"

#include <gtest/gtest.h>

#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::replication {
namespace {

class OfficerCertificateTest : public testing::Test {
protected:
    OfficerCertificateTest() {
        certificate_.officer = entropy_.fixed<OfficerId>();
        certificate_.node = crypto::node_id_of(node_.public_key());
        certificate_.key = officer_.public_key();
        certificate_.roles = 17;
        certificate_.until.ms = 1'900'000'000'000;
        bytes_ = sign_officer(certificate_, node_);
    }
    crypto::SeededEntropy entropy_{7};
    crypto::SigningKey node_ = crypto::SigningKey::generate(entropy_);
    crypto::SigningKey officer_ = crypto::SigningKey::generate(entropy_);
    OfficerCertificate certificate_;
    Bytes bytes_;
};

TEST_F(OfficerCertificateTest, ComesBackAsItsNodeSignedIt) {
    const auto read = decode_officer(bytes_, node_.public_key());
    ASSERT_THAT(read, IsOk());
    EXPECT_EQ(read->officer, certificate_.officer);
    EXPECT_EQ(read->key, certificate_.key);
    EXPECT_EQ(read->roles, certificate_.roles);
    EXPECT_EQ(read->until, certificate_.until);
}

TEST_F(OfficerCertificateTest, IsRefusedWhenAnyBitIsFlippedOrAnyByteCut) {
    for (std::size_t bit = 0; bit < bytes_.size() * 8; ++bit) {
        Bytes flipped = bytes_;
        flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        const bool frame = bit / 8 == 0 || (bit / 8 >= 17 && bit / 8 < 33);  // suite, node
        EXPECT_THAT(decode_officer(flipped, node_.public_key()),
                    HasCode(frame ? officer_malformed : officer_signature));
    }
    for (std::size_t size = 0; size < bytes_.size(); ++size) {
        EXPECT_THAT(decode_officer(ByteView(bytes_).first(size), node_.public_key()),
                    HasCode(officer_malformed));
    }
}

TEST_F(OfficerCertificateTest, IsRefusedFromAnotherNode) {
    EXPECT_THAT(decode_officer(bytes_, officer_.public_key()), HasCode(officer_malformed));
}

TEST_F(OfficerCertificateTest, IsReadAgainWithoutTheNodesKey) {
    const auto read = read_officer(bytes_);
    ASSERT_THAT(read, IsOk());
    EXPECT_EQ(encode_officer(*read), bytes_);
    EXPECT_THAT(read_officer(ByteView(bytes_).first(146)), HasCode(officer_malformed));
}

TEST_F(OfficerCertificateTest, HasAnEndThatIsNotInIt) {
    EXPECT_TRUE(certificate_.is_in_force({0}));
    EXPECT_TRUE(certificate_.is_in_force({1'899'999'999'999}));
    EXPECT_FALSE(certificate_.is_in_force({1'900'000'000'000}));
    EXPECT_FALSE(certificate_.is_in_force({-1}));
}

TEST(OfficerRole, HasANameThatComesBack) {
    for (const OfficerRole role : all_officer_roles) {
        EXPECT_EQ(officer_role_named(name_of(role)), role);
    }
    EXPECT_FALSE(officer_role_named("king").has_value());
}

}  // namespace
}  // namespace entrepot::replication
