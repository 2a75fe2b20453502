// kill -9 at moments drawn from a seed, during import and sync: what was confirmed is there, what
// is there is right, and the nodes agree. ENTREPOT_SOAK runs 200 rounds, ENTREPOT_SEED other ones.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <random>
#include <set>
#include <thread>

#include "tests/support/eventually.hpp"
#include "tests/support/test_network.hpp"
#include "tests/system/seizure_documents.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

constexpr std::uint64_t records_a_round = 300;
constexpr std::size_t chunk_size = 8 * 1024;

/// An import in a thread of its own, by someone who notes what was confirmed to him.
class ImportRun {
public:
    ImportRun(const NodeProcess& node, std::string rows)
        : node_(node), rows_(std::move(rows)), thread_([this] { run(); }) {}
    ~ImportRun() { end(); }

    std::size_t fed() const { return fed_; }
    bool is_over() const { return over_; }
    void end() {
        if (thread_.joinable()) {
            thread_.join();
        }
    }
    /// Records that the node said are durable.
    std::uint64_t confirmed() const { return confirmed_; }
    bool is_finished() const { return finished_; }

private:
    bool note(const Answered& answer) {
        if (answer.is_success()) {
            confirmed_ =
                std::max(confirmed_.load(), answer.body.value("confirmed", std::uint64_t{0}));
        }
        return answer.is_success();
    }
    void run() {
        const auto started =
            node_.ask(Socket::worker, "POST", "/imports", {{"mapping", "seizures"}});
        const std::string path = "/imports/" + started.body.value("import", std::string("none"));
        bool goes_on = started.is_success();
        while (goes_on && fed_ < rows_.size()) {
            const auto chunk = as_bytes(rows_).subspan(fed_);
            const auto part = chunk.first(std::min(chunk.size(), chunk_size));
            goes_on = note(node_.send(path + "/rows", part));
            fed_ += part.size();
        }
        finished_ =
            goes_on && note(node_.ask(Socket::worker, "POST", path + "/finish", json::object()));
        over_ = true;
    }

    const NodeProcess& node_;
    std::string rows_;
    std::atomic<std::size_t> fed_{0};
    std::atomic<std::uint64_t> confirmed_{0};
    std::atomic<bool> over_{false}, finished_{false};
    std::thread thread_;
};

class Kill : public ::testing::Test {
protected:
    enum class What { link, worker, both };
    struct Plan {
        bool at_headquarters = false;
        What what = What::link;
        std::size_t after_bytes = 0;
        std::chrono::milliseconds and_then{0};
    };

    std::uint64_t draw(std::uint64_t below) { return dice_() % below; }
    Plan draw_plan(std::size_t bytes) {
        Plan out;
        out.at_headquarters = draw(3) == 0;
        out.what = static_cast<What>(draw(3));
        out.after_bytes = draw(bytes + bytes / 8);
        out.and_then = std::chrono::milliseconds(draw(25));
        return out;
    }
    void strike(NodeProcess& node, What what) {
        if (what != What::link) {
            node.kill_worker();
        }
        if (what == What::worker) {
            return;
        }
        node.kill_link();
        if (&node == &network_.headquarters()) {
            network_.restart_headquarters();
        } else {
            node.start();
        }
    }
    void expect_records(const NodeProcess& node, const std::string& mark, std::uint64_t count) {
        const json found = node.post(Socket::worker, "/search",
                                     {{"database", "seizures"},
                                      {"query", "other_reference~\"" + mark + "-\""},
                                      {"limit", 2 * records_a_round}});
        std::set<std::string> there;
        for (const json& record : found.at("records")) {
            there.insert(record.at("document").at("other_reference").get<std::string>());
        }
        for (std::uint64_t i = 0; i < count; ++i) {
            EXPECT_TRUE(there.contains(mark + "-" + std::to_string(i))) << "confirmed and lost";
        }
    }
    void expect_clean(const NodeProcess& node) {
        const Ran verified = node.command({"verify"});
        EXPECT_EQ(verified.exit_code, 0) << node.directory() << verified.out << verified.err;
    }

    void round(std::uint64_t number) {
        const std::string mark = "round " + std::to_string(number);
        const std::string rows = as_lines(generated(number, records_a_round), mark);
        const Plan plan = draw_plan(rows.size());
        NodeProcess& airport = network_.airport();
        NodeProcess& victim = plan.at_headquarters ? network_.headquarters() : airport;
        ImportRun import(airport, rows);
        eventually([&] { return import.is_over() || import.fed() >= plan.after_bytes; });
        ::poll(nullptr, 0, static_cast<int>(plan.and_then.count()));
        strike(victim, plan.what);
        import.end();
        if (plan.at_headquarters) {
            EXPECT_TRUE(import.is_finished()) << "a unit depends on headquarters to import";
        }
        ASSERT_TRUE(network_.converge());
        confirmed_ += import.confirmed();
        cut_short_ += import.is_finished() ? 0 : 1;
        for (NodeProcess* node : network_.all()) {
            expect_clean(*node);
            expect_records(*node, mark, import.confirmed());
        }
        EXPECT_EQ(network_.headquarters().record_count(), airport.record_count());
    }

    std::mt19937_64 dice_{seed()};
    TestNetwork network_;
    std::uint64_t confirmed_ = 0, cut_short_ = 0;

    static std::uint64_t seed() {
        const char* wanted = std::getenv("ENTREPOT_SEED");
        return wanted == nullptr ? 1 : std::strtoull(wanted, nullptr, 10);
    }
};

TEST_F(Kill, LosesNothingConfirmedAndTheNodesAgreeAfterwards) {
    const std::uint64_t rounds = std::getenv("ENTREPOT_SOAK") == nullptr ? 20 : 200;
    for (std::uint64_t number = 1; number <= rounds && !HasFailure(); ++number) {
        SCOPED_TRACE("seed " + std::to_string(seed()) + ", round " + std::to_string(number));
        round(number);
        if (number % 20 == 0) {
            std::cout << number << " rounds, " << cut_short_ << " imports cut short, " << confirmed_
                      << " records confirmed, " << network_.headquarters().record_count() << " kept"
                      << std::endl;
        }
    }
    EXPECT_GT(confirmed_, 0U);
    EXPECT_GT(cut_short_, 0U) << "no kill fell into an import";
}

TEST_F(Kill, ARoundsRestCanBeImportedAgainAndAddsOnlyWhatIsMissing) {
    const std::string rows = as_lines(generated(77, records_a_round), "again");
    NodeProcess& airport = network_.airport();
    {
        ImportRun import(airport, rows);
        eventually([&] { return import.is_over() || import.fed() > rows.size() / 2; });
        strike(airport, What::both);
    }
    ImportRun again(airport, rows);
    again.end();
    EXPECT_TRUE(again.is_finished());
    ASSERT_TRUE(network_.converge());
    EXPECT_EQ(airport.record_count(), records_a_round);
    EXPECT_EQ(network_.headquarters().record_count(), records_a_round);
}

}  // namespace
}  // namespace entrepot::node
