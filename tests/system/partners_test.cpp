// Two administrations that trust each other for what is shared, with real nodes.
#include <set>

#include "tests/support/matchers.hpp"
#include "tests/system/seizure_documents.hpp"
#include "tests/system/two_countries.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

class Partners : public ::testing::Test {
protected:
    TwoCountries both_;

    json found(NodeProcess& node, const std::string& query = "") {
        return node.post(Socket::worker, "/search", {{"database", "seizures"}, {"query", query}});
    }
    std::string joint(const std::string& name) {
        both_.ours().post(Socket::worker, "/partners/GE/joint",
                          {{"database", "seizures"}, {"name", name}});
        EXPECT_TRUE(both_.converge());
        // In sync is what the links are; the partner's worker follows the roster a little later.
        EXPECT_TRUE(eventually([&] { return !TwoCountries::place(both_.theirs(), name).empty(); }));
        return TwoCountries::place(both_.ours(), name);
    }
};

TEST_F(Partners, MergeARecordThatTheyHoldJointlyFieldByField) {
    both_.become_partners();
    ASSERT_TRUE(both_.converge());
    const std::string place = joint("operation Bora");
    const json saved = both_.ours().post(Socket::worker, "/records/seizures",
                                         {{"document", seizure(7)}, {"compartment", place}});
    ASSERT_TRUE(both_.converge());
    ASSERT_TRUE(eventually([&] { return found(both_.theirs()).at("matched") == 1; }));
    const std::string id = saved.at("id");
    const json shown = both_.theirs().get(Socket::worker, "/records/" + id);
    EXPECT_EQ(shown.at("partner"), "JM");
    both_.theirs().post(Socket::worker, "/records/seizures",
                        {{"document", {{"town", "Batumi"}}},
                         {"id", id},
                         {"token", shown.at("token")}});
    both_.ours().post(Socket::worker, "/records/seizures",
                      {{"document", {{"service", "Contraband Enforcement Team"}}},
                       {"id", id},
                       {"token", saved.at("token")}});
    ASSERT_TRUE(both_.converge());
    for (NodeProcess* node : {&both_.ours(), &both_.theirs()}) {
        EXPECT_TRUE(eventually([&] {
            const json now = node->get(Socket::worker, "/records/" + id).at("document");
            return now.value("town", "") == "Batumi" &&
                   now.value("service", "") == "Contraband Enforcement Team";
        }));
    }
    const json history = both_.ours().get(Socket::worker, "/records/" + id + "/history");
    std::set<std::string> authors;
    for (const json& change : history.at("changes")) {
        authors.insert(change.at("unit_name").get<std::string>());
    }
    EXPECT_EQ(authors, (std::set<std::string>{"JM headquarters", "GE headquarters"}));
}

TEST_F(Partners, SeeNothingOfEachOthersOwnRecordsAndRosters) {
    both_.ours().post(Socket::worker, "/administration/compartments",
                      {{"database", "seizures"}, {"name", "own"}, {"members", json::array()}});
    both_.ours().post(Socket::worker, "/records/seizures",
                      {{"document", seizure(7)}, {"compartment", "own"}});
    both_.become_partners();
    ASSERT_TRUE(both_.converge());
    EXPECT_EQ(found(both_.theirs()).at("matched"), 0);
    const json status = both_.theirs().status();
    const json ours = both_.ours().status();
    ASSERT_EQ(status.at("partners").size(), 2U);
    for (const json& partner : status.at("partners")) {
        EXPECT_EQ(partner.at("commits"), 0);
        EXPECT_EQ(partner.at("country"), "JM");
    }
    EXPECT_NE(status.at("roster").at("administration"), ours.at("roster").at("administration"));
}

TEST_F(Partners, AreRefusedARosterOfRootKeysThatNobodyPinned) {
    both_.pin(both_.georgia(), both_.jamaica(), false);
    const Ran ran = both_.ours().command(
        {"roster", "import", TwoCountries::outer_file(both_.georgia(), both_.jamaica())});
    EXPECT_EQ(ran.exit_code, 3);
    EXPECT_NE(ran.err.find("not pinned"), std::string::npos) << ran.err;
}

TEST_F(Partners, BeginAndMeetAfterAChangeOfRootKeys) {
    const std::string first = TwoCountries::pin_of(both_.jamaica());
    TwoCountries::change_roots(both_.jamaica());
    EXPECT_NE(TwoCountries::pin_of(both_.jamaica()), first);
    both_.become_partners();
    ASSERT_TRUE(both_.converge());
    joint("operation Bora");
    both_.theirs().post(Socket::worker, "/records/seizures",
                        {{"document", seizure(7)}, {"compartment", "operation Bora"}});
    ASSERT_TRUE(both_.converge());
    EXPECT_TRUE(eventually([&] { return found(both_.ours()).at("matched") == 1; }));
}

TEST_F(Partners, GoOnWhenTheRosterOfOneFollowsItsChangeOfRootKeys) {
    both_.become_partners();
    ASSERT_TRUE(both_.converge());
    const auto length = [](NodeProcess& node, bool made_here) {
        const json status = node.status();
        for (const json& partner : status.at("partners")) {
            if (partner.at("made_here") == made_here) {
                return partner.at("roster_length").get<int>();
            }
        }
        return 0;
    };
    const int before = length(both_.ours(), true);
    ASSERT_TRUE(eventually([&] { return length(both_.theirs(), false) == before; }));
    const std::string pinned = TwoCountries::pin_of(both_.jamaica());
    TwoCountries::change_roots(both_.jamaica());
    const json followed = both_.pin(both_.jamaica(), both_.georgia(), false);
    EXPECT_EQ(followed.at("signed"), 1);
    EXPECT_EQ(followed.at("pin"), pinned) << "Georgia pins nothing anew";
    ASSERT_TRUE(both_.converge());
    EXPECT_TRUE(eventually([&] { return length(both_.theirs(), false) == before + 1; }));
    joint("operation Bora");
    EXPECT_TRUE(eventually([&] { return length(both_.theirs(), false) == before + 2; }));
}

TEST_F(Partners, AreCutOffWhenThePartnershipEnds) {
    both_.become_partners();
    ASSERT_TRUE(both_.converge());
    both_.jamaica().command({"administration", "partner-end",
                             both_.jamaica().path_of("administration"), "GE", "--headquarters",
                             both_.jamaica().path_of("headquarters"), "--yes"});
    EXPECT_TRUE(eventually([&] { return both_.ours().status().at("peers").empty(); }));
    EXPECT_TRUE(eventually([&] { return both_.theirs().status().at("peers").empty(); }));
}

}  // namespace
}  // namespace entrepot::node
