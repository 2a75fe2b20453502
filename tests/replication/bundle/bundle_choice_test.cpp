// What a bundle for somebody holds, and that carrying it comes to the same as a session.
#include "replication/bundle/bundle_choice.hpp"

#include "replication/bundle/bundle_intake.hpp"
#include "replication/bundle/bundle_reader.hpp"
#include "tests/replication/sync/session_pair_fixture.hpp"

namespace entrepot::replication {
namespace {

class BundleChoice : public SessionFixture {
protected:
    Replica& airport() { return pair_.dialler().host.replica(); }
    Replica& headquarters() { return pair_.accepter().host.replica(); }
    BundlePlan plan_for(const NodeId& node, RosterLength roster = {}, CountedHeads heads = {}) {
        const KnownHolding known{node, roster, std::move(heads)};
        return plan_bundle(airport(), std::span(&known, 1));
    }
    /// What a plan comes to: packed, written, read and taken apart again.
    std::vector<BundleItem> items_of(BundlePlan plan) {
        const auto& to = administration_.headquarters();
        const BundleRecipient recipient{to.id(), to.courier().public_key()};
        auto writer = BundleWriter::create({airport().roster().administration(), {}, {}},
                                           administration_.identity("airport").sign(),
                                           std::span(&recipient, 1), administration_.entropy())
                          .value();
        BundlePacker packer(std::move(plan), airport().reader());
        while (packer.next(writer).value()) {
        }
        writer.finish();
        BundleReader reader(to.relay());
        std::vector<BundleItem> out;
        EXPECT_THAT(reader.feed(writer.take(), out), IsOk());
        EXPECT_THAT(reader.finish(), IsOk());
        return out;
    }
    std::vector<BundleItem> chosen_for(const NodeId& node, RosterLength roster = {},
                                       CountedHeads heads = {}) {
        return items_of(plan_for(node, roster, std::move(heads)));
    }
    template <class Item>
    static std::size_t count_of(const std::vector<BundleItem>& items) {
        return static_cast<std::size_t>(
            std::count_if(items.begin(), items.end(), [](const BundleItem& item) {
                return std::holds_alternative<Item>(item);
            }));
    }
    static std::size_t commits_in(const std::vector<BundleItem>& items) {
        return count_of<BundleCommit>(items);
    }
    void carry(const std::vector<BundleItem>& items) {
        BundleHeader header;
        header.administration = airport().roster().administration();
        header.sender = administration_.identity("airport").sign().public_key();
        BundleIntake intake(headquarters(), header);
        for (const BundleItem& item : items) {
            ASSERT_THAT(intake.take(item), IsOk());
        }
        EXPECT_EQ(intake.report().refused, 0u);
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
    EXPECT_EQ(items.size(), 3u) << "contents and two commits";
    EXPECT_EQ(commits_in(items), 2u);
    carry(items);
    EXPECT_EQ(headquarters().heads().all(), airport().heads().all());
}

TEST_F(BundleChoice, CarriesNothingToOneWithoutARight) {
    pair_.write(pair_.dialler(), own(), 3, 300);
    EXPECT_EQ(commits_in(chosen_for(administration_.id("seaport"))), 0u);
}

TEST_F(BundleChoice, TellsFirstWhichCommitsFollow) {
    pair_.write(pair_.dialler(), own(), 3, 300);
    const auto plan = plan_for(headquarters().self());
    const auto* contents = std::get_if<BundleContents>(&plan.first.back());
    ASSERT_NE(contents, nullptr);
    ASSERT_EQ(contents->ranges.size(), 1u);
    EXPECT_EQ(contents->ranges[0].first.value, 1u);
    EXPECT_EQ(contents->ranges[0].last.value, 3u);
    EXPECT_EQ(plan.commits, 3u);
}

TEST_F(BundleChoice, GoesOnFromTheReceiptsOfTheRecipient) {
    pair_.write(pair_.dialler(), own(), 3, 300);
    carry(chosen_for(headquarters().self()));
    auto& there = pair_.accepter().host;
    EXPECT_GE(headquarters().issue_receipts(there.identity().sign(), {1'000}), 1u);
    there.settle();
    for (const auto& [place, receipt] : headquarters().receipts()) {
        ASSERT_THAT(airport().offer_receipt(receipt), IsOk());
    }
    pair_.dialler().host.settle();
    pair_.write(pair_.dialler(), own(), 2, 300);
    const auto known = holding_by_receipts(airport(), headquarters().self());
    EXPECT_EQ(known.roster_length, airport().roster().length());
    const auto items = items_of(plan_bundle(airport(), std::span(&known, 1)));
    EXPECT_EQ(commits_in(items), 2u);
    EXPECT_EQ(count_of<BundleRoster>(items), 0u) << "headquarters has said that it has all of it";
    EXPECT_GE(count_of<BundleReceipt>(items), 1u);
}

TEST_F(BundleChoice, OfReceiptsCarriesNoCommit) {
    pair_.write(pair_.dialler(), own(), 3, 300);
    auto& host = pair_.dialler().host;
    EXPECT_GE(airport().issue_receipts(host.identity().sign(), {1'000}), 1u);
    host.settle();
    const KnownHolding known{headquarters().self(), {}, {}};
    const auto items =
        items_of(plan_bundle(airport(), std::span(&known, 1), BundleScope::receipts));
    EXPECT_EQ(commits_in(items), 0u);
    EXPECT_GE(count_of<BundleReceipt>(items), 1u);
    EXPECT_TRUE(std::holds_alternative<BundleRoster>(items.front()))
        << "its reader may need the roster that its maker had";
}

TEST_F(BundleChoice, StopsWhenTheStoreFails) {
    pair_.write(pair_.dialler(), own(), 3, 300);
    const MemoryStore empty{Roster()};
    const auto& to = administration_.headquarters();
    const BundleRecipient recipient{to.id(), to.courier().public_key()};
    auto writer = BundleWriter::create({}, administration_.identity("airport").sign(),
                                       std::span(&recipient, 1), administration_.entropy())
                      .value();
    BundlePacker packer(plan_for(headquarters().self()), empty);
    Result<bool> packed = true;
    while (packed && *packed) {
        packed = packer.next(writer);
    }
    EXPECT_THAT(packed, HasCode(store_commit_missing));
}

/// The seaport is stolen with commits in hand that nobody else holds.
class BundleBeyondACut : public SessionFixture {
protected:
    BundleBeyondACut() : pair_(administration_, "airport", "headquarters") {}
    void stop_counting_after(std::uint64_t number) {
        auto& host = pair_.dialler().host;
        const auto log = host.log(joint());
        const auto held = airport().reader().read(log.id(), {number});
        ASSERT_THAT(held, IsOk());
        cut_ = {log.id(), {number}, commit_hash(*held)};
        administration_.revoke(airport().self(), {cut_});
        follow();
    }
    void follow() {
        for (End* end : {&pair_.dialler(), &pair_.accepter()}) {
            ASSERT_THAT(end->host.replica().offer_roster({}, administration_.entries()), IsOk());
            end->host.settle();
        }
    }
    BundlePlan plan_for(const std::string& name) {
        const KnownHolding known{administration_.id(name), {}, {}};
        return plan_bundle(airport(), std::span(&known, 1));
    }
    Replica& airport() { return pair_.dialler().host.replica(); }
    SessionPair pair_;
    Cut cut_;
};

TEST_F(BundleBeyondACut, GoesToHeadquartersAlone) {
    pair_.write(pair_.dialler(), joint(), 5, 300);
    stop_counting_after(2);
    EXPECT_EQ(plan_for("headquarters").beyond_cuts, 3u);
    EXPECT_EQ(plan_for("seaport").beyond_cuts, 0u);
}

TEST_F(BundleBeyondACut, IsPassedOnByANodeThatOnlyKeepsItAside) {
    pair_.write(pair_.dialler(), joint(), 5, 300);
    stop_counting_after(2);
    ReplicaHost seaport(administration_.identity("seaport"), administration_.roster(), 3);
    const auto log = pair_.dialler().host.log(joint());
    for (std::uint64_t number = 1; number <= 5; ++number) {
        const auto offered =
            seaport.replica().offer(log, airport().reader().read(log.id(), {number}).value());
        EXPECT_THAT(offered,
                    IsOkAndHolds(number <= 2 ? Offered::queued : Offered::quarantined));
    }
    seaport.settle();
    seaport.crash();
    const KnownHolding known{administration_.id("headquarters"), {}, {}};
    const auto plan = plan_bundle(seaport.replica(), std::span(&known, 1));
    EXPECT_EQ(plan.kept.size(), 3u);
    EXPECT_EQ(plan.commits, 5u);
}

TEST_F(BundleBeyondACut, CountsWhenTheCutMovesToItThoughAThiefCameFirst) {
    pair_.write(pair_.dialler(), joint(), 4, 300);
    const auto log = pair_.dialler().host.log(joint());
    const auto held = [&](std::uint64_t number) {
        return airport().reader().read(log.id(), {number}).value();
    };
    // The thief signs another third commit: with the airport's key, after the second.
    ReplicaHost thief(administration_.identity("airport"), administration_.roster(), 77);
    for (std::uint64_t number = 1; number <= 2; ++number) {
        ASSERT_THAT(thief.replica().offer(log, held(number)), IsOk());
    }
    const Bytes forged = thief.make_commit(joint(), administration_.key(joint()), {Bytes(40)});
    stop_counting_after(2);
    Replica& headquarters = pair_.accepter().host.replica();
    for (std::uint64_t number = 1; number <= 2; ++number) {
        ASSERT_THAT(headquarters.offer(log, held(number)), IsOk());
    }
    EXPECT_THAT(headquarters.offer(log, forged), IsOkAndHolds(Offered::quarantined));
    for (std::uint64_t number = 3; number <= 4; ++number) {
        EXPECT_THAT(headquarters.offer(log, held(number)), IsOkAndHolds(Offered::quarantined));
    }
    EXPECT_EQ(headquarters.quarantined().size(), 3u);
    pair_.accepter().host.settle();
    administration_.move_cut({log.id(), {4}, commit_hash(held(4))});
    follow();
    const auto head = headquarters.counted_head(log.id());
    ASSERT_TRUE(head);
    EXPECT_EQ(head->number.value, 4u);
    EXPECT_EQ(head->hash, commit_hash(held(4)));
    EXPECT_EQ(headquarters.quarantined().size(), 0u);
    EXPECT_FALSE(headquarters.is_forked(log.id()));
}

}  // namespace
}  // namespace entrepot::replication
