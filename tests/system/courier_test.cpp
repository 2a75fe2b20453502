// What a courier carries when there is no network, between real nodes: bundles there, receipts
// back, and the honest commits of a laptop that was stolen meanwhile.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/eventually.hpp"
#include "tests/support/test_network.hpp"
#include "tests/system/seizure_documents.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

const char* const joint = "Operation Blue Lane";

class Courier : public ::testing::Test {
protected:
    Courier() : network_(wish()) {}
    static NetworkWish wish() {
        NetworkWish out;
        out.seaport = "Kingston Seaport";
        return out;
    }
    /// Everything so far is at headquarters, and the seaport has its receipt for it.
    void SetUp() override {
        ASSERT_TRUE(network_.converge());
        ASSERT_TRUE(eventually([&] {
            const json delivery = seaport().status().at("delivery");
            return delivery.at("own_commits") == delivery.at("at_headquarters");
        }));
        stolen_ = id_of(seaport());
    }

    NodeProcess& headquarters() { return network_.headquarters(); }
    NodeProcess& airport() { return network_.airport(); }
    NodeProcess& seaport() { return network_.seaport(); }
    std::string at(const std::string& name) const { return (network_.folder() / name).string(); }
    static std::string id_of(const NodeProcess& node) { return node.status().at("node"); }

    /// What the command says in JSON; throws when it fails.
    static json told(const NodeProcess& node, std::vector<std::string> words) {
        words.emplace_back("--json");
        const Ran ran = node.command(words);
        if (ran.exit_code != 0) {
            throw std::runtime_error(words[0] + " " + words[1] + ": " + ran.out + ran.err);
        }
        return json::parse(ran.out);
    }
    /// The report of an import that ends with this code.
    static json refused(const NodeProcess& node, std::vector<std::string> words, int exit_code,
                        const std::string& code) {
        words.emplace_back("--json");
        const Ran ran = node.command(words);
        EXPECT_EQ(ran.exit_code, exit_code) << ran.out << ran.err;
        EXPECT_NE(ran.err.find(code), std::string::npos) << ran.err;
        EXPECT_EQ(ran.complaints(), 1U) << ran.err;
        return json::parse(ran.out.substr(0, ran.out.find('\n')), nullptr, false);
    }
    static std::vector<std::string> record(const NodeProcess& node, std::size_t count,
                                           const std::string& compartment = "") {
        std::vector<std::string> out;
        for (std::size_t i = 0; i < count; ++i) {
            json body{{"document", seizure(100 + i)}};
            if (!compartment.empty()) {
                body["compartment"] = compartment;
            }
            out.push_back(node.post(Socket::worker, "/records/seizures", body).at("id"));
        }
        return out;
    }
    static std::size_t held(const NodeProcess& node, const std::vector<std::string>& records) {
        std::size_t out = 0;
        for (const std::string& id : records) {
            out += node.ask(Socket::worker, "GET", "/records/" + id).is_success() ? 1 : 0;
        }
        return out;
    }
    static bool comes_to_hold(const NodeProcess& node, const std::vector<std::string>& records) {
        return eventually([&] { return held(node, records) == records.size(); });
    }
    void revoke_seaport() {
        told(headquarters(), {"administration", "revoke", stolen_, "--headquarters",
                              headquarters().directory().string(), "--yes"});
    }
    /// Moves the cut of each log in quarantine (the unit's audit is one) as far as it can go.
    void admit_all() {
        const json logs = headquarters().get(Socket::worker, "/quarantine").at("logs");
        ASSERT_FALSE(logs.empty());
        for (const json& log : logs) {
            told(headquarters(),
                 {"administration", "admit", log.at("log"), "--to",
                  std::to_string(log.at("admissible_to").get<std::uint64_t>()), "--headquarters",
                  headquarters().directory().string(), "--yes"});
        }
    }
    static Bytes file(const std::string& path) {
        std::ifstream in(path, std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(in), {}};
        return Bytes(text.begin(), text.end());
    }
    static void write(const std::string& path, ByteView bytes) {
        std::ofstream(path, std::ios::binary) << as_text(bytes);
    }

