#include "node/roots/partnership.hpp"

#include <gtest/gtest.h>

#include "tests/support/administration_fixture.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::node {
namespace {

using replication::AdministrationFixture;
using replication::Roster;

/// An administration with its headquarters and the outer rosters that it makes.
struct Side {
    explicit Side(const std::string& country, std::uint64_t seed)
        : country(country), fixture({seed, country}), home(fixture.roster()) {}

    Hash root() const { return home.root_fingerprint(); }
    Bytes signed_entry(EntryDraft draft, const Roster& roster) const {
        EXPECT_THAT(draft.sign(fixture.root_keys().front()), IsOk());
        return *draft.entry_for(roster);
    }
    /// Signs and appends until nothing is wanted; how many entries that took.
    std::size_t sign_all(Roster& outer, const PartnerWish& wish) {
        std::size_t out = 0;
        while (auto draft = next_partner_draft(home, outer, wish, {})) {
            const bool is_inner = draft->administration() == home.administration();
            Roster& roster = is_inner ? home : outer;
            EXPECT_THAT(roster.append(signed_entry(*draft, roster)), IsOk());
            ++out;
        }
        return out;
    }

    std::string country;
    AdministrationFixture fixture;
    Roster home;
};

class Partnership : public ::testing::Test {
protected:
    Side jamaica_{"JM", 1}, georgia_{"GE", 2}, other_{"SR", 3};
    Roster ours_, theirs_;
};

TEST_F(Partnership, TakesThePinTheRosterAndBothHeadquartersInThatOrder) {
    EXPECT_EQ(jamaica_.sign_all(ours_, {"GE", georgia_.root(), nullptr}), 3U)
        << "pin, first entry, own headquarters";
    EXPECT_EQ(georgia_.sign_all(theirs_, {"JM", jamaica_.root(), &ours_}), 4U);
    EXPECT_EQ(jamaica_.sign_all(ours_, {"GE", georgia_.root(), &theirs_}), 1U);
    const auto* guest = ours_.node(georgia_.fixture.id("headquarters"));
    ASSERT_NE(guest, nullptr);
    EXPECT_EQ(guest->kind, replication::NodeKind::partner);
    EXPECT_FALSE(guest->roster_key) << "it signs nothing in our roster";
    EXPECT_TRUE(jamaica_.home.shares(ours_));
    EXPECT_TRUE(jamaica_.home.shares(theirs_));
    EXPECT_FALSE(other_.home.shares(ours_));
}

TEST_F(Partnership, ShowsNoReferenceNumbersOfAHeadquarters) {
    jamaica_.sign_all(ours_, {"GE", georgia_.root(), nullptr});
    const auto* own = ours_.node(jamaica_.fixture.id("headquarters"));
    ASSERT_NE(own, nullptr);
    EXPECT_EQ(own->numbers.count, 0U);
    EXPECT_EQ(own->spare_numbers.count, 0U);
}

TEST_F(Partnership, IsNotWithRootKeysThatNobodyPinned) {
    georgia_.sign_all(theirs_, {"JM", jamaica_.root(), nullptr});
    EXPECT_THAT(check_theirs(theirs_, jamaica_.home), HasCode(partner_unpinned));
    EXPECT_THAT(check_theirs(georgia_.home, jamaica_.home), HasCode(partner_unpinned))
        << "an inner roster is none to share";
    jamaica_.sign_all(ours_, {"GE", georgia_.root(), nullptr});
    EXPECT_THAT(check_theirs(theirs_, jamaica_.home), IsOk());
}

TEST_F(Partnership, IsNotARosterThatThePartnerMadeForAnother) {
    jamaica_.sign_all(ours_, {"GE", georgia_.root(), nullptr});
    georgia_.sign_all(theirs_, {"SR", other_.root(), nullptr});
    EXPECT_THAT(check_theirs(theirs_, jamaica_.home), HasCode(partner_not_for_us));
}

TEST_F(Partnership, EndsOnceAndOnlyIfItBegan) {
    EXPECT_THAT(end_partner_draft(jamaica_.home, "GE", {}), HasCode(partner_unpinned));
    jamaica_.sign_all(ours_, {"GE", georgia_.root(), nullptr});
    georgia_.sign_all(theirs_, {"JM", jamaica_.root(), nullptr});
    const auto draft = end_partner_draft(jamaica_.home, "GE", {});
    ASSERT_THAT(draft, IsOk());
    ASSERT_THAT(jamaica_.home.append(jamaica_.signed_entry(*draft, jamaica_.home)), IsOk());
    EXPECT_THAT(check_theirs(theirs_, jamaica_.home), HasCode(partner_ended));
    EXPECT_FALSE(jamaica_.home.shares(ours_));
    EXPECT_THAT(end_partner_draft(jamaica_.home, "GE", {}), HasCode(partner_unpinned));
}

TEST_F(Partnership, IsCarriedBetweenHoldersAsDrafts) {
    const auto draft = next_partner_draft(jamaica_.home, ours_, {"GE", georgia_.root()}, {});
    const auto read = EntryDraft::decode(draft->encode());
    ASSERT_THAT(read, IsOk());
    ASSERT_THAT(jamaica_.home.append(jamaica_.signed_entry(*read, jamaica_.home)), IsOk());
    const auto begun = next_partner_draft(jamaica_.home, ours_, {"GE", georgia_.root()}, {});
    const auto read_begun = EntryDraft::decode(begun->encode());
    ASSERT_THAT(read_begun, IsOk());
    EXPECT_THAT(ours_.append(jamaica_.signed_entry(*read_begun, ours_)), IsOk());
}

}  // namespace
}  // namespace entrepot::node
