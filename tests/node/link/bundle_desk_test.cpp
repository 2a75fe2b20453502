// Bundles at the link, step by step: what is answered when, and to whom nothing is sealed.
#include "node/link/bundle_desk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/node/moved_clock.hpp"
#include "tests/support/administration_fixture.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/replica_host.hpp"
#include "tests/support/started_crypto.hpp"
#include "tests/support/temporary_folder.hpp"

namespace entrepot::node {
namespace {

using replication::AdministrationFixture;
using replication::BundleScope;
using replication::NodeId;

/// A node whose driver is the test: nothing is durable before settle().
class DeskNode {
public:
    DeskNode(AdministrationFixture& administration, const std::string& name,
             const std::filesystem::path& folder)
        : identity_(administration.identity(name).duplicate()) {
        std::filesystem::create_directory(folder);
        std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
        store_ = std::move(LogStore::open(folder, LogStore::Access::read_write,
                                          entropy_.secret(32)))
                     .value();
        replication::ReplicaStart start;
        start.self = identity_.id();
        replica_ = std::make_unique<replication::Replica>(std::move(start), *store_);
        EXPECT_THAT(replica_->offer_roster({}, administration.entries()), IsOk());
        desk_ = std::make_unique<BundleDesk>(
            BundleDesk::Place{*replica_, *store_, identity_.relay(), clock_, [] {},
                              [this](const BundleAct& act) { acts_.push_back(act); }});
        settle();
    }
    void settle() {
        const auto writes = replica_->take_writes();
        if (!writes.empty()) {
            ASSERT_THAT(store_->write(writes), IsOk());
            replica_->durable(writes.back().sequence);
            desk_->durable();
        }
    }
    /// Turns of the loop until it is so, with or without a disk that keeps up.
    template <class Condition>
    bool until(Condition condition, bool settles = true) {
        return eventually([&] {
            desk_->work();
            if (settles) {
                settle();
            }
            return condition();
        });
    }
    template <class T>
    Result<T> await(const std::function<void(BundleDesk::Done<T>)>& ask) {
        std::optional<Result<T>> out;
        ask([&](Result<T> told) { out = std::move(told); });
        EXPECT_TRUE(until([&] { return out.has_value(); }));
        return *std::move(out);
    }

    Result<ExportBegun> begin(std::vector<std::string> to, bool all = false,
                              BundleScope scope = BundleScope::everything) {
        return await<ExportBegun>([&](const auto& done) {
            desk_->begin_export({std::move(to), all, scope, 1000}, done);
        });
    }
    Result<Bytes> pieces(const TransferId& id) {
        Bytes out;
        while (true) {
            TRY_ASSIGN(const Bytes piece, await<Bytes>([&](const auto& done) {
                           desk_->next_piece(id, done);
                       }));
            if (piece.empty()) {
                return out;
            }
            append(out, piece);
        }
    }
    Bytes bundle_for(const std::string& to, BundleScope scope = BundleScope::everything) {
        const auto begun = begin({to}, false, scope);
        EXPECT_THAT(begun, IsOk());
        return begun ? pieces(begun->id).value() : Bytes();
    }
    Result<ImportReport> import(ByteView file, std::size_t step = 100'000) {
        const TransferId id = desk_->begin_import(1000);
        for (std::size_t at = 0; at < file.size(); at += step) {
            const ByteView part = file.subspan(at, std::min(step, file.size() - at));
            TRY(await<ImportStanding>([&](const auto& done) {
                desk_->take_bytes(id, Bytes(part.begin(), part.end()), done);
            }));
        }
        return await<ImportReport>([&](const auto& done) { desk_->finish_import(id, done); });
    }
    void write(AdministrationFixture& administration, const std::string& compartment, int count) {
        const auto place = administration.compartment(compartment);
        if (!pen_) {
            pen_ = std::make_unique<replication::ReplicaHost>(identity_, replica_->roster(), 7);
        }
        for (int i = 0; i < count; ++i) {
            Bytes commit = pen_->make_commit(place, administration.key(place), {Bytes(300)}, {1});
            ASSERT_THAT(pen_->replica().append_local(pen_->log(place), commit), IsOk());
            ASSERT_THAT(replica_->append_local(pen_->log(place), std::move(commit)), IsOk());
        }
        settle();
    }
    std::size_t commits() const {
        std::size_t out = 0;
        for (const auto& [log, head] : replica_->heads().all()) {
            out += head.number.value;
        }
        return out;
    }
    BundleDesk& desk() { return *desk_; }
    replication::Replica& replica() { return *replica_; }
    NodeId id() const { return identity_.id(); }
    const std::vector<BundleAct>& acts() const { return acts_; }

private:
    crypto::Identity identity_;
    crypto::SystemEntropy entropy_;
    SystemClock clock_;
    std::vector<BundleAct> acts_;
    std::unique_ptr<replication::ReplicaHost> pen_;  ///< numbers and chains what this node writes
    std::unique_ptr<LogStore> store_;
    std::unique_ptr<replication::Replica> replica_;
    std::unique_ptr<BundleDesk> desk_;
};

class BundleDeskTest : public ::testing::Test {
protected:
    std::string id(const std::string& name) { return to_base32(administration_.id(name).view()); }
    void write(int count) { airport_.write(administration_, "airport seizures", count); }

