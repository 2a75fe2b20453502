// What the processes of a node hold: the worker everything while it is unlocked, and the link,
// which lives on when it is locked, no word of a record or name, no passphrase, and no key but its
// own. The search proves itself in the same processes: it finds records and keys in each worker,
// and the link's own key in each link.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "tests/support/marker_search.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/places.hpp"
#include "tests/system/marker_words.hpp"
#include "tests/system/memory/node_keys.hpp"
#include "tests/system/memory/process_memory.hpp"
#include "tests/system/two_countries.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

/// Root reads the program itself; anybody else only one that does not forbid it.
std::string readable_program() {
    return ::geteuid() == 0 ? entrepot_program() : binary_folder() + "/tests/entrepot_dumpable";
}

/// A node with the passphrase that opens it.
struct Watched {
    std::string name;
    NodeProcess* node = nullptr;
    std::string passphrase;
    NodeKeys keys;
    std::vector<std::string> words;  ///< that its worker was made to show
    std::string record;              ///< where they stand

    pid_t link() const { return node->status().at("pid").get<pid_t>(); }
    pid_t worker() const { return children_of(link()).at(0); }
};

class MemoryMarkers : public ::testing::Test {
protected:
    void SetUp() override {
        words_.begin("names");
        NetworkWish jamaica = wish("JM");
        jamaica.airport = "Airport " + words_.text(200);
        both_ = std::make_unique<TwoCountries>(jamaica, wish("GE"));
        if (!may_read_memory(both_->theirs().status().at("pid").get<pid_t>())) {
            GTEST_SKIP() << "this process may not read the memory of those it starts: run it as "
                            "root, or allow ptrace of children (kernel.yama.ptrace_scope 0 or 1)";
        }
        both_->become_partners();
        ASSERT_TRUE(both_->converge() && both_->jamaica().converge());
        words_.begin("passphrases");
        watched_ = {{"airport", &both_->jamaica().airport(), words_.text(200), {}, {}, {}},
                    {"headquarters", &both_->ours(), words_.text(200), {}, {}, {}},
                    {"partner", &both_->theirs(), words_.text(200), {}, {}, {}}};
        for (Watched& one : watched_) {
            one.node->post(Socket::worker, "/officers",
                           {{"officer", "Night"},
                            {"roles", {"entry", "supervisor", "release", "administrator"}},
                            {"passphrase", one.passphrase}});
        }
        expect_no_passphrase(held_by(watched_[0].worker(), watched_[0]), "given to a new officer");
    }
    NetworkWish wish(const std::string& country) {
        NetworkWish out = TwoCountries::unitless(country, "Agency " + words_.text(200));
        out.program = readable_program();
        out.officer = "Officer " + words_.text(200);
        return out;
    }
    /// All nodes anew, without service keys: each is opened by its officer.
    void restart_with_passphrases() {
        for (Watched& one : watched_) {
            one.keys = keys_of(one.node->directory(), one.node->options().service_key);
            if (one.node == &both_->ours()) {
                expect_bare_link(one, "unattended");  // it opens the service slot itself
            }
            one.node->stop();
            one.node->options().service_key.clear();
        }
        // Headquarters dials the partner, and the airport headquarters.
        start(watched_[2]);
        both_->way().lead_to(listening(watched_[2]));
        start(watched_[1]);
        both_->jamaica().way_of("airport").lead_to(listening(watched_[1]));
        start(watched_[0]);
    }
    static std::string listening(const Watched& one) { return one.node->status().at("listen"); }
    void start(Watched& one) {
        one.node->launch();
        ASSERT_TRUE(eventually([&] { return link_answers(one); }));
        unlock(one);
    }
    static bool link_answers(const Watched& one) {
        return one.node->ask(Socket::link, "GET", "/status").is_success();
    }
    void unlock(const Watched& one) {
        const TemporaryFolder secret;
        const auto file = secret.path() / "passphrase";
        std::ofstream(file) << one.passphrase << "\n";
        const Ran ran =
            one.node->command({"unlock", "--officer", "Night", "--passphrase-file", file.string()});
        ASSERT_EQ(ran.exit_code, 0) << ran.err;
        // At once: the next request is read into the same memory.
        expect_no_passphrase(held_by(one.worker(), one), "just unlocked with it");
        one.node->await_unlocked();
    }
    /// Makes the worker take in a record, and show it and all others; its words stay with `one`.
    std::string work(Watched& one, json body) {
        words_.begin(one.name);
        body["document"] = words_.marked("seizures");
        body["document"]["status"] = "validated";
        const std::string id = one.node->post(Socket::worker, "/records/seizures", body).at("id");
        one.words = words_.of(one.name);
        one.record = id;
        return id;
    }
    static void show(const Watched& one, const std::string& record) {
        one.node->get(Socket::worker, "/records/" + record);
        one.node->get(Socket::worker, "/records/" + record + "/history");
        one.node->get(Socket::worker, "/compartments");
        one.node->post(Socket::worker, "/search", {{"database", "seizures"}, {"query", ""}});
    }
    void own_place(const Watched& one) {
        words_.begin("names");  // looked up and let go again: a worker need not hold all of one
        own_ = "Own " + words_.text(200);
        one.node->post(Socket::worker, "/administration/compartments",
                       {{"database", "seizures"}, {"name", own_}, {"members", json::array()}});
    }
    /// Every worker has records in its memory, also one that came across the border.
    void live() {
        Watched &airport = watched_[0], &headquarters = watched_[1], &partner = watched_[2];
        show(airport, work(airport, json::object()));
        own_place(partner);
        show(partner, work(partner, {{"compartment", own_}}));
        own_place(headquarters);
        const std::string record = work(headquarters, {{"compartment", own_}});
        show(headquarters, record);
        words_.begin("released");
        const std::string copy = headquarters.node
                                     ->post(Socket::worker, "/releases",
                                            {{"record", record},
                                             {"partner", "GE"},
                                             {"basis", "Annex " + words_.text(200)},
                                             {"handling", "H1"},
                                             {"until", "2090-01-01"}})
                                     .at("copy");
        ASSERT_TRUE(both_->converge() && both_->jamaica().converge());
        ASSERT_TRUE(eventually([&] {
            return partner.node->ask(Socket::worker, "GET", "/records/" + copy).is_success();
        }));
    }
    /// A record comes to a locked node, which then makes a bundle.
    void work_for_a_locked_one(Watched& writer, const Watched& locked) {
        const auto before = locked.node->status().at("commits").get<std::uint64_t>();
        work(writer, json::object());
        ASSERT_TRUE(eventually(
            [&] { return locked.node->status().at("commits").get<std::uint64_t>() > before; }));
        const Ran made =
            locked.node->command({"bundle", "export", both_->jamaica().path_of("courier"), "--all",
                                  "--to", writer.node->status().at("node").get<std::string>()});
        EXPECT_EQ(made.exit_code, 0) << made.err;
    }
    /// What the process holds of all words, passphrases and keys.
    MarkerSearch held_by(pid_t process, const Watched& of) {
        std::vector<std::string> wanted = words_.all();
        for (const auto& [key, what] : of.keys.forgotten) {
            wanted.push_back(key);
        }
        if (!of.keys.link_key.empty()) {
            wanted.push_back(of.keys.link_key);
        }
        MarkerSearch out(wanted);
        for_each_run(process, [&](ByteView bytes, const std::string& mapping) {
            out.look_at(bytes, of.name + " " + mapping);
        });
        return out;
    }
    /// Not in the worker either, which holds everything else.
    void expect_no_passphrase(const MarkerSearch& found, const std::string& when) {
        const auto& secret = words_.of("passphrases");
        for (const auto& [spelling, places] : found.found()) {
            EXPECT_EQ(std::count(secret.begin(), secret.end(), spelling.word), 0)
                << when << ": " << spelling.form << " in " << *places.begin();
        }
    }
    /// The worker holds what it was made to show, and the keys to it.
    void expect_full_worker(const Watched& one) {
        show(one, one.record);  // just now: freed memory is used again
        const MarkerSearch found = held_by(one.worker(), one);
        const auto held = found.words_found("plain");
        for (const std::string& word : one.words) {
            EXPECT_TRUE(held.contains(word)) << word << " of " << one.name;
        }
        expect_no_passphrase(found, "at work");
        std::set<std::string> keys;
        for (const auto& [key, what] : one.keys.forgotten) {
            if (held.contains(key)) {
                keys.insert(what);
            }
        }
        EXPECT_TRUE(keys.contains("the vault key")) << one.name;
        EXPECT_TRUE(keys.contains("a compartment of seizures")) << one.name;
    }
    void expect_silent_processes(const Watched& one) {
        MarkerSearch said(words_.all());
        const std::string worker = words_of(one.worker());
        said.look_at(as_bytes(words_of(one.link()) + worker), one.name);
        // Else what a passphrase left in registers is put on the stack, now and then.
        EXPECT_NE(worker.find("LD_BIND_NOW=1"), std::string::npos) << one.name;
        EXPECT_TRUE(said.found().empty()) << said.report();
    }
    /// The link holds its own key, which proves the search, and nothing else.
    void expect_bare_link(const Watched& one, const std::string& when) {
        const MarkerSearch found = held_by(one.link(), one);
        EXPECT_TRUE(found.words_found("plain").contains(one.keys.link_key)) << one.name;
        for (const auto& [spelling, places] : found.found()) {
            const auto key = one.keys.forgotten.find(spelling.word);
            EXPECT_EQ(spelling.word, one.keys.link_key)
                << when << ", " << one.name << ": "
                << (key == one.keys.forgotten.end() ? spelling.word : key->second) << " as "
                << spelling.form << " in " << *places.begin();
        }
    }

