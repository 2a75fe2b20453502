// A headquarters that was restored from an old backup enrols again what only the other branch of
// its roster had enrolled: the compartments of that branch come back under their own ids.
#include "node/headquarters/lost_places.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/base64.hpp"
#include "node/audit/sealed_entry.hpp"
#include "node/desk/headquarters.hpp"
#include "node/headquarters/enrolment.hpp"
#include "tests/support/desk_fixture.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;
using replication::NodeId;
using replication::Right;
using replication::Roster;
using testing::HasSubstr;

class LostPlaces : public testing::Test {
protected:
    LostPlaces() : lost_(lose()) {}

    static Result<json> enrol(DeskFixture& at, const crypto::Identity& identity,
                              const std::string& name, const std::string& unit = "") {
        crypto::SystemEntropy entropy;
        const Bytes request = *replication::make_request({replication::NodeKind::unit, name, {}},
                                                         identity, SystemClock().wall(), entropy);
        return at.await([&](JsonDone done) {
            enrol_node(at.desk(), {{"request", crypto::to_base64(request)}, {"unit", unit}},
                       std::move(done));
        });
    }
    Result<json> again(const json& body) {
        return fixture_.await(
            [&](JsonDone done) { add_compartment(fixture_.desk(), body, std::move(done)); });
    }
    const Roster& roster() { return fixture_.desk().roster(); }
    void expect_rights_of(const NodeId& node) {
        for (const auto* before : lost_.compartments()) {
            EXPECT_EQ(roster().right(node, before->id), lost_.right(node, before->id))
                << before->database;
        }
    }
    std::set<std::string> names() {
        std::set<std::string> out;
        for (const auto* compartment : roster().compartments()) {
            if (roster().right(ferry_.id(), compartment->id) == Right::write) {
                out.insert(compartment_name(fixture_.desk(), compartment->id));
            }
        }
        return out;
    }
    /// That of the node which was not enrolled again.
    bool only_audits_are_lost() {
        const auto lost = roster().lost_compartments();
        return std::all_of(lost.begin(), lost.end(),
                           [](const auto* each) { return each->database == audit_database; });
    }
    std::string lost_id(std::string_view database) {
        for (const auto* lost : roster().lost_compartments()) {
            if (lost->database == database) {
                return to_base32(lost->id.view());
            }
        }
        return {};
    }

    crypto::SystemEntropy entropy_;
    crypto::Identity ferry_ = crypto::Identity::generate(entropy_);
    crypto::Identity desk_ = crypto::Identity::generate(entropy_);  ///< the ferry's second one
    crypto::Identity barge_ = crypto::Identity::generate(entropy_);
    DeskFixture fixture_{"headquarters"};
    Roster lost_;

private:
    /// The other branch enrolled the barge and the ferry, this one the pier; root keys settled it.
    Roster lose() {
        DeskFixture other("headquarters");
        EXPECT_THAT(enrol(other, barge_, "Barge"), IsOk());
        EXPECT_THAT(enrol(other, ferry_, "Ferry"), IsOk());
        EXPECT_THAT(enrol(other, desk_, "Ferry 2", "Ferry"), IsOk());
        EXPECT_THAT(enrol(fixture_, crypto::Identity::generate(entropy_), "Pier"), IsOk());
        const auto& administration = fixture_.administration();
        const replication::RosterLength common = administration.roster().length();
        const auto& lost = other.desk().roster().entries();
        Roster settled = fixture_.desk().roster();
        std::vector<Bytes> entries;
        for (std::size_t at = common.value; at < lost.size(); ++at) {
            std::vector<const crypto::SigningKey*> keys;
            for (const auto& key : administration.root_keys()) {
                keys.push_back(&key);
            }
            entries.push_back(replication::sign_entry(
                settled, {}, replication::SettlementEntry{common, lost[at]}, keys));
            EXPECT_THAT(settled.append(entries.back()), IsOk());
        }
        EXPECT_THAT(fixture_.await([&](JsonDone done) {
            fixture_.desk().append_roster(entries, [done](Status stored) {
                done(stored ? Result<json>(json()) : Result<json>(stored.error()));
            });
        }),
                    IsOk());
        return other.desk().roster();
    }
};