    TemporaryFolder folder_;
    AdministrationFixture administration_ = AdministrationFixture::with_two_units();
    DeskNode airport_{administration_, "airport", folder_.path() / "airport"};
    DeskNode headquarters_{administration_, "headquarters", folder_.path() / "headquarters"};
};

TEST_F(BundleDeskTest, CarriesCommitsThereAndReceiptsBack) {
    write(3);
    const auto report = headquarters_.import(airport_.bundle_for("headquarters"));
    ASSERT_THAT(report, IsOk());
    EXPECT_EQ(report->counts.added, 3u);
    EXPECT_EQ(report->sender, airport_.id());
    EXPECT_FALSE(report->problem);
    const auto back = headquarters_.begin({}, false, BundleScope::receipts);
    ASSERT_THAT(back, IsOk());
    EXPECT_THAT(back->to, testing::ElementsAre(airport_.id()));
    const auto told = airport_.import(headquarters_.pieces(back->id).value());
    ASSERT_THAT(told, IsOk());
    EXPECT_GE(told->counts.receipts, 1u);
    write(2);
    const auto next = airport_.begin({"headquarters"});
    ASSERT_THAT(next, IsOk());
    EXPECT_EQ(next->commits, 2u);
    EXPECT_EQ(airport_.begin({"headquarters"}, true)->commits, 5u);
}

TEST_F(BundleDeskTest, AnswersAnImportOnlyWhenItIsDurable) {
    write(2);
    const Bytes file = airport_.bundle_for("headquarters");
    const TransferId id = headquarters_.desk().begin_import(1000);
    std::size_t answers = 0;
    headquarters_.desk().take_bytes(id, file, [&](const auto& told) { answers += told ? 1 : 0; });
    ASSERT_TRUE(
        headquarters_.until([&] { return headquarters_.replica().has_writes(); }, false));
    for (int turn = 0; turn < 10; ++turn) {
        headquarters_.desk().work();
    }
    EXPECT_EQ(answers, 0u) << "nothing is on the disk";
    headquarters_.settle();
    EXPECT_EQ(answers, 1u);
    EXPECT_EQ(headquarters_.commits(), 2u);
}

TEST_F(BundleDeskTest, TellsWhoWaitsThatTheStoreFailed) {
    write(2);
    const Bytes file = airport_.bundle_for("headquarters");
    const TransferId id = headquarters_.desk().begin_import(1000);
    std::optional<Result<ImportStanding>> told;
    headquarters_.desk().take_bytes(id, file, [&](const auto& what) { told = what; });
    ASSERT_TRUE(
        headquarters_.until([&] { return headquarters_.replica().has_writes(); }, false));
    headquarters_.desk().failed(Error{store_disk_full, "no space"});
    ASSERT_TRUE(told);
    EXPECT_THAT(*told, HasCode(store_disk_full));
}

TEST_F(BundleDeskTest, MakesNoBundleForANodeThatIsRevokedOrUnknown) {
    EXPECT_THAT(airport_.begin({"zzzzzzzz"}), HasCode(bundle_receiver));
    EXPECT_THAT(airport_.begin({id("seaport").substr(0, 5)}), HasCode(bundle_receiver))
        << "too few characters";
    EXPECT_THAT(airport_.begin({id("airport")}), HasCode(bundle_receiver)) << "itself";
    EXPECT_THAT(airport_.begin({id("seaport")}), IsOk());
    administration_.revoke(administration_.id("seaport"));
    ASSERT_THAT(airport_.replica().offer_roster({}, administration_.entries()), IsOk());
    EXPECT_THAT(airport_.begin({id("seaport")}), HasCode(bundle_receiver));
    EXPECT_THAT(airport_.begin({"headquarters", id("seaport")}), HasCode(bundle_receiver))
        << "not even among others";
}

TEST_F(BundleDeskTest, WantsToKnowForWhomReceiptsAre) {
    EXPECT_THAT(airport_.begin({}, false, BundleScope::receipts),
                HasCode(replication::bundle_recipients));
}

TEST_F(BundleDeskTest, KnowsOnlyWhatIsUnderWayAndTheLastFew) {
    EXPECT_THAT(airport_.pieces(TransferId{{1}}), HasCode(bundle_no_transfer));
    const auto first = airport_.begin({"headquarters"});
    for (int i = 0; i < 4; ++i) {
        EXPECT_THAT(airport_.begin({"headquarters"}), IsOk());
    }
    EXPECT_THAT(airport_.pieces(first->id), HasCode(bundle_no_transfer));
}

TEST_F(BundleDeskTest, ReadsNoFurtherThanTheDamageAndKeepsWhatCameBefore) {
    write(600);
    Bytes file = airport_.bundle_for("headquarters");
    file[file.size() - 100] ^= 1;
    const auto report = headquarters_.import(file);
    ASSERT_THAT(report, IsOk());
    ASSERT_TRUE(report->problem);
    EXPECT_EQ(report->problem->code.name(), replication::bundle_damaged.name());
    EXPECT_GT(report->counts.added, 0u);
    EXPECT_LT(report->counts.added, 600u);
    ASSERT_EQ(report->missing.size(), 1u);
    EXPECT_EQ(report->missing[0].first.value, report->counts.added + 1);
    EXPECT_EQ(report->missing[0].last.value, 600u);
    EXPECT_EQ(headquarters_.commits(), report->counts.added);
}

TEST_F(BundleDeskTest, TellsOfEveryBundleInOnePlace) {
    write(2);
    const Bytes file = airport_.bundle_for("headquarters");
    ASSERT_THAT(headquarters_.import(file), IsOk());
    ASSERT_EQ(airport_.acts().size(), 1u);
    EXPECT_EQ(airport_.acts()[0].what, BundleAct::What::exported);
    EXPECT_THAT(airport_.acts()[0].nodes, testing::ElementsAre(headquarters_.id()));
    EXPECT_EQ(airport_.acts()[0].commits, 2u);
    ASSERT_EQ(headquarters_.acts().size(), 1u);
    EXPECT_EQ(headquarters_.acts()[0].what, BundleAct::What::imported);
    EXPECT_EQ(headquarters_.acts()[0].uid, 1000u);
}

}  // namespace
}  // namespace entrepot::node
