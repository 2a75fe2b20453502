#include "replication/log/admission.hpp"

#include "tests/replication/log/admission_fixture.hpp"
#include "tests/support/matchers.hpp"

namespace entrepot::replication {
namespace {

class Admit : public AdmissionFixture {};

TEST_F(Admit, CountsTheFirstCommitOfALog) {
    EXPECT_THAT(admitted(airport_.commit(1), nothing_held()), IsOkAndHolds(Admission::counts));
}

TEST_F(Admit, CountsTheNextCommitOfALog) {
    const Bytes first = airport_.commit(1);
    const Bytes second = airport_.commit(2, commit_hash(first));
    EXPECT_THAT(admitted(second, standing_at(first)), IsOkAndHolds(Admission::counts));
}

TEST_F(Admit, KnowsACommitThatIsHeld) {
    const Bytes first = airport_.commit(1);
    EXPECT_THAT(admitted(first, held(first, commit_hash(first))),
                IsOkAndHolds(Admission::duplicate));
}

TEST_F(Admit, KnowsAForkByItsNumberWhateverItFollows) {
    const Bytes first = airport_.commit(1);
    EXPECT_THAT(admitted(airport_.commit(1), held(first, commit_hash(first))),
                IsOkAndHolds(Admission::fork));
}

TEST_F(Admit, TakesNoForkThatTheWriterDidNotSign) {
    const Bytes first = airport_.commit(1);
    Bytes forged = first;
    forged[64] ^= 1;
    EXPECT_THAT(admitted(forged, held(first, commit_hash(first))), HasCode(commit_signature));
}

TEST_F(Admit, KeepsACommitAsideWhenItsPredecessorIsMissing) {
    const Bytes first = airport_.commit(1);
    const Bytes third = airport_.commit(3, Hash{});
    EXPECT_THAT(admitted(third, nothing_held()), IsOkAndHolds(Admission::gap));
    EXPECT_THAT(admitted(third, standing_at(first)), IsOkAndHolds(Admission::gap));
}

TEST_F(Admit, KeepsNothingAsideThatTheWriterDidNotSign) {
    Bytes third = airport_.commit(3, Hash{});
    third[70] ^= 1;
    EXPECT_THAT(admitted(third, nothing_held()), HasCode(commit_signature));
    airport_.place.roster_length.value += 1;
    Bytes ahead = airport_.commit(1);
    ahead[70] ^= 1;
    EXPECT_THAT(admitted(ahead, nothing_held()), HasCode(commit_signature));
}

TEST_F(Admit, KeepsACommitAsideWhenItsAuthorKnewALongerRoster) {
    airport_.place.roster_length.value += 1;
    EXPECT_THAT(admitted(airport_.commit(1), nothing_held()),
                IsOkAndHolds(Admission::roster_ahead));
}

TEST_F(Admit, KeepsACommitOfAnUnknownWriterAsideOnlyWhenTheRosterIsBehind) {
    Writer stranger(crypto::Identity::generate(entropy_), compartment_, administration_);
    LogStanding log = nothing_held();
    log.descriptor = stranger.descriptor;
    EXPECT_THAT(admitted(stranger.commit(1), log), HasCode(admission_unknown_writer));
    stranger.place.roster_length.value += 1;
    EXPECT_THAT(admitted(stranger.commit(1), log), IsOkAndHolds(Admission::roster_ahead));
}

TEST_F(Admit, RefusesACommitOfAnotherLog) {
    LogStanding log = nothing_held();
    log.descriptor.incarnation.bytes[0] ^= 1;
    EXPECT_THAT(admitted(airport_.commit(1), log), HasCode(admission_log_id));
}

TEST_F(Admit, RefusesAWriterWithoutTheRightToWrite) {
    for (const char* name : {"seaport", "courier"}) {
        Writer other(administration_.identity(name).duplicate(), compartment_, administration_);
        LogStanding log = nothing_held();
        log.descriptor = other.descriptor;
        EXPECT_THAT(admitted(other.commit(1), log), HasCode(admission_no_right)) << name;
    }
}

TEST_F(Admit, RefusesARosterLengthFromBeforeTheRight) {
    airport_.place.roster_length = {2};
    EXPECT_THAT(admitted(airport_.commit(1), nothing_held()), HasCode(admission_no_right));
}

TEST_F(Admit, RefusesACommitThatFollowsAnother) {
    const Bytes first = airport_.commit(1);
    EXPECT_THAT(admitted(airport_.commit(2, Hash{}), standing_at(first)), HasCode(admission_chain));
    Hash made_up;
    made_up.bytes.fill(1);
    EXPECT_THAT(admitted(airport_.commit(1, made_up), nothing_held()), HasCode(admission_chain));
}

TEST_F(Admit, RefusesARosterLengthThatFallsWithinALog) {
    const Bytes first = airport_.commit(1);
    airport_.place.roster_length.value -= 1;
    EXPECT_THAT(admitted(airport_.commit(2, commit_hash(first)), standing_at(first)),
                HasCode(admission_roster_falls));
}

TEST_F(Admit, RefusesAGenerationThatIsNotTheNewestItsRosterKnows) {
    const RosterLength before = administration_.roster().length();
    administration_.new_generation(compartment_);
    airport_.place.roster_length = administration_.roster().length();
    EXPECT_THAT(admitted(airport_.commit(1), nothing_held()), HasCode(admission_generation));
    airport_.place.generation = {2};
    EXPECT_THAT(admitted(airport_.commit(1), nothing_held()), IsOkAndHolds(Admission::counts));
    airport_.place.roster_length = before;
    EXPECT_THAT(admitted(airport_.commit(1), nothing_held()), HasCode(admission_generation));
}

TEST_F(Admit, CountsACommitByANodeThatHadNotHeardOfANewGeneration) {
    const Bytes first = airport_.commit(1);
    administration_.new_generation(compartment_);
    EXPECT_THAT(admitted(first, nothing_held()), IsOkAndHolds(Admission::counts));
}

TEST_F(Admit, RefusesABodyThatIsNotWhatTheHeaderSays) {
    Bytes first = airport_.commit(1);
    first.back() ^= 1;
    EXPECT_THAT(admitted(first, nothing_held()), HasCode(commit_root));
}

TEST_F(Admit, RefusesTheSignatureOfAnotherNode) {
    Bytes first = airport_.commit(1);
    sign_commit(first, administration_.identity("seaport").sign());
    EXPECT_THAT(admitted(first, nothing_held()), HasCode(commit_signature));
}

TEST_F(Admit, TakesNoCommitWithAChangeThatNoRosterEntryErased) {
    EXPECT_THAT(admitted(with_erased(airport_.commit(1), 1), nothing_held()),
                HasCode(admission_incomplete));
}

TEST_F(Admit, CountsTheCommitsOfARevokedNodeUpToItsCut) {
    const Bytes first = airport_.commit(1);
    const Bytes second = airport_.commit(2, commit_hash(first));
    const Bytes third = airport_.commit(3, commit_hash(second));
    administration_.revoke(airport_.descriptor.node, {cut_at(second)});
    EXPECT_THAT(admitted(first, nothing_held()), IsOkAndHolds(Admission::counts));
    EXPECT_THAT(admitted(second, standing_at(first)), IsOkAndHolds(Admission::counts));
    EXPECT_THAT(admitted(third, standing_at(second)), IsOkAndHolds(Admission::beyond_cut));
    EXPECT_THAT(admitted(third, standing_at(first)), IsOkAndHolds(Admission::beyond_cut));
}

TEST_F(Admit, CountsNothingOfALogThatItsWritersRevocationDoesNotName) {
    administration_.revoke(airport_.descriptor.node);
    EXPECT_THAT(admitted(airport_.commit(1), nothing_held()), IsOkAndHolds(Admission::beyond_cut));
}

TEST_F(Admit, RefusesAnotherCommitAtTheNumberOfTheCut) {
    const Bytes first = airport_.commit(1);
    const Bytes second = airport_.commit(2, commit_hash(first));
    const Bytes other = airport_.commit(2, commit_hash(first));
    administration_.revoke(airport_.descriptor.node, {cut_at(second)});
    EXPECT_THAT(admitted(other, standing_at(first)), HasCode(admission_chain));
}

TEST_F(Admit, RefusesARevokedNodeThatClaimsTheRosterAfterItsRevocation) {
    const Bytes first = airport_.commit(1);
    administration_.revoke(airport_.descriptor.node, {cut_at(first)});
    airport_.place.roster_length = administration_.roster().length();
    airport_.place.generation = {2};
    EXPECT_THAT(admitted(airport_.commit(2, commit_hash(first)), standing_at(first)),
                HasCode(admission_no_right));
}

TEST_F(Admit, CountsNothingNewWhenTheRightToWriteWasWithdrawnWithoutACut) {
    administration_.grant(compartment_, airport_.descriptor.node, Right::read);
    EXPECT_THAT(admitted(airport_.commit(1), nothing_held()), IsOkAndHolds(Admission::beyond_cut));
}

TEST_F(Admit, SetsNothingAsideBeyondACutThatTheWriterDidNotSign) {
    administration_.revoke(airport_.descriptor.node);
    Bytes first = airport_.commit(1);
    first[70] ^= 1;
    EXPECT_THAT(admitted(first, nothing_held()), HasCode(commit_signature));
}

}  // namespace
}  // namespace entrepot::replication
