#include "node/access/sign_in.hpp"

#include <gtest/gtest.h>

#include "tests/node/moved_clock.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::node {
namespace {

constexpr std::int64_t idle_ms = 600'000;
constexpr unsigned here = 1000;
constexpr unsigned other = 1001;

class SignInTest : public testing::Test {
protected:
    Acting officer(const std::string& name) {
        return std::make_shared<ActingOfficer>(
            ActingOfficer{entropy_.fixed<replication::OfficerId>(),
                          name,
                          crypto::SigningKey::generate(entropy_),
                          1,
                          {},
                          std::nullopt});
    }
    std::string name(unsigned uid, const std::string& token = "") {
        const auto acting = sign_ins_.acting(uid, token);
        return acting ? (*acting)->name : std::string(acting.error().code.name());
    }
    crypto::SeededEntropy entropy_{3};
    MovedClock clock_;
    SignIns sign_ins_{clock_, idle_ms};
};

TEST_F(SignInTest, BelongsToTheAccountThatUnlocked) {
    sign_ins_.add(here, officer("Ann"), entropy_);
    EXPECT_EQ(name(here), "Ann");
    EXPECT_EQ(name(other), access_not_signed_in.name());
}

TEST_F(SignInTest, SeveralAtOnceAreToldApartByTheirTokens) {
    const auto ann = sign_ins_.add(here, officer("Ann"), entropy_);
    const auto bob = sign_ins_.add(here, officer("Bob"), entropy_);
    EXPECT_EQ(name(here, ann), "Ann");
    EXPECT_EQ(name(here, bob), "Bob");
    EXPECT_EQ(name(here), "Bob");
}

TEST_F(SignInTest, ATokenIsGoodForItsAccountAlone) {
    const auto ann = sign_ins_.add(here, officer("Ann"), entropy_);
    sign_ins_.add(other, officer("Bob"), entropy_);
    EXPECT_EQ(name(other, ann), access_token.name());
    EXPECT_EQ(name(here, ann + "0"), access_token.name());
}

TEST_F(SignInTest, EndsWhenIdleAndACallIsActivity) {
    const auto ann = sign_ins_.add(here, officer("Ann"), entropy_);
    const auto bob = sign_ins_.add(here, officer("Bob"), entropy_);
    clock_.steady_ms += idle_ms - 1;
    EXPECT_EQ(name(here, ann), "Ann");
    clock_.steady_ms += 1;
    EXPECT_EQ(name(here, bob), access_token.name());
    EXPECT_EQ(name(here), "Ann");
    clock_.steady_ms += idle_ms;
    sign_ins_.expire();
    EXPECT_TRUE(sign_ins_.empty());
}

TEST_F(SignInTest, LookingIsNoActivity) {
    sign_ins_.add(here, officer("Ann"), entropy_);
    clock_.steady_ms += idle_ms - 1;
    EXPECT_EQ(sign_ins_.peek(here, "")->name, "Ann");
    clock_.steady_ms += 1;
    EXPECT_EQ(name(here), access_not_signed_in.name());
}

TEST_F(SignInTest, TheWallClockEndsNone) {
    sign_ins_.add(here, officer("Ann"), entropy_);
    clock_.wall_ms += 10 * idle_ms;
    EXPECT_EQ(name(here), "Ann");
}

TEST_F(SignInTest, AnOfficerWhoLeavesIsSignedOutEverywhere) {
    const auto ann = officer("Ann");
    sign_ins_.add(here, ann, entropy_);
    sign_ins_.add(other, ann, entropy_);
    sign_ins_.end_all_of(ann->officer);
    EXPECT_EQ(name(here), access_not_signed_in.name());
    EXPECT_EQ(name(other), access_not_signed_in.name());
    EXPECT_TRUE(ann->ended);
}

TEST_F(SignInTest, TheUnattendedOfficerActsWhileNobodyIsSignedIn) {
    const auto service = officer("Service");
    sign_ins_.set_unattended(here, service);
    clock_.steady_ms += 2 * idle_ms;
    EXPECT_EQ(name(here), "Service");
    const auto ann = sign_ins_.add(here, officer("Ann"), entropy_);
    EXPECT_EQ(name(here), "Ann");
    EXPECT_TRUE(sign_ins_.end(here, ann));
    EXPECT_FALSE(sign_ins_.end(here, ann));
    EXPECT_EQ(name(here), "Service");
    EXPECT_EQ(name(other), access_not_signed_in.name());
    sign_ins_.end_all_of(service->officer);
    EXPECT_EQ(name(here), access_not_signed_in.name());
}

}  // namespace
}  // namespace entrepot::node
