#include "node/audit/sealed_entry.hpp"
#include "node/desk/verification.hpp"
#include "node/roots/partnership.hpp"
#include "tests/node/exchange/partner_fixture.hpp"

namespace entrepot::node {
namespace {

TEST_F(PartnerDesks, AreUnknownWithoutAPin) {
    EXPECT_THAT(partner_desk(desk(), "FR", MadeBy::us), HasCode(partner_unknown));
}

TEST_F(PartnerDesks, AreNotReadyBeforeTheirRosterIsHere) {
    EXPECT_THAT(partner_desk(desk(), "GE", MadeBy::us), HasCode(partner_not_ready));
    ASSERT_THAT(import(outer_), IsOk());
    EXPECT_THAT(partner_desk(desk(), "GE", MadeBy::us), IsOk());
    EXPECT_THAT(open(), HasCode(partner_not_ready)) << "nobody of Georgia is certified";
}

TEST_F(PartnerDesks, HaveACompartmentForEachDatabaseThatCanBeReleased) {
    certify_partner();
    ASSERT_THAT(import(outer_), IsOk());
    const auto made = open();
    ASSERT_THAT(made, IsOk());
    EXPECT_GE(made->at("made").size(), 3U);
    EXPECT_EQ(open()->at("made").size(), 0U) << "once";
    Desk& outer = **partner_desk(desk(), "GE", MadeBy::us);
    const auto place = find_place(outer, released_name("JM", "GE", "seizures"));
    ASSERT_THAT(place, IsOk());
    EXPECT_EQ(outer.roster().right(georgia_.id("headquarters"), place->id),
              replication::Right::read);
    EXPECT_EQ(list_partners(desk()).front().at("compartments").size(),
              made->at("made").size() - 1)
        << "the register stands at home";
}

/// What is read in a joint compartment must have its place in the audit, opened or not.
TEST_F(PartnerDesks, GiveThisNodeAnAuditWithTheFirstJointCompartment) {
    certify_partner();
    ASSERT_THAT(import(outer_), IsOk());
    const auto self = desk().keys().self();
    ASSERT_FALSE(audit_place_of(desk().roster(), self));
    ASSERT_THAT(join("Poti watch"), IsOk());
    EXPECT_TRUE(audit_place_of(desk().roster(), self));
}

TEST_F(PartnerDesks, KeepRecordsThatAreFoundLikeAnyOther) {
    certify_partner();
    ASSERT_THAT(import(outer_), IsOk());
    ASSERT_THAT(join("operation Bora"), IsOk());
    EXPECT_THAT(join("operation Bora"), HasCode(request_body)) << "the name is taken";
    const auto saved = fixture_.put("seizures", {{"document", DeskFixture::seizure("Batumi")},
                                                 {"compartment", "operation Bora"}});
    ASSERT_THAT(saved, IsOk());
    const auto found = find_shared_record(desk(), saved->at("id").get<std::string>(), "");
    ASSERT_THAT(found, IsOk());
    EXPECT_NE(found->desk, &desk());
    EXPECT_THAT(find_record(desk(), saved->at("id").get<std::string>(), ""),
                HasCode(place_unknown))
        << "the administration's own stores have nothing of it";
    EXPECT_EQ(get_record(*found->desk, found->key)->at("partner"), "GE");
}

/// The partner may have seen what the older log lacks: no number of it is used again.
TEST_F(PartnerDesks, AlertThatASharedLogIsAnOlderOneAndGoOnInNewLogs) {
    certify_partner();
    ASSERT_THAT(import(outer_), IsOk());
    ASSERT_THAT(join("operation Bora"), IsOk());
    const auto put = [&](const std::string& place) {
        return fixture_.put("seizures", {{"document", DeskFixture::seizure(place)},
                                         {"compartment", "operation Bora"}});
    };
    ASSERT_THAT(put("Batumi"), IsOk());
    const auto log = outer_desk().log().directory();
    const auto older = log.parent_path() / "older";
    std::filesystem::copy(log, older);
    ASSERT_THAT(put("Poti"), IsOk());
    EXPECT_EQ(why_remade(desk(), true), "");

    fixture_.reopen([&](const NodeDirectory&, const Vault&) {
        std::filesystem::remove_all(log);
        std::filesystem::rename(older, log);
    });
    ASSERT_THAT(fixture_.put("seizures", {{"document", DeskFixture::seizure()},
                                          {"compartment", "joint seizures"}}),
                IsOk());  // and the link has told meanwhile which realms there are
    EXPECT_NE(why_remade(desk(), true), "");
    EXPECT_FALSE(desk().views_damage()) << "the home log is as it was";
    EXPECT_EQ(outer_desk().log().ended()->size(), 1U);
    EXPECT_THAT(put("Sarpi"), IsOk());
    EXPECT_EQ(outer_desk().log().heads()->all().size(), 2U) << "of the old and of the new log";
}

TEST_F(PartnerDesks, TakeInNoRosterOfRootKeysThatHaveLeftUntilItFollows) {
    const auto fresh = crypto::SigningKey::generate(here().entropy());
    const replication::RootChange change{1, {fresh.public_key()}};
    const std::vector<const crypto::SigningKey*> both{&here().root_keys().front(), &fresh};
    const Bytes at_home = sign_entry(desk().roster(), {}, change, both);
    ASSERT_THAT(fixture_.await([&](JsonDone done) {
        desk().append_roster({at_home}, [done](Status stored) {
            done(stored ? Result<json>(json::object()) : Result<json>(stored.error()));
        });
    }),
                IsOk());
    EXPECT_THAT(import(outer_), HasCode(partner_roots));
    ASSERT_THAT(outer_.append(sign_entry(outer_, {}, change, both)), IsOk());
    ASSERT_THAT(import(outer_), IsOk());
    EXPECT_THAT(partner_desk(desk(), "GE", MadeBy::us), IsOk());
    EXPECT_EQ(list_partners(desk()).front().at("ours"), true);
}

TEST_F(PartnerDesks, RefuseASecondRosterThatTheSameRootKeysBegan) {
    ASSERT_THAT(import(outer_), IsOk());
    Roster second;
    std::swap(second, outer_);
    auto own = *here().roster().genesis();
    own.salt.bytes.fill(9);
    append(replication::OuterGenesis{own, "GE", georgia_.roster().root_fingerprint()});
    EXPECT_THAT(import(outer_), HasCode(partner_second));
    EXPECT_EQ(import(second)->at("added"), 0);
}

TEST_F(PartnerDesks, RefuseARosterThatDiffersFromTheOneHeld) {
    ASSERT_THAT(import(outer_), IsOk());
    Roster other = *Roster::from_entries(std::span(outer_.entries()).first(1));
    std::swap(other, outer_);
    certify_partner();
    EXPECT_THAT(import(outer_), HasCode(replication::roster_forked));
}

/// This headquarters stands on the branch that loses: it shared a record in it.
class ForkedPartnerDesks : public PartnerDesks {
protected:
    void SetUp() override {
        certify_partner();
        ASSERT_THAT(import(outer_), IsOk());
        common_ = outer_.length();
        ASSERT_THAT(join("operation Bora"), IsOk());
        const auto put = fixture_.put("seizures", {{"document", DeskFixture::seizure("Batumi")},
                                                   {"compartment", "operation Bora"}});
        ASSERT_THAT(put, IsOk());
        id_ = put->at("id").get<std::string>();
        lost_ = outer_desk().roster();
        append(*replication::make_compartment(
            outer_, {"seizures", "operation Aragvi", replication::Lane::records, {}}, entropy_));
    }
    void settle() {
        for (std::size_t at = common_.value; at < lost_.entries().size(); ++at) {
            append(replication::SettlementEntry{common_, lost_.entries()[at]});
        }
    }
    bool is_found() { return find_shared_record(desk(), id_, "").has_value(); }

    crypto::SystemEntropy entropy_;
    replication::RosterLength common_;
    Roster lost_;
    std::string id_;
};

TEST_F(ForkedPartnerDesks, TakeASettledRosterInPlaceOfTheirs) {
    EXPECT_THAT(import(outer_), HasCode(replication::roster_forked));
    EXPECT_TRUE(is_found());
    settle();
    ASSERT_THAT(import(outer_), IsOk());
    EXPECT_EQ(outer_desk().roster().head(), outer_.head());
    EXPECT_EQ(import(outer_)->at("added"), 0);
}

TEST_F(ForkedPartnerDesks, ShowWhatTheySharedOnceItsCompartmentIsMadeAgain) {
    settle();
    ASSERT_THAT(import(outer_), IsOk());
    EXPECT_FALSE(is_found());
    ASSERT_THAT(join("operation Bora"), IsOk());
    EXPECT_EQ(find_place(outer_desk(), "operation Bora")->id, lost_.compartments().back()->id);
    EXPECT_TRUE(is_found());
    EXPECT_EQ(
        outer_desk().roster().right(georgia_.id("headquarters"), lost_.compartments().back()->id),
        replication::Right::write);
}

}  // namespace
}  // namespace entrepot::node
