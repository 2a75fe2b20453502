// Cuts at every message, bits flipped in every message: what is left is right, and the next session
// goes on from there.
#include "tests/replication/sync/session_pair_fixture.hpp"

namespace entrepot::replication {
namespace {

class SessionCut : public SessionFixture {
protected:
    /// Small frames, so that a commit is cut at many places.
    static SessionLimits small_frames() {
        SessionLimits out;
        out.frame_least = out.frame_most = 100;
        return out;
    }
    void write_some(SessionPair& pair) {
        pair.write(pair.dialler(), own(), 3, 200);
        pair.write(pair.dialler(), joint(), 2, 300);
        pair.write(pair.accepter(), joint(), 3, 250);
    }
    /// Runs until `count` messages have gone; false if it was over before.
    static bool run_messages(SessionPair& pair, std::size_t count) {
        std::size_t gone = 0;
        pair.on_message = [&](End&, Bytes&) { return ++gone <= count; };
        pair.reach_sync(100);
        pair.on_message = {};
        return gone > count;
    }
    /// Everything stored is what its author wrote: a prefix of the author's own log.
    static void expect_prefixes(SessionPair& pair) {
        for (End* end : {&pair.dialler(), &pair.accepter()}) {
            End& author = end == &pair.dialler() ? pair.accepter() : pair.dialler();
            for (const auto& [log, commits] : end->host.store().logs()) {
                const auto& theirs = author.host.store().logs();
                if (const auto found = theirs.find(log); found != theirs.end()) {
                    const std::size_t shared = std::min(commits.size(), found->second.size());
                    EXPECT_TRUE(std::equal(commits.begin(), commits.begin() + shared,
                                           found->second.begin()));
                }
            }
        }
    }
};

TEST_F(SessionCut, AtAnyMessageLosesNothing) {
    bool cut = true;
    std::size_t at = 0;
    for (; cut; ++at) {
        SessionPair pair(administration_);
        write_some(pair);
        pair.connect(small_frames());
        cut = run_messages(pair, at);
        pair.connect(small_frames());
        ASSERT_TRUE(pair.reach_sync()) << "cut at message " << at;
        ASSERT_TRUE(pair.holds_the_same()) << "cut at message " << at;
    }
    EXPECT_GT(at, 30u) << "too few messages to prove anything";
}

TEST_F(SessionCut, AtAnyFrameCostsNoByteThatWasReceived) {
    SessionPair whole(administration_);
    whole.write(whole.dialler(), own(), 2, 3000);
    whole.connect(small_frames());
    ASSERT_TRUE(whole.reach_sync());
    const std::uint64_t cost = whole.accepter().session->counters().bytes_in;
    bool cut = true;
    for (std::size_t at = 6; cut; ++at) {
        SessionPair pair(administration_);
        pair.write(pair.dialler(), own(), 2, 3000);
        pair.connect(small_frames());
        cut = run_messages(pair, at);
        const std::uint64_t first = pair.accepter().session->counters().bytes_in;
        pair.connect(small_frames());
        ASSERT_TRUE(pair.reach_sync());
        // Once more a hello, a proof, heads: but no frame that had come.
        EXPECT_LE(first + pair.accepter().session->counters().bytes_in, cost + 600) << at;
    }
}

TEST_F(SessionCut, GrantsNoMoreForACommitWhoseFirstHalfCameEarlier) {
    SessionLimits tight = small_frames();
    tight.credit_start = 1000;
    tight.credit_most = 2000;
    pair_.write(pair_.dialler(), own(), 3, 30'000);
    for (int cut = 1; cut < 12; ++cut) {
        pair_.connect(tight);
        run_messages(pair_, static_cast<std::size_t>(cut) * 60);
        ASSERT_FALSE(pair_.is_over()) << pair_.error().context;
    }
    pair_.connect(tight);
    EXPECT_TRUE(pair_.reach_sync());
    EXPECT_TRUE(pair_.holds_the_same());
}

TEST_F(SessionCut, GrantsNoMoreForAResumedCommitThatIsNotYetDurable) {
    SessionLimits tight = small_frames();
    tight.credit_start = 1000;
    tight.credit_most = 2000;
    pair_.write(pair_.dialler(), own(), 3, 30'000);
    pair_.connect(tight);
    pair_.on_message = [&](End&, Bytes&) {
        return pair_.accepter().session->counters().bytes_in < 29'000;
    };
    pair_.reach_sync(100);
    pair_.on_message = {};
    pair_.settles = false;
    pair_.connect(tight);
    pair_.reach_sync(1000);
    ASSERT_FALSE(pair_.is_over()) << pair_.error().context;
    EXPECT_EQ(pair_.accepter().session->counters().commits_in, 1u);
    EXPECT_LT(pair_.dialler().session->counters().bytes_out, 6'000u)
        << "sent beyond what the disk there took";
    pair_.settles = true;
    pair_.settle(pair_.accepter());
    EXPECT_TRUE(pair_.reach_sync());
    EXPECT_TRUE(pair_.holds_the_same());
}

TEST_F(SessionCut, ResumesAHalfReceivedCommitFromAnotherPeer) {
    AdministrationFixture& all = administration_;
    SessionPair first(all, "airport", "headquarters");
    first.write(first.dialler(), joint(), 1, 20'000);
    End third(all.identity("seaport"), all.roster(), 13);
    const LogDescriptor log = first.dialler().host.log(joint());
    const Bytes commit = first.dialler().host.store().read(log.id(), {1}).value();
    ASSERT_THAT(third.host.replica().offer(log, commit), IsOk());
    third.host.settle();
    first.connect();
    while (first.accepter().session->counters().bytes_in < 9'000) {
        first.send_one(first.dialler());
        while (!first.accepter().inbox.empty()) {
            first.deliver_one(first.accepter());
        }
        while (first.send_one(first.accepter())) {
            first.deliver_one(first.dialler());
        }
    }
    first.disconnect();
    // The airport goes on as before, but it is the seaport's replica that speaks for the rest.
    ReplicaHost& receiver = first.accepter().host;
    Session from(third.host.replica(), third.host.session_self(), receiver.session_self().transport,
                 Role::dialled, third.host.entropy(), first.now());
    Session to(receiver.replica(), receiver.session_self(), third.host.session_self().transport,
               Role::accepted, receiver.entropy(), first.now());
    bool busy = true;
    while (busy) {
        busy = false;
        while (auto message = from.next_message(first.now())) {
            ASSERT_THAT(to.receive(*message, first.now()), IsOk());
            receiver.settle();
            to.durable(first.now());
            busy = true;
        }
        while (auto message = to.next_message(first.now())) {
            ASSERT_THAT(from.receive(*message, first.now()), IsOk());
            busy = true;
        }
    }
    EXPECT_EQ(receiver.store().read(log.id(), {1}).value(), commit);
    EXPECT_LT(from.counters().bytes_out, 13'000u) << "what was received came again";
}

TEST_F(SessionCut, AFlippedBitAltersNoStoredCommitAndTheNextSessionConverges) {
    SessionPair measured(administration_);
    write_some(measured);
    measured.connect();
    std::vector<std::size_t> sizes;
    measured.on_message = [&](End&, Bytes& message) {
        sizes.push_back(message.size());
        return true;
    };
    ASSERT_TRUE(measured.reach_sync());
    crypto::SeededEntropy dice(7);
    std::size_t ended = 0, tried = 0;
    for (std::size_t target = 0; target < sizes.size(); ++target) {
        for (std::size_t byte = 0; byte < sizes[target]; byte += 1 + sizes[target] / 40) {
            SessionPair pair(administration_);
            write_some(pair);
            pair.connect();
            const auto bit =
                static_cast<unsigned>(dice.fixed<FixedBytes<struct BitTag, 8>>().bytes[0] % 8);
            std::size_t gone = 0;
            pair.on_message = [&](End&, Bytes& message) {
                if (gone++ == target && byte < message.size()) {
                    message[byte] ^= static_cast<std::uint8_t>(1u << bit);
                }
                return true;
            };
            pair.reach_sync(2000);
            ended += pair.is_over() ? 1 : 0;
            ++tried;
            pair.on_message = {};
            expect_prefixes(pair);
            pair.connect();
            ASSERT_TRUE(pair.reach_sync()) << "message " << target << " byte " << byte;
            ASSERT_TRUE(pair.holds_the_same());
        }
    }
    EXPECT_GT(ended, tried / 2) << "most flips are noticed at once";
}

TEST_F(SessionCut, ACrashBeforeDurabilityLosesOnlyWhatWasNotAcknowledged) {
    pair_.write(pair_.dialler(), own(), 10);
    pair_.connect();
    pair_.settles = false;
    pair_.reach_sync(100);
    EXPECT_EQ(pair_.dialler().session->counters().acknowledged, 0u);
    pair_.disconnect();
    pair_.accepter().host.crash();
    EXPECT_TRUE(pair_.accepter().host.store().logs().empty());
    pair_.settles = true;
    pair_.connect();
    EXPECT_TRUE(pair_.reach_sync());
    EXPECT_TRUE(pair_.holds_the_same());
}

}  // namespace
}  // namespace entrepot::replication
