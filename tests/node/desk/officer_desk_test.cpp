#include "node/desk/officer_desk.hpp"

#include <gtest/gtest.h>

#include "node/access/rights.hpp"
#include "node/desk/verification.hpp"
#include "tests/support/desk_fixture.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

class OfficerDesk : public testing::Test {
protected:
    /// An account with a slot that nothing was sealed in: Argon2id is for other tests.
    static Acting added(DeskFixture& fixture, const std::string& name, const json& roles) {
        auto made = prepare_officer(fixture.desk(), {{"officer", name}, {"roles", roles}});
        EXPECT_THAT(made, IsOk());
        EXPECT_THAT(finish_slot(fixture.desk(), *made, Bytes(100, 1)), IsOk());
        const auto vault = Vault::decode(made->content.view());
        return *acting_of(fixture.desk(), *vault);
    }
    static Result<json> put_as(DeskFixture& fixture, const Acting& officer, const json& document) {
        const Desk::ActingAs as(fixture.desk(), officer);
        return fixture.put("seizures", {{"document", document}});
    }
    static json change_of(DeskFixture& fixture, const json& saved) {
        const auto key = find_record(fixture.desk(), saved.at("id").get<std::string>(), "");
        return record_history(fixture.desk(), *key)->at("changes").at(0);
    }
    static json with_status(const std::string& status) {
        json out = DeskFixture::seizure();
        out["status"] = status;
        return out;
    }
};

TEST_F(OfficerDesk, HistorySaysWhoWroteAndThatHisSignatureWasVerified) {
    DeskFixture fixture;
    const auto ann = added(fixture, "Ann", {"entry"});
    const auto saved = put_as(fixture, ann, DeskFixture::seizure());
    ASSERT_THAT(saved, IsOk());
    const json change = change_of(fixture, *saved);
    EXPECT_EQ(change.at("officer_name"), "Ann");
    EXPECT_EQ(change.at("signature"), "verified");
    EXPECT_EQ(verify_node(fixture.desk())->at("problems"), json::array());
}

TEST_F(OfficerDesk, AStatusThatTakesAnotherRoleIsRefusedBeforeItIsWritten) {
    DeskFixture fixture;
    const auto ann = added(fixture, "Ann", {"entry"});
    const auto before = *fixture.desk().log().last_position();
    EXPECT_THAT(put_as(fixture, ann, with_status("validated")), HasCode(officer_role));
    EXPECT_EQ(*fixture.desk().log().last_position(), before);
    const auto eve = added(fixture, "Eve", {"supervisor"});
    EXPECT_THAT(put_as(fixture, eve, with_status("validated")), IsOk());
    EXPECT_THAT(put_as(fixture, eve, with_status("released")), HasCode(officer_role));
}

TEST_F(OfficerDesk, TheNodeByItselfWritesNoRecords) {
    DeskFixture fixture;
    EXPECT_THAT(put_as(fixture, nullptr, DeskFixture::seizure()), HasCode(officer_missing));
}

TEST_F(OfficerDesk, WhoLeftSignsNothingThatHeBegan) {
    DeskFixture fixture;
    const auto ann = added(fixture, "Ann", {"entry"});
    ann->ended = true;
    EXPECT_THAT(put_as(fixture, ann, DeskFixture::seizure()), HasCode(access_not_signed_in));
}

TEST_F(OfficerDesk, NewRolesTravelWithHisNextCommit) {
    DeskFixture fixture;
    const auto ann = added(fixture, "Ann", {"entry"});
    ASSERT_THAT(put_as(fixture, ann, DeskFixture::seizure()), IsOk());
    const auto changed =
        change_roles(fixture.desk(), {{"officer", "Ann"}, {"roles", {"supervisor"}}});
    ASSERT_THAT(changed, IsOk());
    ann->roles = replication::bit_of(replication::OfficerRole::supervisor);
    ann->certificate = fixture.desk().officers().find(ann->officer)->certificate;
    const auto saved = put_as(fixture, ann, with_status("validated"));
    ASSERT_THAT(saved, IsOk());
    EXPECT_EQ(change_of(fixture, *saved).at("signature"), "verified");
    EXPECT_TRUE(fixture.desk().views().quarantined()->empty());
}

