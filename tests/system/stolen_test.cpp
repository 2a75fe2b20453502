// The seaport's laptop is stolen: headquarters revokes it with a cut at what it holds, and a new
// laptop takes over the unit.
#include <gtest/gtest.h>

#include "tests/support/eventually.hpp"
#include "tests/support/test_network.hpp"
#include "tests/system/seizure_documents.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

class Stolen : public ::testing::Test {
protected:
    Stolen() : network_(wish()) {}
    static NetworkWish wish() {
        NetworkWish out;
        out.seaport = "Kingston Seaport";
        return out;
    }
    json command(std::vector<std::string> words) const {
        words.insert(words.begin(), network_.wish().program);
        words.insert(words.end(), {"--service-key", network_.service_key().string(), "--json"});
        const Ran ran = run_program(words);
        if (ran.exit_code != 0) {
            throw std::runtime_error(words[1] + " " + words[2] + ": " + ran.err);
        }
        return json::parse(ran.out);
    }
    std::string at(const std::string& name) const { return (network_.folder() / name).string(); }
    std::string id_of(const NodeProcess& node) const { return node.status().at("node"); }
    /// A record of the seaport's, by its reference number.
    static std::string record(const NodeProcess& node, std::uint64_t seed) {
        return node.post(Socket::worker, "/records/seizures", {{"document", seizure(seed)}})
            .at("id");
    }
    static bool has(const NodeProcess& node, const std::string& record) {
        return node.ask(Socket::worker, "GET", "/records/" + record).is_success();
    }
    bool is_peer_of_headquarters(const std::string& node) {
        const json status = network_.headquarters().status();
        for (const json& peer : status.at("peers")) {
            if (peer.value("node", "") == node) {
                return true;
            }
        }
        return false;
    }

    TestNetwork network_;
};

TEST_F(Stolen, ANewNodeTakesOverTheUnitAndTheStolenOneIsOut) {
    NodeProcess& headquarters = network_.headquarters();
    NodeProcess& seaport = network_.seaport();
    const std::string known = record(seaport, 11);
    ASSERT_TRUE(network_.converge());
    network_.way_of("seaport").cut();
    const std::string late = record(seaport, 12);
    const std::string stolen = id_of(seaport);

    const json request = command({"node", "create", at("second"), "--kind", "unit", "--name",
                                  "Kingston desk", "--country", "JM", "--officer", "M. Grant"});
    const json replaced = command(
        {"administration", "replace", stolen, request.at("request"), "--code", request.at("code"),
         "--headquarters", headquarters.directory().string(), "-o", at("second.join"), "--yes"});
    EXPECT_EQ(replaced.at("replaces"), stolen);
    EXPECT_FALSE(replaced.at("cuts").empty());
    const json roster = headquarters.get(Socket::worker, "/roster");
    command({"node", "join", at("second"), at("second.join"), "--root", roster.at("root")});

    NodeProcess second({network_.wish().program,
                        at("second"),
                        network_.service_key(),
                        "",
                        {headquarters.status().at("listen").get<std::string>()}});
    second.start();
    ASSERT_TRUE(eventually([&] { return has(second, known); })) << second.status().dump();
    const std::string own = record(second, 13);
    EXPECT_TRUE(eventually([&] { return has(headquarters, own); }));

    network_.way_of("seaport").open();
    const auto strangers = headquarters.status().at("refused_strangers").get<std::uint64_t>();
    seaport.post(Socket::link, "/sync");
    EXPECT_TRUE(eventually([&] {
        return headquarters.status().at("refused_strangers").get<std::uint64_t>() > strangers;
    }));
    EXPECT_FALSE(is_peer_of_headquarters(stolen));
    EXPECT_FALSE(has(headquarters, late));
    EXPECT_TRUE(has(headquarters, known));
    second.stop();
}

TEST_F(Stolen, ALiveConnectionEndsWithTheRevocation) {
    NodeProcess& seaport = network_.seaport();
    ASSERT_TRUE(network_.converge());
    const std::string stolen = id_of(seaport);
    ASSERT_TRUE(eventually([&] { return is_peer_of_headquarters(stolen); }));
    command({"administration", "revoke", stolen, "--headquarters",
             network_.headquarters().directory().string(), "--yes"});
    EXPECT_TRUE(eventually([&] { return !is_peer_of_headquarters(stolen); }));
    EXPECT_TRUE(eventually([&] { return seaport.status().at("peers").empty(); }));
    EXPECT_TRUE(eventually([&] { return is_peer_of_headquarters(id_of(network_.airport())); }));
}

}  // namespace
}  // namespace entrepot::node
