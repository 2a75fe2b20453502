#include "tests/support/administration_fixture.hpp"

#include "tests/support/matchers.hpp"

namespace entrepot::replication {
namespace {

TEST(AdministrationFixture, IsTwoEntriesAtItsCheapest) {
    EXPECT_EQ(AdministrationFixture().roster().length().value, 2u);
}

TEST(AdministrationFixture, IsTheSameForTheSameSeed) {
    EXPECT_EQ(AdministrationFixture::with_two_units(7).entries(),
              AdministrationFixture::with_two_units(7).entries());
}

TEST(AdministrationFixture, GivesEachReaderTheKeyThatItKeeps) {
    const auto jamaica = AdministrationFixture::with_two_units();
    const auto joint = jamaica.compartment("joint seizures");
    for (const std::string name : {"headquarters", "airport", "seaport"}) {
        for (const KeyWrap* wrap : jamaica.roster().wraps_for(jamaica.id(name))) {
            if (wrap->compartment == joint) {
                const auto key = unwrap_key(*wrap, jamaica.identity(name).box());
                ASSERT_THAT(key, IsOk());
                EXPECT_TRUE(key->equals(jamaica.key(joint).view()));
            }
        }
    }
}

TEST(AdministrationFixture, GrowsByEveryMethod) {
    auto jamaica = AdministrationFixture::with_two_units();
    const NodeId desk = jamaica.add_desk("second desk", "airport");
    const auto seizures = jamaica.compartment("airport seizures");
    jamaica.grant(seizures, desk, Right::write);
    jamaica.new_generation(seizures);
    jamaica.grant(seizures, jamaica.add_unit("post"), Right::read);
    jamaica.revoke(jamaica.id("airport"), {});
    jamaica.add_headquarters("second headquarters");
    jamaica.revoke(jamaica.id("headquarters"), {});
    jamaica.set_schema_edition(1, Hash{{1}});
    EXPECT_EQ(jamaica.roster().compartment(seizures)->newest, Generation{4});
}

}  // namespace
}  // namespace entrepot::replication
