#include "node/link/open_node.hpp"

#include <gtest/gtest.h>

#include "node/journal/author.hpp"
#include "node/link/worker_process.hpp"
#include "tests/support/desk_fixture.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::node {
namespace {

TEST(OpenNode, NeedsKeysOfItsOwn) {
    TemporaryFolder folder;
    crypto::SystemEntropy entropy;
    SystemClock clock;
    EXPECT_THAT(OpenNode::open(folder.path() / "log", entropy.secret(32), {}, clock,
                               [](const ChannelMessage&) {}),
                HasCode(link_no_identity));
}

TEST(OpenNode, DialsTheHeadquartersUnlessANodeIsNamed) {
    const auto administration = replication::AdministrationFixture::with_two_units();
    const auto& roster = administration.roster();
    EXPECT_EQ(resolve_peer("tcp://10.0.0.1:1", roster)->peer,
              administration.headquarters().transport().public_key());
    const std::string id = to_base32(administration.id("seaport").view());
    const auto named = resolve_peer(id.substr(0, 8) + "@tcp://10.0.0.2:2", roster);
    EXPECT_EQ(named->peer, administration.identity("seaport").transport().public_key());
    EXPECT_EQ(named->address, "tcp://10.0.0.2:2");
    EXPECT_THAT(resolve_peer("zzzz@tcp://10.0.0.2:2", roster), HasCode(link_unknown_peer));
    EXPECT_THAT(resolve_peer("tcp://10.0.0.1:1", replication::Roster()),
                HasCode(link_unknown_peer));
}

TEST(OpenNode, BeginsNoRealmForARosterThatIsNotShared) {
    DeskFixture fixture("headquarters");
    const replication::AdministrationFixture stranger({9, "GE"});
    std::optional<Status> ended;
    static_cast<void>(fixture.await([&](JsonDone done) {
        fixture.desk().append_outer_roster(stranger.roster().administration(), stranger.entries(),
                                           [&ended, done](Status stored) {
                                               ended = std::move(stored);
                                               done(nlohmann::json::object());
                                           });
    }));
    EXPECT_THAT(*ended, HasCode(link_unknown_realm));
    EXPECT_FALSE(std::filesystem::exists(fixture.directory().partners()));
}

TEST(Author, GivesUpWhenTheLinkDoesNotSign) {
    DeskFixture fixture;
    auto ends = *FrameChannel::pair();
    FrameChannel other(ends.second);
    Author author(ends.first, fixture.desk().log(), fixture.desk().keys(), fixture.desk().roster(),
                  fixture.clock());
    author.set_longest_silence(std::chrono::milliseconds(10));
    replication::Change change;
    change.record.bytes[0] = 1;
    change.database = "seizures";
    change.assignments = {{"place", std::string("Negril")}};
    std::vector<PackedChange> changes;
    changes.push_back(*fixture.desk().pack(change));
    OwnChanges own;
    const auto place = fixture.administration().compartment("airport seizures");
    EXPECT_THAT(author.save(place, std::move(changes), std::nullopt, own),
                HasCode(author_silent_link));
    EXPECT_TRUE(own.empty());
}

TEST(WorkerProcess, SaysThatTheProgramCannotBeStarted) {
    EXPECT_THAT(WorkerProcess::start({"/nonexistent/entrepot", "/nonexistent", {}}),
                HasCode(worker_not_started));
}

TEST(Desk, SaysThatItsReferenceNumbersAreUsedUp) {
    DeskFixture fixture;
    Result<std::string> number = std::string();
    std::set<std::string> given;
    while ((number = fixture.desk().next_reference())) {
        EXPECT_TRUE(given.insert(*number).second);
    }
    EXPECT_THAT(number, HasCode(desk_no_numbers));
    EXPECT_EQ(given.size(), fixture.desk().self().value()->numbers.count);
}

}  // namespace
}  // namespace entrepot::node
