// Marker words in records and names are found nowhere outside the worker: in no file of any node, a
// relay without keys among them, and in no byte between nodes. The search proves itself on a
// network whose program seals and packs nothing: there it finds every one of them.
//
// What is replaced there: the seals of commits, rows, slots and names, libzmq's boxes after the
// CURVE handshake, what HPKE seals, and compression.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/marker_search.hpp"
#include "tests/support/places.hpp"
#include "tests/support/test_network.hpp"
#include "tests/system/marker_words.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

class Markers : public ::testing::Test {
protected:
    std::string word(std::size_t size) { return words_.word(size); }

    NetworkWish wish(const std::string& program) {
        NetworkWish out;
        out.program = program;
        out.airport = "Airport " + word(6) + " " + word(12) + " " + word(32);
        out.seaport = "Seaport " + word(12);
        out.relay = "Relay";
        out.recorded = true;
        out.officer = "Officer " + word(12) + " " + word(6) + " " + word(32);
        return out;
    }
    json put(const NodeProcess& node, const std::string& database, json body) {
        const json first = node.post(Socket::worker, "/records/" + database, body);
        // Twice, so that a word torn between two frames stands whole in the other.
        node.post(Socket::worker, "/records/" + database, body);
        return first;
    }
    /// Records, edits and a conflict, everywhere they can go.
    void live_a_little(TestNetwork& network) {
        const std::string shared = "Operation " + word(6) + " " + word(12) + " " + word(32);
        network.share_seizures(shared);
        network.relay_seizures_of(network.wish().airport);
        ASSERT_TRUE(network.converge());
        NodeProcess& airport = network.airport();
        kept_in_rows_ = words_.all().size();
        json seizure = words_.marked("seizures");
        seizure["concealment_note"] =
            seizure["concealment_note"].get<std::string>() + words_.spelled();
        const json own = put(airport, "seizures", {{"document", seizure}});
        put(airport, "seizures",
            {{"compartment", shared}, {"document", words_.marked("seizures")}});
        put(network.seaport(), "suspects", {{"document", words_.marked("suspects")}});
        put(airport, "companies", {{"document", words_.marked("companies")}});
        ASSERT_TRUE(network.converge());
        const std::string id = own.at("id");
        network.cut_all();
        for (const NodeProcess* node : {&network.headquarters(), &airport}) {
            const json shown = node->get(Socket::worker, "/records/" + id);
            json edited = shown.at("document");
            edited["narrative"] = "Edited " + word(12);
            node->post(Socket::worker, "/records/seizures",
                       {{"id", id}, {"token", shown.at("token")}, {"document", edited}});
        }
        network.open_all();
        ASSERT_TRUE(network.converge());
    }
    /// Everything that the network left behind, with the nodes stopped.
    MarkerSearch search_all(const std::string& program) {
        TestNetwork network(wish(program));
        live_a_little(network);
        for (NodeProcess* node : network.all()) {
            node->post(Socket::worker, "/verify", {{"rebuild", true}});  // views on the disk
            node->stop();
        }
        MarkerSearch out(words_.all());
        for (NodeProcess* node : network.all()) {
            out.look_into(node->directory());
        }
        for (const char* role : {"airport", "seaport", "relay"}) {
            for (const Bytes& stream : network.way_of(role).recorded()) {
                out.look_at(stream, std::string("stream of ") + role);
            }
        }
        return out;
    }
    void expect_all(const MarkerSearch& search, const std::string& place,
                    const std::vector<std::string>& wanted) {
        const auto found = search.words_found("plain", place);
        for (const std::string& one : wanted) {
            EXPECT_TRUE(found.contains(one) || words_.all_spelled().contains(one))
                << one << ", made as number "
                << std::find(words_.all().begin(), words_.all().end(), one) - words_.all().begin()
                << ", in " << place;
        }
    }

    MarkerWords words_;
    std::size_t kept_in_rows_ = 0;  ///< words made before those of the records
};

std::string beside_tests(const char* name) {
    return binary_folder() + "/tests/" + name;
}

TEST_F(Markers, AreAllFoundWhereNothingIsSealedOrPacked) {
    const MarkerSearch search = search_all(beside_tests("entrepot_unsealed"));
    expect_all(search, "/headquarters/log/", words_.all());
    // Names of compartments stand in the roster alone; everything else in the views too.
    const auto in_rows = words_.all().begin() + static_cast<std::ptrdiff_t>(kept_in_rows_);
    expect_all(search, "/headquarters/views/", {in_rows, words_.all().end()});
    expect_all(search, "stream of", words_.all());
    const auto relayed = search.words_found("plain", "/relay/log/");
    EXPECT_GT(relayed.size(), 40U) << "the relay carries the airport's log";
    for (const char* form : {"hex", "HEX", "base64+0", "base64+1", "base64+2"}) {
        EXPECT_EQ(search.words_found(form, "/headquarters/log/"), words_.all_spelled()) << form;
        EXPECT_EQ(search.words_found(form, "stream of"), words_.all_spelled()) << form;
    }
}

TEST_F(Markers, AreFoundNowhereWithCompressionOff) {
    const MarkerSearch search = search_all(beside_tests("entrepot_uncompressed"));
    EXPECT_TRUE(search.found().empty()) << search.report();
    EXPECT_GT(search.bytes_looked_at(), 300'000U);
}

TEST_F(Markers, AreFoundNowhereWithCompressionOn) {
    const MarkerSearch search = search_all(entrepot_program());
    EXPECT_TRUE(search.found().empty()) << search.report();
    EXPECT_GT(search.bytes_looked_at(), 300'000U);
}

}  // namespace
}  // namespace entrepot::node
