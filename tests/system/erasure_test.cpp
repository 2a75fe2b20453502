// An order to erase, from headquarters' draft to every node's signature: units, headquarters and a
// relay without keys, one of them locked. On a network whose program seals and packs nothing the
// files of all nodes are searched, freed pages too: the words are there before and nowhere after.
#include <gtest/gtest.h>

#include "tests/support/eventually.hpp"
#include "tests/support/marker_search.hpp"
#include "tests/support/places.hpp"
#include "tests/support/test_network.hpp"
#include "tests/system/seizure_documents.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

const std::string erased_word = "QZKERASEDWORD", edited_word = "QZKEDITEDWORD",
                  kept_word = "QZKKEPTWORD";

class Erasure : public ::testing::Test {
protected:
    explicit Erasure(const std::string& program = entrepot_program())
        : network_(wish(program)) {}

    static NetworkWish wish(const std::string& program) {
        NetworkWish out;
        out.program = program;
        out.seaport = "Kingston Seaport";
        out.relay = "Courier";
        return out;
    }
    Ran run(std::vector<std::string> words) const {
        words.insert(words.begin(), network_.wish().program);
        words.insert(words.end(), {"--service-key", network_.service_key().string(), "--json"});
        return run_program(words);
    }
    json command(std::vector<std::string> words) const {
        const Ran ran = run(words);
        if (ran.exit_code != 0) {
            throw std::runtime_error(words[0] + " " + words[1] + ": " + ran.err);
        }
        return json::parse(ran.out);
    }
    std::string at(const std::string& name) const { return (network_.folder() / name).string(); }
    std::string headquarters() { return network_.headquarters().directory().string(); }

    static std::string put(const NodeProcess& node, json document, const std::string& narrative) {
        document["narrative"] = narrative;
        return node.post(Socket::worker, "/records/seizures", {{"document", document}}).at("id");
    }
    static void edit(const NodeProcess& node, const std::string& id, const std::string& narrative) {
        const json shown = node.get(Socket::worker, "/records/" + id);
        json document = shown.at("document");
        document["narrative"] = narrative;
        node.post(Socket::worker, "/records/seizures",
                  {{"id", id}, {"token", shown.at("token")}, {"document", document}});
    }
    /// Drafted at headquarters, signed by two root holders, applied.
    json order(const std::string& record, std::vector<std::string> more = {}) {
        std::vector<std::string> draft{"administration", "erase",          "seizures/" + record,
                                       "--reason",       "court order 12", "--headquarters",
                                       headquarters(),   "-o",             at("erasure.draft")};
        draft.insert(draft.end(), more.begin(), more.end());
        json out = command(draft);
        for (const char* key : {"root-1.key", "root-2.key"}) {
            command({"administration", "sign", at("erasure.draft"), "--key",
                     at("administration/") + key, "--yes"});
        }
        command({"administration", "apply", at("administration"), at("erasure.draft"),
                 "--headquarters", headquarters()});
        return out;
    }
    json orders() {
        return command({"administration", "erasures", "--headquarters", headquarters()})
            .at("orders");
    }
    ::testing::AssertionResult receipted(std::size_t nodes) {
        json last;
        const bool done = eventually([&] {
            last = orders();
            return !last.empty() && last.back().at("receipted") == nodes;
        });
        return done ? ::testing::AssertionSuccess() : ::testing::AssertionFailure() << last.dump();
    }
    MarkerSearch search() {
        MarkerSearch out({erased_word, edited_word, kept_word});
        for (NodeProcess* node : network_.all()) {
            out.look_into(node->directory());
        }
        return out;
    }

    TestNetwork network_;
};

class ErasureUnsealed : public Erasure {
protected:
    ErasureUnsealed() : Erasure(binary_folder() + "/tests/entrepot_unsealed") {}
};

TEST_F(ErasureUnsealed, LeavesNothingOfARecordOnAnyNodesDisk) {
    network_.relay_seizures_of(network_.wish().airport);
    ASSERT_TRUE(network_.converge());
    NodeProcess& airport = network_.airport();
    const std::string gone = put(airport, seizure(11), "note " + erased_word);
    const std::string stays = put(airport, seizure(12), "note " + kept_word);
    ASSERT_TRUE(network_.converge());
    edit(network_.headquarters(), gone, "note " + edited_word);
    ASSERT_TRUE(network_.converge());
    for (NodeProcess* node : {&network_.headquarters(), &airport}) {
        node->post(Socket::worker, "/verify", {{"rebuild", true}});  // views on the disk
    }
    const MarkerSearch before = search();
    for (const char* node : {"/headquarters/", "/airport/", "/relay/"}) {
        EXPECT_EQ(before.words_found("plain", node).size(), 3u) << node << before.report();
    }

    const json drafted = order(gone);
    EXPECT_EQ(drafted.at("changes").size(), 2u) << drafted.dump();
    ASSERT_TRUE(network_.converge());
    ASSERT_TRUE(receipted(4));

    const MarkerSearch after = search();
    for (const auto& [spelling, places] : after.found()) {
        EXPECT_EQ(spelling.word, kept_word) << after.report();
    }
    for (const char* node : {"/headquarters/", "/airport/", "/relay/"}) {
        EXPECT_EQ(after.words_found("plain", node).count(kept_word), 1u) << node;
    }
    for (NodeProcess* node : {&network_.headquarters(), &airport}) {
        const Answered answer = node->ask(Socket::worker, "GET", "/records/" + gone);
        EXPECT_EQ(answer.code, "record.erased");
        EXPECT_TRUE(node->ask(Socket::worker, "GET", "/records/" + stays).is_success());
        const json verified = node->post(Socket::worker, "/verify");
        EXPECT_TRUE(verified.at("problems").empty()) << verified.dump();
        const json history = node->get(Socket::worker, "/records/" + gone + "/history");
        EXPECT_TRUE(history.at("changes").empty());
        EXPECT_EQ(history.at("erased").at(0).at("places").size(), 2u) << history.dump();
    }
}

