// A revoked node's live connections end, over real sockets: whoever learns of the revocation cuts
// the connection at once, and does not take another.
#include <gtest/gtest.h>
#include <sys/eventfd.h>

#include "node/link/open_node.hpp"
#include "tests/support/administration_fixture.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"
#include "tests/support/temporary_folder.hpp"

namespace entrepot::node {
namespace {

/// Nodes of one administration in this process, each with a store and a socket of its own.
class LiveRevocation : public ::testing::Test {
protected:
    LiveRevocation() : always_(::eventfd(1, EFD_CLOEXEC)) {}
    ~LiveRevocation() override { ::close(always_); }

    OpenNode& open(const std::string& name, const LinkAddresses& addresses) {
        auto key = entropy_.secret(32);
        const auto path = folder_.path() / name;
        std::filesystem::create_directory(path);
        std::filesystem::permissions(path, std::filesystem::perms::owner_all);
        {
            auto store = std::move(LogStore::open(path, LogStore::Access::read_write,
                                                  key.duplicate()))
                             .value();
            EXPECT_THAT(store->set_link_row(
                            LinkRow::keys,
                            administration_.identity(name).relay().to_secret().view(), entropy_),
                        IsOk());
            std::vector<replication::Write> writes;
            for (const Bytes& entry : administration_.entries()) {
                const std::uint64_t number = writes.size() + 1;
                writes.push_back({number, replication::RosterWrite{{number}, entry}});
            }
            EXPECT_THAT(store->write(writes), IsOk());
        }
        nodes_.push_back(std::move(OpenNode::open(path, std::move(key), addresses, clock_,
                                                  [](const ChannelMessage&) {}))
                             .value());
        nodes_.back()->watch({always_});  // work() never waits
        return *nodes_.back();
    }
    /// Works at every node until it is so.
    template <class Condition>
    bool until(Condition condition) {
        return eventually([&] {
            for (auto& node : nodes_) {
                EXPECT_THAT(node->work(), IsOk());
            }
            return condition();
        });
    }
    bool has_live_session_with(const OpenNode& node, const std::string& peer) const {
        const auto key = administration_.identity(peer).transport().public_key();
        for (const auto& standing : node.sessions().standing()) {
            if (standing.key == key && standing.node) {
                return true;
            }
        }
        return false;
    }
    bool has_connection_with(const OpenNode& node, const std::string& peer) const {
        const auto key = administration_.identity(peer).transport().public_key();
        for (const auto& standing : node.sessions().standing()) {
            if (standing.key == key) {
                return true;
            }
        }
        return false;
    }
    /// Headquarters revokes the node; the entry is given to one node as if made there.
    void revoke(const std::string& name, OpenNode& at) {
        administration_.revoke(administration_.id(name));
        at.append(AppendRoster{{1}, {administration_.entries().back()}});
    }
    std::string where(const OpenNode& node) { return node.endpoint().bound_address(); }

    replication::AdministrationFixture administration_ =
        replication::AdministrationFixture::with_two_units();
    TemporaryFolder folder_;
    SystemClock clock_;
    crypto::SystemEntropy entropy_;
    int always_;
    std::vector<std::unique_ptr<OpenNode>> nodes_;
};

TEST_F(LiveRevocation, EndsTheConnectionThatTheRevokedNodeDialled) {
    OpenNode& headquarters = open("headquarters", {"tcp://127.0.0.1:0", {}});
    OpenNode& seaport = open("seaport", {"", {where(headquarters)}});
    OpenNode& airport = open("airport", {"", {where(headquarters)}});
    ASSERT_TRUE(until([&] {
        return has_live_session_with(headquarters, "seaport") &&
               has_live_session_with(headquarters, "airport") &&
               has_live_session_with(seaport, "headquarters");
    }));
    const auto strangers = headquarters.endpoint().refusals().strangers;
    revoke("seaport", headquarters);
    ASSERT_TRUE(until([&] {
        return !has_connection_with(headquarters, "seaport") &&
               !has_connection_with(seaport, "headquarters");
    }));
    EXPECT_TRUE(until([&] {  // it dials again, and is a stranger; the other node is back
        seaport.sync_now();
        EXPECT_FALSE(has_connection_with(headquarters, "seaport"));
        return headquarters.endpoint().refusals().strangers > strangers &&
               has_live_session_with(headquarters, "airport");
    }));
    EXPECT_TRUE(until([&] { return airport.replica().roster().is_revoked(
                                administration_.id("seaport")); }));
}

TEST_F(LiveRevocation, EndsTheConnectionThatTheRevokedNodeAccepted) {
    OpenNode& seaport = open("seaport", {"tcp://127.0.0.1:0", {}});
    const std::string id = to_base32(administration_.id("seaport").view());
    OpenNode& headquarters = open("headquarters", {"", {id + "@" + where(seaport)}});
    ASSERT_TRUE(until([&] { return has_live_session_with(headquarters, "seaport"); }));
    revoke("seaport", headquarters);
    ASSERT_TRUE(until([&] {
        return !has_connection_with(headquarters, "seaport") &&
               !has_connection_with(seaport, "headquarters");
    }));
    headquarters.sync_now();
    EXPECT_TRUE(headquarters.endpoint().dial_states().empty());
}

TEST_F(LiveRevocation, EndsTheConnectionsOfOtherNodesAsTheyLearnOfIt) {
    OpenNode& headquarters = open("headquarters", {"tcp://127.0.0.1:0", {}});
    OpenNode& airport = open("airport", {"tcp://127.0.0.1:0", {where(headquarters)}});
    const std::string id = to_base32(administration_.id("airport").view());
    OpenNode& seaport = open("seaport", {"", {id + "@" + where(airport)}});
    ASSERT_TRUE(until([&] {
        return has_live_session_with(airport, "seaport") &&
               has_live_session_with(airport, "headquarters");
    }));
    revoke("seaport", headquarters);
    EXPECT_TRUE(until([&] {
        return !has_connection_with(airport, "seaport") &&
               !has_connection_with(seaport, "airport") &&
               has_live_session_with(airport, "headquarters");
    }));
}

TEST_F(LiveRevocation, ANodeThatLearnsOfItsOwnEndTalksToNobody) {
    OpenNode& headquarters = open("headquarters", {"tcp://127.0.0.1:0", {}});
    OpenNode& seaport = open("seaport", {"", {where(headquarters)}});
    ASSERT_TRUE(until([&] { return has_live_session_with(headquarters, "seaport"); }));
    revoke("seaport", seaport);  // by a roster file
    EXPECT_TRUE(until([&] { return !has_connection_with(seaport, "headquarters"); }));
    EXPECT_TRUE(seaport.endpoint().dial_states().empty());
}

}  // namespace
}  // namespace entrepot::node
