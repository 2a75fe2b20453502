// Officers at a running worker: sign-ins, rights by route, accounts, delays and idle lock.
#include <gmock/gmock.h>

#include "node/access/slots.hpp"
#include "node/audit/locked_notes.hpp"
#include "tests/node/worker/worker_fixture.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string role_code(officer_role.name());

class OfficerRoutes : public WorkerFixture {
protected:
    OfficerRoutes() : WorkerFixture(true) {}
};

class PassphraseRoutes : public WorkerFixture {
protected:
    PassphraseRoutes() : WorkerFixture(false) {}
};

TEST_F(OfficerRoutes, TwoOfficersAreSignedInAtOnceAndTheTokenTellsWhich) {
    account("Ann", {"entry"});
    account("Bob", {"analyst"});
    const auto ann = signed_in("Ann");
    const auto bob = signed_in("Bob");
    EXPECT_EQ(ask("GET", "/standing", nullptr, ann).at("officer"), "Ann");
    EXPECT_EQ(ask("GET", "/standing", nullptr, bob).at("officer"), "Bob");
    EXPECT_EQ(ask("GET", "/standing").at("officer"), "Bob");
    ask("POST", "/sign-out", nullptr, bob);
    EXPECT_EQ(code("GET", "/roster", nullptr, bob), access_token.name());
    ask("POST", "/sign-out", nullptr, ann);
    EXPECT_EQ(ask("GET", "/standing").at("officer"), "Chief");
}

TEST_F(OfficerRoutes, RefuseEachSortOfRouteWithoutItsRole) {
    account("Ann", {"entry"});
    account("Bob", {"administrator"});
    account("Eve", {"auditor"});
    const auto ann = signed_in("Ann");
    const auto bob = signed_in("Bob");
    const auto eve = signed_in("Eve");
    const json nothing = json::object();
    for (const char* path : {"/records/abc/resolve", "/verify", "/administration/enrol",
                             "/administration/grants", "/officers", "/officers/leave"}) {
        EXPECT_EQ(code("POST", path, nothing, ann), role_code) << path;
    }
    EXPECT_EQ(code("GET", "/roster/file", nullptr, ann), role_code);
    EXPECT_EQ(code("GET", "/audit/entries", nullptr, ann), role_code);
    EXPECT_THAT(code("POST", "/audit/verify", nothing, ann), IsEmpty()) << "anybody may check";
    EXPECT_THAT(code("GET", "/audit/entries", nullptr, eve), IsEmpty());
    for (const auto& token : {bob, eve}) {
        for (const char* path : {"/records/seizures", "/search", "/conflicts", "/imports",
                                 "/imports/x/rows", "/records/abc/resolve"}) {
            EXPECT_EQ(code("POST", path, nothing, token), role_code) << path;
        }
        EXPECT_EQ(code("GET", "/records/abc", nullptr, token), role_code);
        EXPECT_EQ(code("GET", "/records/abc/history", nullptr, token), role_code);
        EXPECT_THAT(code("GET", "/compartments", nullptr, token), IsEmpty());
    }
    EXPECT_THAT(code("POST", "/verify", nothing, eve), IsEmpty());
    EXPECT_EQ(code("POST", "/verify", {{"rebuild", true}}, eve), role_code);
    EXPECT_THAT(code("POST", "/verify", {{"rebuild", true}}, bob), IsEmpty());
    EXPECT_NE(code("POST", "/search", {{"database", "seizures"}}, ann), role_code);
}

TEST_F(OfficerRoutes, NewRolesCountFromTheNextCall) {
    account("Ann", {"entry"});
    account("Bob", {"administrator"});
    const auto ann = signed_in("Ann");
    const auto bob = signed_in("Bob");
    EXPECT_EQ(code("POST", "/verify", json::object(), ann), role_code);
    const json changed =
        ask("POST", "/officers/roles", {{"officer", "Ann"}, {"roles", {"supervisor"}}}, bob);
    EXPECT_EQ(changed.at("roles"), json({"supervisor"}));
    EXPECT_THAT(code("POST", "/verify", json::object(), ann), IsEmpty());
}

