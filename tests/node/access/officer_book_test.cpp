#include "node/access/officer_book.hpp"

#include <gtest/gtest.h>

#include "node/access/node_directory.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"
#include "tests/support/temporary_folder.hpp"

namespace entrepot::node {
namespace {

class OfficerBookTest : public testing::Test {
protected:
    Result<OfficerBook> open() const { return OfficerBook::open(file(), key_.duplicate()); }
    std::filesystem::path file() const { return folder_.path() / "officers.sealed"; }
    OfficerAccount account(const std::string& name, std::uint16_t roles) {
        OfficerAccount out;
        out.officer = entropy_.fixed<replication::OfficerId>();
        out.name = name;
        out.slot = 3;
        out.created = {77};
        replication::OfficerCertificate certificate;
        certificate.officer = out.officer;
        certificate.roles = roles;
        out.certificate = replication::encode_officer(certificate);
        return out;
    }
    TemporaryFolder folder_;
    crypto::SeededEntropy entropy_{4};
    crypto::Secret key_ = entropy_.secret(32);
};

TEST_F(OfficerBookTest, HasAfterARestartWhatWasPut) {
    auto book = *open();
    EXPECT_TRUE(book.all().empty());
    OfficerAccount ann = account("Ann", 16);
    ASSERT_THAT(book.put(ann, entropy_), IsOk());
    ASSERT_THAT(book.put(account("Bob", 1), entropy_), IsOk());
    ann.left = true;
    ASSERT_THAT(book.put(ann, entropy_), IsOk());
    const auto again = open();
    ASSERT_THAT(again, IsOk());
    ASSERT_EQ(again->all().size(), 2U);
    EXPECT_TRUE(again->find(ann.officer)->left);
    EXPECT_EQ(again->find_active("Ann"), nullptr);
    EXPECT_EQ(again->find_active("Bob")->roles(), 1);
    EXPECT_EQ(again->find_active("Bob")->slot, 3U);
    EXPECT_EQ(again->find_active("Bob")->created, WallTime{77});
    EXPECT_EQ(again->administrators(), 0U);
}

TEST_F(OfficerBookTest, ShowsNoNameOnTheDisk) {
    auto book = *open();
    ASSERT_THAT(book.put(account("Marcia Brown", 1), entropy_), IsOk());
    const Bytes bytes = *read_file(file(), 4096);
    EXPECT_EQ(as_text(bytes).find("Marcia"), std::string_view::npos);
}

TEST_F(OfficerBookTest, RefusesEveryFlippedBitAndAnotherKey) {
    auto book = *open();
    ASSERT_THAT(book.put(account("Ann", 16), entropy_), IsOk());
    const Bytes whole = *read_file(file(), 4096);
    for (std::size_t at = 0; at < whole.size(); at += 7) {
        Bytes flipped = whole;
        flipped[at] ^= 1;
        ASSERT_THAT(write_file(file(), flipped), IsOk());
        EXPECT_THAT(open(), HasCode(book_damaged)) << at;
    }
    ASSERT_THAT(write_file(file(), whole), IsOk());
    EXPECT_THAT(OfficerBook::open(file(), entropy_.secret(32)), HasCode(book_damaged));
}

}  // namespace
}  // namespace entrepot::node
