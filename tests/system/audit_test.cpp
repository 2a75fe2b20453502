// The audit through real nodes: what an officer was shown is in it before he was shown it, also
// when the next thing that happens is kill -9; only the auditor reads it; a full disk shows
// nothing.
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <fstream>

#include "tests/support/eventually.hpp"
#include "tests/support/test_network.hpp"
#include "tests/system/seizure_documents.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

constexpr int refused = 3, storage = 8;

class Audit : public ::testing::Test {
protected:
    Audit() {
        const Ran made = run_program({entrepot_program(), "administration", "auditor", "create",
                                      administration(), "--headquarters",
                                      network_.headquarters().directory().string(), "--service-key",
                                      network_.service_key().string()});
        EXPECT_EQ(made.exit_code, 0) << made.err;
        EXPECT_TRUE(network_.converge());
    }
    std::string administration() { return (network_.folder() / "administration").string(); }
    std::string auditor_key() { return administration() + "/auditor.key"; }
    std::string recovery_key() { return administration() + "/recovery.key"; }
    std::string put_one(unsigned seed) {
        return network_.airport()
            .post(Socket::worker, "/records/seizures", {{"document", seizure(seed)}})
            .at("id");
    }
    /// What the auditor reads at that node, of the airport.
    std::vector<json> entries(const NodeProcess& node) {
        const Ran ran = node.command({"audit", "show", "--key", auditor_key(), "--key",
                                      recovery_key(), "--of", network_.wish().airport, "--json"});
        EXPECT_EQ(ran.exit_code, 0) << ran.err;
        std::vector<json> out;
        std::istringstream lines(ran.out);
        for (std::string line; std::getline(lines, line);) {
            out.push_back(json::parse(line));
        }
        return out;
    }
    static bool has(const std::vector<json>& entries, const std::string& kind,
                    const std::string& record) {
        for (const json& entry : entries) {
            if (entry.at("kind") == kind && entry.at("records").size() == 1 &&
                entry.at("records")[0].at("id") == record) {
                return true;
            }
        }
        return false;
    }
    static bool has_kind(const std::vector<json>& entries, const std::string& kind,
                         const std::string& outcome = "") {
        for (const json& entry : entries) {
            if (entry.at("kind") == kind && entry.at("outcome") == outcome) {
                return true;
            }
        }
        return false;
    }
    TestNetwork network_;
};

TEST_F(Audit, HasTheEntryOfWhatWasShownEvenWhenTheNodeIsKilledRightAfterTheAnswer) {
    const std::string id = put_one(1);
    network_.airport().get(Socket::worker, "/records/" + id + "?purpose=check&case=C-7");
    network_.airport().kill_link();
    network_.airport().start();
    const auto held = entries(network_.airport());
    EXPECT_TRUE(has(held, "consultation", id));
    bool explained = false;
    for (const json& entry : held) {
        explained = explained || (entry.at("purpose") == "check" && entry.at("case") == "C-7");
    }
    EXPECT_TRUE(explained);
}

TEST_F(Audit, OfAUnitIsReadAtHeadquartersByTheAuditorAlone) {
    const std::string id = put_one(2);
    network_.airport().post(Socket::worker, "/search",
                            {{"database", "seizures"}, {"query", "country:JM"}});
    ASSERT_TRUE(network_.converge());
    const auto held = entries(network_.headquarters());
    EXPECT_TRUE(has(held, "collection", id));
    EXPECT_TRUE(has_kind(held, "search", "0") || has_kind(held, "search", "1"));
    const Ran without =
        network_.headquarters().command({"audit", "show", "--key", recovery_key(), "--json"});
    EXPECT_EQ(without.exit_code, refused) << "sealed to the auditor since he was named";
    EXPECT_EQ(without.out.find("country:JM"), std::string::npos);
    const Ran root = network_.headquarters().command(
        {"audit", "show", "--key", administration() + "/root-1.key"});
    EXPECT_NE(root.err.find("auditor.not_a_key"), std::string::npos) << root.err;
}

