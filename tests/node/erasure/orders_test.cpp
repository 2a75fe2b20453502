#include "node/erasure/orders.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "crypto/base64.hpp"
#include "node/desk/listing.hpp"
#include "node/desk/verification.hpp"
#include "node/headquarters/continuation.hpp"
#include "node/roots/entry_draft.hpp"
#include "tests/support/desk_fixture.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

/// Headquarters' desk, which also makes the records.
class Orders : public ::testing::Test {
protected:
    Desk& desk() { return fixture_.desk(); }
    json put(const std::string& place = "Palisadoes") {
        const auto made = fixture_.put(
            "seizures",
            {{"document", DeskFixture::seizure(place)}, {"compartment", "joint seizures"}});
        EXPECT_THAT(made, IsOk());
        return made ? *made : json::object();
    }
    json edit(const json& made, const std::string& place) {
        json document = DeskFixture::seizure(place);
        const auto edited = fixture_.put(
            "seizures",
            {{"id", made["id"]}, {"token", made["token"]}, {"document", document}});
        EXPECT_THAT(edited, IsOk());
        return edited ? *edited : json::object();
    }
    Result<json> erase(const json& record, json more = json::object()) {
        json body{{"database", "seizures"}, {"record", record["id"]}, {"reason", "court order"}};
        body.update(more);
        return fixture_.await([&](JsonDone done) { erase_record(desk(), body, std::move(done)); });
    }
    /// Signed by the root key, as its holder would, and taken by headquarters.
    void apply(const json& drafted) {
        const auto bytes = crypto::from_base64(drafted.at("draft").get<std::string>());
        auto draft = EntryDraft::decode(*bytes);
        ASSERT_THAT(draft, IsOk());
        ASSERT_THAT(draft->sign(fixture_.administration().root_keys().front()), IsOk());
        const auto entry = draft->entry_for(desk().roster());
        ASSERT_THAT(entry, IsOk());
        const auto stored = fixture_.await([&](JsonDone done) {
            desk().append_roster({*entry}, [done](Status status) {
                done(status ? Result<json>(json::object()) : Result<json>(status.error()));
            });
        });
        ASSERT_THAT(stored, IsOk());
    }
    void follow_until(const std::function<bool()>& condition) {
        JsonDone waiting;
        const auto reached = fixture_.await([&](JsonDone done) { waiting = std::move(done); },
                                            [&] {
                                                if (waiting && condition()) {
                                                    std::exchange(waiting, nullptr)(json());
                                                }
                                            });
        ASSERT_THAT(reached, IsOk());
    }
    replication::RecordKey key_of(const json& record) {
        return find_record(desk(), record["id"].get<std::string>(), "joint seizures").value();
    }

    DeskFixture fixture_{"headquarters"};
};

TEST_F(Orders, NameEveryChangeOfTheRecordAndNothingElse) {
    const json made = put();
    const json other = put("Negril");
    edit(made, "Ocho Rios");
    const auto plan = erase(made, {{"preview", true}});
    ASSERT_THAT(plan, IsOk());
    EXPECT_EQ((*plan)["changes"].size(), 2u);
    EXPECT_EQ((*plan)["whole"], true);
    EXPECT_FALSE(plan->contains("draft"));
    const auto drafted = erase(made);
    ASSERT_THAT(drafted, IsOk());
    apply(*drafted);
    EXPECT_THAT(get_record(desk(), key_of(made)), HasCode(record_erased));
    EXPECT_THAT(get_record(desk(), key_of(other)), IsOk());
    const auto history = record_history(desk(), key_of(made));
    ASSERT_THAT(history, IsOk());
    EXPECT_TRUE((*history)["changes"].empty());
    EXPECT_EQ((*history)["erased"][0]["places"].size(), 2u);
    EXPECT_EQ((*history)["erased"][0]["reason"], "court order");
    const auto verified = verify_node(desk());
    ASSERT_THAT(verified, IsOk());
    EXPECT_TRUE((*verified)["problems"].empty()) << verified->dump();
}

TEST_F(Orders, OfARecordErasedTakeNoFurtherChange) {
    const json made = put();
    apply(*erase(made));
    EXPECT_THAT(fixture_.put("seizures", {{"id", made["id"]},
                                          {"token", made["token"]},
                                          {"document", DeskFixture::seizure("Negril")}}),
                HasCode(record_erased));
    EXPECT_THAT(fixture_.resolve(made["id"].get<std::string>(),
                                 {{"path", "place"}, {"token", made["token"]}, {"take", 1}}),
                HasCode(record_erased));
}

