#include "node/access/passphrase_strength.hpp"

#include <gtest/gtest.h>

#include "node/access/vault.hpp"
#include "tests/support/matchers.hpp"

namespace entrepot::node {
namespace {

TEST(PassphraseStrength, CountsRowsOfKeysDatesAndWordsForLittle) {
    for (const char* weak : {"12345678", "password", "qwertyuiop", "19991231", "P@ssw0rd1"}) {
        EXPECT_LT(passphrase_score(as_bytes(weak), {}), least_score) << weak;
        EXPECT_THAT(check_passphrase(as_bytes(weak)), HasCode(vault_weak_passphrase)) << weak;
    }
    for (const char* strong : {"correct horse battery staple", "kingston harbour 1692 gulls"}) {
        EXPECT_EQ(passphrase_score(as_bytes(strong), {}), 4U) << strong;
        EXPECT_THAT(check_passphrase(as_bytes(strong)), IsOk()) << strong;
    }
}

TEST(PassphraseStrength, CountsTheOfficersAndTheUnitsNameForLittle) {
    const std::string names = "Zbigniew Palisadoes";
    EXPECT_GE(passphrase_score(as_bytes(names), {}), least_score);
    EXPECT_LT(passphrase_score(as_bytes(names), {"Zbigniew Brown", "Palisadoes Airport"}),
              least_score);
    EXPECT_THAT(check_passphrase(as_bytes(names), {"Zbigniew Brown", "Palisadoes Airport"}),
                HasCode(vault_weak_passphrase));
}

TEST(PassphraseStrength, TakesLongOnesAndAnyBytes) {
    EXPECT_EQ(passphrase_score(as_bytes(std::string(100'000, 'a') + "gulls over the harbour"), {}),
              passphrase_score(as_bytes(std::string(100, 'a')), {}));
    EXPECT_EQ(passphrase_score({}, {}), 0U);
    EXPECT_EQ(passphrase_score(Bytes{0xff, 0xfe, 0x80, 0x81, 0x99, 0xc3, 0xf8, 0x90, 0xaa}, {}),
              4U);
}

}  // namespace
}  // namespace entrepot::node