    /// A node's directory without its sockets, which are nothing at rest.
    static void copy_node(const std::filesystem::path& from, const std::filesystem::path& to) {
        std::filesystem::create_directories(to);
        for (const auto& entry : std::filesystem::directory_iterator(from)) {
            if (!entry.is_socket()) {
                std::filesystem::copy(entry.path(), to / entry.path().filename(),
                                      std::filesystem::copy_options::recursive);
            }
        }
        std::filesystem::permissions(to, std::filesystem::perms::owner_all);
    }

    TestNetwork network_;
    std::string stolen_;  ///< id of the seaport's node
};

TEST_F(Courier, BringsWhatACutOffUnitRecordedAndTakesTheReceiptBack) {
    network_.way_of("seaport").cut();
    const auto records = record(seaport(), 3);
    const json before = seaport().status().at("delivery");
    EXPECT_GE(before.at("own_commits").get<int>() - before.at("at_headquarters").get<int>(), 3)
        << "and what the audit wrote";
    EXPECT_EQ(told(seaport(), {"get", records[0]}).at("delivery"), "here");

    const json made = told(seaport(), {"bundle", "export", at("there"), "--to", "headquarters"});
    EXPECT_GE(made.at("commits"), 3);
    const json taken = told(headquarters(),
                            {"bundle", "import", at("there"), "--receipt", at("back")});
    EXPECT_EQ(taken.at("added"), made.at("commits")) << taken.dump();
    EXPECT_EQ(taken.at("sender"), id_of(seaport()));
    EXPECT_TRUE(comes_to_hold(headquarters(), records));

    EXPECT_GE(told(seaport(), {"bundle", "import", at("back")}).at("receipts").get<int>(), 1);
    const json after = seaport().status().at("delivery");
    EXPECT_EQ(after.at("own_commits"), after.at("at_headquarters"));
    EXPECT_EQ(told(seaport(), {"bundle", "export", at("again")}).at("commits"), 0)
        << "all of it has a receipt";
    EXPECT_EQ(told(seaport(), {"get", records[0]}).at("delivery"), "headquarters");
    EXPECT_EQ(told(headquarters(), {"bundle", "import", at("there")}).at("added"), 0);
    EXPECT_EQ(told(headquarters(), {"bundle", "receipt", at("later")}).at("to"),
              json::array({id_of(seaport())}));
}

TEST_F(Courier, ServesLockedNodesAndTheyCatchUpWhenUnlocked) {
    network_.way_of("seaport").cut();
    const auto records = record(seaport(), 2);
    seaport().post(Socket::link, "/lock");
    headquarters().post(Socket::link, "/lock");
    const json made = told(seaport(), {"bundle", "export", at("there")});
    EXPECT_EQ(made.at("to"), json::array({id_of(headquarters())}));
    EXPECT_GE(made.at("commits"), 2);
    EXPECT_EQ(told(headquarters(), {"bundle", "import", at("there")}).at("added"),
              made.at("commits"));
    EXPECT_EQ(headquarters().status().at("worker"), "none");
    const json acts = headquarters().status().at("bundles");
    ASSERT_EQ(acts.size(), 1U);
    EXPECT_EQ(acts[0].at("what"), "imported");
    EXPECT_EQ(acts[0].at("nodes"), json::array({id_of(seaport())}));
    EXPECT_EQ(acts[0].at("commits"), made.at("commits"));
    headquarters().post(Socket::link, "/worker");
    headquarters().await_unlocked();
    EXPECT_TRUE(comes_to_hold(headquarters(), records));
}

