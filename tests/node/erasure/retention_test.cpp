#include "node/erasure/retention.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "crypto/base64.hpp"
#include "node/databases/text/date_text.hpp"
#include "node/roots/entry_draft.hpp"
#include "tests/support/desk_fixture.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

class Retention : public ::testing::Test {
protected:
    Desk& desk() { return fixture_.desk(); }
    std::string put(const json& marking) {
        json document = DeskFixture::seizure();
        document.update(marking);
        const auto made =
            fixture_.put("seizures", {{"document", document}, {"compartment", "joint seizures"}});
        EXPECT_THAT(made, IsOk());
        return made ? (*made)["id"].get<std::string>() : "";
    }
    Result<json> sweep(const json& body) {
        return fixture_.await(
            [&](JsonDone done) { sweep_retention(desk(), body, std::move(done)); });
    }
    static std::vector<std::string> ids(const json& records) {
        std::vector<std::string> out;
        for (const json& record : records) {
            out.push_back(record["record"]);
        }
        return out;
    }
    /// Days since 1970 at noon.
    std::size_t due_on(const std::string& day) {
        const std::int64_t days = days_of(*date_from_text(day)).first;
        const auto found = due_records(desk(), "", {(days * 24 + 12) * 3600 * 1000});
        EXPECT_THAT(found, IsOk());
        return found ? found->size() : 0;
    }

    DeskFixture fixture_{"headquarters"};
};

TEST_F(Retention, FindsWhatIsDueOldestFirstAndSaysWhy) {
    const std::string newer = put({{"review_on", "2021-05-01"}, {"retention", "short"}});
    const std::string older = put({{"review_on", "2020"}});
    put({{"review_on", "2999-01-01"}});
    put(json::object());
    const auto found = sweep(json::object());
    ASSERT_THAT(found, IsOk());
    EXPECT_EQ(ids((*found)["due"]), (std::vector<std::string>{older, newer}));
    EXPECT_EQ((*found)["due"][1]["why"],
              "to be reviewed on 2021-05-01, retention class short");
    EXPECT_FALSE(found->contains("draft"));
}

TEST_F(Retention, IsOverWhenTheWholePeriodOfTheDateHasPassed) {
    put({{"review_on", "2026-03"}});
    EXPECT_EQ(due_on("2026-03-31"), 0u);
    EXPECT_EQ(due_on("2026-04-01"), 1u);
}

TEST_F(Retention, LeavesWhatALegalHoldKeeps) {
    const std::string held = put({{"review_on", "2020"}, {"legal_hold", true}});
    const std::string due = put({{"review_on", "2020"}, {"legal_hold", false}});
    const auto found = sweep({{"order", true}, {"reason", "period over"}});
    ASSERT_THAT(found, IsOk());
    EXPECT_EQ(ids((*found)["due"]), std::vector<std::string>{due});
    EXPECT_EQ(ids((*found)["held"]), std::vector<std::string>{held});
    const auto answer = fixture_.await([&](JsonDone done) {
        erase_record(desk(), {{"database", "seizures"}, {"record", held}, {"reason", "x"}},
                     std::move(done));
    });
    EXPECT_THAT(answer, HasCode(erasure_held));
}

TEST_F(Retention, OrdersAllThatAreDueAtOnceAndWhole) {
    put({{"review_on", "2020"}});
    put({{"review_on", "2021"}});
    put({{"review_on", "2999"}});
    const auto found = sweep({{"order", true}, {"reason", "period over"}});
    ASSERT_THAT(found, IsOk());
    const auto bytes = crypto::from_base64((*found)["draft"].get<std::string>());
    const auto draft = EntryDraft::decode(*bytes);
    ASSERT_THAT(draft, IsOk());
    const auto& order = std::get<replication::ErasureEntry>(draft->entry().content);
    EXPECT_TRUE(order.whole);
    EXPECT_EQ(order.further.size(), 1u);
    EXPECT_EQ(order.changes.size(), 2u);
    EXPECT_EQ(order.reason, "period over");
}

TEST_F(Retention, OfNothingIsNoOrder) {
    put({{"review_on", "2020"}, {"legal_hold", true}});
    EXPECT_THAT(sweep({{"order", true}, {"reason", "x"}}), HasCode(retention_nothing));
}

TEST_F(Retention, TakesTheHoldOfAConflict) {
    replication::RecordState state;
    state.authors = {{}, {}};
    state.paths = {{"legal_hold", {{0, false}, {1, true}}}};
    EXPECT_TRUE(is_under_hold(state));
    state.paths = {{"legal_hold", {{0, false}}}};
    EXPECT_FALSE(is_under_hold(state));
}

}  // namespace
}  // namespace entrepot::node
