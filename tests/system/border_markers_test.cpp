// Marker words on both sides of a border: of what two countries keep nothing is readable in any
// file that their nodes, administrations, couriers and backups leave behind, nor on any wire; and
// what was not released is not in the partner's hands at all, sealed or not. The search proves
// itself on programs that seal and pack nothing: there it finds every word where it belongs.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/marker_search.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/places.hpp"
#include "tests/system/marker_words.hpp"
#include "tests/system/two_countries.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

/// Groups of words, by how far they may come: names of Jamaica's unit, officers and compartments;
/// records of its unit; what its headquarters kept of a record, and why somebody looked at it. Then
/// there are what was released of it and a letter, and Georgia's own.
constexpr const char* stay_in_jamaica[] = {"names", "unit", "kept", "purpose"};

class BorderMarkers : public ::testing::Test {
protected:
    std::string three() { return words_.text(200); }

    NetworkWish wish(const std::string& program, NetworkWish out) {
        out.program = program;
        out.recorded = true;
        out.officer = "Officer " + three();
        return out;
    }
    void begin(const std::string& program) {
        words_.begin("names");
        NetworkWish jamaica = wish(program, TwoCountries::unitless("JM", "Agency " + three()));
        jamaica.airport = "Airport " + three();
        words_.begin("abroad");
        both_ = std::make_unique<TwoCountries>(
            jamaica, wish(program, TwoCountries::unitless("GE", "Agency " + three())));
        both_->become_partners();
        ours().post(Socket::worker, "/officers/roles",
                    {{"officer", jamaica.officer},
                     {"roles", {"entry", "supervisor", "release", "administrator"}}});
    }
    bool converge() { return both_->converge() && both_->jamaica().converge(); }
    NodeProcess& ours() { return both_->ours(); }
    NodeProcess& airport() { return both_->jamaica().airport(); }

    /// Twice, so that a word torn between two frames or pages stands whole in the other.
    static std::string put(NodeProcess& node, const std::string& database, const json& body) {
        node.post(Socket::worker, "/records/" + database, body);
        return node.post(Socket::worker, "/records/" + database, body).at("id");
    }
    static void add_place(NodeProcess& headquarters, const std::string& database,
                          const std::string& name, const json& members) {
        headquarters.post(Socket::worker, "/administration/compartments",
                          {{"database", database}, {"name", name}, {"members", members}});
    }
    void look(NodeProcess& node, const std::string& record) {
        node.get(Socket::worker,
                 "/records/" + record + "?purpose=" + words_.word(32) + "&case=" + words_.word(12));
    }

    void unit_works() {
        words_.begin("unit");
        const std::string messages = "Post " + three();
        add_place(ours(), "messages", messages,
                  {{{"unit", both_->jamaica().wish().airport}, {"right", "write"}}});
        ASSERT_TRUE(converge());
        json seizure = words_.marked("seizures");
        seizure["concealment_note"] =
            seizure["concealment_note"].get<std::string>() + words_.spelled();
        const std::string record = put(airport(), "seizures", {{"document", seizure}});
        put(airport(), "suspects", {{"document", words_.marked("suspects")}});
        put(airport(), "companies", {{"document", words_.marked("companies")}});
        put(airport(), "messages",
            {{"compartment", messages},
             {"document",
              {{"kind", "request"}, {"country", "JM"}, {"subject", three()}, {"text", three()}}}});
        words_.begin("purpose");
        look(airport(), record);
    }
    void headquarters_releases() {
        words_.begin("names");
        const std::string place = "Own " + three();
        words_.begin("kept");
        add_place(ours(), "seizures", place, json::array());
        json seizure = words_.marked("seizures", [](const json& field) {
            const bool leaves = field.value("nominal", 2) == 0 && !field.value("free_text", true);
            return leaves ? "released" : "kept";
        });
        seizure["status"] = "validated";
        const std::string record =
            put(ours(), "seizures", {{"document", seizure}, {"compartment", place}});
        words_.begin("purpose");
        look(ours(), record);
        json wish{{"record", record},
                  {"partner", "GE"},
                  {"handling", "H1"},
                  {"until", "2090-01-01"},
                  {"purpose", three()}};
        words_.begin("released");
        wish["basis"] = "Annex " + three();
        const json released = ours().post(Socket::worker, "/releases", wish);
        ASSERT_EQ(released.at("state"), "carried_out")
            << "no names in it, so one officer is enough";
        copy_ = released.at("copy");
        words_.begin("letter");
        ours().post(Socket::worker, "/partners/GE/messages",
                    {{"kind", "request"}, {"about", copy_}, {"text", three()}});
    }
    void partner_works() {
        words_.begin("abroad");
        NodeProcess& theirs = both_->theirs();
        const std::string place = "Own " + three();
        add_place(theirs, "seizures", place, json::array());
        put(theirs, "seizures", {{"document", words_.marked("seizures")}, {"compartment", place}});
        ASSERT_TRUE(eventually(
            [&] { return theirs.ask(Socket::worker, "GET", "/records/" + copy_).is_success(); }));
        words_.begin("purpose abroad");
        look(theirs, copy_);
    }
    static void make_copies(const NodeProcess& node, const std::string& file) {
        const Ran backup = node.command({"backup", file});
        ASSERT_EQ(backup.exit_code, 0) << backup.err;
    }
    void couriers_and_backups() {
        TestNetwork& jamaica = both_->jamaica();
        const std::string unit = airport().status().at("node");
        for (const auto& [node, to] :
             {std::pair(&airport(), std::string("headquarters")), std::pair(&ours(), unit)}) {
            const std::string file = jamaica.path_of("courier to " + to.substr(0, 4));
            const Ran ran = node->command({"bundle", "export", file, "--to", to, "--all"});
            ASSERT_EQ(ran.exit_code, 0) << ran.err;
        }
        make_copies(ours(), jamaica.path_of("headquarters.epk"));
        make_copies(airport(), jamaica.path_of("airport.epk"));
        make_copies(both_->theirs(), both_->georgia().path_of("headquarters.epk"));
    }

