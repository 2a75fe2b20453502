// What a session was told wrongly, or never told, it asks again: another round of heads says it.
#include "tests/replication/sync/session_pair_fixture.hpp"

namespace entrepot::replication {
namespace {

/// So long must nothing move before a session that lacks something asks for another round.
constexpr std::int64_t patience_ms = 20'000;

class SessionRound : public SessionFixture {
protected:
    /// Reads the parts of a message, lets `alter` change each, and writes them again.
    static void alter_parts(Bytes& message, const std::function<void(message::Part&)>& alter) {
        const Bytes before = message;
        WireReader in(before);
        WireWriter out;
        message::write_varint(out, message::read_varint(in));
        while (!in.rest().empty()) {
            auto part = message::read_part(in);
            ASSERT_THAT(part, IsOk());
            alter(*part);
            message::write_part(out, *part);
        }
        message = out.take();
    }
    /// Alters every part of this kind on its way to the dialler.
    template <class Kind>
    void alter_to_dialler(std::function<void(Kind&)> alter) {
        pair_.on_message = [this, alter = std::move(alter)](End& to, Bytes& message) {
            if (&to == &pair_.dialler()) {
                alter_parts(message, [&](message::Part& part) {
                    if (auto* kind = std::get_if<Kind>(&part)) {
                        alter(*kind);
                    }
                });
            }
            return true;
        };
    }
    std::uint64_t rounds() { return pair_.dialler().session->counters().round_trips; }
    /// In sync by one more round, and not before the time for it.
    void expect_another_round_brings_sync() {
        const std::uint64_t before = rounds();
        EXPECT_FALSE(pair_.reach_sync(patience_ms - 100));
        EXPECT_EQ(rounds(), before) << "asked too soon";
        EXPECT_TRUE(pair_.reach_sync(patience_ms));
        EXPECT_FALSE(pair_.is_over());
        EXPECT_EQ(rounds(), before + 1);
        EXPECT_TRUE(pair_.holds_the_same());
    }
};

TEST_F(SessionRound, StartsAgainWhenAnAcknowledgementWasLostAndNothingMoves) {
    pair_.connect();
    ASSERT_TRUE(pair_.reach_sync());
    alter_to_dialler<message::Acknowledge>([](message::Acknowledge& told) { told.logs.clear(); });
    pair_.write(pair_.dialler(), own(), 3);
    ASSERT_FALSE(pair_.reach_sync(100));
    ASSERT_TRUE(pair_.holds_the_same()) << "only the acknowledgement was to be lost";
    pair_.on_message = {};
    expect_another_round_brings_sync();
    EXPECT_EQ(pair_.dialler().session->counters().acknowledged, 3u);
}

TEST_F(SessionRound, StartsAgainWhenThePeersHeadWasAlteredAndNothingMoves) {
    pair_.write(pair_.dialler(), own(), 3);
    pair_.connect();
    ASSERT_TRUE(pair_.reach_sync());
    pair_.disconnect();
    pair_.write(pair_.accepter(), joint(), 1);
    pair_.connect();
    const LogId log = pair_.dialler().host.log(own()).id();
    alter_to_dialler<message::HeadList>([&](message::HeadList& list) {
        for (Head& head : list.heads) {
            head.number.value += head.descriptor.id() == log ? 1 : 0;
        }
    });
    ASSERT_FALSE(pair_.reach_sync(100)) << "the dialler waits for a commit that is nowhere";
    pair_.on_message = {};
    expect_another_round_brings_sync();
}

TEST_F(SessionRound, DoesNotStartAgainWhileCommitsMove) {
    pair_.connect();
    ASSERT_TRUE(pair_.reach_sync());
    alter_to_dialler<message::Acknowledge>([](message::Acknowledge& told) { told.logs.clear(); });
    const std::uint64_t before = rounds();
    for (int i = 0; i < 6; ++i) {
        pair_.write(pair_.dialler(), own(), 1);
        ASSERT_FALSE(pair_.reach_sync(100));
        pair_.advance(patience_ms / 2);
        ASSERT_THAT(pair_.dialler().session->tick(pair_.now()), IsOk());
    }
    EXPECT_EQ(rounds(), before);
    EXPECT_TRUE(pair_.holds_the_same());
}

}  // namespace
}  // namespace entrepot::replication
