// Entries that the roots sign beside certificates: erasure, other roots, partner, auditor; further
// numbers; and outer rosters. One test for each way they are refused, and for what they bring.
#include "tests/support/administration_fixture.hpp"
#include "tests/support/matchers.hpp"

namespace entrepot::replication {
namespace {

template <class Fixed>
Fixed filled(std::uint8_t fill) {
    Fixed out;
    out.bytes.fill(fill);
    return out;
}

class RootEntries : public testing::Test {
protected:
    Status try_append(EntryContent content) const { return try_bytes(fixture_.sign(content)); }
    Status try_bytes(const Bytes& bytes) const {
        Roster roster = fixture_.roster();
        return roster.append(bytes);
    }
    Status signed_with(const EntryContent& content,
                       std::vector<const crypto::SigningKey*> keys) const {
        return try_bytes(sign_entry(fixture_.roster(), {}, content, keys));
    }
    Status by_headquarters(const EntryContent& content) const {
        return signed_with(content, {&fixture_.roster_signing_key()});
    }
    const Roster& after(EntryContent content) {
        fixture_.append(std::move(content));
        return fixture_.roster();
    }
    NodeCertificate stranger(NodeKind kind) {
        return fixture_.make_certificate("stranger", kind, UnitId{{9}});
    }

