#include "node/headquarters/quarantine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/headquarters/revocation.hpp"
#include "tests/support/desk_fixture.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

/// A log of which headquarters holds three commits, cut at the first.
class Quarantine : public ::testing::Test {
protected:
    void SetUp() override {
        place_ = fixture_.administration().compartment("seaport seizures");
        for (int i = 0; i < 3; ++i) {
            ASSERT_THAT(fixture_.put("seizures", {{"document", DeskFixture::seizure()},
                                                  {"compartment", to_base32(place_.view())}}),
                        IsOk());
        }
        const auto heads = fixture_.desk().log().heads();
        ASSERT_THAT(heads, IsOk());
        for (const auto& [log, head] : heads->all()) {
            if (head.descriptor.compartment == place_) {
                log_ = to_base32(log.view());
                held_ = head.number.value;
            }
        }
        ASSERT_EQ(held_, 3U);
        const json body{{"compartment", to_base32(place_.view())},
                        {"unit", to_base32(fixture_.administration().id("headquarters").view())},
                        {"cuts", {log_ + ":1"}}};
        ASSERT_THAT(fixture_.await([&](JsonDone done) {
            withdraw_right(fixture_.desk(), body, std::move(done));
        }),
                    IsOk());
    }
    Result<json> admit(json body) {
        return fixture_.await(
            [&](JsonDone done) { admit_commits(fixture_.desk(), body, std::move(done)); });
    }

    DeskFixture fixture_{"headquarters"};
    replication::CompartmentId place_;
    std::string log_;
    std::uint64_t held_ = 0;
};

TEST_F(Quarantine, ListsWhatCameAfterTheCutAndHowFarItCanMove) {
    const auto list = list_quarantine(fixture_.desk());
    ASSERT_THAT(list, IsOk());
    ASSERT_EQ((*list)["logs"].size(), 1U);
    const json& log = (*list)["logs"][0];
    EXPECT_EQ(log["log"], log_);
    EXPECT_EQ(log["cut"], 1U);
    EXPECT_EQ(log["commits"].size(), 2U);
    EXPECT_EQ(log["admissible_to"], 3U);
    EXPECT_EQ(log["why"], "the node may no longer write there");
}

TEST_F(Quarantine, AdmitsUpToACommitAndNoFurther) {
    ASSERT_THAT(admit({{"log", log_}, {"to", 2}}), IsOk());
    const auto list = list_quarantine(fixture_.desk());
    ASSERT_THAT(list, IsOk());
    EXPECT_EQ((*list)["logs"][0]["cut"], 2U);
    EXPECT_EQ((*list)["logs"][0]["commits"].size(), 1U);
    ASSERT_THAT(admit({{"log", log_}, {"to", 3}}), IsOk());
    EXPECT_TRUE((*list_quarantine(fixture_.desk()))["logs"].empty());
}

TEST_F(Quarantine, RefusesACommitThatIsNotHere) {
    EXPECT_THAT(admit({{"log", log_}, {"to", 4}}), HasCode(quarantine_not_held));
}

TEST_F(Quarantine, RefusesToMoveACutBack) {
    EXPECT_THAT(admit({{"log", log_}, {"to", 1}}), HasCode(quarantine_not_forward));
    EXPECT_THAT(admit({{"log", log_}}), HasCode(quarantine_not_forward));
    EXPECT_THAT(admit({{"log", log_}, {"to", "all"}}), HasCode(quarantine_not_forward));
}

TEST_F(Quarantine, RefusesALogOfWhichNothingIsKept) {
    EXPECT_THAT(admit({{"log", "zzzzzzzzzz"}, {"to", 2}}), HasCode(quarantine_unknown_log));
    EXPECT_THAT(admit({{"log", ""}, {"to", 2}}), HasCode(quarantine_unknown_log));
}

}  // namespace
}  // namespace entrepot::node
