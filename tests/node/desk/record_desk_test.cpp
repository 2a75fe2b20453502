#include "node/desk/record_desk.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "node/desk/history.hpp"
#include "node/desk/listing.hpp"
#include "node/desk/names.hpp"
#include "node/desk/token.hpp"
#include "node/desk/verification.hpp"
#include "tests/support/desk_fixture.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

class RecordDesk : public testing::Test {
protected:
    json made(const json& document = DeskFixture::seizure()) {
        auto out = fixture_.put("seizures", {{"document", document}});
        EXPECT_THAT(out, IsOk());
        return out ? *out : json::object();
    }
    json shown(const json& saved) {
        const auto key = *find_record(fixture_.desk(), saved["id"].get<std::string>(), "");
        return *get_record(fixture_.desk(), key);
    }
    Result<json> edit(const json& saved, const json& document) {
        return fixture_.put(
            "seizures", {{"id", saved["id"]}, {"token", saved["token"]}, {"document", document}});
    }
    /// A change of what is shown now, without fields: a tombstone or a restore.
    void change(const json& saved, replication::ChangeKind kind) {
        auto& desk = fixture_.desk();
        const auto key = *find_record(desk, saved["id"].get<std::string>(), "");
        replication::Change change;
        change.record = key.record;
        change.database = "seizures";
        change.kind = kind;
        change.context = (*desk.views().load(key))->shown;
        const auto answer = fixture_.await([&](JsonDone done) {
            std::vector<PackedChange> changes;
            changes.push_back(*desk.pack(change));
            desk.save(key.compartment, std::move(changes), [done](Status status) {
                done(status ? Result<json>(json{}) : Result<json>(status.error()));
            });
        });
        ASSERT_THAT(answer, IsOk());
    }
    json listed(const std::string& query = "") {
        const auto snapshot = shared_snapshots(fixture_.desk());
        const auto found =
            list_records(fixture_.desk().catalogue(), *snapshot, {"seizures", query});
        EXPECT_THAT(found, IsOk());
        return found ? *found : json::object();
    }
    DeskFixture fixture_;
};

TEST_F(RecordDesk, GivesBackTheDocumentThatWasPut) {
    const json record = shown(made());
    EXPECT_EQ(record["document"]["place"], "Palisadoes");
    EXPECT_EQ(record["document"]["goods"][0]["quantity"], "41");
    EXPECT_TRUE(record["conflicts"].empty());
    EXPECT_EQ(record["compartment_name"], "airport seizures");
}

TEST_F(RecordDesk, NumbersEachSubmittedSeizureOnce) {
    const std::string first = made()["reference"], second = made()["reference"];
    EXPECT_NE(first, second);
    EXPECT_EQ(first.substr(0, 11), "JM-AIRPORT-");
}

TEST_F(RecordDesk, MakesAConflictOfAnEditOnAnOldScreen) {
    const json saved = made();
    ASSERT_THAT(edit(saved, {{"place", "Montego Bay"}}), IsOk());
    ASSERT_THAT(edit(saved, {{"place", "Negril"}}), IsOk());
    const json record = shown(saved);
    ASSERT_EQ(record["conflicts"].size(), 1U);
    const json& values = record["conflicts"][0]["values"];
    ASSERT_EQ(values.size(), 2U);
    EXPECT_EQ(values[0]["authors"][0]["officer_name"], "Officer of airport");
    EXPECT_EQ(list_conflicts(fixture_.desk(), {})->at("total"), 1);
}

TEST_F(RecordDesk, ResolvesAConflictToTheValueTaken) {
    const json saved = made();
    ASSERT_THAT(edit(saved, {{"place", "Montego Bay"}}), IsOk());
    ASSERT_THAT(edit(saved, {{"place", "Negril"}}), IsOk());
    const json record = shown(saved);
    const json second = record["conflicts"][0]["values"][1]["value"];
    const std::string id = saved["id"];
    EXPECT_THAT(fixture_.resolve(id, {{"path", "place"}, {"take", 3}, {"token", record["token"]}}),
                HasCode(record_no_choice));
    EXPECT_THAT(
        fixture_.resolve(id, {{"path", "country"}, {"take", 1}, {"token", record["token"]}}),
        HasCode(record_no_conflict));
    EXPECT_THAT(fixture_.resolve(id, {{"path", "place"}, {"take", 1}}), HasCode(token_needed));
    ASSERT_THAT(fixture_.resolve(id, {{"path", "place"}, {"take", 2}, {"token", record["token"]}}),
                IsOk());
    EXPECT_TRUE(shown(saved)["conflicts"].empty());
    EXPECT_EQ(shown(saved)["document"]["place"], second);
}

TEST_F(RecordDesk, RefusesAnEditWithoutSayingWhatWasShown) {
    const json saved = made();
    const json other = made();
    EXPECT_THAT(
        fixture_.put("seizures", {{"id", saved["id"]}, {"document", {{"place", "Negril"}}}}),
        HasCode(token_needed));
    json wrong = saved;
    wrong["token"] = other["token"];
    EXPECT_THAT(edit(wrong, {{"place", "Negril"}}), HasCode(token_other_record));
    wrong["token"] = "abcd";
    EXPECT_THAT(edit(wrong, {{"place", "Negril"}}), HasCode(token_malformed));
    EXPECT_THAT(edit(saved, {{"place", "Palisadoes"}}), HasCode(record_unchanged));
}

