// The audit of an unlocked node: what waits for it, what does not, and where it is kept.
#include "node/audit/audit_trail.hpp"

#include <gtest/gtest.h>

#include "crypto/base64.hpp"
#include "node/audit/audit_check.hpp"
#include "node/desk/verification.hpp"
#include "node/machine/reserve.hpp"
#include "node/worker/audit_routes.hpp"
#include "tests/support/desk_fixture.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;
using replication::Right;

class AuditTrailTest : public testing::Test {
protected:
    void give_place() {
        auto& administration = fixture_.administration();
        const auto before = administration.entries().size();
        administration.add_compartment("audit", "audit",
                                       {{administration.id("airport"), Right::write}});
        std::vector<Bytes> entries(
            administration.entries().begin() + static_cast<std::ptrdiff_t>(before),
            administration.entries().end());
        ASSERT_THAT(fixture_.await([&](JsonDone done) {
            desk().append_roster(entries, [done](Status stored) {
                done(stored ? Result<json>(json()) : Result<json>(stored.error()));
            });
        }),
                    IsOk());
    }
    Desk& desk() { return fixture_.desk(); }
    static AuditEntry entry(const std::string& text = "") {
        AuditEntry out;
        out.text = text;
        return out;
    }
    /// Notes so many entries at once and waits for all of them.
    Result<json> note(std::size_t count, AuditEntry what = entry()) {
        return fixture_.await([&](JsonDone done) {
            const auto left = std::make_shared<std::size_t>(count);
            for (std::size_t i = 0; i < count; ++i) {
                trail_.note(what, [done, left](Status noted) {
                    if (!noted) {
                        return done(noted.error());
                    }
                    if (--*left == 0) {
                        done(json());
                    }
                });
            }
            trail_.flush();
        });
    }
    /// What the auditor reads, in order.
    std::vector<AuditEntry> entries() {
        std::vector<AuditEntry> out;
        const auto given = audit_entries(desk(), {});
        const auto place = *audit_place_of(desk().roster(), desk().keys().self());
        for (const json& sealed : given->at("entries")) {
            const auto change = *replication::decode_change(
                *crypto::from_base64(sealed.at("change").get<std::string>()));
            out.push_back(*open_entry(change, place, fixture_.administration().recovery_key()));
        }
        return out;
    }
    std::uint64_t commits() { return desk().log().last_position()->value; }

    DeskFixture fixture_;
    AuditTrail trail_{fixture_.desk(), fixture_.directory()};
};

TEST_F(AuditTrailTest, LetsNothingBeShownBeforeHeadquartersGaveItAPlace) {
    EXPECT_THAT(note(1), HasCode(audit_no_place));
}

TEST_F(AuditTrailTest, KeepsWhatNothingWaitsForUntilThereIsAPlace) {
    trail_.note(entry("unlock"));
    trail_.flush();
    give_place();
    ASSERT_THAT(note(1, entry("get")), IsOk());
    const auto held = entries();
    ASSERT_EQ(held.size(), 2U);
    EXPECT_EQ(held[0].text, "unlock");
    EXPECT_EQ(held[1].text, "get");
}

TEST_F(AuditTrailTest, HoldsAnEntryDurablyBeforeItsAnswer) {
    give_place();
    const auto before = commits();
    ASSERT_THAT(note(1, entry("get")), IsOk());
    EXPECT_EQ(commits(), before + 1);
    EXPECT_EQ(entries().back().text, "get");
}

TEST_F(AuditTrailTest, WritesEntriesThatGatherInOneCommit) {
    give_place();
    const auto before = commits();
    ASSERT_THAT(note(40), IsOk());
    EXPECT_EQ(commits(), before + 1);
    EXPECT_EQ(entries().size(), 40U);
}