    /// All that the partner's worker says of what it holds.
    MarkerSearch ask_partner() {
        NodeProcess& theirs = both_->theirs();
        MarkerSearch out(words_.all());
        const auto take = [&](const std::string& method, const std::string& path,
                              const json& body = nullptr) {
            const Answered answer = theirs.ask(Socket::worker, method, path, body);
            out.look_at(as_bytes(answer.body.dump()), path);
            return answer.body;
        };
        for (const char* database :
             {"seizures", "suspects", "companies", "messages", "directory", "releases"}) {
            const json found =
                take("POST", "/search", {{"database", database}, {"query", ""}, {"limit", 1000}});
            for (const json& record : found.value("records", json::array())) {
                const std::string path = "/records/" + record.at("id").get<std::string>();
                take("GET", path);
                take("GET", path + "/history");
            }
        }
        for (const char* path : {"/standing", "/compartments", "/officers", "/partners", "/roster",
                                 "/partners/JM/erasures", "/releases", "/quarantine", "/forks"}) {
            take("GET", path);
        }
        take("POST", "/conflicts", json::object());
        const Ran shown = theirs.command({"get", copy_});
        out.look_at(as_bytes(shown.out + shown.err), "get");
        return out;
    }
    static void look_at_files(const TestNetwork& network, MarkerSearch& out) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(network.folder())) {
            const std::string name = network.wish().country + "/" +
                                     std::filesystem::relative(entry, network.folder()).string();
            out.look_at(as_bytes(name), name + " (name)");
            if (name.ends_with("/administration.json")) {
                look_beside_name(entry, network.wish().headquarters, name, out);
            } else if (entry.is_regular_file()) {
                out.look_at_file(entry, name);
            }
        }
    }
    /// The root holders' folder says in clear whose it is, and nothing else.
    static void look_beside_name(const std::filesystem::path& file, const std::string& agency,
                                 const std::string& name, MarkerSearch& out) {
        std::ifstream in(file);
        std::string text{std::istreambuf_iterator<char>(in), {}};
        const auto at = text.find(agency);
        ASSERT_NE(at, std::string::npos);
        out.look_at(as_bytes(text.erase(at, agency.size())), name);
    }
    /// Everything that both countries left behind, with all nodes stopped.
    MarkerSearch search_all() {
        MarkerSearch out(words_.all());
        for (TestNetwork* network : {&both_->jamaica(), &both_->georgia()}) {
            for (NodeProcess* node : network->all()) {
                node->post(Socket::worker, "/verify", {{"rebuild", true}});  // views on the disk
                node->stop();
            }
        }
        for (TestNetwork* network : {&both_->jamaica(), &both_->georgia()}) {
            look_at_files(*network, out);
        }
        look_at_way(both_->jamaica().way_of("airport"), "wire of the airport", out);
        look_at_way(both_->way(), "wire abroad", out);
        return out;
    }
    static void look_at_way(const TcpProxy& way, const std::string& name, MarkerSearch& out) {
        for (const Bytes& stream : way.recorded()) {
            out.look_at(stream, name);
        }
    }
    void live() {
        unit_works();
        headquarters_releases();
        ASSERT_TRUE(converge());
        partner_works();
        ASSERT_TRUE(converge());
        couriers_and_backups();
    }
    void expect_all(const MarkerSearch& search, const std::string& group,
                    const std::string& place) {
        const auto found = search.words_found("plain", place);
        for (const std::string& one : words_.of(group)) {
            EXPECT_TRUE(found.contains(one) || words_.all_spelled().contains(one))
                << one << " of " << group << " in " << place;
        }
    }
    void expect_none(const MarkerSearch& search, const std::string& group,
                     const std::string& place) {
        for (const auto& [spelling, places] : search.found()) {
            const auto& words = words_.of(group);
            if (std::find(words.begin(), words.end(), spelling.word) == words.end()) {
                continue;
            }
            for (const std::string& one : places) {
                EXPECT_EQ(one.find(place), std::string::npos)
                    << spelling.word << " of " << group << " as " << spelling.form << " in " << one;
            }
        }
    }
    /// Of files made of frames, where a frame's head may tear a word apart.
    void expect_most(const MarkerSearch& search, const std::string& group,
                     const std::string& place) {
        const auto found = search.words_found("plain", place);
        std::size_t there = 0;
        for (const std::string& one : words_.of(group)) {
            there += found.contains(one) ? 1 : 0;
        }
        EXPECT_GE(there * 10, words_.of(group).size() * 8) << group << " in " << place;
    }

    MarkerWords words_;
    std::unique_ptr<TwoCountries> both_;
    std::string copy_;
};