TEST_F(Erasure, IsCarriedOutAndReceiptedByALockedNodeAndShownOnceItIsUnlocked) {
    NodeProcess& airport = network_.airport();
    const std::string gone = put(airport, seizure(21), "note " + erased_word);
    const std::string stays = put(airport, seizure(22), "note " + kept_word);
    ASSERT_TRUE(network_.converge());
    airport.post(Socket::link, "/lock");
    order(gone);
    ASSERT_TRUE(receipted(3));
    const json done = airport.status().at("erasures");
    EXPECT_EQ(done.at("done"), done.at("ordered"));
    airport.post(Socket::link, "/worker");
    airport.await_unlocked();
    ASSERT_TRUE(network_.converge());
    EXPECT_EQ(airport.ask(Socket::worker, "GET", "/records/" + gone).code, "record.erased");
    EXPECT_TRUE(airport.ask(Socket::worker, "GET", "/records/" + stays).is_success());
}

TEST_F(Erasure, OfAPathLeavesTheRestAndTheHistorySaysWhichEntryDidIt) {
    NodeProcess& airport = network_.airport();
    const std::string record = put(airport, seizure(31), "first");
    edit(airport, record, "second");
    ASSERT_TRUE(network_.converge());
    const Ran preview = run({"administration", "erase", "seizures/" + record, "--reason", "x",
                             "--path", "narrative", "--preview", "--headquarters", headquarters()});
    ASSERT_EQ(preview.exit_code, 0) << preview.err;
    EXPECT_EQ(json::parse(preview.out).at("changes").size(), 2u);
    EXPECT_FALSE(json::parse(preview.out).at("beside").empty());
    EXPECT_TRUE(orders().empty());
    order(record, {"--path", "narrative"});
    ASSERT_TRUE(receipted(3));
    ASSERT_TRUE(network_.converge());
    EXPECT_TRUE(eventually([&] {
        const json shown = airport.get(Socket::worker, "/records/" + record);
        return !shown.at("document").contains("narrative") && shown.contains("erased") &&
               shown.at("document").at("place") == seizure(31).at("place");
    })) << airport.get(Socket::worker, "/records/" + record).dump();
    const json history = airport.get(Socket::worker, "/records/" + record + "/history");
    ASSERT_EQ(history.at("erased").size(), 1u) << history.dump();
    EXPECT_EQ(history.at("erased")[0].at("whole"), false);
    EXPECT_EQ(history.at("erased")[0].at("entry"), orders().back().at("entry"));
}

TEST_F(Erasure, ReachesANodeThatWasAwayAndComesBackWithTheOldCommits) {
    NodeProcess& airport = network_.airport();
    network_.way_of("airport").cut();
    const std::string late = put(airport, seizure(41), "note " + erased_word);
    airport.kill_link();
    airport.start();
    network_.way_of("airport").open();
    ASSERT_TRUE(network_.converge());
    network_.way_of("airport").cut();
    order(late);
    ASSERT_TRUE(receipted(2));
    const json newest = orders().back();
    for (const json& node : newest.at("nodes")) {
        EXPECT_EQ(node.at("receipted"), node.at("node") != airport.status().at("node"));
    }
    network_.way_of("airport").open();
    ASSERT_TRUE(receipted(3));
    EXPECT_TRUE(eventually([&] {
        return airport.ask(Socket::worker, "GET", "/records/" + late).code == "record.erased";
    }));
}

class WithdrawnRight : public Erasure {
protected:
    WithdrawnRight() : Erasure(binary_folder() + "/tests/entrepot_unsealed") {}
};

TEST_F(WithdrawnRight, TakesRecordsKeysAndCommitsFromTheUnitsDisk) {
    network_.share_seizures("Joint");
    ASSERT_TRUE(network_.converge());
    NodeProcess& airport = network_.airport();
    NodeProcess& seaport = network_.seaport();
    json document = seizure(51);
    document["narrative"] = "note " + erased_word;
    const std::string shared = airport.post(Socket::worker, "/records/seizures",
                                            {{"document", document}, {"compartment", "Joint"}})
                                   .at("id");
    const std::string own = put(seaport, seizure(52), "note " + kept_word);
    ASSERT_TRUE(network_.converge());
    const auto seaport_has = [&](const std::string& word) {
        MarkerSearch out({erased_word, kept_word});
        out.look_into(seaport.directory());
        return out.words_found("plain").contains(word);
    };
    seaport.post(Socket::worker, "/verify", {{"rebuild", true}});
    ASSERT_TRUE(seaport_has(erased_word));
    command({"administration", "grant", "--headquarters", headquarters(), "--compartment", "Joint",
             "--unit", network_.wish().seaport, "--right", "none", "--yes"});
    EXPECT_TRUE(eventually([&] { return !seaport.status().at("withdrawn").empty(); }));
    EXPECT_TRUE(eventually([&] {
        return !seaport.ask(Socket::worker, "GET", "/records/" + shared).is_success();
    }));
    EXPECT_TRUE(eventually([&] { return !seaport_has(erased_word); }));
    EXPECT_TRUE(seaport_has(kept_word));
    ASSERT_TRUE(network_.converge());
    EXPECT_TRUE(seaport.ask(Socket::worker, "GET", "/records/" + own).is_success());
    EXPECT_TRUE(airport.ask(Socket::worker, "GET", "/records/" + shared).is_success());
}

}  // namespace
}  // namespace entrepot::node
