#include "node/headquarters/enrolment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/base64.hpp"
#include "node/audit/sealed_entry.hpp"
#include "node/headquarters/revocation.hpp"
#include "replication/roster/join_file.hpp"
#include "tests/support/desk_fixture.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;
using replication::NodeKind;
using replication::Right;

class EnrolmentTest : public ::testing::Test {
protected:
    using Operation = void (*)(Desk&, const json&, JsonDone);

    Result<json> act(Operation operation, const json& body) {
        return fixture_.await(
            [&](JsonDone done) { operation(fixture_.desk(), body, std::move(done)); });
    }
    Bytes request(const crypto::Identity& identity, const std::string& name,
                  NodeKind kind = NodeKind::unit, std::int64_t age_ms = 0) {
        return *replication::make_request({kind, name, {}}, identity,
                                          {clock_.wall().ms - age_ms}, entropy_);
    }
    Result<json> enrol(const Bytes& request, const std::string& unit = "") {
        json body{{"request", crypto::to_base64(request)}};
        if (!unit.empty()) {
            body["unit"] = unit;
        }
        return act(enrol_node, body);
    }
    const replication::Roster& roster() { return fixture_.desk().roster(); }
    /// Compartments of records that a node may write.
    std::set<std::string> writes(const replication::NodeId& node) {
        std::set<std::string> out;
        for (const auto* compartment : roster().compartments()) {
            if (roster().right(node, compartment->id) == Right::write &&
                compartment->database != audit_database) {
                out.insert(to_base32(compartment->id.view()));
            }
        }
        return out;
    }
    std::string id(const std::string& node) {
        return to_base32(fixture_.administration().id(node).view());
    }

    SystemClock clock_;
    crypto::SystemEntropy entropy_;
    DeskFixture fixture_{"headquarters"};
};

TEST_F(EnrolmentTest, ASecondNodeOfAUnitHasItsRightsAndNumbersOfItsOwn) {
    const auto first = crypto::Identity::generate(entropy_);
    const auto second = crypto::Identity::generate(entropy_);
    ASSERT_THAT(enrol(request(first, "Falmouth")), IsOk());
    const auto told = enrol(request(second, "Falmouth desk 2"), "Falmouth");
    ASSERT_THAT(told, IsOk());
    EXPECT_EQ((*told)["name"], "Falmouth");
    const auto* one = roster().node(first.id());
    const auto* two = roster().node(second.id());
    EXPECT_EQ(one->unit, two->unit);
    EXPECT_EQ(writes(first.id()), writes(second.id()));
    EXPECT_GE(two->numbers.first, one->spare_numbers.first + one->spare_numbers.count);
}

TEST_F(EnrolmentTest, EachNodeOfAUnitWritesAnAuditOfItsOwnThatHeadquartersReads) {
    const auto first = crypto::Identity::generate(entropy_);
    const auto second = crypto::Identity::generate(entropy_);
    ASSERT_THAT(enrol(request(first, "Falmouth")), IsOk());
    ASSERT_THAT(enrol(request(second, "Falmouth desk 2"), "Falmouth"), IsOk());
    const auto one = audit_place_of(roster(), first.id());
    const auto two = audit_place_of(roster(), second.id());
    ASSERT_TRUE(one && two);
    EXPECT_NE(one->compartment, two->compartment);
    const auto headquarters = fixture_.administration().id("headquarters");
    for (const auto& place : {*one, *two}) {
        const auto& other = place.node == first.id() ? second.id() : first.id();
        EXPECT_EQ(roster().right(other, place.compartment), Right::none);
        EXPECT_EQ(roster().right(headquarters, place.compartment), Right::read);
    }
    EXPECT_TRUE(audit_place_of(roster(), headquarters)) << "its own";
}

TEST_F(EnrolmentTest, ASecondUnitOfOneNameIsRefused) {
    ASSERT_THAT(enrol(request(crypto::Identity::generate(entropy_), "Falmouth")), IsOk());
    EXPECT_THAT(enrol(request(crypto::Identity::generate(entropy_), "Falmouth")),
                HasCode(enrolment_unit_known));
    EXPECT_THAT(enrol(request(crypto::Identity::generate(entropy_), "Negril"), "Nowhere"),
                HasCode(unit_unknown));
}

TEST_F(EnrolmentTest, ARequestIsUsedOnce) {
    const auto identity = crypto::Identity::generate(entropy_);
    const Bytes once = request(identity, "Falmouth");
    ASSERT_THAT(enrol(once), IsOk());
    EXPECT_THAT(enrol(once, "Falmouth"), HasCode(replication::roster_known_key));
    EXPECT_THAT(enrol(request(identity, "Negril")), HasCode(replication::roster_known_key));
}

