#include "node/forks/forks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "node/desk/headquarters.hpp"
#include "replication/log/commit_builder.hpp"
#include "tests/support/desk_fixture.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::node {
namespace {

using namespace replication;
using nlohmann::json;

/// Two branches of a log of the airport, three commits each, alike in the first.
struct TwoBranches {
    LogDescriptor log;
    std::vector<Bytes> first, second;

    explicit TwoBranches(AdministrationFixture& administration)
        : log{administration.id("airport"), administration.compartment("joint seizures"),
              Incarnation{{5}}} {
        first.push_back(next(administration, {}, 1));
        second = first;
        for (std::uint8_t at = 2; at <= 3; ++at) {
            first.push_back(next(administration, first, at));
            second.push_back(next(administration, second, at));
        }
    }
    Bytes next(AdministrationFixture& administration, const std::vector<Bytes>& before,
               std::uint8_t byte) {
        const RosterLength length = administration.roster().length();
        const crypto::Secret key = administration.key(log.compartment);
        CommitBuilder builder(
            {log.id(), CommitNumber{before.size() + 1},
             before.empty() ? Hash{} : commit_hash(before.back()), HybridTime{byte}, length,
             administration.roster().generation_at(log.compartment, length)},
            key, administration.entropy());
        builder.add(Bytes(16, byte));
        Bytes commit = builder.finish({}, {});
        sign_commit(commit, administration.identity("airport").sign());
        return commit;
    }
    Hash fork_hash(const std::vector<Bytes>& branch) const { return commit_hash(branch[1]); }
};

class Forks : public ::testing::Test {
protected:
    /// Headquarters holds so many commits of the first branch, and perhaps an older receipt.
    explicit Forks(std::size_t commits = 3, std::size_t receipted = 0)
        : desk_("headquarters", true, [=, this](AdministrationFixture& administration) {
              return held(administration, commits, receipted);
          }) {}

    std::vector<WriteContent> held(AdministrationFixture& administration, std::size_t commits,
                                   std::size_t receipted) {
        branches_.emplace(administration);
        const LogId log = branches_->log.id();
        std::vector<WriteContent> out;
        for (std::size_t at = 0; at < commits; ++at) {
            const Bytes& commit = branches_->first[at];
            out.push_back(CommitWrite{log, branches_->log, {at + 1}, commit_hash(commit), commit});
        }
        out.push_back(
            ForkWrite{ForkProof::of(branches_->log, branches_->first[1], branches_->second[1])});
        if (receipted > 0) {
            Receipt receipt{administration.id("headquarters"),
                            administration.roster().administration(),
                            branches_->log.compartment,
                            administration.roster().length(),
                            HybridTime{9},
                            {{log, {receipted}, commit_hash(branches_->first[receipted - 1])}},
                            {}};
            receipt.sign(administration.identity("headquarters").sign());
            out.push_back(ReceiptWrite{receipt});
        }
        return out;
    }
    std::string log() const { return to_base32(branches_->log.id().view()); }
    Result<json> settle(const json& body) {
        return desk_.await(
            [&](JsonDone done) { settle_fork(desk_.desk(), body, std::move(done)); });
    }

    std::optional<TwoBranches> branches_;
    DeskFixture desk_;
};

TEST_F(Forks, AreListedWithTheirBranches) {
    const auto list = list_forks(desk_.desk());
    ASSERT_THAT(list, IsOk());
    ASSERT_EQ((*list)["forks"].size(), 1u);
    const json& fork = (*list)["forks"][0];
    EXPECT_EQ(fork["number"], 2);
    EXPECT_EQ(fork["settled"], false);
    EXPECT_EQ(fork["branches"].size(), 2u);
    EXPECT_NE(fork["branches"][0]["held_here"], fork["branches"][1]["held_here"]);
}

TEST_F(Forks, AreSettledForTheBranchThatHeadquartersHolds) {
    const auto settled = settle({{"log", log()}});
    ASSERT_THAT(settled, IsOk());
    EXPECT_EQ((*settled)["number"], 3);
    EXPECT_EQ((*settled)["hash"], to_hex(commit_hash(branches_->first[2]).view()));
    EXPECT_THAT(settle({{"log", log()}}), HasCode(fork_settled));
    EXPECT_EQ((*list_forks(desk_.desk()))["forks"][0]["settled"], true);
}

/// Headquarters holds what both branches have in common, and nothing after it.
class UndecidedForks : public Forks {
protected:
    UndecidedForks() : Forks(1) {}
};

TEST_F(UndecidedForks, AreSettledForTheBranchThatIsNamed) {
    const std::string other = to_hex(branches_->fork_hash(branches_->second).view());
    const auto settled = settle({{"log", log()}, {"keep", other.substr(0, 12)}});
    ASSERT_THAT(settled, IsOk());
    EXPECT_EQ((*settled)["number"], 2);
    EXPECT_EQ((*settled)["hash"], other);
}

TEST_F(Forks, RefuseALogThatHasNot) {
    EXPECT_THAT(settle({{"log", "zzzz"}}), HasCode(fork_unknown));
    EXPECT_THAT(settle({{"log", ""}}), HasCode(fork_unknown));
}

TEST_F(Forks, RefuseAHashOfNeitherBranch) {
    EXPECT_THAT(settle({{"log", log()}, {"keep", "zz"}}), HasCode(fork_branch));
}

class ReceiptedForks : public Forks {
protected:
    ReceiptedForks() : Forks(3, 3) {}
};

TEST_F(ReceiptedForks, KeepWhatHeadquartersGaveAReceiptFor) {
    const std::string other = to_hex(branches_->fork_hash(branches_->second).view());
    EXPECT_THAT(settle({{"log", log()}, {"keep", other}}), HasCode(fork_receipted));
    const auto settled = settle({{"log", log()}});
    ASSERT_THAT(settled, IsOk());
    EXPECT_EQ((*settled)["number"], 3);
}

TEST(ForksOfAUnit, AreNotSettledThere) {
    DeskFixture airport;
    const auto refused = airport.await([&](JsonDone done) {
        settle_fork(airport.desk(), {{"log", "a"}}, std::move(done));
    });
    EXPECT_THAT(refused, HasCode(headquarters_only));
}

}  // namespace
}  // namespace entrepot::node
