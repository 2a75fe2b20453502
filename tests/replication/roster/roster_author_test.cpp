#include "replication/roster/roster_author.hpp"

#include "tests/support/administration_fixture.hpp"
#include "tests/support/matchers.hpp"

namespace entrepot::replication {
namespace {

class RosterAuthor : public testing::Test {
protected:
    KeyWrap wrap() {
        return wrap_key(key_, node_.id(), node_.box().public_key(), compartment_, {3}, entropy_);
    }
    crypto::SeededEntropy entropy_{1};
    crypto::Secret key_ = entropy_.secret(32);
    crypto::Identity node_ = crypto::Identity::generate(entropy_);
    CompartmentId compartment_{{1}};
};

TEST_F(RosterAuthor, WrapsAKeyIntoEightyBytesThatItsNodeOpens) {
    const KeyWrap wrapped = wrap();
    EXPECT_EQ(wrapped.envelope.size(), 80u);
    const auto key = unwrap_key(wrapped, node_.box());
    ASSERT_THAT(key, IsOk());
    EXPECT_TRUE(key->equals(key_.view()));
}

TEST_F(RosterAuthor, BindsAWrapToItsNodeCompartmentAndGeneration) {
    KeyWrap other = wrap();
    other.generation = {4};
    EXPECT_THAT(unwrap_key(other, node_.box()), HasCode(roster_wrap_broken));
    other = wrap();
    other.compartment = CompartmentId{{2}};
    EXPECT_THAT(unwrap_key(other, node_.box()), HasCode(roster_wrap_broken));
    other = wrap();
    other.node = NodeId{{2}};
    EXPECT_THAT(unwrap_key(other, node_.box()), HasCode(roster_wrap_broken));
    EXPECT_THAT(unwrap_key(wrap(), crypto::BoxKey::generate(entropy_)),
                HasCode(roster_wrap_broken));
}

TEST_F(RosterAuthor, RefusesAWrapOfAKeyOfAnotherLength) {
    KeyWrap other = wrap();
    other.envelope.clear();
    EXPECT_THAT(unwrap_key(other, node_.box()), HasCode(roster_wrap_broken));
}

TEST_F(RosterAuthor, SealsACompartmentsNameUnderItsFirstKeyAlone) {
    auto fixture = AdministrationFixture::with_two_units();
    const auto joint = fixture.compartment("joint seizures");
    fixture.new_generation(joint);
    const CompartmentStanding& standing = *fixture.roster().compartment(joint);
    EXPECT_THAT(open_name(standing, fixture.key(joint, Generation{1})),
                IsOkAndHolds(std::string("joint seizures")));
    EXPECT_THAT(open_name(standing, fixture.key(joint, Generation{2})),
                HasCode(roster_wrap_broken));
}

TEST_F(RosterAuthor, MakesNoCompartmentForANodeThatIsNotInTheRoster) {
    const AdministrationFixture fixture;
    EXPECT_THAT(
        make_compartment(fixture.roster(),
                         {"cases", "x", Lane::records, {{NodeId{{1}}, Right::read}}}, entropy_),
        HasCode(roster_unknown_node));
}

TEST_F(RosterAuthor, MakesNoGrantWithoutTheKeysOfAllGenerations) {
    const auto fixture = AdministrationFixture::with_two_units();
    const auto joint = fixture.compartment("joint seizures");
    EXPECT_THAT(
        make_grant(fixture.roster(), joint, {fixture.id("airport"), Right::read}, {}, entropy_),
        HasCode(roster_generation));
    EXPECT_THAT(
        make_grant(fixture.roster(), joint, {fixture.id("airport"), Right::none}, {}, entropy_),
        IsOk());
}

TEST_F(RosterAuthor, MakesNothingForACompartmentOrNodeThatIsNotThere) {
    const AdministrationFixture fixture;
    const Roster& roster = fixture.roster();
    EXPECT_THAT(make_grant(roster, compartment_, {}, {}, entropy_),
                HasCode(roster_unknown_compartment));
    EXPECT_THAT(make_generation(roster, compartment_, {}, entropy_),
                HasCode(roster_unknown_compartment));
    EXPECT_THAT(make_revocation(roster, NodeId{{1}}, {}, entropy_), HasCode(roster_unknown_node));
}

}  // namespace
}  // namespace entrepot::replication