    MarkerWords words_;
    std::unique_ptr<TwoCountries> both_;
    std::vector<Watched> watched_;
    std::string own_;
};

TEST_F(MemoryMarkers, AreInTheWorkerAloneAndGoWithIt) {
    ASSERT_NO_FATAL_FAILURE(restart_with_passphrases());
    ASSERT_NO_FATAL_FAILURE(live());
    std::vector<pid_t> workers;
    for (const Watched& one : watched_) {
        workers.push_back(one.worker());
        expect_full_worker(one);
        expect_bare_link(one, "unlocked");
        expect_silent_processes(one);
    }
    Watched &airport = watched_[0], &headquarters = watched_[1], &partner = watched_[2];
    EXPECT_EQ(headquarters.node->command({"lock"}).exit_code, 0);
    partner.node->post(Socket::link, "/lock");
    work_for_a_locked_one(airport, headquarters);
    airport.node->post(Socket::worker, "/sign-out");  // what idleness does, too: nobody is there
    for (const pid_t worker : workers) {
        EXPECT_TRUE(eventually([&] { return !is_alive(worker); }));
    }
    for (const Watched& one : watched_) {
        EXPECT_EQ(one.node->status().at("worker"), "none");
        expect_bare_link(one, "locked");
    }
}

/// A command on a node that nobody runs: it starts link and worker for itself.
struct CommandAtWork {
    pid_t command = -1, link = -1, worker = -1;