TEST_F(Audit, IsWholeAndAnEarlierVerdictHoldsItToThat) {
    network_.airport().get(Socket::worker, "/records/" + put_one(3));
    network_.headquarters().post(Socket::worker, "/search", {{"database", "seizures"}});
    ASSERT_TRUE(network_.converge());
    const Ran first = network_.headquarters().command({"audit", "verify", "--json"});
    EXPECT_EQ(first.exit_code, 0) << first.out << first.err;
    json verdict = json::parse(first.out);
    EXPECT_GE(verdict.at("logs").size(), 2U) << "headquarters and the airport";
    const std::string earlier = (network_.folder() / "verdict.json").string();
    std::ofstream(earlier) << verdict;
    EXPECT_EQ(network_.headquarters().command({"audit", "verify", "--against", earlier}).exit_code,
              0);
    for (json& log : verdict.at("logs")) {
        log["number"] = log["number"].get<std::uint64_t>() + 1000;
    }
    std::ofstream(earlier) << verdict;
    const Ran cut = network_.headquarters().command({"audit", "verify", "--against", earlier});
    EXPECT_EQ(cut.exit_code, refused);
    EXPECT_NE(cut.out.find("audit.truncated"), std::string::npos) << cut.out;
    std::ofstream(earlier) << "{}";
    EXPECT_NE(network_.headquarters()
                  .command({"audit", "verify", "--against", earlier})
                  .err.find("audit.heads_file"),
              std::string::npos);
}

TEST_F(Audit, TellsOfLocksUnlocksAndRefusedUnlocks) {
    NodeProcess& airport = network_.airport();
    EXPECT_EQ(airport.ask(Socket::worker, "POST", "/unlock", {{"passphrase", "wrong word"}}).status,
              403U);
    airport.post(Socket::link, "/lock");
    airport.post(Socket::link, "/worker");
    airport.await_unlocked();
    const auto held = entries(airport);
    EXPECT_TRUE(has_kind(held, "lock"));
    EXPECT_TRUE(has_kind(held, "unlock"));
    bool told = false;
    for (const json& entry : held) {
        told = told || (entry.at("kind") == "refusal" && entry.at("text") == "unlock");
    }
    EXPECT_TRUE(told);
}

TEST_F(Audit, TellsWhoWasRefusedWhatForHisRoles) {
    NodeProcess& airport = network_.airport();
    const std::string id = put_one(8);
    const json made = airport.post(Socket::worker, "/officers",
                                   {{"officer", "Eve Auditor"},
                                    {"roles", {"auditor"}},
                                    {"passphrase", "Eve Auditor counts gulls"}});
    airport.post(Socket::worker, "/unlock",
                 {{"officer", "Eve Auditor"}, {"passphrase", "Eve Auditor counts gulls"}});
    EXPECT_EQ(airport.ask(Socket::worker, "GET", "/records/" + id).code, "officer.role");
    airport.post(Socket::worker, "/sign-out");
    bool told = false, signed_in = false;
    for (const json& entry : entries(airport)) {
        const bool hers = entry.at("officer") == made.at("officer_id");
        told = told || (hers && entry.at("kind") == "refusal" &&
                              entry.at("text") == "GET /records/" + id &&
                              entry.at("outcome") == "officer.role");
        signed_in = signed_in || (hers && entry.at("kind") == "unlock");
    }
    EXPECT_TRUE(told);
    EXPECT_TRUE(signed_in);
}

TEST_F(Audit, KnowsPrintsExportsHistoriesAndChangesFromLooks) {
    NodeProcess& airport = network_.airport();
    const std::string id = put_one(9);
    airport.get(Socket::worker, "/records/" + id + "?act=print");
    airport.get(Socket::worker, "/records/" + id + "/history?act=export");
    const json shown = airport.get(Socket::worker, "/records/" + id);
    airport.post(Socket::worker, "/records/seizures",
                 {{"id", id}, {"token", shown.at("token")}, {"document", seizure(10)}});
    for (const char* kind : {"print", "export", "consultation", "collection", "alteration"}) {
        EXPECT_TRUE(eventually([&] { return has(entries(airport), kind, id); })) << kind;
    }
}

