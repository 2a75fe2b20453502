#include <gtest/gtest.h>
#include <unistd.h>

#include "node/channel/channel_message.hpp"
#include "node/channel/frame_channel.hpp"
#include "node/channel/waker.hpp"
#include "node/store/environment.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::node {
namespace {

constexpr std::chrono::seconds soon{10};

TEST(FrameChannel, CarriesFramesOfAnySizeInOrder) {
    auto ends = *FrameChannel::pair();
    FrameChannel other(ends.second);
    ASSERT_THAT(ends.first.send(as_bytes("one")), IsOk());
    ASSERT_THAT(ends.first.send({}), IsOk());
    ASSERT_THAT(ends.first.send(as_bytes("three")), IsOk());
    EXPECT_EQ(as_text(**other.receive_one(soon)), "one");
    EXPECT_EQ((*other.receive_one(soon))->size(), 0U);
    EXPECT_EQ(as_text(**other.receive_one(soon)), "three");
}

TEST(FrameChannel, QueuesWhatTheOtherSideDoesNotTakeYet) {
    auto ends = *FrameChannel::pair();
    FrameChannel other(ends.second);
    const Bytes large(3 * 1024 * 1024, 0x33);
    ASSERT_THAT(ends.first.queue(large), IsOk());
    EXPECT_TRUE(ends.first.has_queued());
    std::optional<Bytes> got;
    while (!got) {
        got = *other.receive_one(std::chrono::milliseconds(1));
        ASSERT_THAT(ends.first.flush(), IsOk());
    }
    EXPECT_EQ(*got, large);
    EXPECT_FALSE(ends.first.has_queued());
}

TEST(FrameChannel, TellsThatTheOtherSideHasEnded) {
    auto ends = *FrameChannel::pair();
    {
        FrameChannel other(ends.second);
        ASSERT_THAT(other.send(as_bytes("last")), IsOk());
    }
    EXPECT_EQ(as_text(**ends.first.receive_one(soon)), "last");
    EXPECT_THAT(ends.first.receive_one(soon), HasCode(channel_ended));
    EXPECT_THAT(ends.first.receive(), HasCode(channel_ended));
}

TEST(FrameChannel, EndsAtAFrameLongerThanAnyMayBe) {
    auto ends = *FrameChannel::pair();
    const Bytes head(4, 0xff);
    ASSERT_EQ(::write(ends.second, head.data(), head.size()), 4);
    EXPECT_THAT(ends.first.receive(), HasCode(channel_ended));
    ::close(ends.second);
}

TEST(Waker, RunsEverythingThatWasPostedInItsOrder) {
    Waker waker;
    std::vector<int> ran;
    for (const int number : {1, 2, 3}) {
        waker.post([&ran, number] { ran.push_back(number); });
    }
    waker.run_posted();
    EXPECT_EQ(ran, (std::vector{1, 2, 3}));
}

TEST(ChannelMessage, ComesBackAsItWasSent) {
    crypto::SystemEntropy entropy;
    const auto log = entropy.fixed<Hash>();
    replication::LogDescriptor descriptor;
    std::memcpy(descriptor.node.bytes.data(), log.bytes.data(), 16);
    const Bytes sent = encode_message(AppendCommit{{9}, descriptor, {1, 2, 3}});
    const auto message = *decode_message(sent);
    const auto& append = std::get<AppendCommit>(message);
    EXPECT_EQ(append.ticket.value, 9U);
    EXPECT_EQ(append.log, descriptor);
    EXPECT_EQ(append.commit, (Bytes{1, 2, 3}));
    const auto moved = *decode_message(encode_message(Moved{5, 6}));
    EXPECT_EQ(std::get<Moved>(moved).roster_length, 6U);
    const auto end = *decode_message(encode_message(EndLogs{{7}}));
    EXPECT_EQ(std::get<EndLogs>(end).ticket.value, 7U);
}

TEST(ChannelMessage, IsRefusedWhenCutOrUnknown) {
    const Bytes sent = encode_message(Moved{5, 6});
    for (std::size_t size = 0; size < sent.size(); ++size) {
        EXPECT_FALSE(decode_message(ByteView(sent).first(size))) << size;
    }
    EXPECT_THAT(decode_message(Bytes{200}), HasCode(channel_malformed));
}

TEST(ChannelMessage, KeepsTheCodesThatThisProgramKnows) {
    EXPECT_EQ(error_of({{1}, "store.disk_full", "no room"}).code, store_disk_full);
    const Error other = error_of({{1}, "something.new", "words"});
    EXPECT_EQ(other.code, link_failed);
    EXPECT_EQ(other.context, "something.new: words");
}

}  // namespace
}  // namespace entrepot::node