TEST_F(OfficerRoutes, WhoLeavesIsSignedOutAndHasNoSlot) {
    account("Ann", {"entry"});
    account("Bob", {"administrator"});
    const auto ann = signed_in("Ann");
    const auto bob = signed_in("Bob");
    EXPECT_EQ(slot_numbers(*NodeDirectory::open(node())).size(), 2U);
    const json left = ask("POST", "/officers/leave", {{"officer", "Ann"}}, bob);
    EXPECT_EQ(left.at("state"), "left");
    EXPECT_EQ(code("GET", "/roster", nullptr, ann), access_token.name());
    EXPECT_EQ(slot_numbers(*NodeDirectory::open(node())).size(), 1U);
    EXPECT_EQ(unlock("Ann", passphrase_of("Ann")).at("code"), crypto::keybag_wrong.name());
    EXPECT_EQ(code("POST", "/officers/leave", {{"officer", "Ann"}}, bob), officer_not_here.name());
}

TEST_F(OfficerRoutes, AResetGivesAnotherPassphraseAndTheOldSlotIsOfNoUse) {
    account("Ann", {"entry"});
    const auto directory = *NodeDirectory::open(node());
    const unsigned old_slot = slot_numbers(directory).back();
    const Bytes kept = *read_file(slot_file(directory, old_slot), 4096);
    const json reset = ask("POST", "/officers/reset",
                           {{"officer", "Ann"}, {"passphrase", "seven silent penguins march"}});
    EXPECT_EQ(reset.value("officer", ""), "Ann") << reset;
    EXPECT_FALSE(unlock("Ann", "seven silent penguins march").value("token", "").empty());
    EXPECT_EQ(slot_numbers(directory).size(), 1U);
    clock_.steady_ms += 1000;
    EXPECT_EQ(unlock("Ann", passphrase_of("Ann")).at("code"), crypto::keybag_wrong.name());
    // A copy of the old slot, put back: it opens, and is the account's no more.
    ASSERT_THAT(write_file(slot_file(directory, old_slot), kept), IsOk());
    clock_.steady_ms += 1000;
    EXPECT_EQ(unlock("", passphrase_of("Ann")).at("code"), access_stale_slot.name());
}

TEST_F(OfficerRoutes, SayWhatIsWrongWithAnAccount) {
    const auto refused = [this](const json& body) { return code("POST", "/officers", body); };
    const std::string strong = "purple tractor umbrella";
    EXPECT_EQ(refused({{"roles", {"entry"}}, {"passphrase", strong}}), officer_unnamed.name());
    EXPECT_EQ(refused({{"officer", "Chief"}, {"roles", {"entry"}}, {"passphrase", strong}}),
              officer_name_taken.name());
    EXPECT_EQ(refused({{"officer", "Ann"}, {"roles", {"king"}}, {"passphrase", strong}}),
              officer_roles.name());
    EXPECT_EQ(refused({{"officer", "Ann"}, {"passphrase", strong}}), officer_roles.name());
    EXPECT_EQ(refused({{"officer", "Ann"}, {"roles", {"entry"}}, {"passphrase", "Airport1"}}),
              vault_weak_passphrase.name());
    EXPECT_EQ(code("POST", "/officers/leave", {{"officer", "Chief"}}),
              officer_last_administrator.name());
    EXPECT_EQ(code("POST", "/officers/roles", {{"officer", "Chief"}, {"roles", {"entry"}}}),
              officer_last_administrator.name());
}

