#include "replication/transport/accepted_table.hpp"

#include <gtest/gtest.h>

namespace entrepot::replication {
namespace {

PeerKey key_of(std::uint8_t byte) {
    PeerKey out;
    out.bytes.fill(byte);
    return out;
}

using Claim = AcceptedTable::Claim;

struct Table {
    AcceptedTable table;
    std::vector<AcceptedTable::Ended> ended;

    AcceptedConnection* greet(std::uint64_t id, std::uint8_t key, const std::string& routing_id,
                              int descriptor) {
        return table.greet({ConnectionId{id}, key_of(key), routing_id, descriptor}, ended);
    }
};

TEST(AcceptedTable, KnowsAMessageOfTheKeyThatGreeted) {
    Table t;
    t.table.descriptor_opened(7);
    ASSERT_NE(t.greet(1, 0xaa, "r", 7), nullptr);
    EXPECT_EQ(t.table.check("r", key_of(0xaa)), Claim::known);
}

TEST(AcceptedTable, DoesNotBelieveARoutingIdClaimedWithAnotherKey) {
    Table t;
    t.table.descriptor_opened(7);
    ASSERT_NE(t.greet(1, 0xaa, "r", 7), nullptr);
    EXPECT_EQ(t.table.check("r", key_of(0xbb)), Claim::foreign);
}

TEST(AcceptedTable, DoesNotKnowARoutingIdThatNeverGreeted) {
    Table t;
    EXPECT_EQ(t.table.check("r", key_of(0xaa)), Claim::stray);
}

TEST(AcceptedTable, MakesNoConnectionOnADescriptorThatIsClosedAlready) {
    Table t;
    t.table.descriptor_opened(7);
    EXPECT_TRUE(t.table.descriptor_closed(7).empty());
    EXPECT_EQ(t.greet(1, 0xaa, "r", 7), nullptr);
    EXPECT_EQ(t.table.check("r", key_of(0xaa)), Claim::stray);
}

TEST(AcceptedTable, EndsTheConnectionWhoseDescriptorCloses) {
    Table t;
    t.table.descriptor_opened(7);
    t.greet(1, 0xaa, "r", 7);
    const auto ended = t.table.descriptor_closed(7);
    ASSERT_EQ(ended.size(), 1u);
    EXPECT_EQ(ended[0].id, ConnectionId{1});
    EXPECT_EQ(ended[0].reason, EndReason::lost);
    EXPECT_EQ(t.table.find(ConnectionId{1}), nullptr);
}

TEST(AcceptedTable, EndsTheOldConnectionWhenItsDescriptorGreetsForAnother) {
    Table t;
    t.table.descriptor_opened(7);
    t.greet(1, 0xaa, "old", 7);
    ASSERT_NE(t.greet(2, 0xbb, "new", 7), nullptr);
    ASSERT_EQ(t.ended.size(), 1u);
    EXPECT_EQ(t.ended[0].id, ConnectionId{1});
    const auto ended = t.table.descriptor_closed(7);
    ASSERT_EQ(ended.size(), 1u);
    EXPECT_EQ(ended[0].id, ConnectionId{2});
}

TEST(AcceptedTable, KeepsOneConnectionAKey) {
    Table t;
    t.table.descriptor_opened(7);
    t.table.descriptor_opened(8);
    t.greet(1, 0xaa, "old", 7);
    ASSERT_NE(t.greet(2, 0xaa, "new", 8), nullptr);
    ASSERT_EQ(t.ended.size(), 1u);
    EXPECT_EQ(t.ended[0].reason, EndReason::replaced);
    EXPECT_EQ(t.table.check("old", key_of(0xaa)), Claim::stray);
    EXPECT_TRUE(t.table.descriptor_closed(7).empty());
    EXPECT_NE(t.table.find(ConnectionId{2}), nullptr);
}

}  // namespace
}  // namespace entrepot::replication
