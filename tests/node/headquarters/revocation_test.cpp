#include "node/headquarters/revocation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/base64.hpp"
#include "node/desk/headquarters.hpp"
#include "node/roots/entry_draft.hpp"
#include "replication/log/admission.hpp"
#include "tests/support/desk_fixture.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;
using replication::Right;

/// Headquarters' desk. It holds logs of its own only, which suffices to see what is cut where.
class Revocation : public ::testing::Test {
protected:
    std::string id(const std::string& node) {
        return to_base32(fixture_.administration().id(node).view());
    }
    Result<json> revoke(json body) {
        return fixture_.await(
            [&](JsonDone done) { revoke_node(fixture_.desk(), body, std::move(done)); });
    }
    Result<json> withdraw(json body) {
        return fixture_.await(
            [&](JsonDone done) { withdraw_right(fixture_.desk(), body, std::move(done)); });
    }
    const replication::Roster& roster() { return fixture_.desk().roster(); }

    DeskFixture fixture_{"headquarters"};
};

TEST_F(Revocation, EndsTheCertificateAndRenewsWhatTheNodeCouldRead) {
    const auto seaport = fixture_.administration().id("seaport");
    std::vector<replication::CompartmentId> readable;
    for (const auto* compartment : roster().compartments()) {
        if (roster().right(seaport, compartment->id) >= Right::read) {
            readable.push_back(compartment->id);
        }
    }
    ASSERT_FALSE(readable.empty());
    const auto done = revoke({{"node", id("seaport")}});
    ASSERT_THAT(done, IsOk());
    EXPECT_EQ((*done)["renewed"].size(), readable.size());
    EXPECT_TRUE(roster().is_revoked(seaport));
    for (const auto& compartment : readable) {
        EXPECT_EQ(roster().compartment(compartment)->newest.value, 2U);
        EXPECT_EQ(fixture_.desk().keys().all_of(compartment).size(), 2U);
    }
    for (const auto* wrap : roster().wraps_for(seaport)) {
        EXPECT_EQ(wrap->generation.value, 1U);
    }
}

TEST_F(Revocation, OfALogThatIsNotHeldCountsNothing) {
    const auto& administration = fixture_.administration();
    ASSERT_THAT(revoke({{"node", id("seaport")}}), IsOk());
    replication::LogDescriptor log{administration.id("seaport"),
                                   administration.compartment("seaport seizures"),
                                   {}};
    const auto end = replication::end_of(log, log.id(), roster());
    ASSERT_TRUE(end.has_value());
    EXPECT_EQ(end->number.value, 0U);
}

TEST_F(Revocation, ShownFirstChangesNothing) {
    const auto before = roster().length();
    const auto plan = revoke({{"node", id("seaport")}, {"preview", true}});
    ASSERT_THAT(plan, IsOk());
    EXPECT_EQ((*plan)["node"], id("seaport"));
    EXPECT_EQ(roster().length(), before);
}

TEST_F(Revocation, OfAHeadquartersIsADraftForTheRootKeys) {
    const auto before = roster().length();
    const auto told = revoke({{"node", id("headquarters")}});
    ASSERT_THAT(told, IsOk());
    EXPECT_TRUE((*told)["root_signs"].get<bool>());
    EXPECT_EQ(roster().length(), before);
    auto draft = EntryDraft::decode(*crypto::from_base64((*told)["draft"].get<std::string>()));
    ASSERT_THAT(draft, IsOk());
    ASSERT_THAT(draft->sign(fixture_.administration().root_keys().front()), IsOk());
    auto after = roster();
    ASSERT_THAT(after.append(*draft->entry_for(after)), IsOk());
    EXPECT_TRUE(after.is_revoked(fixture_.administration().id("headquarters")));
}

TEST_F(Revocation, RefusesANodeThatIsNotThereOrRevokedAlready) {
    EXPECT_THAT(revoke({{"node", "Nowhere"}}), HasCode(unit_unknown));
    ASSERT_THAT(revoke({{"node", id("seaport")}}), IsOk());
    EXPECT_THAT(revoke({{"node", id("seaport")}}), HasCode(unit_unknown));
}

TEST_F(Revocation, AsksWhichOfAUnitsNodesIsMeant) {
    DeskFixture fixture("headquarters");
    auto& administration = fixture.administration();
    const auto desk = administration.make_certificate(
        "desk", replication::NodeKind::unit,
        administration.roster().node(administration.id("seaport"))->unit);
    Continuation roster(fixture.desk());
    ASSERT_THAT(roster.add(desk), IsOk());
    const auto stored = fixture.await([&](JsonDone done) {
        fixture.desk().append_roster(roster.take(), [done](Status status) {
            done(status ? Result<json>(json::object()) : Result<json>(status.error()));
        });
    });
    ASSERT_THAT(stored, IsOk());
    const auto unit = to_base32(desk.unit.view());
    EXPECT_THAT(fixture.await([&](JsonDone done) {
        revoke_node(fixture.desk(), {{"node", unit}}, std::move(done));
    }),
                HasCode(node_ambiguous));
}