TEST_F(Audit, TakesNoPurposeLongerThanAnEntryHolds) {
    const std::string id = put_one(4);
    const auto answer = network_.airport().ask(
        Socket::worker, "GET", "/records/" + id + "?purpose=" + std::string(257, 'x'));
    EXPECT_EQ(answer.code, "audit.purpose");
}

TEST_F(Audit, WithoutRoomForAReserveNothingIsShownAndEverythingIsTakenIn) {
    NodeProcess& airport = network_.airport();
    const std::string id = put_one(5);
    airport.stop();
    std::filesystem::remove(airport.directory() / "reserve");
    airport.options().reserve_mib = 1UL << 29;  // more than any disk
    airport.start();
    EXPECT_EQ(airport.ask(Socket::worker, "GET", "/records/" + id).code, "audit.disk_full");
    EXPECT_EQ(airport.ask(Socket::worker, "GET", "/records/" + id + "/history").code,
              "audit.disk_full");
    EXPECT_EQ(airport.ask(Socket::worker, "POST", "/search", {{"database", "seizures"}}).code,
              "audit.disk_full");
    EXPECT_EQ(airport.ask(Socket::worker, "POST", "/conflicts", json::object()).code,
              "audit.disk_full");
    put_one(6);
    EXPECT_EQ(airport.status().at("reserve"), "given up");
    const Ran status = airport.command({"status"});
    EXPECT_NE(status.out.find("the disk is full"), std::string::npos) << status.out;
    airport.stop();
    airport.options().reserve_mib = 1;
    airport.start();
    ASSERT_TRUE(eventually([&] { return airport.status().at("reserve") == "held"; }));
    EXPECT_EQ(airport.get(Socket::worker, "/records/" + id).at("id"), id);
}

TEST_F(Audit, AFullDiskGivesUpItsReserveToASaveAndShowsNothing) {
    NodeProcess& airport = network_.airport();
    const std::string id = put_one(7);
    airport.stop();
    const auto moved = network_.folder() / "moved";
    std::filesystem::rename(airport.directory(), moved);
    std::filesystem::create_directory(airport.directory());
    if (::mount("tmpfs", airport.directory().c_str(), "tmpfs", 0, "size=16m,mode=0700") != 0) {
        GTEST_SKIP() << "this process may not mount a small disk";
    }
    for (const auto& entry : std::filesystem::directory_iterator(moved)) {
        if (!entry.is_socket()) {
            std::filesystem::copy(entry.path(), airport.directory() / entry.path().filename(),
                                  std::filesystem::copy_options::recursive);
        }
    }
    airport.options().reserve_mib = 4;
    std::filesystem::remove(airport.directory() / "reserve");
    airport.start();
    ASSERT_TRUE(eventually([&] { return airport.status().at("reserve") == "held"; }));
    EXPECT_TRUE(airport.ask(Socket::worker, "GET", "/records/" + id).is_success());
    {
        std::ofstream filler(airport.directory() / "filler", std::ios::binary);
        const std::string block(64 * 1024, 'x');
        while (filler.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {}
    }
    for (unsigned seed = 20; airport.status().at("reserve") == "held" && seed < 60; ++seed) {
        put_one(seed);  // each is taken in, also the one for which the reserve is given up
    }
    EXPECT_EQ(airport.status().at("reserve"), "given up");
    EXPECT_EQ(airport.ask(Socket::worker, "GET", "/records/" + id).code, "audit.disk_full");
    put_one(61);
    const Ran told = airport.command({"get", id});
    EXPECT_EQ(told.exit_code, storage) << told.err;
    std::filesystem::remove(airport.directory() / "filler");
    ASSERT_TRUE(eventually([&] { return airport.status().at("reserve") == "held"; }));
    EXPECT_TRUE(airport.ask(Socket::worker, "GET", "/records/" + id).is_success());
    EXPECT_EQ(airport.command({"audit", "verify"}).exit_code, 0);
    airport.stop();
    ::umount2(airport.directory().c_str(), MNT_DETACH);
}

}  // namespace
}  // namespace entrepot::node
