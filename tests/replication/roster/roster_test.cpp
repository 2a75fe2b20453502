// One test for each way Roster::append refuses, and for what it answers once it accepts.
#include "replication/roster/roster.hpp"

#include "tests/support/administration_fixture.hpp"
#include "tests/support/matchers.hpp"

namespace entrepot::replication {
namespace {

Hash some_hash(std::uint8_t fill) {
    Hash out;
    out.bytes.fill(fill);
    return out;
}

class RosterRefuses : public testing::Test {
protected:
    Status append(EntryContent content) const {
        return append_bytes(fixture_.sign(std::move(content)));
    }
    Status append_bytes(const Bytes& bytes) const {
        Roster roster = fixture_.roster();
        return roster.append(bytes);
    }
    /// The next entry with whatever `change` does to it, signed by headquarters.
    template <class Change>
    Status append_changed(Change change) {
        RosterEntry entry = *decode_entry(fixture_.sign(SchemaEditionEntry{1, some_hash(1)}));
        change(entry);
        entry.signatures.front().signature =
            fixture_.roster_signing_key().sign(crypto::domain::roster_entry, {signed_part(entry)});
        return append_bytes(encode_entry(entry));
    }
    CompartmentEntry new_compartment(std::vector<NewGrant> grants) {
        return *make_compartment(fixture_.roster(), {"cases", "a case", Lane::records, grants},
                                 fixture_.entropy());
    }
    GenerationEntry new_generation() {
        return *make_generation(fixture_.roster(), joint_, {}, fixture_.entropy());
    }
    GrantEntry new_grant(Right right) {
        const auto keys = fixture_.keys(joint_);
        return *make_grant(fixture_.roster(), joint_, {fixture_.id("airport"), right}, keys,
                           fixture_.entropy());
    }
    NodeCertificate new_certificate() {
        return fixture_.make_certificate("new", NodeKind::unit, UnitId{{9}});
    }
    NodeCertificate new_headquarters() {
        auto out = fixture_.make_certificate("new", NodeKind::headquarters, UnitId{{9}});
        out.roster_key = crypto::SigningKey::generate(fixture_.entropy()).public_key();
        return out;
    }

