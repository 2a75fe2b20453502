#include "node/roots/root_key.hpp"

#include <gtest/gtest.h>

#include "node/access/administration.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"
#include "tests/support/temporary_folder.hpp"

namespace entrepot::node {
namespace {

class RootKey : public ::testing::Test {
protected:
    Credential holder(const std::string& name) {
        EXPECT_THAT(read_or_make_service_key(at(name), entropy_), IsOk());
        return {{}, at(name)};
    }
    std::filesystem::path at(const std::string& name) const { return folder_.path() / name; }

    TemporaryFolder folder_;
    crypto::SeededEntropy entropy_{5};
};

TEST_F(RootKey, OpensUnderItsOwnCredentialOnly) {
    const auto made = make_root_key(at("root.key"), holder("marcia"), entropy_);
    ASSERT_THAT(made, IsOk());
    const auto opened = open_root_key(at("root.key"), holder("marcia"));
    ASSERT_THAT(opened, IsOk());
    EXPECT_EQ(opened->public_key(), made->public_key());
    EXPECT_THAT(open_root_key(at("root.key"), holder("errol")), HasCode(crypto::keybag_wrong));
}

TEST_F(RootKey, IsNotMadeOverAnother) {
    ASSERT_THAT(make_root_key(at("root.key"), holder("marcia"), entropy_), IsOk());
    EXPECT_THAT(make_root_key(at("root.key"), holder("marcia"), entropy_),
                HasCode(root_key_exists));
}

TEST_F(RootKey, IsSealedAnewUnderAnotherCredential) {
    const auto made = make_root_key(at("root.key"), holder("marcia"), entropy_);
    ASSERT_THAT(reseal_key_file(at("root.key"), holder("marcia"), holder("errol"), entropy_),
                IsOk());
    EXPECT_THAT(open_root_key(at("root.key"), holder("marcia")), HasCode(crypto::keybag_wrong));
    EXPECT_EQ(open_root_key(at("root.key"), holder("errol"))->public_key(), made->public_key());
}

TEST_F(RootKey, IsNotSealedAnewByWhoCannotOpenIt) {
    ASSERT_THAT(make_root_key(at("root.key"), holder("marcia"), entropy_), IsOk());
    EXPECT_THAT(reseal_key_file(at("root.key"), holder("errol"), holder("errol"), entropy_),
                HasCode(crypto::keybag_wrong));
    EXPECT_THAT(open_root_key(at("root.key"), holder("marcia")), IsOk());
}

TEST_F(RootKey, TakesNoShortPassphraseAndNoEmptyOne) {
    const Credential brief{crypto::Secret::copy_of(as_bytes("1234567")), {}};
    EXPECT_THAT(make_root_key(at("root.key"), brief, entropy_), HasCode(vault_weak_passphrase));
    EXPECT_THAT(make_root_key(at("root.key"), {}, entropy_), HasCode(vault_no_credential));
    EXPECT_FALSE(std::filesystem::exists(at("root.key")));
}

TEST_F(RootKey, EachOfAnAdministrationHasACredentialOfItsOwn) {
    std::vector<Credential> holders;
    for (const char* name : {"marcia", "errol", "keisha", "safe"}) {
        holders.push_back(holder(name));
    }
    SystemClock clock;
    const auto made = AdministrationDirectory::create(at("administration"), {"JM", "Jamaica"},
                                                      holders, clock, entropy_);
    ASSERT_THAT(made, IsOk());
    EXPECT_EQ(made->roster().roots().threshold, 2);
    for (unsigned number = 1; number <= 3; ++number) {
        const auto key = open_root_key(made->root_key(number), holders[number - 1]);
        ASSERT_THAT(key, IsOk());
        EXPECT_EQ(key->public_key(), made->roster().roots().roots[number - 1]);
        EXPECT_THAT(open_root_key(made->root_key(number), holders[number % 3]),
                    HasCode(crypto::keybag_wrong));
    }
    EXPECT_THAT(open_root_key(made->recovery_key(), holders[3]), HasCode(administration_key));
    holders.pop_back();
    EXPECT_THAT(
        AdministrationDirectory::create(at("other"), {"JM", "Jamaica"}, holders, clock, entropy_),
        HasCode(administration_roots));
}

TEST_F(RootKey, OfOneHolderSignsItsPartOfADraft) {
    std::vector<Credential> holders;
    for (const char* name : {"marcia", "errol", "keisha", "safe"}) {
        holders.push_back(holder(name));
    }
    SystemClock clock;
    auto made = *AdministrationDirectory::create(at("administration"), {"JM", "Jamaica"}, holders,
                                                 clock, entropy_);
    Hash georgia;
    georgia.bytes.fill(5);
    auto draft =
        EntryDraft::make(made.roster(), {1}, replication::PartnerEntry{"GE", georgia, true});
    EXPECT_THAT(made.sign_here(draft, holders[1]), HasCode(crypto::keybag_wrong));
    EXPECT_EQ(draft.wanted(), 1U);
    EXPECT_THAT(made.apply(draft), HasCode(draft_too_few));
    ASSERT_THAT(made.sign_here(draft, holders[2]), IsOk());
    ASSERT_THAT(made.apply(draft), IsOk());
    EXPECT_EQ(AdministrationDirectory::open(at("administration"))->roster().length(),
              made.roster().length());
}

}  // namespace
}  // namespace entrepot::node
