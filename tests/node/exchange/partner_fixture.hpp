// PartnerDesks: the desk of Jamaica's headquarters, and Georgia's administration as its partner:
// the outer roster, made step by step, and what is shared in it.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "node/desk/officer_desk.hpp"
#include "node/exchange/partners.hpp"
#include "replication/roster/roster_file.hpp"
#include "tests/support/desk_fixture.hpp"
#include "tests/support/matchers.hpp"

namespace entrepot::node {

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

    /// Everything that a partner needs, and the compartments.
    void become_partners() {
        certify_partner();
        ASSERT_THAT(import(outer_), IsOk());
        ASSERT_THAT(open(), IsOk());
    }
    Desk& outer_desk() { return **partner_desk(desk(), "GE", MadeBy::us); }
    /// An officer of this node with these roles; his slot holds nothing.
    Acting officer(const std::string& name, const json& roles) {
        auto made = prepare_officer(desk(), {{"officer", name}, {"roles", roles}});
        EXPECT_THAT(made, IsOk());
        EXPECT_THAT(finish_slot(desk(), *made, Bytes(100, 1)), IsOk());
        return *acting_of(desk(), *Vault::decode(made->content.view()));
    }

    DeskFixture fixture_{"headquarters"};
    replication::AdministrationFixture georgia_{{9, "GE"}};
    Roster outer_;
};

}  // namespace entrepot::node
