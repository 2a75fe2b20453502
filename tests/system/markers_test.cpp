// Marker words in records and names are found nowhere outside the worker: in no file of any node, a
// relay without keys among them, and in no byte between nodes. The search proves itself on a
// network whose program seals and packs nothing: there it finds every one of them.
//
// What is replaced there: the seals of commits, rows, slots and names, libzmq's boxes after the
// CURVE handshake, and compression. What is not: HPKE, which carries only keys.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "crypto/base64.hpp"
#include "node/databases/shipped.hpp"
#include "tests/support/marker_search.hpp"
#include "tests/support/places.hpp"
#include "tests/support/test_network.hpp"
#include "tests/system/seizure_documents.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

/// Fields whose text has a form of its own.
const std::set<std::string> formed{"reference", "imo",    "vin",  "container", "hs_code",
                                   "script",    "number", "unit", "website"};

/// Makes the marker words and remembers them: 6, 12 and 32 bytes that occur nowhere else.
class Markers : public ::testing::Test {
protected:
    std::string word(std::size_t size) {
        std::string out;
        while (out.size() < size) {
            out += static_cast<char>('A' + letters_() % 26);
        }
        words_.push_back(out);
        return out;
    }
    /// As many marker words as the field has room for.
    std::string text(std::size_t longest) {
        return longest >= 60   ? word(6) + " " + word(12) + " " + word(32)
               : longest >= 20 ? word(6) + " " + word(12)
                               : word(6);
    }
    void fill_fields(const json& fields, json& item) {
        for (const json& field : fields) {
            const std::string name = field.at("name");
            if (field.at("type") == "text" && !formed.contains(name)) {
                item[name] = text(field.value("longest", std::size_t{200}));
            }
        }
    }
    /// A valid document with marker words in every free text it has room for.
    json marked(const std::string& database) {
        const json schema = json::parse(shipped_file("schemas/" + database + ".json"));
        json out = generated(9, 1, database).front();
        out.erase("reference");
        fill_fields(schema.at("fields"), out);
        for (const json& group : schema.at("groups")) {
            const std::string name = group.at("name");
            if (!group.value("set", false) && out.contains(name) && !out[name].empty()) {
                fill_fields(group.at("fields"), out[name][0]);
            }
        }
        return out;
    }
    /// Marker words as somebody might write them down, in one text.
    std::string spelled() {
        std::string out;
        for (const std::size_t size : {6, 12, 32}) {
            const std::string one = word(size);
            spelled_.insert(one);
            out += to_hex(as_bytes(one));
            for (const char* before : {" ", "a", "ab"}) {
                const std::string around = *before == ' ' ? one : before + one;
                out += " " + crypto::to_base64(as_bytes(around + "!!"));
            }
            std::string capitals = to_hex(as_bytes(one));
            std::transform(capitals.begin(), capitals.end(), capitals.begin(), ::toupper);
            out += " " + capitals + " ";
        }
        return out;
    }

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
        kept_in_rows_ = words_.size();
        json seizure = marked("seizures");
        seizure["concealment_note"] = seizure["concealment_note"].get<std::string>() + spelled();
        const json own = put(airport, "seizures", {{"document", seizure}});
        put(airport, "seizures", {{"compartment", shared}, {"document", marked("seizures")}});
        put(network.seaport(), "suspects", {{"document", marked("suspects")}});
        put(airport, "companies", {{"document", marked("companies")}});
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
        MarkerSearch out(words_);
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
            EXPECT_TRUE(found.contains(one) || spelled_.contains(one))
                << one << ", made as number "
                << std::find(words_.begin(), words_.end(), one) - words_.begin() << ", in "
                << place;
        }
    }

    std::mt19937_64 letters_{26};
    std::vector<std::string> words_;
    std::set<std::string> spelled_;
    std::size_t kept_in_rows_ = 0;  ///< words made before those of the records
};

std::string beside_tests(const char* name) {
    return binary_folder() + "/tests/" + name;
}

TEST_F(Markers, AreAllFoundWhereNothingIsSealedOrPacked) {
    const MarkerSearch search = search_all(beside_tests("entrepot_unsealed"));
    expect_all(search, "/headquarters/log/", words_);
    // Names of compartments stand in the roster alone; everything else in the views too.
    const auto in_rows = words_.begin() + static_cast<std::ptrdiff_t>(kept_in_rows_);
    expect_all(search, "/headquarters/views/", {in_rows, words_.end()});
    expect_all(search, "stream of", words_);
    const auto relayed = search.words_found("plain", "/relay/log/");
    EXPECT_GT(relayed.size(), 40U) << "the relay carries the airport's log";
    for (const char* form : {"hex", "HEX", "base64+0", "base64+1", "base64+2"}) {
        EXPECT_EQ(search.words_found(form, "/headquarters/log/"), spelled_) << form;
        EXPECT_EQ(search.words_found(form, "stream of"), spelled_) << form;
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