TEST_F(Courier, BringsHonestCommitsOfAStolenLaptopThatCountOnceTheCutMoves) {
    network_.way_of("seaport").cut();
    const auto records = record(seaport(), 5);
    told(seaport(), {"bundle", "export", at("honest")});
    seaport().kill_link();  // stolen
    revoke_seaport();

    const json taken =
        told(headquarters(), {"bundle", "import", at("honest"), "--receipt", at("back")});
    EXPECT_FALSE(std::filesystem::exists(at("back"))) << "a revoked node gets nothing more";
    const json kept = taken.at("quarantined");
    EXPECT_GE(kept, 5) << taken.dump();
    EXPECT_EQ(taken.at("added"), 0);
    EXPECT_TRUE(taken.at("sender_revoked").get<bool>());
    EXPECT_EQ(held(headquarters(), records), 0U);
    EXPECT_EQ(headquarters().status().at("aside"), kept);
    EXPECT_EQ(told(headquarters(), {"bundle", "import", at("honest")}).at("quarantined"), kept);
    EXPECT_EQ(headquarters().status().at("aside"), kept) << "kept once";

    headquarters().kill_link();
    network_.restart_headquarters();
    EXPECT_EQ(held(headquarters(), records), 0U);
    admit_all();
    EXPECT_TRUE(comes_to_hold(headquarters(), records));
    EXPECT_TRUE(headquarters().get(Socket::worker, "/quarantine").at("logs").empty());
}

TEST_F(Courier, PassesThemOnThroughAUnitThatOnlyKeepsThemAside) {
    network_.share_seizures(joint);
    ASSERT_TRUE(network_.converge());
    network_.way_of("seaport").cut();
    const auto records = record(seaport(), 5, joint);
    told(seaport(), {"bundle", "export", at("honest"), "--to", wish().airport});
    seaport().kill_link();
    revoke_seaport();
    const auto length = headquarters().status().at("roster").at("length");
    ASSERT_TRUE(
        eventually([&] { return airport().status().at("roster").at("length") == length; }));

    EXPECT_EQ(told(airport(), {"bundle", "import", at("honest")}).at("quarantined"), 5);
    EXPECT_EQ(held(airport(), records), 0U);
    EXPECT_EQ(held(headquarters(), records), 0U) << "peers offer what counts";
    const json onward = told(airport(), {"bundle", "export", at("onward")});
    EXPECT_EQ(onward.at("beyond_cuts"), 5);
    EXPECT_EQ(told(headquarters(), {"bundle", "import", at("onward")}).at("quarantined"), 5);
    EXPECT_EQ(held(headquarters(), records), 0U);

    admit_all();
    EXPECT_TRUE(comes_to_hold(headquarters(), records));
    EXPECT_TRUE(comes_to_hold(airport(), records));
}

TEST_F(Courier, KeepsTheRightBeginningOfADamagedBundleAndSaysWhatIsMissing) {
    network_.way_of("seaport").cut();
    record(seaport(), 40);
    told(seaport(), {"bundle", "export", at("whole"), "--all"});
    Bytes damaged = file(at("whole"));
    damaged[damaged.size() - damaged.size() / 4] ^= 1;
    write(at("damaged"), damaged);
    const json report =
        refused(headquarters(), {"bundle", "import", at("damaged")}, 3, "bundle.damaged");
    EXPECT_EQ(report.at("problem").at("code"), "bundle.damaged");
    if (report.at("added") != 0) {  // the bundle has more than one frame
        ASSERT_FALSE(report.at("missing").empty());
        EXPECT_EQ(report.at("missing")[0].at("node"), id_of(seaport()));
    }
    write(at("cut"), ByteView(damaged).first(damaged.size() / 2));
    refused(headquarters(), {"bundle", "import", at("cut")}, 3, "bundle.");
    EXPECT_FALSE(told(headquarters(), {"bundle", "import", at("whole")}).contains("problem"));
}