    static pid_t child_of(pid_t parent) {
        const auto children = children_of(parent);
        return children.empty() ? -1 : children.front();
    }
    bool is_there(const NodeProcess& other) {
        const auto started = children_of(::getpid());
        const pid_t known = other.status().at("pid").get<pid_t>();
        const auto at = std::find_if(started.begin(), started.end(),
                                     [known](pid_t one) { return one != known; });
        command = at == started.end() ? -1 : *at;
        link = command > 0 ? child_of(command) : -1;
        worker = link > 0 ? child_of(link) : -1;
        // Until it runs the program it was started for, a new process shows its parent's words.
        return worker > 0 && words_of(worker).find("worker") != std::string::npos;
    }
};

TEST(CommandMarkers, AreInNoArgumentAndNoEnvironment) {
    MarkerWords words;
    TestNetwork network;
    ASSERT_TRUE(network.converge());
    NodeProcess& airport = network.airport();
    const std::string passphrase = words.text(200);
    airport.post(Socket::worker, "/officers",
                 {{"officer", "Night"}, {"roles", {"supervisor"}}, {"passphrase", passphrase}});
    airport.stop();
    airport.options().service_key.clear();
    const std::string secret = network.path_of("secret");
    std::ofstream(secret) << passphrase << "\n";
    const std::string row = as_lines({words.marked("seizures")}, words.word(12));
    CommandAtWork at_work;
    std::string said;
    const Ran ran = airport.command(
        {"import", "seizures", "-", "--officer", "Night", "--passphrase-file", secret},
        [&](int input) {
            ASSERT_TRUE(eventually([&] { return at_work.is_there(network.headquarters()); }));
            feed_of(row)(input);
            for (const pid_t one : {at_work.command, at_work.link, at_work.worker}) {
                said += words_of(one);
            }
        });
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    MarkerSearch search(words.all());
    search.look_at(as_bytes(said), "processes");
    EXPECT_TRUE(search.found().empty()) << search.report();
    EXPECT_NE(said.find("--passphrase-file"), std::string::npos) << "the search reads arguments";
    EXPECT_NE(said.find("worker"), std::string::npos);
    EXPECT_NE(said.find("PATH="), std::string::npos) << "and environments";
    EXPECT_TRUE(eventually([&] { return !is_alive(at_work.link) && !is_alive(at_work.worker); }))
        << ran.err;
}

}  // namespace
}  // namespace entrepot::node