    AdministrationFixture fixture_ = AdministrationFixture::with_two_units();
    CompartmentId joint_ = fixture_.compartment("joint seizures");
};

TEST_F(RosterRefuses, BytesThatAreNoEntry) {
    EXPECT_THAT(append_bytes({1, 2, 3}), HasCode(roster_malformed));
}

TEST_F(RosterRefuses, AnEntryItHolds) {
    EXPECT_THAT(append_bytes(fixture_.entries().back()), HasCode(roster_number));
}

TEST_F(RosterRefuses, AGapInTheNumbers) {
    EXPECT_THAT(append_changed([](RosterEntry& entry) { ++entry.number.value; }),
                HasCode(roster_number));
}

TEST_F(RosterRefuses, AnEntryThatFollowsAnotherHash) {
    EXPECT_THAT(append_changed([](RosterEntry& entry) { entry.previous = some_hash(7); }),
                HasCode(roster_chain));
}

TEST_F(RosterRefuses, ASecondGenesis) {
    Genesis genesis = *fixture_.roster().genesis();
    EXPECT_THAT(append(genesis), HasCode(roster_genesis));
}

TEST_F(RosterRefuses, AFirstEntryThatIsNoGenesis) {
    const Roster empty;
    const auto* key = &fixture_.roster_signing_key();
    Roster roster;
    EXPECT_THAT(roster.append(sign_entry(empty, {}, SchemaEditionEntry{1, {}}, std::span(&key, 1))),
                HasCode(roster_genesis));
}

TEST_F(RosterRefuses, HeadquartersEntryWithTheRootsSignature) {
    const auto* root = &fixture_.root_keys().front();
    EXPECT_THAT(
        append_bytes(sign_entry(fixture_.roster(), {}, new_certificate(), std::span(&root, 1))),
        HasCode(roster_signer));
}

TEST_F(RosterRefuses, AHeadquartersThatHeadquartersCertifies) {
    const auto* key = &fixture_.roster_signing_key();
    EXPECT_THAT(
        append_bytes(sign_entry(fixture_.roster(), {}, new_headquarters(), std::span(&key, 1))),
        HasCode(roster_signer));
}

TEST_F(RosterRefuses, TheRevocationOfHeadquartersByItself) {
    const auto entry =
        *make_revocation(fixture_.roster(), fixture_.id("headquarters"), {}, fixture_.entropy());
    const auto* key = &fixture_.roster_signing_key();
    EXPECT_THAT(append_bytes(sign_entry(fixture_.roster(), {}, entry, std::span(&key, 1))),
                HasCode(roster_signer));
}

TEST_F(RosterRefuses, TheRosterKeyOfARevokedHeadquarters) {
    const auto old_key = fixture_.roster_signing_key().duplicate();
    fixture_.add_headquarters("second");
    fixture_.revoke(fixture_.id("headquarters"));
    const auto* key = &old_key;
    EXPECT_THAT(append_bytes(sign_entry(fixture_.roster(), {}, SchemaEditionEntry{1, {}},
                                        std::span(&key, 1))),
                HasCode(roster_signer));
}

TEST_F(RosterRefuses, AnEntryWithoutSignature) {
    EXPECT_THAT(append_bytes(sign_entry(fixture_.roster(), {}, SchemaEditionEntry{1, {}}, {})),
                HasCode(roster_signer));
}

TEST_F(RosterRefuses, ASignatureOverAnotherEntry) {
    RosterEntry entry = *decode_entry(fixture_.sign(SchemaEditionEntry{1, some_hash(1)}));
    std::get<SchemaEditionEntry>(entry.content).edition = 2;
    EXPECT_THAT(append_bytes(encode_entry(entry)), HasCode(roster_signature));
}

TEST_F(RosterRefuses, FewerRootsThanTheThreshold) {
    AdministrationOptions options;
    options.threshold = 2;
    options.root_count = 3;
    AdministrationFixture strict(options);
    const auto certificate = strict.make_certificate("new", NodeKind::headquarters, UnitId{{9}});
    auto content = certificate;
    content.roster_key = crypto::SigningKey::generate(strict.entropy()).public_key();
    const auto& roots = strict.root_keys();
    const std::array<const crypto::SigningKey*, 1> one{&roots[1]};
    const std::array<const crypto::SigningKey*, 2> twice{&roots[1], &roots[1]};
    const std::array<const crypto::SigningKey*, 2> two{&roots[2], &roots[1]};
    Roster roster = strict.roster();
    EXPECT_THAT(roster.append(sign_entry(roster, {}, content, one)), HasCode(roster_signer));
    EXPECT_THAT(roster.append(sign_entry(roster, {}, content, twice)), HasCode(roster_signer));
    EXPECT_THAT(roster.append(sign_entry(roster, {}, content, two)), IsOk());
}

TEST_F(RosterRefuses, AKeyThatAnotherNodeHas) {
    auto certificate = new_certificate();
    certificate.identity.transport = fixture_.identity("seaport").transport().public_key();
    EXPECT_THAT(append(certificate), HasCode(roster_known_key));
}

TEST_F(RosterRefuses, TheRecoveryKeyAsABoxKey) {
    auto certificate = new_certificate();
    certificate.identity.box = fixture_.recovery_key().public_key();
    EXPECT_THAT(append(certificate), HasCode(roster_known_key));
}

TEST_F(RosterRefuses, OneKeyTwiceInACertificate) {
    auto certificate = new_headquarters();
    certificate.roster_key = certificate.identity.sign;
    EXPECT_THAT(append(certificate), HasCode(roster_known_key));
}

TEST_F(RosterRefuses, AKeyOfSmallOrder) {
    auto certificate = new_certificate();
    certificate.identity.box = crypto::BoxPublicKey{{1}};
    EXPECT_THAT(append(certificate), HasCode(crypto::crypto_weak_key));
}

TEST_F(RosterRefuses, ACertificateThatItsNodeHasNotSigned) {
    auto certificate = new_certificate();
    certificate.identity.box = crypto::BoxKey::generate(fixture_.entropy()).public_key();
    EXPECT_THAT(append(certificate), HasCode(crypto::identity_possession));
}

TEST_F(RosterRefuses, NumbersThatOverlapThoseOfTheUnit) {
    const UnitId unit = fixture_.roster().node(fixture_.id("airport"))->unit;
    auto certificate = new_certificate();
    certificate.unit = unit;
    certificate.numbers = {200, 2};
    certificate.spare_numbers = {500, 1};
    EXPECT_THAT(append(certificate), HasCode(roster_numbers));
    certificate.numbers = {201, 2};
    EXPECT_THAT(append(certificate), IsOk());
    certificate.spare_numbers = {202, 1};
    EXPECT_THAT(append(certificate), HasCode(roster_numbers));
}

TEST_F(RosterRefuses, NumbersThatStartAtZeroOrRunOver) {
    auto certificate = new_certificate();
    certificate.numbers = {0, 1};
    EXPECT_THAT(append(certificate), HasCode(roster_numbers));
    certificate.numbers = {0xffffffff, 2};
    EXPECT_THAT(append(certificate), HasCode(roster_numbers));
    certificate.numbers = {0xffffffff, 1};
    EXPECT_THAT(append(certificate), IsOk());
}

TEST_F(RosterRefuses, AGrantToANodeItDoesNotKnow) {
    auto grant = new_grant(Right::relay);
    grant.node = NodeId{{1}};
    EXPECT_THAT(append(grant), HasCode(roster_unknown_node));
}

TEST_F(RosterRefuses, AGrantToARevokedNode) {
    const auto grant = new_grant(Right::none);
    fixture_.revoke(fixture_.id("airport"));
    EXPECT_THAT(append(grant), HasCode(roster_unknown_node));
}

TEST_F(RosterRefuses, TheRevocationOfARevokedNode) {
    fixture_.revoke(fixture_.id("airport"));
    EXPECT_THAT(append(RevocationEntry{fixture_.id("airport"), {}, {}}),
                HasCode(roster_unknown_node));
}

TEST_F(RosterRefuses, AGrantInACompartmentItDoesNotKnow) {
    auto grant = new_grant(Right::none);
    grant.compartment = CompartmentId{{1}};
    EXPECT_THAT(append(grant), HasCode(roster_unknown_compartment));
}

TEST_F(RosterRefuses, AGenerationOfACompartmentItDoesNotKnow) {
    auto generation = new_generation();
    generation.compartment = CompartmentId{{1}};
    EXPECT_THAT(append(generation), HasCode(roster_unknown_compartment));
}

TEST_F(RosterRefuses, ACompartmentItHolds) {
    auto compartment = new_compartment({});
    compartment.compartment = joint_;
    EXPECT_THAT(append(compartment), HasCode(roster_known_compartment));
}

TEST_F(RosterRefuses, ACompartmentWithAWrapMissing) {
    auto compartment = new_compartment({{fixture_.id("airport"), Right::read}});
    compartment.wraps.pop_back();
    EXPECT_THAT(append(compartment), HasCode(roster_wraps));
}

TEST_F(RosterRefuses, ACompartmentWithoutAWrapForRecovery) {
    auto compartment = new_compartment({{fixture_.id("airport"), Right::read}});
    compartment.wraps.erase(compartment.wraps.begin());
    EXPECT_THAT(append(compartment), HasCode(roster_wraps));
}

TEST_F(RosterRefuses, AWrapForANodeThatIsNotEntitled) {
    auto compartment = new_compartment({{fixture_.id("airport"), Right::read}});
    compartment.grants.front().right = Right::relay;
    EXPECT_THAT(append(compartment), HasCode(roster_wraps));
}

TEST_F(RosterRefuses, AWrapTwice) {
    auto generation = new_generation();
    generation.wraps.back() = generation.wraps.front();
    EXPECT_THAT(append(generation), HasCode(roster_wraps));
    generation = new_generation();
    generation.wraps.push_back(generation.wraps.front());
    EXPECT_THAT(append(generation), HasCode(roster_wraps));
}

TEST_F(RosterRefuses, AWrapOfAnotherSizeGenerationOrCompartment) {
    auto size = new_generation();
    size.wraps.front().envelope.pop_back();
    EXPECT_THAT(append(size), HasCode(roster_wraps));
    auto generation = new_generation();
    generation.wraps.front().generation.value = 1;
    EXPECT_THAT(append(generation), HasCode(roster_wraps));
    auto compartment = new_generation();
    compartment.wraps.front().compartment = fixture_.compartment("suspects");
    EXPECT_THAT(append(compartment), HasCode(roster_wraps));
}

TEST_F(RosterRefuses, AGenerationWithoutAWrapForAnEntitledNode) {
    auto generation = new_generation();
    generation.wraps.pop_back();
    EXPECT_THAT(append(generation), HasCode(roster_wraps));
}

TEST_F(RosterRefuses, AGrantWithoutTheWrapsOfAllGenerations) {
    fixture_.new_generation(joint_);
    auto grant = new_grant(Right::read);
    grant.wraps.erase(grant.wraps.begin());
    EXPECT_THAT(append(grant), HasCode(roster_wraps));
    grant.first_generation = {2};
    EXPECT_THAT(append(grant), IsOk());
}

TEST_F(RosterRefuses, WrapsWithAGrantThatCallsForNone) {
    auto grant = new_grant(Right::read);
    grant.right = Right::relay;
    EXPECT_THAT(append(grant), HasCode(roster_wraps));
}

TEST_F(RosterRefuses, AGenerationThatDoesNotFollow) {
    for (const std::uint32_t wrong : {0u, 1u, 3u}) {
        auto generation = new_generation();
        generation.generation = {wrong};
        EXPECT_THAT(append(generation), HasCode(roster_generation)) << wrong;
    }
}

TEST_F(RosterRefuses, AGrantFromAGenerationThatIsNotThere) {
    for (const std::uint32_t wrong : {0u, 2u}) {
        auto grant = new_grant(Right::none);
        grant.first_generation = {wrong};
        EXPECT_THAT(append(grant), HasCode(roster_generation)) << wrong;
    }
}

TEST_F(RosterRefuses, ARevocationThatLeavesACompartmentItsOldKey) {
    auto revocation =
        *make_revocation(fixture_.roster(), fixture_.id("airport"), {}, fixture_.entropy());
    revocation.generations.pop_back();
    EXPECT_THAT(append(revocation), HasCode(roster_generation));
}

TEST_F(RosterRefuses, ARevocationThatRenewsACompartmentTheNodeCouldNotRead) {
    auto revocation =
        *make_revocation(fixture_.roster(), fixture_.id("courier"), {}, fixture_.entropy());
    revocation.generations.push_back(new_generation());
    EXPECT_THAT(append(revocation), HasCode(roster_generation));
}

TEST_F(RosterRefuses, ARevocationThatWrapsTheNewKeyToTheRevokedNode) {
    auto revocation =
        *make_revocation(fixture_.roster(), fixture_.id("airport"), {}, fixture_.entropy());
    auto& wraps = revocation.generations.front().wraps;
    wraps.push_back(wraps.front());
    wraps.back().node = fixture_.id("airport");
    EXPECT_THAT(append(revocation), HasCode(roster_wraps));
}

TEST_F(RosterRefuses, AKeyForARelay) {
    EXPECT_THAT(append(new_compartment({{fixture_.id("courier"), Right::read}})),
                HasCode(roster_right));
}

TEST_F(RosterRefuses, AFirstGrantOfNothingOrTwo) {
    EXPECT_THAT(append(new_compartment({{fixture_.id("airport"), Right::none}})),
                HasCode(roster_right));
    const NewGrant relay{fixture_.id("courier"), Right::relay};
    EXPECT_THAT(append(new_compartment({relay, relay})), HasCode(roster_right));
}

TEST_F(RosterRefuses, ACutThatGoesBackOrStays) {
    fixture_.move_cut({LogId{{1}}, {5}, some_hash(5)});
    EXPECT_THAT(append(CutEntry{{LogId{{1}}, {4}, some_hash(4)}}), HasCode(roster_cut));
    EXPECT_THAT(append(CutEntry{{LogId{{1}}, {5}, some_hash(5)}}), HasCode(roster_cut));
    EXPECT_THAT(append(CutEntry{{LogId{{1}}, {0}, Hash{}}}), HasCode(roster_cut));
    EXPECT_THAT(append(CutEntry{{LogId{{1}}, {6}, some_hash(6)}}), IsOk());
}

TEST_F(RosterRefuses, ACutWithANumberAndNoHashOrTheOtherWayRound) {
    EXPECT_THAT(append(CutEntry{{LogId{{1}}, {5}, Hash{}}}), HasCode(roster_cut));
    EXPECT_THAT(append(CutEntry{{LogId{{1}}, {0}, some_hash(1)}}), HasCode(roster_cut));
}

TEST_F(RosterRefuses, ARevocationWithTwoCutsOfOneLogOrOneThatGoesBack) {
    const Cut cut{LogId{{1}}, {5}, some_hash(5)};
    auto revocation =
        *make_revocation(fixture_.roster(), fixture_.id("courier"), {cut, cut}, fixture_.entropy());
    EXPECT_THAT(append(revocation), HasCode(roster_cut));
    fixture_.move_cut(cut);
    revocation.cuts = {{LogId{{1}}, {4}, some_hash(4)}};
    EXPECT_THAT(append(revocation), HasCode(roster_cut));
    revocation.cuts = {cut};
    EXPECT_THAT(append(revocation), IsOk());
}

TEST_F(RosterRefuses, ASchemaEditionThatDoesNotRise) {
    EXPECT_THAT(append(SchemaEditionEntry{0, some_hash(1)}), HasCode(roster_edition));
    fixture_.set_schema_edition(2, some_hash(1));
    EXPECT_THAT(append(SchemaEditionEntry{2, some_hash(2)}), HasCode(roster_edition));
}

TEST_F(RosterRefuses, EverySingleFlippedBitAndChangesNothing) {
    const Bytes entry = fixture_.sign(new_certificate());
    Roster roster = fixture_.roster();
    for (std::size_t bit = 0; bit < entry.size() * 8; ++bit) {
        Bytes flipped = entry;
        flipped[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        ASSERT_FALSE(roster.append(flipped)) << "bit " << bit;
    }
    EXPECT_EQ(roster.entries(), fixture_.entries());
    EXPECT_THAT(roster.append(entry), IsOk());
}

TEST_F(RosterRefuses, EveryTruncatedEntry) {
    const Bytes entry = fixture_.sign(new_generation());
    for (std::size_t size = 0; size < entry.size(); ++size) {
        EXPECT_THAT(append_bytes(Bytes(entry.begin(), entry.begin() + static_cast<long>(size))),
                    HasCode(roster_malformed));
    }
}

TEST(Roster, AnswersNothingWhenEmpty) {
    const Roster roster;
    EXPECT_EQ(roster.length().value, 0u);
    EXPECT_TRUE(roster.head().is_zero());
    EXPECT_EQ(roster.genesis(), nullptr);
    EXPECT_TRUE(roster.administration().is_zero());
    EXPECT_EQ(roster.roster_key(), std::nullopt);
    EXPECT_EQ(roster.right(NodeId{}, CompartmentId{}), Right::none);
}

TEST(Roster, NamesTheEntryThatIsWrong) {
    auto entries = AdministrationFixture::with_two_units().entries();
    entries[3].back() ^= 1;
    const auto roster = Roster::from_entries(entries);
    ASSERT_THAT(roster, HasCode(roster_signature));
    EXPECT_EQ(roster.error().context.substr(0, 8), "entry 4:");
}

TEST(Roster, LeavesCopiesAsTheyWere) {
    auto fixture = AdministrationFixture::with_two_units();
    const Roster before = fixture.roster();
    const NodeId airport = fixture.id("airport");
    fixture.revoke(airport);
    EXPECT_FALSE(before.is_revoked(airport));
    EXPECT_TRUE(fixture.roster().is_revoked(airport));
    EXPECT_EQ(before.length().value + 1, fixture.roster().length().value);
}

TEST(Roster, JudgesARightAtTheLengthItIsAskedFor) {
    auto fixture = AdministrationFixture::with_two_units();
    const NodeId airport = fixture.id("airport");
    const auto joint = fixture.compartment("joint seizures");
    const RosterLength written = fixture.roster().length();
    fixture.grant(joint, airport, Right::read);
    const RosterLength narrowed = fixture.roster().length();
    fixture.grant(joint, airport, Right::none);
    fixture.grant(joint, airport, Right::write);
    const RosterLength widened = fixture.roster().length();
    fixture.revoke(airport);
    const Roster& roster = fixture.roster();
    EXPECT_EQ(roster.right(airport, joint, RosterLength{2}), Right::none);
    EXPECT_EQ(roster.right(airport, joint, written), Right::write);
    EXPECT_EQ(roster.right(airport, joint, narrowed), Right::read);
    EXPECT_EQ(roster.right(airport, joint, RosterLength{narrowed.value + 1}), Right::none);
    EXPECT_EQ(roster.right(airport, joint, widened), Right::write);
    EXPECT_EQ(roster.right(airport, joint), Right::none);
}

TEST(Roster, CutsTheLogsOfARevokedNodeThatNoCutNamesAtZero) {
    auto fixture = AdministrationFixture::with_two_units();
    const LogDescriptor named{fixture.id("airport"), fixture.compartment("suspects"), {{1}}};
    const LogDescriptor other{fixture.id("airport"), fixture.compartment("suspects"), {{2}}};
    EXPECT_FALSE(fixture.roster().cut_of(named));
    fixture.revoke(named.node, {{named.id(), {3}, some_hash(3)}});
    EXPECT_EQ(fixture.roster().cut_of(named)->number.value, 3u);
    EXPECT_EQ(fixture.roster().cut_of(other)->number.value, 0u);
    fixture.move_cut({other.id(), {1}, some_hash(1)});
    EXPECT_EQ(fixture.roster().cut_of(other)->number.value, 1u);
}

TEST(Roster, KnowsTheGenerationOfEachLength) {
    auto fixture = AdministrationFixture::with_two_units();
    const auto joint = fixture.compartment("joint seizures");
    const RosterLength first = fixture.roster().length();
    fixture.new_generation(joint);
    EXPECT_EQ(fixture.roster().generation_at(joint, RosterLength{1}), Generation{0});
    EXPECT_EQ(fixture.roster().generation_at(joint, first), Generation{1});
    EXPECT_EQ(fixture.roster().generation_at(joint, fixture.roster().length()), Generation{2});
}

TEST(Roster, FindsNodesByIdAndTransportKey) {
    const auto fixture = AdministrationFixture::with_two_units();
    const auto& seaport = fixture.identity("seaport").public_part();
    EXPECT_EQ(fixture.roster().node(seaport.id())->identity, seaport);
    EXPECT_EQ(fixture.roster().node_by_transport(seaport.transport)->identity, seaport);
    EXPECT_EQ(fixture.roster().nodes().size(), 4u);
    EXPECT_EQ(fixture.roster().node(NodeId{}), nullptr);
}

TEST(Roster, HasAFingerprintOfThresholdAndRootsAlone) {
    AdministrationOptions options;
    options.root_count = 2;
    const AdministrationFixture one_of_two(options);
    options.threshold = 2;
    const AdministrationFixture two_of_two(options);
    EXPECT_EQ(one_of_two.root_keys()[1].public_key(), two_of_two.root_keys()[1].public_key());
    EXPECT_NE(one_of_two.roster().root_fingerprint(), two_of_two.roster().root_fingerprint());
    options.country = "GE";
    EXPECT_EQ(two_of_two.roster().root_fingerprint(),
              AdministrationFixture(options).roster().root_fingerprint());
}

}  // namespace
}  // namespace entrepot::replication
