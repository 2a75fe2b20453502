#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/node/journal/branching_history.hpp"
#include "tests/node/journal/journal_node.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::node {
namespace {

/// What arrives at a node: a commit of a branch, or the roster up to a length.
struct Arrival {
    const BranchingHistory::Branch* branch = nullptr;
    std::size_t index = 0;  ///< of the commit, or the length of the roster
};

/// Everything there is, each log's commits in their order or not, roster entries in between.
std::vector<Arrival> drawn_order(BranchingHistory& history, simulation::Dice& dice) {
    std::vector<Arrival> out;
    for (const auto& branch : history.branches()) {
        for (std::size_t i = 0; i < branch.commits.size(); ++i) {
            out.push_back({&branch, i});
        }
    }
    const bool in_order = dice.percent(50);
    for (std::size_t i = out.size(); i > 1; --i) {
        std::swap(out[i - 1], out[dice.below(i)]);
    }
    if (in_order) {
        std::stable_sort(out.begin(), out.end(), [](const Arrival& a, const Arrival& b) {
            return a.branch < b.branch || (a.branch == b.branch && a.index < b.index);
        });
        std::rotate(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(dice.below(out.size())),
                    out.end());
    }
    std::size_t place = 0;
    for (std::size_t length = 1; length <= history.administration().entries().size(); ++length) {
        place = std::min(out.size(), place + (length > 8 ? dice.below(6) : 0));
        out.insert(out.begin() + static_cast<std::ptrdiff_t>(place), {nullptr, length});
        ++place;
    }
    return out;
}

void deliver(JournalNode& node, BranchingHistory& history, const Arrival& arrival) {
    if (arrival.branch != nullptr) {
        node.offer(arrival.branch->descriptor, arrival.branch->commits[arrival.index]);
        return;
    }
    const auto& all = history.administration().entries();
    node.offer_roster({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(arrival.index)});
}

/// What sessions do in the end: peers on the named branch say what they hold, and send it.
void bring_level(JournalNode& node, BranchingHistory& history) {
    for (int round = 0; round < 12; ++round) {
        const auto& named = history.named();
        const auto tip = node.replica().accepted_tip(named.descriptor.id()).value();
        if (tip.number.value > 0 && tip.number.value <= named.commits.size()) {
            node.offer_claim(named.descriptor, named.commits[tip.number.value - 1]);
        }
        for (const auto& branch : history.branches()) {
            node.learn(branch.descriptor);
            if (&branch != &history.other()) {
                for (const Bytes& commit : branch.commits) {
                    node.offer(branch.descriptor, commit);
                }
            }
        }
    }
    node.project();
}

/// A node that learns the whole roster first and never holds what does not count.
std::map<replication::RecordKey, Bytes> reference(BranchingHistory& history,
                                                  std::set<replication::Dot>& waiting) {
    JournalNode node(history.administration(), "headquarters");
    node.offer_roster(history.administration().entries());
    bring_level(node, history);
    waiting = node.waiting();
    return node.states();
}

class Recount : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(Recount, GivesEveryNodeTheSameStateInWhateverOrderRosterAndCommitsArrive) {
    BranchingHistory history(GetParam());
    std::set<replication::Dot> waiting;
    const auto expected = reference(history, waiting);
    simulation::Dice dice(GetParam() + 1);
    JournalNode node(history.administration(), "headquarters");
    for (const Arrival& arrival : drawn_order(history, dice)) {
        deliver(node, history, arrival);
        if (dice.percent(40)) {
            node.project();
        }
        if (dice.percent(5)) {
            node.restart_worker();
        }
    }
    bring_level(node, history);
    EXPECT_EQ(node.states(), expected);
    EXPECT_EQ(node.waiting(), waiting);
    ASSERT_TRUE(node.views().clear().has_value());
    node.restart_worker();
    node.project();
    EXPECT_EQ(node.states(), expected) << "made anew";
}

/// Each is another history, another roster and another order of arrival.
INSTANTIATE_TEST_SUITE_P(Seeds, Recount, ::testing::Range<std::uint64_t>(1, 25));

}  // namespace
}  // namespace entrepot::node