TEST_F(RecordDesk, SaysWhereARecordCannotGo) {
    const json document = DeskFixture::seizure();
    EXPECT_THAT(fixture_.put("seizures", {{"compartment", "nowhere"}, {"document", document}}),
                HasCode(place_unknown));
    EXPECT_THAT(fixture_.put("seizures", {{"compartment", "suspects"}, {"document", document}}),
                HasCode(place_unknown));
    EXPECT_THAT(fixture_.put("seizures", json::array()), HasCode(request_body));
    EXPECT_THAT(find_record(fixture_.desk(), "zzz", ""), HasCode(place_unknown));
}

TEST_F(RecordDesk, TellsWhoChangedWhatAndWhen) {
    const json saved = made();
    ASSERT_THAT(edit(saved, {{"place", "Negril"}}), IsOk());
    const auto history = record_history(
        fixture_.desk(), *find_record(fixture_.desk(), saved["id"].get<std::string>(), ""));
    ASSERT_THAT(history, IsOk());
    ASSERT_EQ((*history)["changes"].size(), 2U);
    EXPECT_EQ((*history)["changes"][1]["assignments"][0]["value"], "Negril");
    EXPECT_EQ((*history)["changes"][1]["officer_name"], "Officer of airport");
}

TEST_F(RecordDesk, ListsWhatMatchesAQuery) {
    made(DeskFixture::seizure("Negril"));
    made(DeskFixture::seizure("Kingston"));
    EXPECT_EQ(listed("place:negril")["matched"], 1);
}

TEST_F(RecordDesk, ListsNoTombstone) {
    const json kept = made(), removed = made();
    change(removed, replication::ChangeKind::tombstone);
    const json left = listed();
    EXPECT_EQ(left["matched"], 1);
    ASSERT_EQ(left["records"].size(), 1U);
    EXPECT_EQ(left["records"][0]["id"], kept["id"]);
    EXPECT_EQ(shown(removed)["present"], false) << "who has its id is told what it last said";
    change(removed, replication::ChangeKind::restore);
    EXPECT_EQ(listed()["matched"], 2);
}

TEST_F(RecordDesk, ListsOnePageAfterTheOther) {
    std::set<std::string> ids;
    for (const char* place : {"Negril", "Kingston", "Lucea"}) {
        made(DeskFixture::seizure(place));
    }
    const auto snapshot = shared_snapshots(fixture_.desk());
    for (std::size_t offset = 0; offset < 4; ++offset) {
        const ListingWish page{"seizures", "", 1, offset};
        const auto found = list_records(fixture_.desk().catalogue(), *snapshot, page);
        ASSERT_THAT(found, IsOk());
        EXPECT_EQ((*found)["matched"], 3);
        ASSERT_EQ((*found)["records"].size(), offset < 3 ? 1U : 0U);
        for (const json& record : (*found)["records"]) {
            ids.insert(record["id"]);
        }
    }
    EXPECT_EQ(ids.size(), 3U) << "each record is on one page";
}

TEST_F(RecordDesk, VerifiesCleanAndFindsAViewThatDiffers) {
    const json saved = made();
    EXPECT_TRUE((*verify_node(fixture_.desk()))["problems"].empty());
    const auto key = *find_record(fixture_.desk(), saved["id"].get<std::string>(), "");
    auto state = **fixture_.desk().views().load(key);
    state.paths.pop_back();
    ASSERT_THAT(fixture_.desk().views().save(key, state), IsOk());
    const json report = *verify_node(fixture_.desk());
    ASSERT_EQ(report["problems"].size(), 1U);
    EXPECT_EQ(report["problems"][0]["code"], verify_view_differs.name());
    ASSERT_THAT(fixture_.desk().rebuild(), IsOk());
    EXPECT_TRUE((*verify_node(fixture_.desk()))["problems"].empty());
}

TEST_F(RecordDesk, FindsViewsThatAreMissing) {
    made();
    auto& views = fixture_.desk().views();
    const auto position = views.position();
    ASSERT_THAT(views.clear(), IsOk());
    views.set_position(position);
    EXPECT_EQ((*verify_node(fixture_.desk()))["problems"][0]["code"], verify_view_missing.name());
}

TEST(Places, HeadquartersMustNameACompartment) {
    DeskFixture fixture("headquarters");
    EXPECT_THAT(default_place(fixture.desk(), "seizures"), HasCode(place_must_name));
    EXPECT_THAT(find_place(fixture.desk(), "airport seizures"), IsOk());
    auto& administration = fixture.administration();
    static_cast<void>(administration);
}

