// What receivers exclude because of who stands behind it, and that all of them exclude the same.
#include "node/journal/officer_check.hpp"

#include <gmock/gmock.h>

#include "tests/node/journal/journal_fixture.hpp"

namespace entrepot::node {
namespace {

using replication::bit_of;
using replication::OfficerRole;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t noon = 1'800'000'000'000;
constexpr std::uint16_t entry = bit_of(OfficerRole::entry);
constexpr std::uint16_t supervisor = bit_of(OfficerRole::supervisor);
constexpr std::uint16_t release = bit_of(OfficerRole::release);

class OfficerCheck : public testing::Test {
protected:
    JournalFixture journal_;
};

TEST_F(OfficerCheck, MergesWhatAnIntroducedOfficerSigned) {
    const auto officer = journal_.officer(entry);
    journal_.take({{officer.introducing()}});
    journal_.take({{officer.signing()}});
    EXPECT_EQ(journal_.merged(), 2U);
    EXPECT_THAT(journal_.codes(), IsEmpty());
}

TEST_F(OfficerCheck, ExcludesAChangeThatNobodySigned) {
    journal_.take({});
    EXPECT_EQ(journal_.merged(), 0U);
    EXPECT_THAT(journal_.codes(), ElementsAre("officer.missing"));
}

TEST_F(OfficerCheck, ExcludesAnOfficerWhomThisLogHasNotIntroduced) {
    const auto officer = journal_.officer(entry);
    journal_.take({{officer.signing()}});
    EXPECT_THAT(journal_.codes(), ElementsAre(officer_unknown.name()));
}

TEST_F(OfficerCheck, ACertificateInOneLogIntroducesInNoOther) {
    const auto officer = journal_.officer(entry);
    journal_.take({{officer.introducing()}});
    journal_.take({{officer.signing()}, "suspects"});
    EXPECT_THAT(journal_.codes(), ElementsAre(officer_unknown.name()));
}

TEST_F(OfficerCheck, ExcludesASignatureOfAnotherKeyThanTheCertificates) {
    const auto officer = journal_.officer(entry);
    const auto thief = journal_.officer(entry);
    journal_.take({{{officer.certificate.officer, thief.key.get(), officer.bytes}}});
    EXPECT_EQ(journal_.merged(), 0U);
    EXPECT_THAT(journal_.codes(), ElementsAre(officer_attestation.name()));
}

TEST_F(OfficerCheck, ExcludesWhatWasSignedOutsideOfTheCertificatesTime) {
    const auto officer = journal_.officer(entry);
    journal_.take({.officers = {officer.introducing()}, .at_ms = noon - 2 * year_ms});
    journal_.take({.officers = {officer.introducing()}, .at_ms = officer.certificate.until.ms});
    journal_.take({.officers = {officer.introducing()}, .at_ms = officer.certificate.until.ms - 1});
    journal_.take({.officers = {officer.introducing()}, .at_ms = officer.certificate.from.ms});
    EXPECT_THAT(journal_.codes(), ElementsAre(officer_expired.name(), officer_expired.name()));
    EXPECT_EQ(journal_.merged(), 2U);
}

TEST_F(OfficerCheck, ExcludesACertificateThatTheWriterDidNotSign) {
    auto forged = journal_.officer(entry);
    journal_.certify(forged, "seaport");  // names the airport, signed by the seaport
    journal_.take({{forged.introducing()}});
    const auto guest = journal_.officer(entry, "seaport");
    journal_.take({{guest.introducing()}});
    EXPECT_THAT(journal_.codes(), ElementsAre(replication::officer_signature.name(),
                                              replication::officer_malformed.name()));
    EXPECT_EQ(journal_.merged(), 0U);
}

TEST_F(OfficerCheck, ACommitThatIsExcludedIntroducesNobody) {
    const auto honest = journal_.officer(entry);
    auto forged = journal_.officer(entry);
    journal_.certify(forged, "seaport");
    journal_.take({{honest.introducing(), forged.certified()}});
    journal_.take({{honest.signing()}});
    EXPECT_THAT(journal_.codes(),
                ElementsAre(replication::officer_signature.name(), officer_unknown.name()));
}

TEST_F(OfficerCheck, ExcludesAnAttestationThatDoesNotOpen) {
    LogOfficers known;
    const Result<replication::Attestation> broken =
        Error{replication::commit_attestation, "sealed under another key"};
    EXPECT_THAT(
        check_officers({}, broken,
                       journal_.administration().identity("airport").sign().public_key(), known),
        HasCode(replication::commit_attestation));
}

TEST_F(OfficerCheck, TakesValidatedFromASupervisorAlone) {
    const auto clerk = journal_.officer(entry);
    const auto chief = journal_.officer(supervisor);
    journal_.take({.officers = {clerk.introducing()}, .status = "validated"});
    EXPECT_THAT(journal_.codes(), ElementsAre(officer_role.name()));
    journal_.take({.officers = {chief.introducing()}, .status = "validated"});
    EXPECT_EQ(journal_.merged(), 1U);
}

TEST_F(OfficerCheck, TakesReleasedFromAReleaseOfficerAlone) {
    const auto chief = journal_.officer(supervisor | entry);
    const auto releasing = journal_.officer(release);
    journal_.take({.officers = {chief.introducing()}, .status = "released"});
    journal_.take({.officers = {releasing.introducing()}, .status = "released"});
    EXPECT_THAT(journal_.codes(), ElementsAre(officer_role.name()));
    EXPECT_EQ(journal_.merged(), 1U);
}

TEST_F(OfficerCheck, OneOfTwoOfficersBringsTheRole) {
    const auto clerk = journal_.officer(entry);
    const auto chief = journal_.officer(supervisor);
    journal_.take({.officers = {clerk.introducing(), chief.introducing()}, .status = "validated"});
    EXPECT_EQ(journal_.merged(), 1U);
}

TEST_F(OfficerCheck, EverySignatureOfACommitMustHold) {
    const auto clerk = journal_.officer(entry);
    const auto chief = journal_.officer(supervisor);
    journal_.take({{clerk.introducing(), chief.signing()}});
    EXPECT_THAT(journal_.codes(), ElementsAre(officer_unknown.name()));
}

TEST_F(OfficerCheck, NewRolesCountFromTheCommitThatBringsThem) {
    auto clerk = journal_.officer(entry);
    journal_.take({.officers = {clerk.introducing()}, .status = "validated"});
    clerk.certificate.roles |= supervisor;
    journal_.certify(clerk);
    journal_.take({.officers = {clerk.introducing()}, .status = "validated"});
    clerk.certificate.roles = entry;
    journal_.certify(clerk);
    journal_.take({.officers = {clerk.introducing()}, .status = "validated"});
    EXPECT_EQ(journal_.merged(), 1U);
    EXPECT_THAT(journal_.codes(), ElementsAre(officer_role.name(), officer_role.name()));
}

TEST_F(OfficerCheck, AnEndedCertificateBroughtByAnotherEndsHisSignature) {
    auto leaver = journal_.officer(entry);
    const auto chief = journal_.officer(supervisor);
    journal_.take({{leaver.introducing()}});
    leaver.certificate.until = {noon};
    journal_.certify(leaver);
    journal_.take({{chief.introducing(), leaver.certified()}});
    journal_.take({{leaver.signing()}});
    EXPECT_EQ(journal_.merged(), 2U);
    EXPECT_THAT(journal_.codes(), ElementsAre(officer_expired.name()));
}

TEST_F(OfficerCheck, ANodeByItselfMayWriteInTheDirectory) {
    journal_.take({.officers = {}, .database = "directory"});
    EXPECT_THAT(journal_.codes(), IsEmpty());
    EXPECT_EQ(journal_.merged(), 1U);
}

TEST_F(OfficerCheck, KnowsAfterARestartWhomALogIntroduced) {
    const auto officer = journal_.officer(entry);
    journal_.take({{officer.introducing()}});
    journal_.open_views();
    journal_.take({{officer.signing()}});
    EXPECT_EQ(journal_.merged(), 2U);
    EXPECT_THAT(journal_.codes(), IsEmpty());
}

/// Honest and bad commits of airport (even) and seaport (odd), as the bits of each draw say.
void write_drawn(JournalFixture& journal, const Bytes& drawn) {
    std::vector<TestOfficer> officers;
    for (const char* node : {"airport", "seaport"}) {
        officers.push_back(journal.officer(entry, node));
        officers.push_back(journal.officer(supervisor, node));
    }
    for (const std::uint8_t bits : drawn) {
        const unsigned node = bits & 1U;
        const auto& officer = officers[2 * node + ((bits >> 1) & 1U)];
        TestCommit commit;
        commit.officers = {(bits & 4U) != 0 ? officer.introducing() : officer.signing()};
        if ((bits & 0x18U) == 0x18U) {
            commit.officers.clear();
        }
        commit.status = (bits & 8U) != 0 ? "validated" : "submitted";
        commit.at_ms = (bits & 0x60U) == 0x60U ? noon - 2 * year_ms : noon;
        commit.records = 1 + (bits >> 7);
        journal.write(commit, node != 0 ? "seaport" : "airport");
    }
}

// Two nodes' commits stored in another interleaving, with a restart in between: what is merged and
// what is excluded, and why, is the same as in one go, and as after a rebuild.
TEST_F(OfficerCheck, ExcludesTheSameWhateverTheOrderTheRestartsAndTheRebuilds) {
    std::set<std::string> seen;
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        crypto::SeededEntropy dice(seed);
        Bytes drawn(24);
        dice.fill(drawn);
        JournalFixture one, other;
        write_drawn(one, drawn);
        write_drawn(other, drawn);
        one.store();
        one.project();
        std::vector<std::size_t> order;  // the seaport's log whole, then the airport's
        for (const unsigned node : {1U, 0U}) {
            for (std::size_t i = 0; i < drawn.size(); ++i) {
                if ((drawn[i] & 1U) == node) {
                    order.push_back(i);
                }
            }
        }
        other.store(order, drawn.size() / 2);
        other.project();
        other.open_views();
        other.store(order);
        other.project();
        EXPECT_EQ(one.outcome(), other.outcome()) << seed;
        one.rebuild();
        EXPECT_EQ(one.outcome(), other.outcome()) << seed;
        const auto codes = one.codes();
        seen.insert(codes.begin(), codes.end());
    }
    EXPECT_THAT(seen, testing::IsSupersetOf({officer_missing.name(), officer_unknown.name(),
                                             officer_expired.name(), officer_role.name()}));
}

}  // namespace
}  // namespace entrepot::node