TEST_F(LostPlaces, ComeBackWithTheNodeThatHadThem) {
    ASSERT_THAT(enrol(fixture_, ferry_, "Ferry"), IsOk());
    for (const auto* before : lost_.compartments()) {
        EXPECT_EQ(roster().right(ferry_.id(), before->id), lost_.right(ferry_.id(), before->id))
            << before->database;
    }
    EXPECT_EQ(roster().node(ferry_.id())->unit, lost_.node(ferry_.id())->unit);
    EXPECT_EQ(audit_place_of(roster(), ferry_.id())->compartment,
              audit_place_of(lost_, ferry_.id())->compartment);
}

TEST_F(LostPlaces, ComeBackForEachOfTheirNodes) {
    ASSERT_THAT(enrol(fixture_, ferry_, "Ferry"), IsOk());
    ASSERT_THAT(enrol(fixture_, barge_, "Barge"), IsOk());
    expect_rights_of(ferry_.id());
    expect_rights_of(barge_.id());
    EXPECT_TRUE(only_audits_are_lost());
    EXPECT_FALSE(names().contains("national suspects (3)"));
}

/// Else a key stolen from headquarters could place a node of its own in a unit that is there.
TEST_F(LostPlaces, PlaceNoNodeInAUnitThatIsThereUnlessThatIsSaid) {
    ASSERT_THAT(enrol(fixture_, ferry_, "Ferry"), IsOk());
    EXPECT_THAT(enrol(fixture_, desk_, "Ferry 2"), HasCode(enrolment_unit_known));
    ASSERT_THAT(enrol(fixture_, desk_, "Ferry 2", "Ferry"), IsOk());
    EXPECT_EQ(roster().node(desk_.id())->unit, roster().node(ferry_.id())->unit);
}

TEST_F(LostPlaces, AreNumberedWhereTheirNamesAreTaken) {
    ASSERT_THAT(enrol(fixture_, ferry_, "Ferry"), IsOk());
    for (const char* name : {"national suspects", "national suspects (2)", "national directory (2)",
                             "Ferry seizures", "Ferry directory"}) {
        EXPECT_TRUE(names().contains(name)) << name;
    }
    EXPECT_FALSE(names().contains("Ferry seizures (2)"));
}

TEST_F(LostPlaces, GiveTheirOldKeysToANodeInTheLostOnesPlace) {
    const auto desk = crypto::Identity::generate(entropy_);
    ASSERT_THAT(enrol(fixture_, desk, "Ferry"), IsOk());
    std::size_t keys = 0;
    for (const auto* wrap : roster().wraps_for(desk.id())) {
        const auto* place = lost_.compartment(wrap->compartment);
        keys += place != nullptr && place->database == "seizures" ? 1 : 0;
    }
    EXPECT_EQ(keys, 2u) << "the new one and that of the losing branch";
}

TEST_F(LostPlaces, LeaveTheNumbersThatTheFerryMayHaveUsed) {
    const auto used = lost_.node(ferry_.id())->spare_numbers;
    ASSERT_THAT(enrol(fixture_, ferry_, "Ferry"), IsOk());
    EXPECT_GE(roster().node(ferry_.id())->numbers.first, used.first + used.count);
}

TEST_F(LostPlaces, AreNotMadeAgainByTheirIdWhereTheyAreAudits) {
    EXPECT_THAT(again({{"again", lost_id("audit")}, {"name", "x"}}), HasCode(request_body));
}

TEST_F(LostPlaces, AreMadeAgainByTheirIdAndUnderAnotherNameWhereTheirsIsTaken) {
    const std::string id = lost_id("suspects");
    EXPECT_THAT(again({{"again", id}}), HasCode(request_body));
    const auto made = again(
        {{"again", id}, {"name", "before"}, {"members", {{{"unit", "Pier"}, {"right", "read"}}}}});
    ASSERT_THAT(made, IsOk());
    EXPECT_EQ((*made)["id"], id);
    EXPECT_NE(find_named(fixture_.desk(), roster(), "suspects", "before"), nullptr);
    EXPECT_THAT(again({{"again", id}, {"name", "other"}}), HasCode(compartment_not_lost));
    EXPECT_THAT(again({{"again", "abc"}}), HasCode(compartment_not_lost));
}

}  // namespace
}  // namespace entrepot::node
