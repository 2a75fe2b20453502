// Backup and restore of a real node among its peers: what was written since comes back from them,
// what was erased since stays away, no number is used twice; a restore or a backup that is killed,
// or finds no room, leaves nothing that passes for a whole one.
#include <gtest/gtest.h>
#include <poll.h>

#include <csignal>
#include <fstream>

#include "tests/support/eventually.hpp"
#include "tests/support/test_network.hpp"
#include "tests/system/seizure_documents.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

class Restore : public ::testing::Test {
protected:
    NodeProcess& headquarters() { return network_.headquarters(); }
    NodeProcess& airport() { return network_.airport(); }
    std::string at(const std::string& name) const { return network_.path_of(name); }

    static json put(const NodeProcess& node, std::uint64_t seed) {
        return node.post(Socket::worker, "/records/seizures", {{"document", seizure(seed)}});
    }
    static bool holds(const NodeProcess& node, const json& record) {
        return node.ask(Socket::worker, "GET", "/records/" + record.at("id").get<std::string>())
            .is_success();
    }
    std::vector<std::string> words_of(std::vector<std::string> words) const {
        words.insert(words.begin(), entrepot_program());
        words.insert(words.end(), {"--service-key", network_.service_key().string()});
        return words;
    }
    void back_up() {
        const Ran ran = airport().command({"backup", at("airport.backup")});
        ASSERT_EQ(ran.exit_code, 0) << ran.err;
    }
    /// In place of the airport's folder, with the roster that headquarters has now.
    std::vector<std::string> restore_words() {
        network_.command({"roster", "export", at("today.roster"), "--node",
                          headquarters().directory().string()});
        return words_of({"restore", at("airport.backup"), airport().directory().string(),
                         "--roster", at("today.roster")});
    }
    void lose_disk() {
        airport().kill_link();
        std::filesystem::remove_all(airport().directory());
    }
    void erase(const json& record) {
        const std::string id = record.at("id");
        network_.command({"administration", "erase", "seizures/" + id, "--reason", "court order 7",
                          "--headquarters", headquarters().directory().string(), "-o",
                          at("erasure.draft")});
        for (const char* key : {"root-1.key", "root-2.key"}) {
            network_.command({"administration", "sign", at("erasure.draft"), "--key",
                              at("administration/") + key, "--yes"});
        }
        network_.command({"administration", "apply", at("administration"), at("erasure.draft"),
                          "--headquarters", headquarters().directory().string()});
    }

    TestNetwork network_;
};

TEST_F(Restore, BringsBackWhatPeersHaveAndNothingThatWasErased) {
    const json first = put(airport(), 1), erased = put(airport(), 2);
    back_up();
    const json second = put(airport(), 3);
    ASSERT_TRUE(network_.converge());
    network_.cut_all();
    const json lost = put(airport(), 4);  // reaches nobody
    lose_disk();
    erase(erased);

    const Ran ran = run_program(restore_words());
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    airport().start();
    EXPECT_FALSE(holds(airport(), erased)) << "before it meets anybody";
    EXPECT_TRUE(holds(airport(), first));
    const json later = put(airport(), 5);  // in a log of its own, still alone
    network_.open_all();
    ASSERT_TRUE(network_.converge());

    for (const json& record : {first, second, later}) {
        EXPECT_TRUE(holds(airport(), record)) << record.dump();
        EXPECT_TRUE(holds(headquarters(), record)) << record.dump();
    }
    EXPECT_FALSE(holds(airport(), erased));
    EXPECT_FALSE(holds(airport(), lost));
    EXPECT_NE(later.at("reference"), lost.at("reference")) << "a number is given once";
    EXPECT_EQ(headquarters().status().at("forks"), 0);
    EXPECT_EQ(airport().command({"verify"}).exit_code, 0);
    EXPECT_EQ(headquarters().command({"verify"}).exit_code, 0);
}

TEST_F(Restore, KilledAtAnyMomentLeavesNoNodeOrAWholeOne) {
    const json first = put(airport(), 1);
    back_up();
    ASSERT_TRUE(network_.converge());
    lose_disk();
    const auto words = restore_words();
    const auto& node = airport().directory();
    for (int pause_ms = 1; !std::filesystem::exists(node); pause_ms += pause_ms / 4 + 1) {
        ASSERT_LT(pause_ms, 60'000) << "no restore came to its end";
        ChildProcess restoring = ChildProcess::start(words, {});
        ::poll(nullptr, 0, pause_ms);
        restoring.signal(SIGKILL);
        restoring.wait();
    }
    EXPECT_FALSE(std::filesystem::exists(node.string() + ".restoring"));
    airport().start();
    EXPECT_TRUE(holds(airport(), first));
    ASSERT_TRUE(network_.converge());
    EXPECT_EQ(headquarters().status().at("forks"), 0);
}

TEST_F(Restore, WithoutRoomABackupIsRefusedAndThoseOfBeforeStay) {
    back_up();
    const std::string map = at("documents.map");
    std::ofstream(map) << R"({"database": "seizures", "format": "ndjson"})";
    airport().command({"import", "-", "--map", map}, feed_of(as_lines(generated(3, 8000), "x")));
    ASSERT_TRUE(eventually([&] { return airport().is_caught_up(); }));
    const auto limited = network_.folder() / "limited";
    std::ofstream(limited) << "#!/bin/sh\nulimit -f 1024\nexec " << entrepot_program()
                           << " \"$@\"\n";
    std::filesystem::permissions(limited, std::filesystem::perms::owner_all);
    auto words = words_of({"backup", at("second.backup"), "--node",
                           airport().directory().string()});
    words[0] = limited.string();
    const Ran ran = run_program(words);
    EXPECT_EQ(ran.exit_code, 8) << ran.err;
    EXPECT_EQ(ran.complaints(), 1U) << ran.err;
    for (const char* left : {"second.backup", "second.backup.part"}) {
        EXPECT_FALSE(std::filesystem::exists(at(left))) << left;
    }
    EXPECT_FALSE(std::filesystem::exists(airport().directory() / "backup.scratch"));
    EXPECT_EQ(run_program(words_of({"backup-check", at("airport.backup")})).exit_code, 0);
    EXPECT_TRUE(airport().is_caught_up());
}

}  // namespace
}  // namespace entrepot::node