TEST_F(Revocation, RefusesCutsThatCannotBe) {
    const auto with = [this](const json& cut) {
        return revoke({{"node", id("headquarters")}, {"cuts", {cut}}, {"preview", true}});
    };
    EXPECT_THAT(with("nonsense"), HasCode(cut_malformed));
    EXPECT_THAT(with("abcdefgh:x"), HasCode(cut_malformed));
    EXPECT_THAT(with("abc:1"), HasCode(cut_malformed));
    EXPECT_THAT(with(7), HasCode(cut_malformed));
    EXPECT_THAT(with("zzzzzzzzzz:1"), HasCode(cut_unknown_log));
}

/// Headquarters writes two commits in a compartment: its log there is what gets cut.
class Cuts : public Revocation {
protected:
    void SetUp() override {
        place_ = to_base32(fixture_.administration().compartment("seaport seizures").view());
        for (int i = 0; i < 2; ++i) {
            json body{{"document", DeskFixture::seizure()}, {"compartment", place_}};
            ASSERT_THAT(fixture_.put("seizures", body), IsOk());
        }
        const auto plan = revoke({{"node", id("headquarters")}, {"preview", true}});
        ASSERT_THAT(plan, IsOk());
        for (const json& cut : (*plan)["cuts"]) {
            if (cut["compartment"] == place_) {
                log_ = cut["log"];
                EXPECT_EQ(cut["number"], cut["held"]);
                held_ = cut["held"];
            }
        }
        ASSERT_FALSE(log_.empty());
    }
    std::string place_, log_;
    std::uint64_t held_ = 0;
};

TEST_F(Cuts, AreAtAnEarlierCommitWhenThatIsNamed) {
    const auto plan =
        revoke({{"node", id("headquarters")}, {"cuts", {log_ + ":1"}}, {"preview", true}});
    ASSERT_THAT(plan, IsOk());
    for (const json& cut : (*plan)["cuts"]) {
        if (cut["log"] == log_) {
            EXPECT_EQ(cut["number"], 1U);
            EXPECT_EQ(cut["held"], held_);
        }
    }
}

TEST_F(Cuts, AreNotAtACommitThatHeadquartersDoesNotHold) {
    const std::string beyond = log_ + ":" + std::to_string(held_ + 1);
    EXPECT_THAT(revoke({{"node", id("headquarters")}, {"cuts", {beyond}}, {"preview", true}}),
                HasCode(cut_not_held));
}

TEST_F(Cuts, OfAWithdrawnRightStandBeforeTheRightEnds) {
    const auto before = roster().length();
    const auto told = withdraw({{"compartment", place_}, {"unit", id("headquarters")}});
    ASSERT_THAT(told, IsOk());
    EXPECT_TRUE((*told)["new_key"].get<bool>());
    const auto& entries = roster().entries();
    const auto first = replication::decode_entry(entries[before.value]);
    ASSERT_THAT(first, IsOk());
    const auto* cut = std::get_if<replication::CutEntry>(&first->content);
    ASSERT_NE(cut, nullptr);
    EXPECT_EQ(cut->cut.number.value, held_);
    EXPECT_EQ(roster().right(fixture_.administration().id("headquarters"),
                             fixture_.administration().compartment("seaport seizures")),
              Right::none);
    EXPECT_EQ(roster()
                  .compartment(fixture_.administration().compartment("seaport seizures"))
                  ->newest.value,
              2U);
}

TEST_F(Revocation, OfARightThatIsNotThereIsRefused) {
    const auto place =
        to_base32(fixture_.administration().compartment("airport seizures").view());
    EXPECT_THAT(withdraw({{"compartment", place}, {"unit", id("seaport")}}),
                HasCode(withdrawal_of_nothing));
    EXPECT_THAT(withdraw({{"compartment", "Nowhere"}, {"unit", id("seaport")}}),
                HasCode(place_unknown));
}

TEST_F(Revocation, OfOneRightLeavesTheOthers) {
    const auto& administration = fixture_.administration();
    const auto joint = administration.compartment("joint seizures");
    const auto told =
        withdraw({{"compartment", to_base32(joint.view())}, {"unit", id("seaport")}});
    ASSERT_THAT(told, IsOk());
    const auto seaport = administration.id("seaport");
    EXPECT_EQ(roster().right(seaport, joint), Right::none);
    EXPECT_EQ(roster().right(seaport, administration.compartment("seaport seizures")),
              Right::write);
    for (const auto* wrap : roster().wraps_for(seaport)) {
        EXPECT_FALSE(wrap->compartment == joint && wrap->generation.value == 2);
    }
}

TEST(RevocationAtAUnit, IsRefused) {
    DeskFixture fixture("airport");
    EXPECT_THAT(fixture.await([&](JsonDone done) {
        revoke_node(fixture.desk(), {{"node", "Kingston"}}, std::move(done));
    }),
                HasCode(headquarters_only));
}

}  // namespace
}  // namespace entrepot::node