std::string beside_tests(const char* name) {
    return binary_folder() + "/tests/" + name;
}

TEST_F(BorderMarkers, AreFoundWhereTheyBelongAndNoFurtherWhenNothingIsSealed) {
    begin(beside_tests("entrepot_unsealed"));
    ASSERT_NO_FATAL_FAILURE(live());
    const MarkerSearch search = search_all();
    for (const char* group : {"names", "unit", "kept", "released", "purpose"}) {
        expect_all(search, group, "JM/headquarters/log/");
        expect_most(search, group, "JM/headquarters.epk");
    }
    for (const char* group : {"names", "unit"}) {
        expect_all(search, group, "wire of the airport");
        expect_most(search, group, "JM/courier to head");
        expect_most(search, group, "JM/airport.epk");
    }
    for (const char* group : {"released", "letter"}) {
        expect_all(search, group, "JM/headquarters/partners/");
        expect_all(search, group, "GE/headquarters/partners/");
        expect_all(search, group, "wire abroad");
    }
    expect_all(search, "abroad", "GE/headquarters/");
    expect_all(search, "purpose abroad", "GE/headquarters/log/");
    expect_most(search, "abroad", "GE/headquarters.epk");
    for (const char* group : stay_in_jamaica) {
        expect_none(search, group, "GE/");
        expect_none(search, group, "wire abroad");
    }
    for (const char* group : {"abroad", "purpose abroad"}) {
        expect_none(search, group, "JM/");
        expect_none(search, group, "wire");
    }
    expect_none(search, "kept", "wire of the airport");
    expect_none(search, "kept", "JM/airport");
}

TEST_F(BorderMarkers, AreNowhereReadableInEitherCountry) {
    begin(entrepot_program());
    ASSERT_NO_FATAL_FAILURE(live());
    const MarkerSearch told = ask_partner();
    expect_all(told, "released", "");
    expect_all(told, "letter", "");
    expect_all(told, "abroad", "");
    for (const char* group : stay_in_jamaica) {
        expect_none(told, group, "");
    }
    const MarkerSearch search = search_all();
    EXPECT_TRUE(search.found().empty()) << search.report();
    EXPECT_GT(search.bytes_looked_at(), 3'000'000U);
}

TEST_F(BorderMarkers, AreNowhereReadableWithCompressionOff) {
    begin(beside_tests("entrepot_uncompressed"));
    ASSERT_NO_FATAL_FAILURE(live());
    const MarkerSearch search = search_all();
    EXPECT_TRUE(search.found().empty()) << search.report();
    EXPECT_GT(search.bytes_looked_at(), 3'000'000U);
}

}  // namespace
}  // namespace entrepot::node
