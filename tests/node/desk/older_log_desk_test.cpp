// A desk whose log was put back: this node's logs are ended before the views are made anew.
#include <gtest/gtest.h>

#include "node/desk/verification.hpp"
#include "replication/log/commit_builder.hpp"
#include "tests/support/desk_fixture.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::node {
namespace {

using replication::CommitWrite;

class OlderLogDesk : public testing::Test {
protected:
    /// The airport with one commit of its own in its log, and views that reflect so many.
    void open(std::uint64_t position) {
        const auto held = [this](replication::AdministrationFixture& administration) {
            return std::vector<replication::WriteContent>{own_commit(administration)};
        };
        const auto prepare = [&](const NodeDirectory& directory, const Vault& vault) {
            const auto views =
                std::move(ViewStore::open(directory.views(), vault.vault_key.duplicate())).value();
            const auto log = std::move(LogStore::open(directory.log(), LogStore::Access::read_only,
                                                      vault.link_key.duplicate()))
                                 .value();
            views->set_position({position});
            views->seen().last_commit = std::move(commit_at(*log, {1})).value();
            EXPECT_THAT(views->flush(), IsOk());
        };
        fixture_.emplace("airport", true, held, prepare);
    }
    bool has_ended() {
        const auto ended = std::move(fixture_->desk().log().ended()).value();
        return std::find(ended.begin(), ended.end(), log_) != ended.end();
    }
    /// Dots of a seizure that is saved now.
    std::vector<replication::Dot> saved() {
        const auto made = fixture_->put("seizures", {{"document", DeskFixture::seizure()}});
        EXPECT_THAT(made, IsOk());
        const auto key = find_record(fixture_->desk(), made->at("id").get<std::string>(), "");
        return (*fixture_->desk().views().record(*key))->dots;
    }
    replication::LogDescriptor log_;
    std::optional<DeskFixture> fixture_;

private:
    CommitWrite own_commit(replication::AdministrationFixture& administration) {
        log_ = {administration.id("airport"), administration.compartment("airport seizures"),
                replication::Incarnation{{1}}};
        const auto length = administration.roster().length();
        const crypto::Secret key = administration.key(log_.compartment);
        replication::CommitBuilder builder(
            {log_.id(),
             {1},
             {},
             replication::HybridTime{1},
             length,
             administration.roster().generation_at(log_.compartment, length)},
            key, administration.entropy());
        builder.add(Bytes(16));
        Bytes commit = builder.finish({}, {});
        replication::sign_commit(commit, administration.identity("airport").sign());
        const Hash hash = replication::commit_hash(commit);
        return {log_.id(), log_, {1}, hash, std::move(commit)};
    }
};

TEST_F(OlderLogDesk, GoesOnInItsLogsWhereTheyHoldWhatWasSeen) {
    open(1);
    EXPECT_FALSE(fixture_->desk().views_damage());
    EXPECT_FALSE(has_ended());
    EXPECT_EQ(saved(), (std::vector<replication::Dot>{{log_.id(), {2}}}));
}

TEST_F(OlderLogDesk, EndsItsLogsWhereTheViewsHaveSeenMore) {
    open(2);
    ASSERT_TRUE(fixture_->desk().views_damage());
    EXPECT_EQ(fixture_->desk().views_damage()->code, views_ahead);
    EXPECT_NE(why_remade(fixture_->desk(), true), "");
    EXPECT_EQ(why_remade(fixture_->desk(), false), "");
    EXPECT_TRUE(has_ended());
    const auto dots = saved();
    ASSERT_EQ(dots.size(), 1U);
    EXPECT_NE(dots[0].log, log_.id()) << "number 2 of the old log may have been used";
    EXPECT_EQ(dots[0].number.value, 1U);
}

}  // namespace
}  // namespace entrepot::node