TEST_F(Orders, OfAPathKeepWhatTheSameChangesSetBesideIt) {
    const json made = put();
    const auto drafted = erase(made, {{"path", "place"}});
    ASSERT_THAT(drafted, IsOk());
    EXPECT_EQ((*drafted)["whole"], false);
    apply(*drafted);
    const auto shown = get_record(desk(), key_of(made));
    ASSERT_THAT(shown, IsOk());
    EXPECT_FALSE((*shown)["document"].contains("place"));
    EXPECT_EQ((*shown)["document"]["seized_on"], "2026-03-07");
    EXPECT_EQ((*shown)["document"]["goods"].size(), 1u);
    EXPECT_EQ((*shown)["erased"].size(), 1u);
    const auto snapshots = shared_snapshots(desk());
    const auto listed =
        list_records(desk().catalogue(), *snapshots,
                     {"seizures", "", 10, 0, desk().roster().named_by_erasures()});
    ASSERT_THAT(listed, IsOk());
    EXPECT_EQ((*listed)["records"][0]["erased"], true);
}

TEST_F(Orders, OfAPathSayWhatGoesBecauseAuthorsDisagreeOnIt) {
    const json made = put();
    json first = DeskFixture::seizure("Negril");
    first["seized_on"] = "2026-03-08";
    ASSERT_THAT(fixture_.put("seizures",
                             {{"id", made["id"]}, {"token", made["token"]}, {"document", first}}),
                IsOk());
    edit(made, "Ocho Rios");  // of the same state: both places stand
    const auto plan = erase(made, {{"path", "seized_on"}, {"preview", true}});
    ASSERT_THAT(plan, IsOk());
    EXPECT_EQ((*plan)["in_conflict"], json({"place"}));
    for (const json& path : (*plan)["beside"]) {
        EXPECT_NE(path, "place");
    }
}

TEST_F(Orders, OfAPathTakeEverythingBelowIt) {
    const json made = put();
    const auto drafted = erase(made, {{"path", "goods"}});
    ASSERT_THAT(drafted, IsOk());
    for (const json& path : (*drafted)["beside"]) {
        EXPECT_FALSE(path.get<std::string>().starts_with("goods")) << path;
    }
    apply(*drafted);
    const auto shown = get_record(desk(), key_of(made));
    ASSERT_THAT(shown, IsOk());
    EXPECT_TRUE((*shown)["document"].value("goods", json::array()).empty());
    EXPECT_EQ((*shown)["document"]["place"], "Palisadoes");
}

TEST_F(Orders, NameTheCompartmentWhereSeveralHoldTheId) {
    replication::Change change;
    change.record = replication::RecordId{{7}};
    change.database = "seizures";
    change.assignments = {{"place", std::string("Negril")}};
    for (const char* place : {"joint seizures", "airport seizures"}) {
        const auto saved = fixture_.await([&](JsonDone done) {
            std::vector<PackedChange> changes;
            changes.push_back(*desk().pack(change));
            desk().save(fixture_.administration().compartment(place), std::move(changes),
                        [done](Status status) {
                            done(status ? Result<json>(json{}) : Result<json>(status.error()));
                        });
        });
        ASSERT_THAT(saved, IsOk());
    }
    const json record{{"id", to_base32(change.record.view())}};
    EXPECT_THAT(erase(record), HasCode(place_ambiguous));
    const auto plan = erase(record, {{"compartment", "airport seizures"}, {"preview", true}});
    ASSERT_THAT(plan, IsOk());
    EXPECT_EQ((*plan)["name"], "airport seizures");
}

TEST_F(Orders, OfSeveralRecordsTellNobodyWhichPlacesAreWhose) {
    const json first = put(), second = put("Negril");
    const auto plan = plan_erasure(desk(), {{key_of(first), key_of(second)}, ""}, "review");
    ASSERT_THAT(plan, IsOk());
    const auto draft = EntryDraft::make(desk().roster(), desk().now(), plan->entry);
    apply({{"draft", crypto::to_base64(draft.encode())}});
    for (const json& record : {first, second}) {
        const auto history = record_history(desk(), key_of(record));
        ASSERT_THAT(history, IsOk());
        EXPECT_TRUE((*history)["changes"].empty());
        EXPECT_EQ((*history)["erased"][0]["records"], 2u);
        EXPECT_TRUE((*history)["erased"][0]["places"].empty());
    }
}

TEST_F(Orders, OfNothingAreRefused) {
    const json made = put();
    const json nobody{{"id", to_base32(replication::RecordId{{9}}.view())}};
    EXPECT_THAT(erase(nobody), HasCode(erasure_nothing));
    EXPECT_THAT(erase(made, {{"path", "narrative"}}), HasCode(erasure_nothing));
    apply(*erase(made));
    EXPECT_THAT(erase(made), HasCode(erasure_nothing));
}

TEST_F(Orders, SayWhy) {
    const json made = put();
    EXPECT_THAT(erase(made, {{"reason", ""}}), HasCode(erasure_reason));
    EXPECT_THAT(erase(made, {{"reason", std::string(201, 'x')}}), HasCode(erasure_reason));
}

