// What a bundle for somebody holds, and that carrying it comes to the same as a session.
#include "replication/bundle/bundle_choice.hpp"

#include "tests/replication/sync/session_pair_fixture.hpp"

namespace entrepot::replication {
namespace {

class BundleChoice : public SessionFixture {
protected:
    Replica& airport() { return pair_.dialler().host.replica(); }
    Replica& headquarters() { return pair_.accepter().host.replica(); }
    std::vector<BundleItem> chosen_for(const NodeId& node, RosterLength roster = {},
                                       CountedHeads heads = {}) {
        std::vector<BundleItem> out;
        const KnownHolding known{node, roster, std::move(heads)};
        const auto count =
            choose_bundle(airport(), std::span(&known, 1), [&](const BundleItem& item) -> Status {
                out.push_back(item);
                return {};
            });
        EXPECT_THAT(count, IsOk());
        return out;
    }
    static std::size_t commits_in(const std::vector<BundleItem>& items) {
        return static_cast<std::size_t>(std::count_if(
            items.begin(), items.end(),
            [](const BundleItem& item) { return std::holds_alternative<BundleCommit>(item); }));
    }
    void carry(const std::vector<BundleItem>& items) {
        for (const BundleItem& item : items) {
            if (const auto* roster = std::get_if<BundleRoster>(&item)) {
                ASSERT_THAT(headquarters().offer_roster(roster->before_first, roster->entries),
                            IsOk());
            } else if (const auto* commit = std::get_if<BundleCommit>(&item)) {
                ASSERT_THAT(headquarters().offer(commit->log, commit->bytes), IsOk());
            }
        }
        pair_.accepter().host.settle();
    }
};

TEST_F(BundleChoice, CarriesEverythingToOneWhoHasNothing) {
    pair_.write(pair_.dialler(), own(), 5, 300);
    const auto items = chosen_for(headquarters().self());
    EXPECT_TRUE(std::holds_alternative<BundleRoster>(items.front())) << "the roster comes first";
    EXPECT_EQ(commits_in(items), 5u);
    carry(items);
    EXPECT_EQ(headquarters().heads().all(), airport().heads().all());
}

TEST_F(BundleChoice, CarriesOnlyWhatIsNotKnownToBeThere) {
    pair_.write(pair_.dialler(), own(), 3, 300);
    carry(chosen_for(headquarters().self()));
    const CountedHeads known = headquarters().heads().all();
    pair_.write(pair_.dialler(), own(), 2, 300);
    const auto items = chosen_for(headquarters().self(), airport().roster().length(), known);
    EXPECT_EQ(items.size(), 2u);
    EXPECT_EQ(commits_in(items), 2u);
    carry(items);
    EXPECT_EQ(headquarters().heads().all(), airport().heads().all());
}

TEST_F(BundleChoice, CarriesNothingToOneWithoutARight) {
    pair_.write(pair_.dialler(), own(), 3, 300);
    EXPECT_EQ(commits_in(chosen_for(administration_.id("seaport"))), 0u);
}

TEST_F(BundleChoice, StopsWhenTheTakerFails) {
    pair_.write(pair_.dialler(), own(), 3, 300);
    const KnownHolding known{headquarters().self(), {}, {}};
    EXPECT_THAT(choose_bundle(airport(), std::span(&known, 1),
                              [](const BundleItem&) -> Status {
                                  return Error{store_commit_missing, "full"};
                              }),
                HasCode(store_commit_missing));
}

}  // namespace
}  // namespace entrepot::replication