TEST_F(PassphraseRoutes, MakeWrongPassphrasesWaitAlsoAfterARestart) {
    EXPECT_EQ(unlock("Chief", "wrong one").at("code"), crypto::keybag_wrong.name());
    const auto refused =
        answer("POST", "/unlock", {{"officer", "Chief"}, {"passphrase", chiefs_passphrase}});
    EXPECT_EQ(refused.error()->code, access_wait.name());
    EXPECT_EQ(refused.headers.at("retry-after"), "1");
    clock_.steady_ms += 1000;
    EXPECT_EQ(unlock("Chief", "wrong two").at("code"), crypto::keybag_wrong.name());
    stop();
    start();
    clock_.wall_ms += 1'000'000;
    clock_.steady_ms += 1999;
    EXPECT_EQ(unlock("Chief", chiefs_passphrase).at("code"), access_wait.name());
    clock_.steady_ms += 1;
    EXPECT_EQ(unlock("Chief", chiefs_passphrase).value("officer", ""), "Chief");
}

TEST_F(PassphraseRoutes, ChangeOnesOwnPassphraseWithTheOldOneAlone) {
    const std::string fresh = "seven silent penguins march";
    unlock("Chief", chiefs_passphrase);
    EXPECT_EQ(code("POST", "/officers/passphrase", {{"old", "wrong"}, {"new", fresh}}),
              crypto::keybag_wrong.name());
    clock_.steady_ms += 1000;
    EXPECT_EQ(
        code("POST", "/officers/passphrase", {{"old", chiefs_passphrase}, {"new", "Chief 2026"}}),
        vault_weak_passphrase.name());
    EXPECT_THAT(code("POST", "/officers/passphrase", {{"old", chiefs_passphrase}, {"new", fresh}}),
                IsEmpty());
    EXPECT_FALSE(unlock("Chief", fresh).value("token", "").empty());
    EXPECT_EQ(unlock("Chief", chiefs_passphrase).at("code"), crypto::keybag_wrong.name());
}

TEST_F(PassphraseRoutes, TheWorkerEndsWhenItsLastOfficerIsIdle) {
    ASSERT_EQ(unlock("Chief", chiefs_passphrase).value("officer", ""), "Chief");
    clock_.steady_ms += 599'999;
    EXPECT_THAT(code("GET", "/roster"), IsEmpty());
    clock_.steady_ms += 599'999;
    EXPECT_THAT(code("GET", "/roster"), IsEmpty());
    EXPECT_FALSE(ended_);
    clock_.steady_ms += 600'000;
    while (!ended_) {
        std::this_thread::yield();
    }
}

TEST_F(PassphraseRoutes, ARefusedUnlockAndALockWaitSealedForTheNextUnlock) {
    crypto::SystemEntropy entropy;
    const auto auditor = crypto::BoxKey::generate(entropy);
    const AuditPlace place{{}, {}, auditor.public_key()};
    const auto directory = *NodeDirectory::open(node());
    ASSERT_THAT(keep_audit_place(directory, place), IsOk());
    unlock("Chief", "wrong one");
    EXPECT_EQ(unlock("Chief", "wrong one").at("code"), access_wait.name()) << "not entered";
    clock_.steady_ms += 60'000;
    ASSERT_EQ(unlock("Chief", chiefs_passphrase).value("officer", ""), "Chief");
    ask("POST", "/sign-out");
    while (!ended_) {
        std::this_thread::yield();
    }
    const auto kept = take_locked_notes(directory);
    ASSERT_EQ(kept->size(), 2U);
    const auto refused = *open_entry(kept->at(0), place, auditor);
    EXPECT_EQ(refused.kind, AuditKind::refusal);
    EXPECT_EQ(refused.text, "unlock by Chief");
    EXPECT_EQ(refused.outcome, crypto::keybag_wrong.name());
    EXPECT_EQ(open_entry(kept->at(1), place, auditor)->kind, AuditKind::lock);
}

TEST_F(PassphraseRoutes, TheWorkerEndsWhenItsLastOfficerSignsOut) {
    ASSERT_EQ(unlock("Chief", chiefs_passphrase).value("officer", ""), "Chief");
    EXPECT_EQ(ask("POST", "/sign-out").value("ended", false), true);
    while (!ended_) {
        std::this_thread::yield();
    }
}

}  // namespace
}  // namespace entrepot::node
