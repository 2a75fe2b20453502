// Edits made apart: each node keeps all of them, says whose they are, and a person decides once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/support/eventually.hpp"
#include "tests/support/test_network.hpp"
#include "tests/system/seizure_documents.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

/// What a person sees of one conflict: value, unit, officer, and whether the time is there.
using Told = std::set<std::tuple<std::string, std::string, std::string, bool>>;

json record(const NodeProcess& node, const std::string& id) {
    return node.get(Socket::worker, "/records/" + id);
}

bool has_record(const NodeProcess& node, const std::string& id) {
    return node.ask(Socket::worker, "GET", "/records/" + id).is_success();
}

json edit(const NodeProcess& node, const json& shown, const json& fields) {
    json document = shown.at("document");
    document.update(fields);
    return node.post(
        Socket::worker, "/records/seizures",
        {{"id", shown.at("id")}, {"token", shown.at("token")}, {"document", document}});
}

Told told_of(const json& shown, const std::string& path) {
    Told out;
    for (const json& conflict : shown.at("conflicts")) {
        if (conflict.at("path") != path) {
            continue;
        }
        for (const json& value : conflict.at("values")) {
            for (const json& author : value.at("authors")) {
                out.emplace(value.at("value").get<std::string>(), author.value("unit_name", ""),
                            author.value("officer_name", ""), !author.value("at", "").empty());
            }
        }
    }
    return out;
}

NetworkWish two_units() {
    NetworkWish wish;
    wish.seaport = "Kingston Seaport";
    return wish;
}

class Conflicts : public ::testing::Test {
protected:
    TestNetwork network_{two_units()};
    NodeProcess& headquarters_ = network_.headquarters();
    NodeProcess& airport_ = network_.airport();
    NodeProcess& seaport_ = network_.seaport();

    std::string put_everywhere(const NodeProcess& at, const json& body) {
        const std::string id = at.post(Socket::worker, "/records/seizures", body).at("id");
        EXPECT_TRUE(network_.converge());
        return id;
    }
    void resolve_at_headquarters(const std::string& id, const std::string& value) {
        headquarters_.post(Socket::worker, "/records/" + id + "/resolve",
                           {{"path", "narrative"},
                            {"value", value},
                            {"token", record(headquarters_, id).at("token")}});
    }
};

TEST_F(Conflicts, EditsMadeApartStandSideBySideWithTheirAuthorsUntilOneDecides) {
    network_.share_seizures("Operation Harbour");
    ASSERT_TRUE(network_.converge());
    const std::string id =
        put_everywhere(airport_, {{"compartment", "Operation Harbour"}, {"document", seizure(1)}});
    ASSERT_TRUE(has_record(seaport_, id));

    network_.cut_all();
    edit(airport_, record(airport_, id), {{"narrative", "seen at gate 4"}});
    edit(seaport_, record(seaport_, id), {{"narrative", "seen on pier 2"}});
    EXPECT_EQ(told_of(record(airport_, id), "narrative"), Told{});
    network_.open_all();
    ASSERT_TRUE(network_.converge());

    // Headquarters knows every officer by name, a unit its own.
    for (NodeProcess* node : {&headquarters_, &airport_, &seaport_}) {
        const std::string officer = network_.wish().officer;
        const Told expected{
            {"seen at gate 4", "Norman Manley Airport", node == &seaport_ ? "" : officer, true},
            {"seen on pier 2", "Kingston Seaport", node == &airport_ ? "" : officer, true}};
        EXPECT_EQ(told_of(record(*node, id), "narrative"), expected) << node->directory();
    }
    resolve_at_headquarters(id, "two sightings, one person");
    ASSERT_TRUE(network_.converge());
    for (NodeProcess* node : {&headquarters_, &airport_, &seaport_}) {
        const json shown = record(*node, id);
        EXPECT_EQ(shown.at("conflicts"), json::array()) << node->directory();
        EXPECT_EQ(shown.at("document").at("narrative"), "two sightings, one person");
    }
}

TEST_F(Conflicts, HeadquartersAndAUnitMayEditTheUnitsOwnRecordApart) {
    const std::string id = put_everywhere(airport_, {{"document", seizure(2)}});
    ASSERT_TRUE(has_record(headquarters_, id));
    EXPECT_FALSE(has_record(seaport_, id));  // not its business

    network_.cut_all();
    edit(airport_, record(airport_, id), {{"narrative", "two bags"}, {"place", "Hall B"}});
    edit(headquarters_, record(headquarters_, id), {{"narrative", "three bags"}});
    network_.open_all();
    ASSERT_TRUE(network_.converge());

    const std::string officer = network_.wish().officer;
    const Told expected{{"two bags", "Norman Manley Airport", officer, true},
                        {"three bags", "Jamaica Customs Agency", officer, true}};
    for (NodeProcess* node : {&headquarters_, &airport_}) {
        const json shown = record(*node, id);
        EXPECT_EQ(told_of(shown, "narrative"), expected) << node->directory();
        EXPECT_EQ(shown.at("conflicts").size(), 1U);  // the place was edited by one alone
        EXPECT_EQ(shown.at("document").at("place"), "Hall B");
    }
    resolve_at_headquarters(id, "three bags");
    ASSERT_TRUE(network_.converge());
    EXPECT_EQ(record(airport_, id).at("document").at("narrative"), "three bags");
    EXPECT_EQ(record(airport_, id).at("conflicts"), json::array());
}

TEST_F(Conflicts, AnEditOnAnOldScreenBecomesAConflictAndNotALoss) {
    const std::string id = put_everywhere(airport_, {{"document", seizure(3)}});
    const json old_screen = record(airport_, id);
    edit(headquarters_, record(headquarters_, id), {{"narrative", "came meanwhile"}});
    ASSERT_TRUE(network_.converge());
    ASSERT_EQ(record(airport_, id).at("document").at("narrative"), "came meanwhile");

    edit(airport_, old_screen, {{"narrative", "typed on the old screen"}});
    std::set<std::string> values;
    for (const auto& [value, unit, officer, timed] : told_of(record(airport_, id), "narrative")) {
        values.insert(value);
    }
    EXPECT_THAT(values, ::testing::ElementsAre("came meanwhile", "typed on the old screen"));
}

TEST_F(Conflicts, HistoryTellsEveryChangeWithUnitOfficerAndTime) {
    const std::string id = put_everywhere(airport_, {{"document", seizure(4)}});
    edit(headquarters_, record(headquarters_, id), {{"narrative", "checked"}});
    ASSERT_TRUE(network_.converge());
    const json changes = airport_.get(Socket::worker, "/records/" + id + "/history").at("changes");
    ASSERT_EQ(changes.size(), 2U);
    std::set<std::string> units;
    for (const json& change : changes) {
        units.insert(change.value("unit_name", ""));
        EXPECT_EQ(change.value("officer_name", ""), network_.wish().officer);
        EXPECT_FALSE(change.value("at", "").empty());
        EXPECT_EQ(change.value("state", ""), "merged");
    }
    EXPECT_THAT(units, ::testing::ElementsAre("Jamaica Customs Agency", "Norman Manley Airport"));
}

}  // namespace
}  // namespace entrepot::node
