#include "node/desk/history.hpp"

#include <gtest/gtest.h>

#include "node/desk/token.hpp"
#include "replication/log/commit_builder.hpp"
#include "tests/support/desk_fixture.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::node {
namespace {

using namespace replication;
using nlohmann::json;

/// One record, edited again and again, each time by someone who was shown all before.
class HistoryTest : public testing::Test {
protected:
    HistoryTest() {
        screens_.push_back(*fixture_.put("seizures", {{"document", DeskFixture::seizure("P0")}}));
        for (int at = 1; at < 5; ++at) {
            screens_.push_back(*edit(screens_.back(), place(at)));
        }
        key_ = *find_record(fixture_.desk(), screens_[0]["id"].get<std::string>(), "");
    }
    static std::string place(std::size_t at) { return "P" + std::to_string(at); }
    Result<json> edit(const json& screen, const std::string& place) {
        return fixture_.put(
            "seizures",
            {{"id", screen["id"]}, {"token", screen["token"]}, {"document", {{"place", place}}}});
    }
    Context shown_on(const json& screen) {
        return *read_token(screen["token"].get<std::string>(), key_,
                           fixture_.desk().vault().vault_key);
    }
    DeskFixture fixture_;
    std::vector<json> screens_;
    RecordKey key_;
};

TEST_F(HistoryTest, MakesEachScreenAnewAsItWas) {
    for (std::size_t at = 0; at < screens_.size(); ++at) {
        const auto state = state_as_shown(fixture_.desk(), key_, shown_on(screens_[at]));
        ASSERT_THAT(state, IsOk());
        const auto* path = state->find("place");
        ASSERT_NE(path, nullptr) << at;
        ASSERT_EQ(path->siblings.size(), 1U) << at;
        EXPECT_EQ(path->siblings[0].value, Value(place(at)));
        EXPECT_EQ(state->shown, shown_on(screens_[at]));
    }
}

TEST_F(HistoryTest, TellsAnUnchangedOldScreenFromAnEditOfIt) {
    for (std::size_t at = 0; at < screens_.size(); ++at) {
        EXPECT_THAT(edit(screens_[at], place(at)), HasCode(record_unchanged)) << at;
    }
    EXPECT_THAT(edit(screens_[0], place(4)), IsOk());
}

/// A record whose only change is the third commit of the airport's log; what receipts say of it.
class DeliveryTest : public testing::Test {
protected:
    struct Receipted {
        std::string node;
        std::uint64_t number;
    };
    std::string delivery(const std::vector<Receipted>& receipts, bool is_revoked = false) {
        DeskFixture fixture("airport", true, [&](AdministrationFixture& administration) {
            auto out = two_commits(administration);
            if (is_revoked) {
                administration.revoke(administration.id("courier"));
                const auto& entries = administration.entries();
                out.push_back(RosterWrite{{entries.size()}, entries.back()});
            }
            for (const Receipted& each : receipts) {
                out.push_back(receipt(administration, each));
            }
            return out;
        });
        const json made = *fixture.put("seizures", {{"document", DeskFixture::seizure()}});
        const auto key = *find_record(fixture.desk(), made["id"].get<std::string>(), "");
        const auto row = *fixture.desk().views().record(key);
        EXPECT_EQ(row->dots, (std::vector<Dot>{{log_.id(), {3}}}));
        return *delivery_of(fixture.desk(), key);
    }

private:
    std::vector<WriteContent> two_commits(AdministrationFixture& administration) {
        log_ = {administration.id("airport"), administration.compartment("airport seizures"),
                Incarnation{{1}}};
        const auto length = administration.roster().length();
        const crypto::Secret key = administration.key(log_.compartment);
        std::vector<WriteContent> out;
        Hash last{};
        for (std::uint64_t number = 1; number <= 2; ++number) {
            CommitBuilder builder({log_.id(),
                                   {number},
                                   last,
                                   HybridTime{number},
                                   length,
                                   administration.roster().generation_at(log_.compartment, length)},
                                  key, administration.entropy());
            builder.add(Bytes(16));
            Bytes commit = builder.finish({}, {});
            sign_commit(commit, administration.identity("airport").sign());
            last = commit_hash(commit);
            out.push_back(CommitWrite{log_.id(), log_, {number}, last, commit});
        }
        return out;
    }
    WriteContent receipt(AdministrationFixture& administration, const Receipted& what) {
        Receipt out{administration.id(what.node),
                    administration.roster().administration(),
                    log_.compartment,
                    administration.roster().length(),
                    HybridTime{9},
                    {{log_.id(), {what.number}, {}}},
                    {}};
        out.sign(administration.identity(what.node).sign());
        return ReceiptWrite{out};
    }
    LogDescriptor log_;
};

TEST_F(DeliveryTest, IsHereUntilAReceiptCoversTheLastChange) {
    EXPECT_EQ(delivery({{"headquarters", 2}, {"courier", 2}}), "here");
}

TEST_F(DeliveryTest, IsAtARelayWhileHeadquartersLacksIt) {
    EXPECT_EQ(delivery({{"headquarters", 2}, {"courier", 3}}), "relay");
    EXPECT_EQ(delivery({{"headquarters", 3}, {"courier", 3}}), "headquarters");
}

TEST_F(DeliveryTest, CountsNoReceiptOfARevokedRelayOrOfAnotherUnit) {
    EXPECT_EQ(delivery({{"courier", 3}, {"seaport", 3}}, true), "here");
}

}  // namespace
}  // namespace entrepot::node
