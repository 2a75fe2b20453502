#include "node/exchange/release_desk.hpp"

#include "node/exchange/mailbox.hpp"
#include "tests/node/exchange/partner_fixture.hpp"

namespace entrepot::node {
namespace {

class ReleaseDesk : public PartnerDesks {
protected:
    void SetUp() override {
        become_partners();
        ann_ = officer("Ann", {"entry", "supervisor", "release"});
        bob_ = officer("Bob", {"release"});
        eve_ = officer("Eve", {"entry"});
        json document = DeskFixture::seizure();
        document["status"] = "validated";
        document["narrative"] = "hidden by a man called Kvirike";
        const Desk::ActingAs as(desk(), ann_);
        saved_ = *fixture_.put("seizures",
                               {{"document", document}, {"compartment", "joint seizures"}});
    }
    json wish(const json& added = json::array(), const json& cleared = json::array()) {
        return {{"record", saved_.at("id")},
                {"partner", "GE"},
                {"basis", "Nairobi, annex III"},
                {"handling", "H1"},
                {"until", "2090-01-01"},
                {"added", added},
                {"cleared", cleared}};
    }
    json nominal() { return wish({"narrative"}, {"narrative"}); }
    Result<json> propose(const Acting& by, const json& body) {
        const Desk::ActingAs as(desk(), by);
        return fixture_.await([&](JsonDone done) { propose_release(desk(), body, done); });
    }
    Result<json> decide(const Acting& by, const json& release, bool is_approved) {
        const Desk::ActingAs as(desk(), by);
        const json body{{"release", release}, {"approve", is_approved}, {"note", "because"}};
        return fixture_.await([&](JsonDone done) { decide_release(desk(), body, done); });
    }
    std::uint64_t copies() {
        std::uint64_t out = 0;
        for (const auto& [of, count] : outer_desk().views().counts()) {
            out += count.records;
        }
        return out;
    }
    std::string state_of(const json& release) {
        return find_release(desk(), release.get<std::string>())->text("state");
    }