TEST_F(OfficerDesk, TheEndOfACertificateTravelsWithAnothersNextCommit) {
    DeskFixture fixture;
    const auto ann = added(fixture, "Ann", {"entry"});
    const auto saved = put_as(fixture, ann, DeskFixture::seizure());
    ASSERT_THAT(saved, IsOk());
    const auto log = [&] {
        const auto text = change_of(fixture, *saved).at("log").get<std::string>();
        return *replication::LogId::from(*from_base32(text));
    }();
    ASSERT_THAT(officer_leaves(fixture.desk(), {{"officer", "Ann"}}), IsOk());
    ASSERT_THAT(fixture.put("seizures", {{"document", DeskFixture::seizure()}}), IsOk());
    const auto& known = fixture.desk().views().officers(log);
    ASSERT_EQ(known.size(), 2U);
    EXPECT_LE(known.at(ann->officer).until, fixture.clock().wall());
    ann->certificate = fixture.desk().officers().find(ann->officer)->certificate;
    EXPECT_THAT(put_as(fixture, ann, DeskFixture::seizure()), IsOk());  // a program gone wrong
    ASSERT_THAT(fixture.desk().rebuild(), IsOk());
    const auto quarantined = *fixture.desk().views().quarantined();
    ASSERT_EQ(quarantined.size(), 1U);
    EXPECT_EQ(quarantined.front().code, officer_expired.name());
}

TEST_F(OfficerDesk, AtHeadquartersAdministratorsAloneHoldTheRosterKey) {
    DeskFixture fixture("headquarters");
    const auto slot_of = [&](const std::string& name, const json& roles) {
        auto made = prepare_officer(fixture.desk(), {{"officer", name}, {"roles", roles}});
        EXPECT_THAT(made, IsOk());
        EXPECT_THAT(finish_slot(fixture.desk(), *made, Bytes(100, 1)), IsOk());
        return std::move(Vault::decode(made->content.view())).value();
    };
    EXPECT_TRUE(slot_of("Ann", {"administrator"}).roster_key.has_value());
    EXPECT_FALSE(slot_of("Bob", {"supervisor"}).roster_key.has_value());
    EXPECT_THAT(change_roles(fixture.desk(), {{"officer", "Bob"}, {"roles", {"administrator"}}}),
                HasCode(officer_needs_reset));
    const auto reset =
        prepare_reset(fixture.desk(), {{"officer", "Bob"}, {"roles", {"administrator"}}});
    ASSERT_THAT(reset, IsOk());
    EXPECT_TRUE(Vault::decode(reset->content.view())->roster_key.has_value());
    const Desk::ActingAs nobody(fixture.desk(), nullptr);
    EXPECT_THAT(prepare_officer(fixture.desk(), {{"officer", "C"}, {"roles", {"administrator"}}}),
                HasCode(officer_role));
}

TEST_F(OfficerDesk, ASlotOfAnotherKeyThanTheAccountsIsStale) {
    DeskFixture fixture;
    auto made = prepare_officer(fixture.desk(), {{"officer", "Ann"}, {"roles", {"entry"}}});
    ASSERT_THAT(made, IsOk());
    const auto old = Vault::decode(made->content.view());
    EXPECT_THAT(acting_of(fixture.desk(), *old), HasCode(access_stale_slot));  // nobody's yet
    ASSERT_THAT(finish_slot(fixture.desk(), *made, Bytes(100, 1)), IsOk());
    EXPECT_THAT(acting_of(fixture.desk(), *old), IsOk());
    auto reset = prepare_reset(fixture.desk(), {{"officer", "Ann"}});
    ASSERT_THAT(reset, IsOk());
    EXPECT_EQ(reset->account.officer, made->account.officer);
    ASSERT_THAT(finish_slot(fixture.desk(), *reset, Bytes(100, 2)), IsOk());
    EXPECT_THAT(acting_of(fixture.desk(), *old), HasCode(access_stale_slot));
    EXPECT_THAT(acting_of(fixture.desk(), *Vault::decode(reset->content.view())), IsOk());
}

TEST_F(OfficerDesk, TheOnlyAdministratorStays) {
    DeskFixture fixture;
    const std::string chief = "Officer of airport";
    EXPECT_THAT(officer_leaves(fixture.desk(), {{"officer", chief}}),
                HasCode(officer_last_administrator));
    EXPECT_THAT(prepare_reset(fixture.desk(), {{"officer", chief}, {"roles", {"entry"}}}),
                HasCode(officer_last_administrator));
    added(fixture, "Ann", {"administrator"});
    EXPECT_THAT(officer_leaves(fixture.desk(), {{"officer", chief}}), IsOk());
    EXPECT_THAT(officer_leaves(fixture.desk(), {{"officer", chief}}), HasCode(officer_not_here));
}

}  // namespace
}  // namespace entrepot::node