TEST_F(Courier, KeepsTheSecondBundleUntilTheFirstComes) {
    network_.way_of("seaport").cut();
    const auto first = record(seaport(), 2);
    told(seaport(), {"bundle", "export", at("first")});
    // A receipt for the first goes back, so that the second begins after it: made by a headquarters
    // that is then restored from before, as if the courier with the first bundle were still away.
    headquarters().stop();
    copy_node(headquarters().directory(), at("copy"));
    network_.restart_headquarters();
    told(headquarters(), {"bundle", "import", at("first"), "--receipt", at("back")});
    headquarters().stop();
    std::filesystem::remove_all(headquarters().directory());
    std::filesystem::rename(at("copy"), headquarters().directory());
    network_.restart_headquarters();
    told(seaport(), {"bundle", "import", at("back")});
    const auto second = record(seaport(), 2);
    const json made = told(seaport(), {"bundle", "export", at("second")});
    EXPECT_GE(made.at("commits"), 2);

    const json report =
        refused(headquarters(), {"bundle", "import", at("second")}, 7, "bundle.incomplete");
    EXPECT_GE(report.at("waiting"), 2) << report.dump();
    ASSERT_GE(report.at("missing").size(), 1U);
    EXPECT_EQ(held(headquarters(), second), 0U);
    told(headquarters(), {"bundle", "import", at("first")});
    EXPECT_TRUE(comes_to_hold(headquarters(), first));
    EXPECT_TRUE(comes_to_hold(headquarters(), second));
}

TEST_F(Courier, NeedsANodeThatWasUnlockedOnceSinceItsStart) {
    seaport().stop();
    const auto process = ChildProcess::start(
        {network_.wish().program, "node", "run", seaport().directory().string()}, {});
    ASSERT_TRUE(
        eventually([&] { return seaport().ask(Socket::link, "GET", "/status").is_success(); }));
    refused(seaport(), {"bundle", "export", at("x")}, 4, "link.not_opened");
    EXPECT_FALSE(std::filesystem::exists(at("x")));
}

TEST_F(Courier, IsToldPlainlyWhatIsWrong) {
    record(seaport(), 1);
    const std::string there = at("there");
    told(seaport(), {"bundle", "export", there, "--all"});
    EXPECT_EQ(std::filesystem::status(there).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    refused(seaport(), {"bundle", "export", there}, 6, "file.exists");
    told(seaport(), {"bundle", "export", there, "--all", "--replace"});
    refused(seaport(), {"bundle", "export", at("no folder/there")}, 8, "file.not_written");
    refused(seaport(), {"bundle", "export", at("x"), "--to", "zzzzzzzz"}, 5, "bundle.receiver");
    refused(seaport(), {"bundle", "export", at("x"), "--to", id_of(seaport())}, 5,
            "bundle.receiver");
    EXPECT_FALSE(std::filesystem::exists(at("x"))) << "nothing is left of what failed";
    refused(seaport(), {"bundle", "receipt", at("x")}, 2, "bundle.recipients");
    refused(airport(), {"bundle", "import", there}, 4, "bundle.not_for_this_node");
    refused(airport(), {"bundle", "import", at("nothing")}, 2, "file.unreadable");
    write(at("garbage"), as_bytes("these are no bytes of a bundle"));
    refused(airport(), {"bundle", "import", at("garbage")}, 3, "bundle.malformed");
    const auto unknown = airport().ask(Socket::link, "POST", "/bundles/imports/00/finish");
    EXPECT_EQ(unknown.code, "bundle.no_transfer");
    EXPECT_EQ(airport().ask(Socket::link, "POST", "/bundles/exports", json{{"to", "x"}}).code,
              "bundle.request");
    revoke_seaport();
    refused(headquarters(), {"bundle", "export", at("x"), "--to", id_of(seaport())}, 5, "revoked");
    for (const auto& entry : std::filesystem::directory_iterator(network_.folder())) {
        EXPECT_FALSE(entry.path().filename().string().starts_with('.')) << entry.path();
    }
}

}  // namespace
}  // namespace entrepot::node
