#include "replication/sync/receipt.hpp"

#include "crypto/base/wire.hpp"
#include "tests/replication/sync/session_pair_fixture.hpp"

namespace entrepot::replication {
namespace {

constexpr WallTime noon{1'700'000'000'000};

class ReceiptTest : public SessionFixture {
protected:
    Receipt receipt(const std::string& maker = "headquarters") {
        Receipt out{administration_.id(maker),
                    administration_.roster().administration(),
                    joint(),
                    administration_.roster().length(),
                    HybridTime::from_wall(noon),
                    {{LogId{{1}}, {7}, Hash{{9}}}, {LogId{{2}}, {1}, Hash{{8}}}},
                    {}};
        out.sign(administration_.identity(maker).sign());
        return out;
    }
    Status verified(const Receipt& what) { return what.verify(administration_.roster()); }
    /// Both ends in sync after the dialler wrote, and its receipts signed.
    void write_and_receipt() {
        pair_.write(pair_.dialler(), joint(), 3);
        pair_.connect();
        EXPECT_TRUE(pair_.reach_sync());
        issue(pair_.accepter());
        EXPECT_TRUE(pair_.reach_sync());
    }
    static std::size_t issue(End& end) {
        const std::size_t issued =
            end.host.replica().issue_receipts(end.host.identity().sign(), noon);
        end.host.settle();
        end.session->durable({2000});
        return issued;
    }
};

TEST_F(ReceiptTest, ComesBackFromItsBytes) {
    const Receipt made = receipt();
    const auto read = Receipt::decode(made.encode());
    ASSERT_THAT(read, IsOk());
    EXPECT_EQ(read->encode(), made.encode());
    EXPECT_EQ(read->heads, made.heads);
    EXPECT_THAT(verified(*read), IsOk());
}

TEST_F(ReceiptTest, RefusesEveryFlippedBit) {
    const Bytes good = receipt().encode();
    for (std::size_t bit = 0; bit < good.size() * 8; bit += 3) {
        Bytes bad = good;
        bad[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
        const auto read = Receipt::decode(bad);
        EXPECT_FALSE(read && read->verify(administration_.roster())) << "bit " << bit;
    }
}

TEST_F(ReceiptTest, RefusesBytesCutAnywhere) {
    const Bytes good = receipt().encode();
    for (std::size_t size = 1; size < good.size(); ++size) {
        EXPECT_THAT(Receipt::decode(ByteView(good).first(size)), HasCode(receipt_malformed));
    }
}

TEST_F(ReceiptTest, RefusesLogsThatDoNotRiseOrHaveNoCommit) {
    Receipt twice = receipt();
    twice.heads[1].log = twice.heads[0].log;
    EXPECT_THAT(Receipt::decode(twice.encode()), HasCode(receipt_malformed));
    Receipt none = receipt();
    none.heads[0].number = {};
    EXPECT_THAT(Receipt::decode(none.encode()), HasCode(receipt_malformed));
}

TEST_F(ReceiptTest, RefusesErasuresThatItsMakerDidNotKnow) {
    Receipt made = receipt();
    made.erased = made.roster_length;
    EXPECT_THAT(Receipt::decode(made.encode()), IsOk());
    made.erased = {made.roster_length.value + 1};
    EXPECT_THAT(Receipt::decode(made.encode()), HasCode(receipt_malformed));
}

TEST_F(ReceiptTest, RefusesAnotherSuite) {
    Bytes bytes = receipt().encode();
    bytes[0] = 2;
    EXPECT_THAT(Receipt::decode(bytes), HasCode(receipt_suite));
}

TEST_F(ReceiptTest, RefusesAnotherAdministration) {
    Receipt made = receipt();
    made.administration.bytes[0] ^= 1;
    made.sign(administration_.identity("headquarters").sign());
    EXPECT_THAT(verified(made), HasCode(receipt_administration));
}

TEST_F(ReceiptTest, RefusesAMakerWithoutCertificate) {
    Receipt made = receipt();
    made.node.bytes[0] ^= 1;
    made.sign(administration_.identity("headquarters").sign());
    EXPECT_THAT(verified(made), HasCode(receipt_unknown_node));
}

TEST_F(ReceiptTest, RefusesASignatureOfAnotherNode) {
    Receipt made = receipt();
    made.sign(administration_.identity("airport").sign());
    EXPECT_THAT(verified(made), HasCode(receipt_signature));
}

TEST_F(ReceiptTest, BelievesNoNodeThatIsRevoked) {
    const Receipt made = receipt("airport");
    administration_.revoke(administration_.id("airport"));
    EXPECT_THAT(verified(made), HasCode(receipt_revoked));
}

TEST_F(ReceiptTest, RefusesACompartmentThatItsMakerDidNotCarry) {
    Receipt made = receipt("seaport");
    made.compartment = own();
    made.sign(administration_.identity("seaport").sign());
    EXPECT_THAT(verified(made), HasCode(receipt_no_right));
}

TEST_F(ReceiptTest, WaitsForTheRosterThatItsMakerHad) {
    Receipt made = receipt();
    ++made.roster_length.value;
    made.sign(administration_.identity("headquarters").sign());
    EXPECT_THAT(verified(made), HasCode(receipt_roster_ahead));
}

TEST_F(ReceiptTest, ReachesThePeerAndSaysWhatHeadquartersHolds) {
    write_and_receipt();
    const LogId log = pair_.dialler().host.log(joint()).id();
    const auto covered = pair_.dialler().host.replica().receipted(log);
    ASSERT_TRUE(covered);
    EXPECT_EQ(covered->number, CommitNumber{3});
    pair_.disconnect();
    pair_.dialler().host.crash();
    EXPECT_TRUE(pair_.dialler().host.replica().receipted(log)) << "it is durable";
}

TEST_F(ReceiptTest, IsNotMadeAnewWhereNothingMoved) {
    write_and_receipt();
    EXPECT_EQ(issue(pair_.accepter()), 0u);
}

TEST_F(ReceiptTest, GivesWayToNoOlderOne) {
    const Receipt newer = receipt();
    Receipt older = newer;
    older.time = {newer.time.value - 1};
    older.heads.pop_back();
    older.sign(administration_.identity("headquarters").sign());
    Replica& replica = pair_.dialler().host.replica();
    EXPECT_THAT(replica.offer_receipt(newer), IsOkAndHolds(true));
    EXPECT_THAT(replica.offer_receipt(older), IsOkAndHolds(false));
    EXPECT_THAT(replica.offer_receipt(newer), IsOkAndHolds(false));
}

TEST_F(ReceiptTest, OfAUnitIsNotOneOfHeadquarters) {
    pair_.write(pair_.dialler(), joint(), 1);
    Replica& replica = pair_.dialler().host.replica();
    ASSERT_EQ(replica.issue_receipts(administration_.identity("airport").sign(), noon), 1u);
    pair_.dialler().host.settle();
    EXPECT_EQ(replica.receipts().size(), 1u);
    EXPECT_FALSE(replica.receipted(pair_.dialler().host.log(joint()).id()));
}

TEST_F(ReceiptTest, TravelsBeforeFramesAndUnderAKilobyteWhereLittleMoved) {
    write_and_receipt();
    const std::uint64_t before = pair_.accepter().session->counters().bytes_out;
    pair_.write(pair_.dialler(), joint(), 1);
    ASSERT_TRUE(pair_.reach_sync());
    issue(pair_.accepter());
    ASSERT_TRUE(pair_.reach_sync());
    EXPECT_LT(pair_.accepter().session->counters().bytes_out - before, 1024u);
}

TEST_F(ReceiptTest, EndsASessionThatForgesOne) {
    Receipt forged = receipt();
    forged.heads[0].number = {8};
    const Bytes bytes = forged.encode();
    EXPECT_THAT(told_by_dialler(message::SignedReceipt{bytes}), HasCode(receipt_signature));
}

}  // namespace
}  // namespace entrepot::replication
