// What comes of a bundle at the node that takes it: everything once, in any order, and nothing that
// does not prove itself.
#include "replication/bundle/bundle_intake.hpp"

#include "replication/bundle/bundle_choice.hpp"
#include "tests/replication/sync/session_pair_fixture.hpp"

namespace entrepot::replication {
namespace {

class BundleIntakeTest : public SessionFixture {
protected:
    ReplicaHost& airport() { return pair_.dialler().host; }
    ReplicaHost& headquarters() { return pair_.accepter().host; }
    void write(std::size_t commits, std::size_t changes = 1) {
        pair_.write(pair_.dialler(), own(), commits, changes == 1 ? 300 : 50'000, changes);
    }
    /// What the airport would put into a bundle for headquarters that has `from` commits already.
    std::vector<BundleItem> items(std::uint64_t from = 0) {
        KnownHolding known{headquarters().id(), {}, {}};
        if (from > 0) {
            const LogDescriptor log = airport().log(own());
            const auto held = airport().replica().reader().read(log.id(), {from});
            known.heads[log.id()] = {log, {from}, commit_hash(held.value())};
        }
        BundlePlan plan = plan_bundle(airport().replica(), std::span(&known, 1));
        std::vector<BundleItem> out = std::move(plan.first);
        for (const BundleRange& range : plan.ranges) {
            for (auto number = range.first; number <= range.last; number = number.next()) {
                out.push_back(BundleCommit{
                    range.log, airport().replica().reader().read(range.log.id(), number).value()});
            }
        }
        return out;
    }
    BundleHeader header(const std::string& sender = "airport") const {
        BundleHeader out;
        out.administration = administration_.roster().administration();
        out.sender = administration_.identity(sender).sign().public_key();
        return out;
    }
    BundleIntake take(const std::vector<BundleItem>& given, const std::string& sender = "airport") {
        BundleIntake out(headquarters().replica(), header(sender));
        for (const BundleItem& item : given) {
            EXPECT_THAT(out.take(item), IsOk());
        }
        headquarters().settle();
        return out;
    }
    std::uint64_t held() {
        const auto* head = headquarters().replica().heads().find(airport().log(own()).id());
        return head == nullptr ? 0 : head->number.value;
    }
};

TEST_F(BundleIntakeTest, AddsEverythingOnce) {
    write(4);
    const auto first = take(items());
    EXPECT_EQ(first.report().added, 4u);
    EXPECT_TRUE(first.missing().empty());
    const auto again = take(items());
    EXPECT_EQ(again.report().added, 0u);
    EXPECT_EQ(again.report().already_here, 4u);
    EXPECT_EQ(held(), 4u);
}

TEST_F(BundleIntakeTest, AnOlderBundleAddsNothing) {
    write(2);
    const auto old = items();
    write(2);
    take(items());
    EXPECT_EQ(take(old).report().added, 0u);
    EXPECT_EQ(held(), 4u);
}

TEST_F(BundleIntakeTest, KeepsTheSecondBundleUntilTheFirstComesAndSaysWhatIsMissing) {
    write(2);
    const auto first = items();
    write(3);
    const auto second = take(items(2));
    EXPECT_EQ(second.report().waiting, 3u);
    ASSERT_EQ(second.missing().size(), 1u);
    EXPECT_EQ(second.missing()[0].first.value, 1u);
    EXPECT_EQ(second.missing()[0].last.value, 2u);
    EXPECT_EQ(held(), 0u);
    EXPECT_EQ(take(first).report().added, 2u);
    EXPECT_EQ(held(), 5u) << "what waited counts by itself";
}

TEST_F(BundleIntakeTest, OfAPartKeepsTheBeginningAndNamesTheRest) {
    write(6);
    auto part = items();
    part.resize(part.size() - 2);
    const auto taken = take(part);
    EXPECT_EQ(held(), 4u);
    ASSERT_EQ(taken.missing().size(), 1u);
    EXPECT_EQ(taken.missing()[0].log, airport().log(own()));
    EXPECT_EQ(taken.missing()[0].first.value, 5u);
    EXPECT_EQ(taken.missing()[0].last.value, 6u);
}

TEST_F(BundleIntakeTest, SaysWhatItHasNoRoomToKeepWaiting) {
    write(1);
    const auto known = items();
    write(3, 9);
    take(items(1));
    const auto taken = take(items(1));
    EXPECT_EQ(taken.report().waiting, 2u);
    EXPECT_EQ(taken.report().no_room, 1u);
    EXPECT_FALSE(taken.missing().empty());
    EXPECT_EQ(bundle_incomplete.kind(), ErrorKind::unavailable);
}

TEST_F(BundleIntakeTest, RefusesAnAlteredCommitAndWhatFollowsItButNotOtherLogs) {
    write(3);
    pair_.write(pair_.dialler(), joint(), 2, 300);
    auto given = items();
    for (BundleItem& item : given) {
        auto* commit = std::get_if<BundleCommit>(&item);
        if (commit != nullptr && commit->log == airport().log(own()) &&
            read_header(commit->bytes).number.value == 2) {
            commit->bytes.back() ^= 1;
        }
    }
    const auto taken = take(given);
    EXPECT_EQ(held(), 1u);
    EXPECT_EQ(taken.report().added, 3u);
    EXPECT_EQ(taken.report().refused, 2u);
    ASSERT_TRUE(taken.report().first_refusal);
    EXPECT_EQ(taken.report().first_refusal->code.name(), commit_root.name());
}

TEST_F(BundleIntakeTest, TakesNothingOfAnotherAdministration) {
    write(1);
    BundleHeader other = header();
    other.administration = AdministrationId{{9}};
    BundleIntake intake(headquarters().replica(), other);
    for (const BundleItem& item : items()) {
        EXPECT_THAT(intake.take(item), HasCode(bundle_other_administration));
    }
}

TEST_F(BundleIntakeTest, TakesNothingOfASenderWithoutCertificate) {
    write(1);
    BundleHeader stranger = header();
    stranger.sender = crypto::SigningKey::generate(administration_.entropy()).public_key();
    BundleIntake intake(headquarters().replica(), stranger);
    EXPECT_THAT(intake.check_sender(), HasCode(bundle_unknown_sender));
    EXPECT_THAT(intake.take(items().back()), HasCode(bundle_unknown_sender));
    EXPECT_EQ(held(), 0u);
}

TEST_F(BundleIntakeTest, LearnsOfItsSenderFromTheRosterInIt) {
    const NodeId desk = administration_.add_desk("second desk", "airport");
    administration_.grant(own(), desk, Right::write);
    ReplicaHost second(administration_.identity("second desk"), administration_.roster(), 5);
    BundleIntake intake(headquarters().replica(), header("second desk"));
    EXPECT_THAT(intake.check_sender(), HasCode(bundle_unknown_sender));
    EXPECT_THAT(intake.take(BundleRoster{{}, administration_.entries()}), IsOk());
    EXPECT_THAT(intake.check_sender(), IsOk());
    EXPECT_EQ(intake.report().roster_entries, 2u);
    EXPECT_EQ(intake.sender()->identity.id(), desk);
}

TEST_F(BundleIntakeTest, TakesCommitsOfANodeThatWasRevokedMeanwhileForWhatTheyAre) {
    write(3);
    const auto given = items();
    const auto log = airport().log(own());
    const auto one = airport().replica().reader().read(log.id(), {1});
    administration_.revoke(airport().id(), {{log.id(), {1}, commit_hash(one.value())}});
    ASSERT_THAT(headquarters().replica().offer_roster({}, administration_.entries()), IsOk());
    const auto taken = take(given);
    EXPECT_EQ(taken.report().added, 1u);
    EXPECT_EQ(taken.report().quarantined, 2u);
    EXPECT_EQ(taken.report().refused, 0u);
    EXPECT_TRUE(taken.missing().empty()) << "what lies beyond a cut is here, and does not count";
}

TEST_F(BundleIntakeTest, LeavesWhatThisNodeMayNotCarry) {
    write(2);
    ReplicaHost seaport(administration_.identity("seaport"), administration_.roster(), 3);
    BundleIntake intake(seaport.replica(), header());
    for (const BundleItem& item : items()) {
        ASSERT_THAT(intake.take(item), IsOk());
    }
    EXPECT_EQ(intake.report().not_carried, 2u);
    EXPECT_TRUE(intake.missing().empty());
    EXPECT_TRUE(seaport.replica().take_writes().empty());
}

TEST_F(BundleIntakeTest, AReceiptInItCountsAsOneFromASession) {
    write(3);
    take(items());
    headquarters().replica().issue_receipts(headquarters().identity().sign(), {1'000});
    headquarters().settle();
    const KnownHolding known{airport().id(), {}, {}};
    const auto back =
        plan_bundle(headquarters().replica(), std::span(&known, 1), BundleScope::receipts);
    const auto log = airport().log(own()).id();
    EXPECT_FALSE(airport().replica().receipted(log));
    BundleIntake intake(airport().replica(), header("headquarters"));
    for (const BundleItem& item : back.first) {
        ASSERT_THAT(intake.take(item), IsOk());
    }
    airport().settle();
    EXPECT_GE(intake.report().receipts, 1u);
    ASSERT_TRUE(airport().replica().receipted(log));
    EXPECT_EQ(airport().replica().receipted(log)->number.value, 3u);
}

TEST_F(BundleIntakeTest, RefusesAReceiptThatItsMakerDidNotSign) {
    headquarters().replica().issue_receipts(headquarters().identity().sign(), {1'000});
    write(1);
    take(items());
    headquarters().replica().issue_receipts(headquarters().identity().sign(), {2'000});
    headquarters().settle();
    ASSERT_FALSE(headquarters().replica().receipts().empty());
    Receipt forged = headquarters().replica().receipts().begin()->second;
    forged.time = {forged.time.value + 1};
    BundleIntake intake(airport().replica(), header("headquarters"));
    EXPECT_THAT(intake.take(BundleReceipt{forged.encode()}), IsOk());
    EXPECT_EQ(intake.report().refused, 1u);
    EXPECT_EQ(intake.report().first_refusal->code.name(), receipt_signature.name());
}

}  // namespace
}  // namespace entrepot::replication