    Acting ann_, bob_, eve_;
    json saved_;
};

TEST_F(ReleaseDesk, LetsACopyWithoutNominalValuesLeaveAtOnce) {
    const auto released = propose(ann_, wish());
    ASSERT_THAT(released, IsOk());
    EXPECT_EQ(released->at("state"), "carried_out");
    const auto copy =
        find_shared_record(desk(), released->at("copy").get<std::string>(), "");
    ASSERT_THAT(copy, IsOk());
    const json shown = *get_record(*copy->desk, copy->key);
    EXPECT_EQ(shown.at("partner"), "GE");
    EXPECT_EQ(shown.at("document").at("released_by"), "JM");
    EXPECT_EQ(shown.at("document").at("release_basis"), "Nairobi, annex III");
    EXPECT_FALSE(shown.at("document").contains("narrative"));
    EXPECT_FALSE(shown.at("document").contains("reference"));
    EXPECT_NE(shown.at("id"), saved_.at("id"));
    const json listed = list_releases(desk())->at("releases");
    ASSERT_EQ(listed.size(), 1U);
    EXPECT_EQ(listed[0].at("proposed_by"), "Ann");
}

TEST_F(ReleaseDesk, KeepsNominalValuesUntilAnotherOfficerApproves) {
    const auto proposed = propose(ann_, nominal());
    ASSERT_THAT(proposed, IsOk());
    EXPECT_EQ(proposed->at("state"), "proposed");
    EXPECT_EQ(copies(), 0U);
    EXPECT_THAT(decide(ann_, proposed->at("release"), true), HasCode(release_same_officer));
    EXPECT_EQ(copies(), 0U);
    ASSERT_THAT(decide(bob_, proposed->at("release"), true), IsOk());
    EXPECT_EQ(state_of(proposed->at("release")), "carried_out");
    const auto copy = find_shared_record(desk(), proposed->at("copy").get<std::string>(), "");
    ASSERT_THAT(copy, IsOk());
    EXPECT_EQ(get_record(*copy->desk, copy->key)->at("document").at("narrative"),
              "hidden by a man called Kvirike");
}

TEST_F(ReleaseDesk, KeepsWhatWasRefused) {
    const json release = propose(ann_, nominal())->at("release");
    ASSERT_THAT(decide(bob_, release, false), IsOk());
    EXPECT_EQ(state_of(release), "refused");
    EXPECT_THAT(decide(bob_, release, true), HasCode(release_state));
    EXPECT_THAT(decide(bob_, release, false), HasCode(release_state));
    EXPECT_EQ(copies(), 0U);
}

TEST_F(ReleaseDesk, TakesNoApprovalOfARecordThatHasChangedSince) {
    const json release = propose(ann_, nominal())->at("release");
    {
        const Desk::ActingAs as(desk(), eve_);
        ASSERT_THAT(fixture_.put("seizures", {{"document", {{"narrative", "another story"}}},
                                              {"id", saved_.at("id")},
                                              {"token", saved_.at("token")}}),
                    IsOk());
    }
    EXPECT_THAT(decide(bob_, release, true), HasCode(release_changed));
    EXPECT_EQ(copies(), 0U);
}

TEST_F(ReleaseDesk, TakesNoApprovalOfAProposalThatWasAlteredAfterIt) {
    const json release = propose(ann_, nominal())->at("release");
    const auto entry = *find_release(desk(), release.get<std::string>());
    {
        const Desk::ActingAs as(desk(), bob_);
        ASSERT_THAT(fixture_.await([&](JsonDone done) {
            save_release(desk(), entry, {{"cleared/9/path", std::string("place")}},
                         [done](Status kept) { done(kept ? Result<json>(json()) : kept.error()); });
        }),
                    IsOk());
    }
    EXPECT_THAT(decide(bob_, release, true), HasCode(release_changed));
    EXPECT_EQ(copies(), 0U);
}

TEST_F(ReleaseDesk, CarriesOutOnceWhatWasApprovedBeforeTheNodeStopped) {
    const json release = propose(ann_, nominal())->at("release");
    const auto entry = *find_release(desk(), release.get<std::string>());
    {
        const Desk::ActingAs as(desk(), bob_);
        ASSERT_THAT(fixture_.await([&](JsonDone done) {
            save_release(desk(), entry, {{"state", replication::CodeValue{"approved"}}},
                         [done](Status kept) { done(kept ? Result<json>(json()) : kept.error()); });
        }),
                    IsOk());
    }
    ASSERT_THAT(decide(ann_, release, true), IsOk());
    EXPECT_EQ(copies(), 1U);
    EXPECT_THAT(decide(ann_, release, true), HasCode(release_state));
    EXPECT_EQ(copies(), 1U);
}

TEST_F(ReleaseDesk, TakesNoApprovalThatTheProposerWroteIntoTheRegister) {
    const json release = propose(ann_, nominal())->at("release");
    const auto entry = *find_release(desk(), release.get<std::string>());
    {
        const Desk::ActingAs as(desk(), ann_);
        ASSERT_THAT(fixture_.await([&](JsonDone done) {
            save_release(desk(), entry, {{"state", replication::CodeValue{"approved"}}},
                         [done](Status kept) { done(kept ? Result<json>(json()) : kept.error()); });
        }),
                    IsOk());
    }
    EXPECT_THAT(decide(bob_, release, true), HasCode(release_same_officer));
    EXPECT_EQ(copies(), 0U);
}

TEST_F(ReleaseDesk, ShowsBeforehandWhatWouldLeaveAndWritesNothing) {
    const auto before = *desk().log().last_position();
    const auto shown = preview_release(desk(), nominal());
    ASSERT_THAT(shown, IsOk());
    EXPECT_TRUE(shown->at("needs_second_officer"));
    EXPECT_NE(shown->at("copy").dump().find("Kvirike"), std::string::npos);
    EXPECT_EQ(preview_release(desk(), wish())->at("copy").dump().find("Kvirike"),
              std::string::npos);
    EXPECT_EQ(*desk().log().last_position(), before);
}

TEST_F(ReleaseDesk, KnowsNoReleaseOfAnotherId) {
    EXPECT_THAT(find_release(desk(), "nothing"), HasCode(release_unknown));
}

TEST_F(ReleaseDesk, CarriesMessagesAboutWhatBothKnow) {
    const Desk::ActingAs as(desk(), ann_);
    const json body{{"country", "GE"}, {"kind", "feedback"}, {"about", "abc"}, {"text", "thanks"}};
    const auto sent =
        fixture_.await([&](JsonDone done) { send_message(desk(), body, done); });
    ASSERT_THAT(sent, IsOk());
    const auto found = find_shared_record(desk(), sent->at("message").get<std::string>(), "");
    ASSERT_THAT(found, IsOk());
    EXPECT_EQ(get_record(*found->desk, found->key)->at("document").at("text"), "thanks");
}

TEST_F(PartnerDesks, KeepNoRegisterBeforeTheyAreOpened) {
    EXPECT_THAT(list_releases(desk()), HasCode(release_no_register));
}

}  // namespace
}  // namespace entrepot::node
