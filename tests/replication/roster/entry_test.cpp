#include "replication/roster/entry.hpp"

#include <set>

#include "replication/roster/entry_content.hpp"
#include "tests/support/administration_fixture.hpp"
#include "tests/support/matchers.hpp"

namespace entrepot::replication {
namespace {

/// An administration whose entries are of every kind.
std::vector<Bytes> entries_of_every_kind() {
    AdministrationOptions options;
    options.threshold = 2;
    options.root_count = 3;
    options.units = {"airport", "seaport"};
    options.joint_seizures = true;
    AdministrationFixture fixture(options);
    const auto joint = fixture.compartment("joint seizures");
    fixture.new_generation(joint);
    fixture.grant(joint, fixture.id("airport"), Right::read);
    fixture.revoke(fixture.id("seaport"), {{LogId{{1}}, {4}, Hash{{4}}}});
    fixture.move_cut({LogId{{1}}, {5}, Hash{{5}}});
    fixture.set_schema_edition(1, Hash{{6}});
    return fixture.entries();
}

TEST(RosterEntry, OfEveryKindReadsBackAsItWasWritten) {
    std::set<std::uint8_t> kinds;
    for (const Bytes& bytes : entries_of_every_kind()) {
        const auto entry = decode_entry(bytes);
        ASSERT_THAT(entry, IsOk());
        EXPECT_EQ(encode_entry(*entry), bytes);
        kinds.insert(entry_kind(entry->content));
    }
    EXPECT_EQ(kinds, (std::set<std::uint8_t>{1, 2, 3, 4, 5, 6, 7, 8}));
}

TEST(RosterEntry, OfEveryKindIsRefusedWhenTruncatedOrLengthened) {
    for (Bytes bytes : entries_of_every_kind()) {
        bytes.push_back(0);
        EXPECT_THAT(decode_entry(bytes), HasCode(roster_malformed));
        bytes.pop_back();
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            ASSERT_THAT(decode_entry(ByteView(bytes).first(size)), HasCode(roster_malformed));
        }
    }
}

TEST(RosterEntry, OfEveryKindIsRefusedByAppendWithAnyBitFlipped) {
    const auto entries = entries_of_every_kind();
    Roster roster;
    for (const Bytes& bytes : entries) {
        for (std::size_t at = 0; at < bytes.size(); ++at) {
            Bytes flipped = bytes;
            flipped[at] ^= static_cast<std::uint8_t>(1 << at % 8);
            ASSERT_FALSE(roster.append(flipped))
                << "entry " << roster.length().value + 1 << " byte " << at;
        }
        ASSERT_THAT(roster.append(bytes), IsOk());
    }
}

TEST(RosterEntry, IsRefusedOverItsLimitBeforeItIsRead) {
    EXPECT_THAT(decode_entry(Bytes(roster_entry_limit + 1)), HasCode(roster_malformed));
}

TEST(RosterEntry, NumbersItsKindsFromOneInTheOrderOfTheVariant) {
    EXPECT_EQ(entry_kind(Genesis{}), 1);
    EXPECT_EQ(entry_kind(SchemaEditionEntry{}), 8);
    EXPECT_THAT(read_content(0, {}), HasCode(roster_malformed));
    EXPECT_THAT(read_content(9, {}), HasCode(roster_malformed));
}

TEST(RosterEntry, IsRefusedWithAThresholdOfNoneOrAboveItsRoots) {
    const auto genesis = *AdministrationFixture().roster().genesis();
    for (const std::uint8_t threshold : {0, 2}) {
        Genesis wrong = genesis;
        wrong.threshold = threshold;
        WireWriter writer;
        write_content(writer, wrong);
        EXPECT_THAT(read_content(1, writer.view()), HasCode(roster_malformed));
    }
}

TEST(RosterEntry, IsRefusedWithARosterKeyForAUnitOrNoneForHeadquarters) {
    AdministrationFixture fixture;
    auto unit = fixture.make_certificate("unit", NodeKind::unit, UnitId{{1}});
    unit.roster_key = fixture.root_keys().front().public_key();
    const auto headquarters = fixture.make_certificate("hq", NodeKind::headquarters, UnitId{{1}});
    for (const auto& wrong : {unit, headquarters}) {
        WireWriter writer;
        write_content(writer, wrong);
        EXPECT_THAT(read_content(2, writer.view()), HasCode(roster_malformed));
    }
}

TEST(RosterEntry, IsRefusedWithADatabaseNameThatIsNone) {
    for (const std::string& name :
         {std::string(), std::string("Seizures"), std::string("a\n"), std::string(65, 'a')}) {
        CompartmentEntry entry;
        entry.compartment = CompartmentId{{1}};
        entry.database = name;
        WireWriter writer;
        write_content(writer, entry);
        EXPECT_THAT(read_content(3, writer.view()), HasCode(roster_malformed)) << name;
    }
}

}  // namespace
}  // namespace entrepot::replication
