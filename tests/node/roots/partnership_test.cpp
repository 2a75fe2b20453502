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
    explicit Side(const std::string& name, std::uint64_t seed)
        : country(name), fixture({seed, name}), home(fixture.roster()) {}

    Hash root() const { return home.root_fingerprint(); }
    const crypto::SigningKey& first_key() const { return fixture.root_keys().front(); }
    /// By the key in force, and by the one before it where that signs.
    Bytes signed_entry(EntryDraft draft, const Roster& roster) const {
        for (const crypto::SigningKey* key : keys) {
            static_cast<void>(draft.sign(*key));
        }
        const auto out = draft.entry_for(roster);
        EXPECT_THAT(out, IsOk());
        return out ? *out : Bytes();
    }
    /// Another root key takes the place of the one in force.
    void change_roots() {
        fresh.push_back(std::make_unique<crypto::SigningKey>(
            crypto::SigningKey::generate(fixture.entropy())));
        const replication::RootChange change{1, {fresh.back()->public_key()}};
        keys = {keys.back(), fresh.back().get()};
        ASSERT_THAT(home.append(signed_entry(EntryDraft::make(home, {}, change), home)), IsOk());
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
    std::vector<std::unique_ptr<crypto::SigningKey>> fresh;
    std::vector<const crypto::SigningKey*> keys{&first_key()};  ///< the newest last
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

TEST_F(Partnership, BeginsWithTheRootKeysInForceAfterTheyChanged) {
    jamaica_.change_roots();
    const PartnerWish wish{"GE", georgia_.root(), nullptr};
    const Hash pin = pin_for_partner(jamaica_.home, ours_, wish);
    EXPECT_NE(pin, jamaica_.root());
    EXPECT_EQ(georgia_.sign_all(theirs_, {"JM", pin, nullptr}), 3U);
    jamaica_.sign_all(ours_, {"GE", georgia_.root(), &theirs_});
    EXPECT_EQ(ours_.root_fingerprint(), pin);
    EXPECT_EQ(pin_for_partner(jamaica_.home, ours_, wish), pin);
    EXPECT_THAT(check_ours(ours_, jamaica_.home), IsOk());
    EXPECT_THAT(check_theirs(ours_, georgia_.home), IsOk());
    EXPECT_THAT(check_theirs(theirs_, jamaica_.home), IsOk());
    for (const Roster* home : {&jamaica_.home, &georgia_.home}) {
        EXPECT_TRUE(home->shares(ours_));
        EXPECT_TRUE(home->shares(theirs_));
    }
}

TEST_F(Partnership, IsNotBegunByRootKeysThatHaveLeft) {
    Side before{"JM", 1};
    before.sign_all(ours_, {"GE", georgia_.root(), nullptr});
    jamaica_.change_roots();
    georgia_.sign_all(theirs_, {"JM", jamaica_.home.present_fingerprint(), nullptr});
    EXPECT_THAT(check_theirs(ours_, georgia_.home), HasCode(partner_unpinned));
    auto pin = next_partner_draft(jamaica_.home, Roster(), {"GE", georgia_.root()}, {});
    ASSERT_THAT(jamaica_.home.append(jamaica_.signed_entry(*pin, jamaica_.home)), IsOk());
    auto first = next_partner_draft(jamaica_.home, Roster(), {"GE", georgia_.root()}, {});
    EXPECT_THAT(first->sign(jamaica_.first_key()), HasCode(draft_not_holder));
    EXPECT_THAT(check_ours(ours_, jamaica_.home), HasCode(partner_roots));
}

TEST_F(Partnership, FollowsAChangeOfRootKeysUnderTheFingerprintThatWasPinned) {
    const PartnerWish wish{"GE", georgia_.root(), nullptr};
    jamaica_.sign_all(ours_, wish);
    georgia_.sign_all(theirs_, {"JM", jamaica_.root(), nullptr});
    for (int times = 0; times < 2; ++times) {
        jamaica_.change_roots();
        EXPECT_THAT(check_ours(ours_, jamaica_.home), HasCode(partner_roots));
        EXPECT_EQ(jamaica_.sign_all(ours_, wish), 1U) << "the change, and nothing else";
        EXPECT_THAT(check_ours(ours_, jamaica_.home), IsOk());
    }
    EXPECT_EQ(ours_.root_fingerprint(), jamaica_.root());
    EXPECT_EQ(pin_for_partner(jamaica_.home, ours_, wish), jamaica_.root());
    EXPECT_THAT(check_theirs(ours_, georgia_.home), IsOk());
    EXPECT_THAT(check_theirs(theirs_, jamaica_.home), IsOk()) << "it names the first root keys";
    EXPECT_TRUE(jamaica_.home.shares(ours_) && jamaica_.home.shares(theirs_));
    Roster copy = ours_;
    const auto* old = &jamaica_.first_key();
    const replication::RootChange back{1, {old->public_key()}};
    EXPECT_THAT(copy.append(sign_entry(ours_, {}, back, std::span(&old, 1))),
                HasCode(replication::roster_signer));
}

TEST_F(Partnership, PinsOneFingerprintOfACountryAtATime) {
    const PartnerWish wish{"GE", georgia_.root(), nullptr};
    EXPECT_THAT(check_wish(wish, jamaica_.home), IsOk());
    jamaica_.sign_all(ours_, wish);
    EXPECT_THAT(check_wish(wish, jamaica_.home), IsOk());
    georgia_.change_roots();
    const PartnerWish changed{"GE", georgia_.home.present_fingerprint(), nullptr};
    EXPECT_THAT(check_wish(changed, jamaica_.home), HasCode(partner_pinned));
    const auto end = end_partner_draft(jamaica_.home, "GE", {});
    ASSERT_THAT(jamaica_.home.append(jamaica_.signed_entry(*end, jamaica_.home)), IsOk());
    EXPECT_THAT(check_wish(changed, jamaica_.home), IsOk());
    Roster anew = ours_;
    ASSERT_THAT(jamaica_.home.append(jamaica_.signed_entry(
                    *next_partner_draft(jamaica_.home, anew, changed, {}), jamaica_.home)),
                IsOk());
    const auto first = next_partner_draft(jamaica_.home, anew, changed, {});
    ASSERT_TRUE(first);
    EXPECT_TRUE(std::holds_alternative<replication::OuterGenesis>(first->entry().content))
        << "the roster for the other keys is none for these";
}

}  // namespace
}  // namespace entrepot::node
