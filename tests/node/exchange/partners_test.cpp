#include "node/exchange/partners.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "replication/roster/roster_file.hpp"
#include "tests/support/desk_fixture.hpp"
#include "tests/support/matchers.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;
using replication::Roster;

class PartnerDesks : public ::testing::Test {
protected:
    PartnerDesks() {
        const auto& roster = here().roster();
        add_home(replication::PartnerEntry{"GE", georgia_.roster().root_fingerprint(), true});
        append(replication::OuterGenesis{*roster.genesis(), "GE",
                                         georgia_.roster().root_fingerprint()});
        auto own = *roster.node(here().id("headquarters"));
        own.numbers = own.spare_numbers = {1, 0};
        append(own);
    }
    replication::AdministrationFixture& here() { return fixture_.administration(); }
    Desk& desk() { return fixture_.desk(); }
    void add_home(const replication::EntryContent& content) {
        here().append(content);
        ASSERT_THAT(fixture_.await([&](JsonDone done) {
            desk().append_roster({here().entries().back()}, [done](Status stored) {
                done(stored ? Result<json>(json::object()) : Result<json>(stored.error()));
            });
        }),
                    IsOk());
    }
    void append(const replication::EntryContent& content) {
        const bool by_root = outer_.is_for_root(content);
        const auto* key = by_root ? &here().root_keys().front() : &here().roster_signing_key();
        ASSERT_THAT(outer_.append(sign_entry(outer_, {}, content, std::span(&key, 1))), IsOk());
    }
    void certify_partner() {
        auto guest = *georgia_.roster().node(georgia_.id("headquarters"));
        guest.kind = replication::NodeKind::partner;
        guest.numbers = guest.spare_numbers = {1, 0};
        guest.roster_key.reset();
        append(guest);
    }
    Result<json> import(const Roster& roster) {
        const Bytes file = replication::export_roster(roster);
        EXPECT_TRUE(is_outer_file(file));
        return fixture_.await([&](JsonDone done) { import_outer(desk(), file, done); });
    }
    Result<json> open() {
        return fixture_.await([&](JsonDone done) { open_partner(desk(), "GE", done); });
    }
    Result<json> join(const std::string& name) {
        const json body{{"country", "GE"}, {"database", "seizures"}, {"name", name}};
        return fixture_.await([&](JsonDone done) { add_joint(desk(), body, done); });
    }

    DeskFixture fixture_{"headquarters"};
    replication::AdministrationFixture georgia_{{9, "GE"}};
    Roster outer_;
};

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
    EXPECT_EQ(list_partners(desk()).front().at("compartments").size(), made->at("made").size());
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

TEST_F(PartnerDesks, RefuseARosterThatDiffersFromTheOneHeld) {
    ASSERT_THAT(import(outer_), IsOk());
    Roster other = *Roster::from_entries(std::span(outer_.entries()).first(1));
    std::swap(other, outer_);
    certify_partner();
    EXPECT_THAT(import(outer_), HasCode(replication::roster_forked));
}

}  // namespace
}  // namespace entrepot::node
