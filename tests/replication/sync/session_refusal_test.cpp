// Peers that are not who they say, or do not keep to the protocol: each reason has its code.
#include "tests/replication/sync/session_pair_fixture.hpp"

namespace entrepot::replication {
namespace {

class SessionRefusal : public SessionFixture {
protected:
    /// The accepter's verdict on a dialler whose hello was changed on its way.
    Status after_hello(const std::function<void(message::Hello&)>& change) {
        return after_first(pair_.accepter(), change);
    }
    /// What `end` says to the peer's first hello when that was changed.
    Status after_first(End& end, const std::function<void(message::Hello&)>& change) {
        pair_.connect();
        pair_.on_message = [&end, change](End& to, Bytes& bytes) {
            WireReader in(bytes);
            const std::uint64_t sequence = message::read_varint(in);
            auto part = message::read_part(in);
            auto* hello = part ? std::get_if<message::Hello>(&*part) : nullptr;
            if (&to == &end && hello != nullptr) {
                change(*hello);
                WireWriter out;
                message::write_varint(out, sequence);
                message::write_part(out, *part);
                out.raw(in.rest());
                bytes = out.take();
            }
            return true;
        };
        pair_.exchange();
        return end.status;
    }
    /// The accepter's verdict on these bytes as the dialler's next message.
    Status told_bytes(const std::function<void(Bytes&)>& change) {
        pair_.connect();
        EXPECT_TRUE(pair_.reach_sync());
        pair_.write(pair_.dialler(), own(), 1);
        pair_.on_message = [this, change](End& to, Bytes& bytes) {
            if (&to == &pair_.accepter()) {
                change(bytes);
            }
            return true;
        };
        pair_.exchange();
        return pair_.accepter().status;
    }
    static message::Frame frame_of(ByteView bytes) { return {Lane::records, false, bytes}; }
};

TEST_F(SessionRefusal, RefusesAnotherProtocolNumber) {
    EXPECT_THAT(after_hello([](message::Hello& hello) { hello.protocol = 2; }),
                HasCode(session_protocol));
}

TEST_F(SessionRefusal, RefusesItsOwnHelloPlayedBack) {
    pair_.connect();
    const Bytes hello = pair_.dialler().session->next_message(pair_.now()).value();
    EXPECT_THAT(pair_.dialler().session->receive(hello, pair_.now()), HasCode(session_role));
}

TEST_F(SessionRefusal, RefusesAPeerOfTheSameRole) {
    EXPECT_THAT(after_hello([](message::Hello& hello) { hello.role = Role::accepted; }),
                HasCode(session_role));
}

TEST_F(SessionRefusal, RefusesATransportKeyThatTheConnectionDoesNotHave) {
    EXPECT_THAT(after_hello([](message::Hello& hello) { hello.transport.bytes[0] ^= 1; }),
                HasCode(session_transport_key));
}

TEST_F(SessionRefusal, RefusesATransportKeyThatTheCertificateDoesNotHave) {
    End& airport = pair_.dialler();
    crypto::TransportPublicKey other = airport.host.session_self().transport;
    other.bytes[5] ^= 1;
    Session session(airport.host.replica(), {&airport.host.identity().sign(), other},
                    pair_.accepter().host.session_self().transport, Role::dialled,
                    airport.host.entropy(), pair_.now());
    End& headquarters = pair_.accepter();
    Session accepter(headquarters.host.replica(), headquarters.host.session_self(), other,
                     Role::accepted, headquarters.host.entropy(), pair_.now());
    EXPECT_THAT(accepter.receive(session.next_message(pair_.now()).value(), pair_.now()),
                HasCode(session_transport_key));
}

TEST_F(SessionRefusal, RefusesAnotherAdministration) {
    EXPECT_THAT(after_hello([](message::Hello& hello) { hello.administration.bytes[0] ^= 1; }),
                HasCode(session_other_administration));
}

TEST_F(SessionRefusal, RefusesAForkedRoster) {
    EXPECT_THAT(after_hello([](message::Hello& hello) { hello.roster_head.bytes[0] ^= 1; }),
                HasCode(session_roster_forked));
}

TEST_F(SessionRefusal, RefusesAProofOverAnotherChallenge) {
    static_cast<void>(after_hello([](message::Hello& hello) { hello.challenge.bytes[0] ^= 1; }));
    EXPECT_THAT(pair_.dialler().status, HasCode(session_proof));
}

TEST_F(SessionRefusal, GivesAStrangerNothing) {
    crypto::SeededEntropy entropy(77);
    const crypto::Identity stranger = crypto::Identity::generate(entropy);
    End end(stranger, administration_.roster(), 5);
    End& headquarters = pair_.accepter();
    pair_.write(headquarters, joint(), 3);
    Session dialler(end.host.replica(), end.host.session_self(),
                    headquarters.host.session_self().transport, Role::dialled, end.host.entropy(),
                    pair_.now());
    Session accepter(headquarters.host.replica(), headquarters.host.session_self(),
                     end.host.session_self().transport, Role::accepted, headquarters.host.entropy(),
                     pair_.now());
    EXPECT_FALSE(accepter.next_message(pair_.now())) << "the accepter speaks second";
    const Status status = accepter.receive(dialler.next_message(pair_.now()).value(), pair_.now());
    EXPECT_THAT(status, HasCode(session_unknown_peer));
    EXPECT_FALSE(accepter.next_message(pair_.now()));
    EXPECT_EQ(accepter.counters().bytes_out, 0u);
    EXPECT_FALSE(Session::deserves_ban(status.error().code));
}

TEST_F(SessionRefusal, AStrangerThatClaimsALongerRosterMustShowItAndGetsNothing) {
    crypto::SeededEntropy entropy(77);
    const crypto::Identity stranger = crypto::Identity::generate(entropy);
    End end(stranger, administration_.roster(), 5);
    End& headquarters = pair_.accepter();
    Session dialler(end.host.replica(), end.host.session_self(),
                    headquarters.host.session_self().transport, Role::dialled, end.host.entropy(),
                    pair_.now());
    Session accepter(headquarters.host.replica(), headquarters.host.session_self(),
                     end.host.session_self().transport, Role::accepted, headquarters.host.entropy(),
                     pair_.now());
    Bytes hello = dialler.next_message(pair_.now()).value();
    WireReader in(hello);
    message::read_varint(in);
    auto part = message::read_part(in).value();
    std::get<message::Hello>(part).roster_length.value += 1;
    replace(hello, part);
    ASSERT_THAT(accepter.receive(hello, pair_.now()), IsOk());
    accepter.next_message(pair_.now());
    EXPECT_FALSE(accepter.next_message(pair_.now()));
    EXPECT_EQ(accepter.state(), SessionState::hello);
    pair_.advance(SessionLimits{}.hello_ms);
    EXPECT_THAT(accepter.tick(pair_.now()), HasCode(session_hello_timeout));
}

TEST_F(SessionRefusal, RefusesARevokedPeerBeforeAnyData) {
    pair_.write(pair_.accepter(), joint(), 3);
    administration_.revoke(administration_.id("airport"));
    const auto& entries = administration_.entries();
    ASSERT_THAT(pair_.accepter().host.replica().offer_roster({0}, entries), IsOk());
    pair_.settle(pair_.accepter());
    pair_.connect();
    pair_.exchange();
    EXPECT_THAT(pair_.accepter().status, HasCode(session_revoked));
    EXPECT_TRUE(pair_.dialler().host.store().logs().empty());
}

TEST_F(SessionRefusal, EndsTheSessionOfAPeerThatIsRevokedMeanwhile) {
    pair_.connect();
    ASSERT_TRUE(pair_.reach_sync());
    administration_.revoke(administration_.id("airport"));
    ASSERT_THAT(pair_.accepter().host.replica().offer_roster({0}, administration_.entries()),
                IsOk());
    pair_.settle(pair_.accepter());
    EXPECT_FALSE(pair_.accepter().session->next_message(pair_.now()));
    EXPECT_TRUE(pair_.accepter().session->next_deadline());
    EXPECT_THAT(pair_.accepter().session->tick(pair_.now()), HasCode(session_revoked));
}

TEST_F(SessionRefusal, EndsWhenThePeerDoesNotProveItselfInTime) {
    pair_.connect();
    EXPECT_TRUE(pair_.dialler().session->next_message(pair_.now()));
    pair_.advance(SessionLimits{}.hello_ms);
    EXPECT_THAT(pair_.dialler().session->tick(pair_.now()), HasCode(session_hello_timeout));
}

TEST_F(SessionRefusal, RefusesAMessageThatIsRepeated) {
    Bytes kept;
    const Status status = told_bytes([&](Bytes& bytes) {
        if (kept.empty()) {
            kept = bytes;
        }
        bytes = kept;
    });
    EXPECT_TRUE(status) << "one message is no repetition";
    pair_.write(pair_.dialler(), own(), 1);
    pair_.exchange();
    EXPECT_THAT(pair_.accepter().status, HasCode(session_sequence));
}

TEST_F(SessionRefusal, RefusesAnUnknownPart) {
    EXPECT_THAT(told_bytes([](Bytes& bytes) {
                    bytes.resize(1);
                    bytes.push_back(99);
                }),
                HasCode(session_malformed));
}

TEST_F(SessionRefusal, RefusesAMessageOfMoreThanTheLimit) {
    EXPECT_THAT(told_bytes([](Bytes& bytes) { bytes.resize(message_limit + 1); }),
                HasCode(session_oversized));
}

TEST_F(SessionRefusal, RefusesAFrameOfMoreThanTheLimit) {
    const Bytes large(SessionLimits{}.frame_most + 1);
    EXPECT_THAT(told_by_dialler(frame_of(large)), HasCode(session_oversized));
}

TEST_F(SessionRefusal, RefusesACommitOfMoreThanTheLimit) {
    WireWriter frame;
    message::write_varint(frame, 1);
    frame.raw(pair_.dialler().host.log(own()).encode());
    message::write_varint(frame, 1);
    message::write_varint(frame, commit_limit + 1);
    EXPECT_THAT(told_by_dialler(frame_of(frame.view())), HasCode(session_oversized));
}

TEST_F(SessionRefusal, RefusesMoreThanItGranted) {
    pair_.write(pair_.dialler(), own(), 300, 400);
    pair_.connect();
    SessionLimits generous;
    generous.credit_start = 1024 * 1024;
    End& airport = pair_.dialler();
    airport.session =
        std::make_unique<Session>(airport.host.replica(), airport.host.session_self(),
                                  pair_.accepter().host.session_self().transport, Role::dialled,
                                  airport.host.entropy(), pair_.now(), generous);
    pair_.settles = false;
    pair_.reach_sync(1000);
    EXPECT_THAT(pair_.accepter().status, HasCode(session_credit));
}

TEST_F(SessionRefusal, RefusesPartsOutOfPlace) {
    EXPECT_THAT(told_by_dialler(message::CheckReply{true}), HasCode(session_unexpected));
    EXPECT_THAT(told_by_dialler(message::Digest{99, {}, 0, {}}), HasCode(session_unexpected));
    EXPECT_THAT(told_by_dialler(message::HeadList{1, true, {}}), HasCode(session_unexpected));
    EXPECT_THAT(told_by_dialler(message::Hello{}), HasCode(session_unexpected));
    EXPECT_THAT(told_by_dialler(message::Proof{}), HasCode(session_unexpected));
}

TEST_F(SessionRefusal, RefusesACommitThatSkipsItsPredecessor) {
    WireWriter frame;
    message::write_varint(frame, 1);
    frame.raw(pair_.dialler().host.log(own()).encode());
    message::write_varint(frame, 7);
    message::write_varint(frame, 1);
    frame.u8(0);
    EXPECT_THAT(told_by_dialler(frame_of(frame.view())), HasCode(session_unexpected));
}

TEST_F(SessionRefusal, RefusesALogReferenceOutOfOrder) {
    WireWriter frame;
    message::write_varint(frame, 5 << 2);
    message::write_varint(frame, 1);
    message::write_varint(frame, 1);
    EXPECT_THAT(told_by_dialler(frame_of(frame.view())), HasCode(session_malformed));
}

TEST_F(SessionRefusal, RefusesAnAcknowledgementOfALogThatWasNotAnnounced) {
    EXPECT_THAT(told_by_dialler(message::Acknowledge{1 << 20, {{5, {1}, {}}}}),
                HasCode(session_acknowledge));
}

TEST_F(SessionRefusal, RefusesCreditThatFallsOrHasNoBound) {
    EXPECT_THAT(told_by_dialler(message::Acknowledge{1, {}}), HasCode(session_acknowledge));
    EXPECT_THAT(told_by_dialler(message::Acknowledge{~std::uint64_t{0}, {}}),
                HasCode(session_acknowledge));
}

TEST_F(SessionRefusal, RefusesAWantOfCommitZero) {
    EXPECT_THAT(told_by_dialler(message::Want{{{LogId{}, {0}, {}, 0}}}), HasCode(session_want));
}

TEST_F(SessionRefusal, RefusesAForkThatIsNotProven) {
    const Bytes nothing(ForkProof::wire_size);
    EXPECT_THAT(told_by_dialler(message::Fork{nothing}), HasCode(fork_unproven));
}

TEST_F(SessionRefusal, RefusesAFloodOfChecks) {
    SessionPair pair(administration_);
    pair.connect();
    ASSERT_TRUE(pair.reach_sync());
    Status status;
    for (int i = 0; i < 2000 && status; ++i) {
        pair.dialler().session->check(pair.now());
        status = pair.accepter().session->receive(
            pair.dialler().session->next_message(pair.now()).value(), pair.now());
        if (const auto reply = pair.accepter().session->next_message(pair.now())) {
            ASSERT_THAT(pair.dialler().session->receive(*reply, pair.now()), IsOk());
        }
    }
    EXPECT_THAT(status, HasCode(session_flood));
}

TEST_F(SessionRefusal, BansForBrokenBytesAndNotForHonestDifferences) {
    for (const ErrorCode& code :
         {session_malformed, session_oversized, session_sequence, session_flood, session_credit,
          session_proof, commit_signature, admission_chain}) {
        EXPECT_TRUE(Session::deserves_ban(code)) << code.name();
    }
    for (const ErrorCode& code :
         {session_protocol, session_revoked, session_stalled, session_ended, session_roster_forked,
          roster_forked, session_unknown_peer, store_commit_missing}) {
        EXPECT_FALSE(Session::deserves_ban(code)) << code.name();
    }
}

}  // namespace
}  // namespace entrepot::replication