TEST_F(EnrolmentTest, AKeyOfARevokedNodeDoesNotComeBack) {
    const auto identity = crypto::Identity::generate(entropy_);
    ASSERT_THAT(enrol(request(identity, "Falmouth")), IsOk());
    ASSERT_THAT(act(revoke_node, {{"node", "Falmouth"}}), IsOk());
    EXPECT_THAT(enrol(request(identity, "Falmouth"), "Falmouth"),
                HasCode(replication::roster_known_key));
}

TEST_F(EnrolmentTest, AStaleRequestAndAnAlteredOneAreRefused) {
    const auto identity = crypto::Identity::generate(entropy_);
    const std::int64_t day = std::int64_t{24} * 60 * 60 * 1000;
    EXPECT_THAT(enrol(request(identity, "Falmouth", NodeKind::unit, 15 * day)),
                HasCode(replication::request_expired));
    EXPECT_THAT(enrol(request(identity, "Falmouth", NodeKind::unit, -2 * day)),
                HasCode(replication::request_not_yet));
    Bytes swapped = request(identity, "Falmouth");
    const Bytes other = request(crypto::Identity::generate(entropy_), "Falmouth");
    std::copy(other.begin() + 6, other.begin() + 38, swapped.begin() + 6);  // its signing key
    EXPECT_THAT(enrol(swapped), HasCode(replication::request_signature));
}

TEST_F(EnrolmentTest, AReplacementTakesTheUnitAndItsRightsAndTheLostNodeEnds) {
    const auto lost = fixture_.administration().id("seaport");
    const auto unit = roster().node(lost)->unit;
    const auto rights = writes(lost);
    const auto fresh = crypto::Identity::generate(entropy_);
    const auto told = act(replace_node, {{"node", id("seaport")},
                                         {"request", crypto::to_base64(request(fresh, "New"))}});
    ASSERT_THAT(told, IsOk());
    EXPECT_EQ((*told)["replaces"], id("seaport"));
    EXPECT_TRUE(roster().is_revoked(lost));
    EXPECT_EQ(roster().node(fresh.id())->unit, unit);
    const auto now = writes(fresh.id());
    EXPECT_TRUE(std::includes(now.begin(), now.end(), rights.begin(), rights.end()));
    const auto join = *crypto::from_base64((*told)["join"].get<std::string>());
    const auto opened = replication::open_join(join, fresh, roster().root_fingerprint());
    ASSERT_THAT(opened, IsOk());
    for (const auto* compartment : opened->compartments()) {
        std::uint32_t generations = 0;
        for (const auto* wrap : opened->wraps_for(fresh.id())) {
            generations += wrap->compartment == compartment->id ? 1 : 0;
        }
        const bool reads = opened->right(fresh.id(), compartment->id) >= Right::read;
        EXPECT_EQ(generations, reads ? compartment->newest.value : 0U);
    }
}

TEST_F(EnrolmentTest, AReplacementIsOfTheSameKind) {
    const Bytes relay =
        request(crypto::Identity::generate(entropy_), "New", NodeKind::relay);
    const auto before = roster().length();
    EXPECT_THAT(act(replace_node,
                    {{"node", id("seaport")}, {"request", crypto::to_base64(relay)}}),
                HasCode(enrolment_other_kind));
    const Bytes unit = request(crypto::Identity::generate(entropy_), "New");
    EXPECT_THAT(act(replace_node,
                    {{"node", id("headquarters")}, {"request", crypto::to_base64(unit)}}),
                HasCode(headquarters_root_signs));
    EXPECT_EQ(roster().length(), before);
}

TEST_F(EnrolmentTest, AReplacementShownFirstChangesNothing) {
    const Bytes unit = request(crypto::Identity::generate(entropy_), "New");
    const auto before = roster().length();
    ASSERT_THAT(act(replace_node, {{"node", id("seaport")},
                                   {"request", crypto::to_base64(unit)},
                                   {"preview", true}}),
                IsOk());
    EXPECT_EQ(roster().length(), before);
}

TEST_F(EnrolmentTest, AFurtherBlockOfNumbersIsNobodyElses) {
    const auto told = act(send_numbers, {{"node", id("seaport")}, {"count", 300}});
    ASSERT_THAT(told, IsOk());
    const auto blocks = roster().numbers_of(fixture_.administration().id("seaport"));
    ASSERT_EQ(blocks.size(), 3U);
    EXPECT_EQ(blocks[2].count, 300U);
    const auto again = act(send_numbers, {{"node", id("airport")}});
    ASSERT_THAT(again, IsOk());
    EXPECT_GE((*again)["first"].get<std::uint32_t>(), blocks[2].first + blocks[2].count);
    EXPECT_THAT(act(send_numbers, {{"node", id("seaport")}, {"count", 0}}),
                HasCode(numbers_count));
    EXPECT_THAT(act(send_numbers, {{"node", id("seaport")}, {"count", "many"}}),
                HasCode(numbers_count));
}

}  // namespace
}  // namespace entrepot::node