    AdministrationFixture fixture_ = AdministrationFixture::with_two_units();
    const ErasureEntry erasure_{filled<Hash>(3),
                                {{filled<LogId>(1), {4}, 1}, {filled<LogId>(1), {4}, 2}},
                                {filled<BlobId>(8)}};
    const PartnerEntry georgia_{"GE", filled<Hash>(5), true};
};

TEST_F(RootEntries, AnErasureNamesTheChangesTheRecordAndTheBlobs) {
    const CompartmentId compartment = fixture_.compartment("suspects");
    const RecordId record = filled<RecordId>(6);
    ErasureEntry erasure = erasure_;
    erasure.record = erased_record(compartment, record);
    const Roster& roster = after(erasure);
    EXPECT_TRUE(roster.is_erased(ChangePlace{filled<LogId>(1), {4}, 2}));
    EXPECT_FALSE(roster.is_erased(ChangePlace{filled<LogId>(1), {4}, 3}));
    EXPECT_TRUE(roster.is_erased(filled<BlobId>(8)));
    EXPECT_TRUE(roster.is_erased(compartment, record));
    EXPECT_FALSE(roster.is_erased(compartment, filled<RecordId>(7)));
}

TEST_F(RootEntries, AnErasureIsNotHeadquartersToOrder) {
    EXPECT_THAT(by_headquarters(erasure_), HasCode(roster_signer));
}

TEST_F(RootEntries, AnErasureOfNothingIsRefused) {
    EXPECT_THAT(try_append(ErasureEntry{}), HasCode(roster_erasure));
}

TEST_F(RootEntries, AnErasureOfChangeZeroIsRefused) {
    ErasureEntry erasure = erasure_;
    erasure.changes = {{filled<LogId>(1), {4}, 0}};
    EXPECT_THAT(try_append(erasure), HasCode(roster_erasure));
}

TEST_F(RootEntries, AnErasureHasOneOrder) {
    ErasureEntry erasure = erasure_;
    std::swap(erasure.changes[0], erasure.changes[1]);
    EXPECT_THAT(try_append(erasure), HasCode(roster_malformed));
}

TEST_F(RootEntries, OtherRootsSignFromThenOnAndTheFingerprintStays) {
    const Hash pinned = fixture_.roster().root_fingerprint();
    const auto fresh = crypto::SigningKey::generate(fixture_.entropy());
    const RootChange change{1, {fresh.public_key()}};
    Roster roster = fixture_.roster();
    const auto* old = &fixture_.root_keys().front();
    const std::vector<const crypto::SigningKey*> both{old, &fresh};
    ASSERT_TRUE(roster.append(sign_entry(roster, {}, change, both)));
    EXPECT_EQ(roster.root_fingerprint(), pinned);
    const std::vector<const crypto::SigningKey*> old_only{old}, new_only{&fresh};
    Roster copy = roster;
    EXPECT_THAT(copy.append(sign_entry(roster, {}, georgia_, old_only)), HasCode(roster_signer));
    EXPECT_TRUE(roster.append(sign_entry(roster, {}, georgia_, new_only)));
}

TEST_F(RootEntries, ARootThatHasNotSignedForItselfIsRefused) {
    const auto fresh = crypto::SigningKey::generate(fixture_.entropy());
    EXPECT_THAT(signed_with(RootChange{1, {fresh.public_key()}}, {&fixture_.root_keys().front()}),
                HasCode(roster_signer));
}

TEST_F(RootEntries, NewRootsAloneCannotTakeOver) {
    const auto fresh = crypto::SigningKey::generate(fixture_.entropy());
    EXPECT_THAT(signed_with(RootChange{1, {fresh.public_key()}}, {&fresh}), HasCode(roster_signer));
}

TEST_F(RootEntries, ANodesKeyCannotBecomeARoot) {
    const auto& node = fixture_.headquarters().sign();
    EXPECT_THAT(
        signed_with(RootChange{1, {node.public_key()}}, {&fixture_.root_keys().front(), &node}),
        HasCode(roster_known_key));
}

TEST_F(RootEntries, APartnerIsPinnedAndCanEnd) {
    EXPECT_TRUE(after(georgia_).partners().front().in_force);
    PartnerEntry ended = georgia_;
    ended.in_force = false;
    const Roster& roster = after(ended);
    ASSERT_EQ(roster.partners().size(), 1u);
    EXPECT_FALSE(roster.partners().front().in_force);
}

TEST_F(RootEntries, APartnerIsNotHeadquartersToPin) {
    EXPECT_THAT(by_headquarters(georgia_), HasCode(roster_signer));
}

TEST_F(RootEntries, AnAdministrationIsNotItsOwnPartner) {
    EXPECT_THAT(try_append(PartnerEntry{"JM", fixture_.roster().root_fingerprint(), true}),
                HasCode(roster_partner));
}

TEST_F(RootEntries, AnAdministrationIsNotItsOwnPartnerUnderRootKeysOfAnyTime) {
    const auto fresh = crypto::SigningKey::generate(fixture_.entropy());
    const RootChange change{1, {fresh.public_key()}};
    Roster roster = fixture_.roster();
    const std::vector<const crypto::SigningKey*> both{&fixture_.root_keys().front(), &fresh};
    ASSERT_TRUE(roster.append(sign_entry(roster, {}, change, both)));
    EXPECT_EQ(roster.present_fingerprint(), root_fingerprint(change));
    const auto* signer = &fresh;
    for (const Hash& own : {roster.root_fingerprint(), roster.present_fingerprint()}) {
        EXPECT_TRUE(roster.had_roots(own));
        Roster copy = roster;
        EXPECT_THAT(copy.append(sign_entry(roster, {}, PartnerEntry{"GE", own, true},
                                           std::span(&signer, 1))),
                    HasCode(roster_partner));
    }
    EXPECT_FALSE(roster.had_roots(georgia_.fingerprint));
}

TEST_F(RootEntries, APartnershipThatNeverBeganDoesNotEnd) {
    EXPECT_THAT(try_append(PartnerEntry{"GE", filled<Hash>(5), false}), HasCode(roster_partner));
}

TEST_F(RootEntries, TheNewestAuditorIsTheOneAuditsAreSealedTo) {
    EXPECT_FALSE(fixture_.roster().auditor());
    const auto first = crypto::BoxKey::generate(fixture_.entropy()).public_key();
    const auto second = crypto::BoxKey::generate(fixture_.entropy()).public_key();
    after(AuditorEntry{first});
    EXPECT_EQ(after(AuditorEntry{second}).auditor(), second);
}

TEST_F(RootEntries, AnAuditorIsNotHeadquartersToName) {
    const auto key = crypto::BoxKey::generate(fixture_.entropy()).public_key();
    EXPECT_THAT(by_headquarters(AuditorEntry{key}), HasCode(roster_signer));
}

TEST_F(RootEntries, AWeakAuditorsKeyIsRefused) {
    EXPECT_THAT(try_append(AuditorEntry{}), HasCode(crypto::crypto_weak_key));
}

TEST_F(RootEntries, ANodesBoxKeyIsNoAuditor) {
    EXPECT_THAT(try_append(AuditorEntry{fixture_.headquarters().box().public_key()}),
                HasCode(roster_known_key));
}

TEST_F(RootEntries, FurtherNumbersComeAfterTheSpare) {
    const NodeId airport = fixture_.id("airport");
    const auto before = fixture_.roster().numbers_of(airport);
    ASSERT_EQ(before.size(), 2u);
    const auto now = after(NumbersEntry{airport, {900'001, 50}}).numbers_of(airport);
    ASSERT_EQ(now.size(), 3u);
    EXPECT_EQ(now.back().first, 900'001u);
    EXPECT_EQ(now.back().count, 50u);
}

TEST_F(RootEntries, FurtherNumbersThatWereGivenAreRefused) {
    const NodeId airport = fixture_.id("airport");
    const NumberBlock spare = fixture_.roster().numbers_of(airport).back();
    EXPECT_THAT(try_append(NumbersEntry{airport, {spare.first + spare.count - 1, 2}}),
                HasCode(roster_numbers));
}

TEST_F(RootEntries, FurtherNumbersForAStrangerAreRefused) {
    EXPECT_THAT(try_append(NumbersEntry{filled<NodeId>(1), {900'001, 50}}),
                HasCode(roster_unknown_node));
}

TEST_F(RootEntries, AnotherAdministrationsNodeIsRefusedInAnInnerRoster) {
    EXPECT_THAT(try_append(stranger(NodeKind::partner)), HasCode(roster_kind));
}

class OuterRoster : public RootEntries {
protected:
    OuterRoster() {
        Genesis own = *fixture_.roster().genesis();
        own.salt.bytes.fill(7);
        EXPECT_TRUE(append(OuterGenesis{own, "GE", georgia_.fingerprint}));
        NodeCertificate hq = *fixture_.roster().node(fixture_.id("headquarters"));
        EXPECT_TRUE(append(hq));
    }
    Status append(const EntryContent& content) {
        const bool by_root = outer_.is_for_root(content);
        const auto* key = by_root ? &fixture_.root_keys().front() : &fixture_.roster_signing_key();
        return outer_.append(sign_entry(outer_, {}, content, std::span(&key, 1)));
    }
    Roster outer_;
};

TEST_F(OuterRoster, HoldsBothHeadquartersAndTheirReleases) {
    const auto guest = stranger(NodeKind::partner);
    ASSERT_TRUE(append(guest));
    const auto release = *make_compartment(
        outer_,
        {"seizures",
         "release",
         Lane::records,
         {{fixture_.id("headquarters"), Right::write}, {guest.identity.id(), Right::write}}},
        fixture_.entropy());
    EXPECT_TRUE(append(release));
    EXPECT_EQ(outer_.right(guest.identity.id(), release.compartment), Right::write);
    EXPECT_EQ(outer_.partner()->country, "GE");
    EXPECT_EQ(outer_.root_fingerprint(), fixture_.roster().root_fingerprint());
    EXPECT_NE(outer_.administration(), fixture_.roster().administration());
}

TEST_F(OuterRoster, HasNoUnits) {
    EXPECT_THAT(append(stranger(NodeKind::unit)), HasCode(roster_kind));
}

TEST_F(OuterRoster, AdmitsAPartnersNodeByRootOnly) {
    const auto* key = &fixture_.roster_signing_key();
    EXPECT_THAT(
        outer_.append(sign_entry(outer_, {}, stranger(NodeKind::partner), std::span(&key, 1))),
        HasCode(roster_signer));
}

TEST_F(OuterRoster, NamesNoPartnersAuditorsNumbersOrSchemas) {
    const auto key = crypto::BoxKey::generate(fixture_.entropy()).public_key();
    EXPECT_THAT(append(georgia_), HasCode(roster_kind));
    EXPECT_THAT(append(AuditorEntry{key}), HasCode(roster_kind));
    EXPECT_THAT(append(NumbersEntry{fixture_.id("headquarters"), {900'001, 5}}),
                HasCode(roster_kind));
    EXPECT_THAT(append(SchemaEditionEntry{1, filled<Hash>(1)}), HasCode(roster_kind));
}

TEST_F(OuterRoster, FollowsAChangeOfRootKeysThatBothTheOldAndTheNewSign) {
    const auto fresh = crypto::SigningKey::generate(fixture_.entropy());
    const RootChange change{1, {fresh.public_key()}};
    const auto* old = &fixture_.root_keys().front();
    const std::vector<const crypto::SigningKey*> both{old, &fresh};
    for (const auto* alone : {old, &fresh}) {
        EXPECT_THAT(outer_.append(sign_entry(outer_, {}, change, std::span(&alone, 1))),
                    HasCode(roster_signer));
    }
    ASSERT_TRUE(outer_.append(sign_entry(outer_, {}, change, both)));
    EXPECT_EQ(outer_.root_fingerprint(), fixture_.roster().root_fingerprint());
    EXPECT_THAT(append(stranger(NodeKind::partner)), HasCode(roster_signer)) << "by the old key";
}

TEST_F(OuterRoster, IsForSomebody) {
    Roster roster;
    const auto* key = &fixture_.root_keys().front();
    EXPECT_THAT(roster.append(sign_entry(roster, {},
                                         OuterGenesis{*fixture_.roster().genesis(), "GE", Hash{}},
                                         std::span(&key, 1))),
                HasCode(roster_partner));
}

}  // namespace
}  // namespace entrepot::replication
