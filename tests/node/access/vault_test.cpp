#include "node/access/vault.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"
#include "tests/support/temporary_folder.hpp"

namespace entrepot::node {
namespace {

Vault full_vault(crypto::Entropy& entropy) {
    Vault out = Vault::create(crypto::BoxKey::generate(entropy), "A. Chief", entropy);
    out.officer_certificate = Bytes(147, 7);
    out.roster_key = crypto::SigningKey::generate(entropy);
    return out;
}

class VaultTest : public ::testing::Test {
protected:
    std::filesystem::path key_file() const { return folder_.path() / "key"; }
    NodeDirectory directory() const {
        return std::move(NodeDirectory::create(folder_.path() / "node")).value();
    }
    TemporaryFolder folder_;
    crypto::SeededEntropy entropy_{7};
};

TEST_F(VaultTest, DecodesToWhatWasEncoded) {
    const Vault vault = full_vault(entropy_);
    const auto read = Vault::decode(vault.encode().view());
    ASSERT_THAT(read, IsOk());
    EXPECT_TRUE(read->vault_key.equals(vault.vault_key.view()));
    EXPECT_TRUE(read->link_key.equals(vault.link_key.view()));
    EXPECT_EQ(read->box.public_key(), vault.box.public_key());
    EXPECT_EQ(read->officer, vault.officer);
    EXPECT_EQ(read->officer_name, "A. Chief");
    EXPECT_EQ(read->officer_key.public_key(), vault.officer_key.public_key());
    EXPECT_EQ(read->officer_certificate, vault.officer_certificate);
    ASSERT_TRUE(read->roster_key.has_value());
    EXPECT_EQ(read->roster_key->public_key(), vault.roster_key->public_key());
}

TEST_F(VaultTest, HasNoRosterKeyUnlessItWasGivenOne) {
    const Vault vault = Vault::create(crypto::BoxKey::generate(entropy_), "B", entropy_);
    const auto read = Vault::decode(vault.encode().view());
    ASSERT_THAT(read, IsOk());
    EXPECT_FALSE(read->roster_key.has_value());
}

TEST_F(VaultTest, RefusesEveryTruncationAndATrailingByte) {
    const crypto::Secret whole = full_vault(entropy_).encode();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_THAT(Vault::decode(whole.view().first(size)), HasCode(vault_malformed)) << size;
    }
    Bytes longer(whole.view().begin(), whole.view().end());
    longer.push_back(0);
    EXPECT_THAT(Vault::decode(longer), HasCode(vault_malformed));
}

TEST_F(VaultTest, OpensWithTheServiceKeyThatSealedIt) {
    const auto node = directory();
    const Vault vault = full_vault(entropy_);
    ASSERT_THAT(add_service_slot(node, vault, key_file(), entropy_), IsOk());
    const auto opened = open_vault(node, "", {{}, key_file()});
    ASSERT_THAT(opened, IsOk());
    EXPECT_TRUE(opened->link_key.equals(vault.link_key.view()));
    const auto link_key = service_link_key(node, key_file());
    ASSERT_THAT(link_key, IsOk());
    EXPECT_TRUE(link_key->equals(vault.link_key.view()));
}

TEST_F(VaultTest, RefusesAnotherServiceKey) {
    const auto node = directory();
    ASSERT_THAT(add_service_slot(node, full_vault(entropy_), key_file(), entropy_), IsOk());
    const auto other = folder_.path() / "other";
    ASSERT_THAT(read_or_make_service_key(other, entropy_), IsOk());
    EXPECT_THAT(open_vault(node, "", {{}, other}), HasCode(crypto::keybag_wrong));
}

TEST_F(VaultTest, SaysWhenThereIsNoSlotToOpen) {
    const auto node = directory();
    ASSERT_THAT(read_or_make_service_key(key_file(), entropy_), IsOk());
    EXPECT_THAT(open_vault(node, "", {{}, key_file()}), HasCode(vault_no_slot));
    EXPECT_THAT(open_slot(node, "", as_bytes("correct horse")), HasCode(vault_no_slot));
}

TEST_F(VaultTest, AsksForACredentialWhenThereIsNone) {
    EXPECT_THAT(open_vault(directory(), "", {}), HasCode(vault_no_credential));
}

TEST_F(VaultTest, RefusesAServiceKeyFileOfAnotherSize) {
    std::ofstream(key_file()) << "not 32 bytes";
    EXPECT_THAT(read_service_key(key_file()), HasCode(vault_service_key));
    EXPECT_THAT(read_service_key(folder_.path() / "absent"), HasCode(vault_service_key));
}

TEST_F(VaultTest, RefusesAPassphraseOfSevenCharacters) {
    EXPECT_THAT(check_passphrase(as_bytes("1234567")), HasCode(vault_weak_passphrase));
    EXPECT_THAT(check_passphrase(as_bytes("gu11s&8x")), IsOk());
}

// The one test here that pays for Argon2id.
TEST_F(VaultTest, OpensWithItsPassphraseForTheOfficerNamed) {
    const auto node = directory();
    ASSERT_THAT(add_slot(node, full_vault(entropy_), as_bytes("correct horse"), entropy_), IsOk());
    EXPECT_THAT(open_slot(node, "A. Chief", as_bytes("correct horse")), IsOk());
    EXPECT_THAT(open_slot(node, "B. Other", as_bytes("correct horse")),
                HasCode(crypto::keybag_wrong));
    EXPECT_THAT(open_slot(node, "A. Chief", as_bytes("incorrect horse")),
                HasCode(crypto::keybag_wrong));
}

}  // namespace
}  // namespace entrepot::node