TEST_F(AuditTrailTest, GathersWhatNothingWaitsForAndSaysWhatIsNotStored) {
    give_place();
    const auto before = commits();
    for (const char* saved : {"one", "two", "three"}) {
        trail_.note(entry(saved));
    }
    ASSERT_EQ(trail_.unwritten().size(), 3U);
    EXPECT_EQ(trail_.unwritten().back().text, "three");
    ASSERT_THAT(note(1, entry("get")), IsOk());
    EXPECT_EQ(commits(), before + 1);
    EXPECT_EQ(entries().size(), 4U);
    EXPECT_TRUE(trail_.unwritten().empty());
}

TEST_F(AuditTrailTest, SplitsWhatIsShownOfMoreRecordsThanAnEntryHolds) {
    give_place();
    AuditEntry many = entry();
    many.records.resize(2 * audit_record_limit + 1);
    ASSERT_THAT(note(1, many), IsOk());
    std::size_t records = 0;
    for (const AuditEntry& part : entries()) {
        records += part.records.size();
    }
    EXPECT_EQ(records, many.records.size());
}

TEST_F(AuditTrailTest, IsInNoViewAndNoCompartmentOfRecordsAndVerifies) {
    give_place();
    ASSERT_THAT(note(3), IsOk());
    for (const auto& [place, counts] : desk().views().counts()) {
        EXPECT_NE(place.second, audit_database);
    }
    for (const Place& place : readable_places(desk())) {
        EXPECT_NE(place.database, audit_database);
    }
    EXPECT_TRUE(verify_node(desk())->at("problems").empty()) << *verify_node(desk());
}

TEST_F(AuditTrailTest, LetsNothingBeShownWhileTheReserveIsGivenUp) {
    EXPECT_THAT(trail_.may_show(), IsOk());
    Reserve reserve(Reserve::in(fixture_.directory().path()), 4096);
    reserve.tend();
    EXPECT_THAT(trail_.may_show(), IsOk());
    ASSERT_TRUE(reserve.give_up());
    EXPECT_THAT(trail_.may_show(), HasCode(audit_disk_full));
}

TEST_F(AuditTrailTest, IsFoundWholeAndHeldAgainstTheHeadsOfEarlier) {
    give_place();
    ASSERT_THAT(note(1), IsOk());
    ASSERT_THAT(note(1), IsOk());
    json verdict = *audit_verdict(desk(), json::object());
    EXPECT_TRUE(verdict["problems"].empty()) << verdict;
    ASSERT_EQ(verdict["logs"].size(), 1U);
    EXPECT_EQ(verdict["logs"][0]["commits"], 2);
    EXPECT_TRUE(audit_verdict(desk(), {{"heads", verdict["logs"]}})->at("problems").empty());
    verdict["logs"][0]["number"] = 3U;
    const json later = *audit_verdict(desk(), {{"heads", verdict["logs"]}});
    ASSERT_EQ(later["problems"].size(), 1U);
    EXPECT_EQ(later["problems"][0]["code"], audit_truncated.name());
    EXPECT_THAT(audit_verdict(desk(), {{"heads", {{{"log", "x"}}}}}), HasCode(audit_head));
}

TEST_F(AuditTrailTest, EntersWhatWasNotedWhileTheNodeWasLocked) {
    give_place();
    ASSERT_THAT(note(1), IsOk());  // says where to seal to
    AuditEntry refusal = entry("unlock by nobody");
    refusal.kind = AuditKind::refusal;
    crypto::SystemEntropy entropy;
    ASSERT_THAT(note_while_locked(fixture_.directory(), refusal, entropy), IsOk());
    AuditTrail next(desk(), fixture_.directory());
    ASSERT_THAT(fixture_.await([&](JsonDone done) {
        next.note(entry("unlock"), [done](Status) { done(json()); });
        next.flush();
    }),
                IsOk());
    const auto held = entries();
    ASSERT_EQ(held.size(), 3U);
    EXPECT_EQ(held[1], refusal);
    EXPECT_TRUE(take_locked_notes(fixture_.directory())->empty());
}

}  // namespace
}  // namespace entrepot::node