TEST_F(Orders, AreListedUntilEveryNodeHasReceiptedThem) {
    apply(*erase(put()));
    const auto listed = list_erasures(desk());
    ASSERT_THAT(listed, IsOk());
    ASSERT_EQ((*listed)["orders"].size(), 1u);
    const json& order = (*listed)["orders"][0];
    EXPECT_EQ(order["nodes"].size(), 4u) << "the courier carries audits";
    EXPECT_EQ(order["changes"], 1u);
    EXPECT_EQ(order["reason"], "court order");
}

TEST_F(Orders, ThatWereNotCarriedOutAreFoundByVerification) {
    const json made = put();
    const auto drafted = erase(made);
    ASSERT_THAT(drafted, IsOk());
    const auto dot = desk().views().record(key_of(made)).value()->dots.front();
    const auto held = desk().log().find(dot.log, dot.number).value();
    Bytes row;
    ASSERT_THAT(desk().log().scan({held->position.value - 1},
                                  [&](const StoredCommit& stored) {
                                      row = Bytes(stored.bytes.data() - 4,
                                                  stored.bytes.data() + stored.bytes.size());
                                      return false;
                                  }),
                IsOk());
    apply(*drafted);
    follow_until([&] {
        const auto marks = desk().log().erasure_marks();
        return marks && marks->disk == marks->log;
    });
    auto raw = std::move(Environment::open(fixture_.directory().log(),
                                           LogStore::options(LogStore::Access::read_write)))
                   .value();
    auto transaction = std::move(raw->write()).value();
    ASSERT_THAT(transaction.put(TableIndex{0}, held->position.value, row), IsOk());
    ASSERT_THAT(transaction.commit(), IsOk());
    const auto verified = verify_node(desk());
    ASSERT_THAT(verified, IsOk());
    ASSERT_FALSE((*verified)["problems"].empty());
    EXPECT_EQ((*verified)["problems"][0]["code"], verify_not_erased.name());
}

/// One receipt a compartment: the airport and the courier say it in one of theirs, the seaport is
/// an order behind; a unit without any right may hold nothing.
TEST(OrdersWithReceipts, AreDoneWhereAnyReceiptCoversThem) {
    using namespace replication;
    const auto receipts = [](AdministrationFixture& administration) {
        administration.add_unit("new port");
        const auto& entries = administration.entries();
        std::vector<WriteContent> out{RosterWrite{{entries.size()}, entries.back()}};
        const RosterLength order{entries.size() + 1};
        ErasureEntry erasure;
        erasure.reason = "court order";
        erasure.changes = {{LogId{{1}}, {1}, 1}};
        administration.append(erasure);
        out.emplace_back(RosterWrite{order, administration.entries().back()});
        const auto receipt = [&](const std::string& node, const std::string& place,
                                 std::uint64_t upto) {
            Receipt made{administration.id(node),
                         administration.roster().administration(),
                         administration.compartment(place),
                         order,
                         HybridTime{9},
                         {},
                         {},
                         {upto}};
            made.sign(administration.identity(node).sign());
            out.emplace_back(ReceiptWrite{made});
        };
        receipt("airport", "airport seizures", order.value);
        receipt("airport", "joint seizures", 0);
        receipt("airport", "suspects", 0);
        receipt("seaport", "joint seizures", order.value - 1);
        receipt("courier", "suspects", order.value);
        receipt("courier", "joint seizures", 0);
        receipt("courier", "airport seizures", 0);
        receipt("courier", "seaport seizures", 0);
        return out;
    };
    DeskFixture fixture("headquarters", true, receipts);
    const auto listed = list_erasures(fixture.desk());
    ASSERT_THAT(listed, IsOk());
    ASSERT_EQ((*listed)["orders"].size(), 1U);
    std::map<std::string, bool> done;
    for (const json& node : (*listed)["orders"][0]["nodes"]) {
        done[node["node"]] = node["receipted"];
    }
    const auto id = [&](const std::string& name) {
        return to_base32(fixture.administration().id(name).view());
    };
    EXPECT_EQ(done.size(), 4U) << "not the one that may hold nothing";
    EXPECT_TRUE(done.at(id("airport")));
    EXPECT_TRUE(done.at(id("courier")));
    EXPECT_FALSE(done.at(id("seaport")));
    EXPECT_EQ((*listed)["orders"][0]["receipted"], done.at(id("headquarters")) ? 3U : 2U);
}

TEST(OrdersOfAUnit, AreNotTheirsToDraft) {
    DeskFixture airport;
    const auto answer = airport.await([&](JsonDone done) {
        erase_record(airport.desk(),
                     {{"database", "seizures"}, {"record", "a"}, {"reason", "x"}},
                     std::move(done));
    });
    EXPECT_THAT(answer, HasCode(headquarters_only));
}

}  // namespace
}  // namespace entrepot::node
