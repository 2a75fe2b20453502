#include "node/link/realm.hpp"

#include "tests/node/link/file_limit.hpp"
#include "tests/node/store/erasure/erasure_store_fixture.hpp"

namespace entrepot::node {
namespace {

/// The airport's own realm on a store that held something before it was opened.
class RealmTest : public ErasureStoreFixture {
protected:
    void begin() {
        open();
        auto opened = Realm::open({}, std::move(store_), administration_.id("airport"),
                                  [this](const ChannelMessage& said) {
                                      if (const auto* failed = std::get_if<Failed>(&said)) {
                                          failures_.push_back(failed->code);
                                      }
                                      stored_ += std::holds_alternative<Stored>(said) ? 1 : 0;
                                  });
        ASSERT_THAT(opened, IsOk());
        realm_ = *std::move(opened);
    }
    const Replica& replica() const { return realm_->replica(); }
    /// Two of the airport's commits with that number.
    ForkProof fork(std::size_t number = 4) {
        const std::vector<Bytes> all = commits_;
        commits_.resize(number - 1);
        const ForkProof out = ForkProof::of(log_, all[number - 1], next());
        commits_ = all;
        return out;
    }

    std::vector<std::string> failures_;
    int stored_ = 0;
    std::unique_ptr<Realm> realm_;
};

TEST_F(RealmTest, StartsWithTheForksThatItsStoreHeld) {
    store({write_of(0), ForkWrite{fork()}});
    begin();
    EXPECT_EQ(replica().fork_count(), 1U);
    EXPECT_TRUE(replica().is_stopped(log_.id()));
    EXPECT_THAT(realm_->replica().append_local(log_, commits_[1]), HasCode(replica_log_forked));
}

TEST_F(RealmTest, StartsWithTheCommitsBeyondACut) {
    administration_.move_cut({log_.id(), {1}, commit_hash(commits_[0])});
    keep_roster();
    store({write_of(0), QuarantineWrite{write_of(1)}});
    begin();
    const auto kept = replica().quarantined();
    ASSERT_EQ(kept.size(), 1U);
    EXPECT_EQ(kept[0].bytes, commits_[1]);
}

TEST_F(RealmTest, StartsWithTheLogsThatItWritesNoMore) {
    store({write_of(0), EndWrite{log_}});
    begin();
    EXPECT_TRUE(replica().is_ended(log_.id()));
    EXPECT_THAT(realm_->replica().append_local(log_, commits_[1]), HasCode(replica_log_ended));
}

TEST_F(RealmTest, StartsWithTheReceiptsThatItHeld) {
    Receipt receipt{administration_.id("headquarters"),
                    administration_.roster().administration(),
                    log_.compartment,
                    administration_.roster().length(),
                    HybridTime{9},
                    {{log_.id(), {1}, commit_hash(commits_[0])}},
                    {}};
    receipt.sign(administration_.headquarters().sign());
    store({write_of(0), ReceiptWrite{receipt}});
    begin();
    EXPECT_EQ(replica().receipts().count(receipt.place()), 1U);
    EXPECT_EQ(replica().receipted(log_.id()).value().number, CommitNumber{1});
}

TEST_F(RealmTest, StartsWithTheLogsOfWhichNothingCounts) {
    administration_.revoke(administration_.id("seaport"));
    keep_roster();
    const LogDescriptor uncounted{administration_.id("seaport"), log_.compartment, {{1}}};
    store({DescriptorWrite{uncounted}});
    begin();
    const auto known = replica().uncounted();
    ASSERT_EQ(known.size(), 1U);
    EXPECT_EQ(known[0].descriptor, uncounted);
}

TEST_F(RealmTest, StartsWithTheBranchThatItLeft) {
    const ForkProof proof = fork(2);
    administration_.move_cut({log_.id(), {4}, commit_hash(commits_[3])});
    keep_roster();
    store({write_of(0), ForkWrite{proof},
           RewindWrite{log_.id(), log_, {1}, commit_hash(commits_[3])}, write_of(1)});
    begin();
    EXPECT_FALSE(realm_->replica().has_writes()) << "a branch is left once";
    EXPECT_EQ(replica().accepted_tip(log_.id()).value().number, CommitNumber{2});
}

TEST_F(RealmTest, TellsWhoWaitedThatTheStoreTookNothing) {
    FileLimit limit;
    begin();
    realm_->begin_writing([] {});
    for (int unit = 0; unit < 20; ++unit) {
        administration_.add_unit("unit " + std::to_string(unit));
    }
    const auto& entries = administration_.entries();
    limit.set(std::filesystem::file_size(directory() / "data.mdb"));
    realm_->append(
        AppendRoster{{7}, {entries.begin() + static_cast<std::ptrdiff_t>(kept_), entries.end()}});
    Result<bool> took = false;
    while (took && !*took) {
        took = realm_->take_outcomes();
    }
    limit.lift();
    EXPECT_THAT(took, HasCode(store_disk_full));
    EXPECT_EQ(failures_, std::vector<std::string>{std::string(store_disk_full.name())});
    EXPECT_EQ(stored_, 0);
    EXPECT_EQ(replica().durable_roster_length(), RosterLength{kept_});
    EXPECT_TRUE(realm_->store().roster_entries(kept_).value().empty());
}

}  // namespace
}  // namespace entrepot::node