TEST(Places, OneMadeAgainBesideItsNameIsNobodysDefault) {
    DeskFixture fixture("airport", true, [](replication::AdministrationFixture& administration) {
        const replication::NewGrant own{administration.id("airport"), replication::Right::write};
        const replication::NewGrant other{administration.id("seaport"), replication::Right::write};
        administration.add_compartment("companies", "national companies (2)", {own});
        administration.add_compartment("companies", "national companies", {own, other});
        std::vector<replication::WriteContent> out;
        for (std::size_t at = administration.entries().size() - 2;
             at < administration.entries().size(); ++at) {
            out.push_back(replication::RosterWrite{{at + 1}, administration.entries()[at]});
        }
        return out;
    });
    const auto place = default_place(fixture.desk(), "companies");
    ASSERT_THAT(place, IsOk());
    EXPECT_EQ(place->name, "national companies");
    EXPECT_THAT(find_place(fixture.desk(), "national companies (2)"), IsOk());
}

/// The airport, with this right to what only the seaport writes otherwise.
bool reads_with(replication::Right right) {
    DeskFixture fixture("airport", true, [&](replication::AdministrationFixture& administration) {
        administration.grant(administration.compartment("seaport seizures"),
                             administration.id("airport"), right);
        const auto& entries = administration.entries();
        return std::vector<replication::WriteContent>{
            replication::RosterWrite{{entries.size()}, entries.back()}};
    });
    const auto wanted = fixture.administration().compartment("seaport seizures");
    const auto places = readable_places(fixture.desk());
    EXPECT_EQ(fixture.desk().roster().right(fixture.desk().keys().self(), wanted), right);
    return std::any_of(places.begin(), places.end(),
                       [&](const Place& place) { return place.id == wanted; });
}

TEST(Places, AreReadableWithARightToReadAndNotWithOneToRelay) {
    EXPECT_FALSE(reads_with(replication::Right::relay));
    EXPECT_TRUE(reads_with(replication::Right::read));
}

TEST(Places, OfARelayAreNone) {
    DeskFixture courier("courier");
    EXPECT_TRUE(readable_places(courier.desk()).empty());
    EXPECT_THAT(find_place(courier.desk(), "joint seizures"), HasCode(place_unknown));
}

/// A first commit of the seaport, in what it alone writes and reads.
replication::WriteContent seaport_commit(replication::AdministrationFixture& administration) {
    const replication::LogDescriptor log{administration.id("seaport"),
                                         administration.compartment("seaport seizures"),
                                         replication::Incarnation{{1}}};
    const crypto::Secret key = administration.key(log.compartment);
    replication::CommitBuilder builder(
        {log.id(), {1}, {}, replication::HybridTime{1}, administration.roster().length(), {1}}, key,
        administration.entropy());
    builder.add(Bytes(16));
    Bytes commit = builder.finish({}, {});
    replication::sign_commit(commit, administration.identity("seaport").sign());
    const Hash hash = replication::commit_hash(commit);
    return replication::CommitWrite{log.id(), log, {1}, hash, std::move(commit)};
}

TEST(Desk, OpensWhatWaitedForAKeyThatCameWhileItWasLocked) {
    DeskFixture fixture("airport", true, [](replication::AdministrationFixture& administration) {
        administration.grant(administration.compartment("seaport seizures"),
                             administration.id("airport"), replication::Right::relay);
        const auto& entries = administration.entries();
        std::vector<replication::WriteContent> out;
        out.push_back(replication::RosterWrite{{entries.size()}, entries.back()});
        out.push_back(seaport_commit(administration));
        return out;
    });
    EXPECT_EQ(fixture.desk().views().stalled().size(), 1U);
    ASSERT_THAT(fixture.put("seizures", {{"document", DeskFixture::seizure()}}), IsOk());
    ASSERT_THAT(fixture.desk().snapshot(), IsOk());  // which flushes
    fixture.lock();
    auto& administration = fixture.administration();
    administration.grant(administration.compartment("seaport seizures"),
                         administration.id("airport"), replication::Right::read);
    ASSERT_THAT(fixture.append_while_locked({administration.entries().back()}), IsOk());
    fixture.restart();
    EXPECT_TRUE(fixture.desk().views().stalled().empty());
}

TEST(Desk, SaysThatTheNodeIsNotEnrolled) {
    DeskFixture fixture("airport", false);
    EXPECT_THAT(fixture.desk().self(), HasCode(desk_not_enrolled));
    EXPECT_THAT(fixture.put("seizures", {{"document", DeskFixture::seizure()}}),
                HasCode(place_must_name));
}

TEST(Desk, RefusesToWriteWhereTheNodeHasNoRight) {
    DeskFixture fixture("airport");
    replication::Change change;
    change.record.bytes[0] = 1;
    change.database = "seizures";
    change.assignments = {{"place", std::string("Negril")}};
    const auto other = fixture.administration().compartment("seaport seizures");
    const auto saved = fixture.await([&](JsonDone done) {
        std::vector<PackedChange> changes;
        changes.push_back(*fixture.desk().pack(change));
        fixture.desk().save(other, std::move(changes), [done](Status status) {
            done(status ? Result<json>(json{}) : Result<json>(status.error()));
        });
    });
    EXPECT_THAT(saved, HasCode(author_no_right));
}

}  // namespace
}  // namespace entrepot::node
