#include "replication/roster/roster_file.hpp"

#include "tests/support/administration_fixture.hpp"
#include "tests/support/matchers.hpp"

namespace entrepot::replication {
namespace {

class RosterFile : public testing::Test {
protected:
    Hash root() const { return fixture_.roster().root_fingerprint(); }
    Roster first(std::size_t count) const {
        return *Roster::from_entries(std::span(fixture_.entries()).first(count));
    }
    AdministrationFixture fixture_ = AdministrationFixture::with_two_units();
};

TEST_F(RosterFile, BringsWhatIsMissing) {
    const std::size_t length = fixture_.entries().size();
    for (const std::size_t held : {std::size_t{0}, std::size_t{3}, length}) {
        Roster roster = first(held);
        EXPECT_THAT(import_roster(roster, root(), export_roster(fixture_.roster())),
                    IsOkAndHolds(length - held));
        EXPECT_EQ(roster.entries(), fixture_.entries());
    }
}

TEST_F(RosterFile, OfAShorterRosterBringsNothing) {
    Roster roster = fixture_.roster();
    EXPECT_THAT(import_roster(roster, root(), export_roster(first(3))), IsOkAndHolds(0u));
    EXPECT_EQ(roster.entries(), fixture_.entries());
}

TEST_F(RosterFile, OfAnotherAdministrationIsRefused) {
    Roster roster;
    const auto other = AdministrationFixture::with_two_units(2);
    EXPECT_THAT(import_roster(roster, root(), export_roster(other.roster())),
                HasCode(roster_fingerprint));
    EXPECT_EQ(roster.length().value, 0u);
}

TEST_F(RosterFile, ThatDiffersInARightlySignedEntryIsAFork) {
    auto branch = AdministrationFixture::with_two_units();
    branch.set_schema_edition(1, Hash{{1}});
    fixture_.set_schema_edition(1, Hash{{2}});
    Roster roster = fixture_.roster();
    EXPECT_THAT(import_roster(roster, root(), export_roster(branch.roster())),
                HasCode(roster_forked));
    EXPECT_EQ(roster.entries(), fixture_.entries());
}

TEST_F(RosterFile, ThatIsTruncatedAnywhereIsMalformedAndChangesNothing) {
    const Bytes file = export_roster(fixture_.roster());
    Roster roster = first(2);
    for (std::size_t size = 0; size < file.size(); ++size) {
        ASSERT_THAT(import_roster(roster, root(), ByteView(file).first(size)),
                    HasCode(roster_file_malformed));
    }
    EXPECT_EQ(roster.length().value, 2u);
}

TEST_F(RosterFile, WithoutEntriesIsMalformed) {
    Roster roster;
    EXPECT_THAT(import_roster(roster, root(), export_roster(roster)),
                HasCode(roster_file_malformed));
}

TEST_F(RosterFile, WithAnyBitFlippedIsRefusedAndNeverCalledAFork) {
    fixture_ = AdministrationFixture();
    const Bytes file = export_roster(fixture_.roster());
    for (std::size_t bit = 0; bit < file.size() * 8; ++bit) {
        Bytes flipped = file;
        flipped[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        Roster roster = first(1);
        const auto status = import_roster(roster, root(), flipped);
        ASSERT_FALSE(status) << "bit " << bit;
        ASSERT_FALSE(status.error().code == roster_forked) << "bit " << bit;
        ASSERT_EQ(roster.length().value, 1u);
    }
}

TEST_F(RosterFile, KeepsTheEntriesBeforeAWrongOne) {
    auto entries = fixture_.entries();
    entries[4].back() ^= 1;
    Bytes file;
    append(file, as_bytes("EPR1"));
    append(file, encode_entries(entries));
    Roster roster = first(2);
    EXPECT_THAT(import_roster(roster, root(), file), HasCode(roster_signature));
    EXPECT_EQ(roster.length().value, 4u);
}

}  // namespace
}  // namespace entrepot::replication
