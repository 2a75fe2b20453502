#include "node/roots/entry_draft.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "replication/roster/roster_author.hpp"
#include "tests/support/administration_fixture.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::node {
namespace {

using replication::AdministrationFixture;
using replication::EntryContent;
using replication::PartnerEntry;
using replication::RootChange;
using ::testing::HasSubstr;

/// An administration of which two of three root keys sign.
class EntryDraftTest : public ::testing::Test {
protected:
    static replication::AdministrationOptions two_of_three(std::uint64_t seed) {
        replication::AdministrationOptions out;
        out.seed = seed;
        out.threshold = 2;
        out.root_count = 3;
        return out;
    }
    static PartnerEntry georgia() {
        PartnerEntry out{"GE", {}, true};
        out.fingerprint.bytes.fill(7);
        return out;
    }
    EntryDraft draft(EntryContent content = georgia()) {
        return EntryDraft::make(administration_.roster(), {1}, std::move(content));
    }
    const crypto::SigningKey& root(std::size_t number) {
        return administration_.root_keys().at(number - 1);
    }
    /// The same draft after it was carried as a file.
    static EntryDraft carried(const EntryDraft& draft) {
        return *EntryDraft::decode(draft.encode());
    }

    AdministrationFixture administration_{two_of_three(1)};
    crypto::SeededEntropy entropy_{3};
};

TEST_F(EntryDraftTest, IsAppendedWhenTwoHoldersHaveSignedItOneAfterTheOther) {
    EntryDraft first = draft();
    EXPECT_EQ(first.wanted(), 2U);
    ASSERT_THAT(first.sign(root(3)), IsOk());
    EntryDraft second = carried(first);
    ASSERT_THAT(second.sign(root(1)), IsOk());
    EXPECT_EQ(second.wanted(), 0U);
    const auto entry = carried(second).entry_for(administration_.roster());
    ASSERT_THAT(entry, IsOk());
    auto roster = administration_.roster();
    EXPECT_THAT(roster.append(*entry), IsOk());
    EXPECT_EQ(roster.partners().size(), 1U);
}

TEST_F(EntryDraftTest, IsAppendedWhenTwoHoldersHaveSignedCopiesOfIt) {
    EntryDraft one = draft();
    EntryDraft two = carried(one);
    ASSERT_THAT(one.sign(root(1)), IsOk());
    ASSERT_THAT(two.sign(root(2)), IsOk());
    ASSERT_THAT(one.merge(two), IsOk());
    ASSERT_THAT(one.merge(two), IsOk());
    EXPECT_EQ(one.entry().signatures.size(), 2U);
    EXPECT_THAT(one.entry_for(administration_.roster()), IsOk());
}

TEST_F(EntryDraftTest, RefusesToBeAppendedWithTooFewSignatures) {
    EntryDraft once = draft();
    EXPECT_THAT(once.entry_for(administration_.roster()), HasCode(draft_too_few));
    ASSERT_THAT(once.sign(root(1)), IsOk());
    EXPECT_THAT(once.entry_for(administration_.roster()), HasCode(draft_too_few));
}

TEST_F(EntryDraftTest, RefusesASecondSignatureOfOneKey) {
    EntryDraft once = draft();
    ASSERT_THAT(once.sign(root(2)), IsOk());
    EntryDraft again = carried(once);
    EXPECT_THAT(again.sign(root(2)), HasCode(draft_signed_twice));
    EXPECT_EQ(again.wanted(), 1U);
}

TEST_F(EntryDraftTest, RefusesAFileInWhichOneKeyStandsTwice) {
    EntryDraft once = draft();
    ASSERT_THAT(once.sign(root(2)), IsOk());
    Bytes file = once.encode();
    const std::size_t signature = 96;
    const Bytes last(file.end() - static_cast<std::ptrdiff_t>(signature), file.end());
    file.insert(file.end(), last.begin(), last.end());
    file[file.size() - 2 * signature - 1] = 2;  // the count of signatures
    const std::size_t length_at = 4 + 16 + 2 + 32 + 2 + 3 * 32;
    const std::size_t length = file.size() - length_at - 4;
    for (std::size_t i = 0; i < 4; ++i) {
        file[length_at + i] = static_cast<std::uint8_t>(length >> (8 * i));
    }
    EXPECT_THAT(EntryDraft::decode(file), HasCode(draft_signed_twice));
}

TEST_F(EntryDraftTest, RefusesAKeyOfAnotherAdministration) {
    const AdministrationFixture other(two_of_three(2));
    EntryDraft once = draft();
    EXPECT_THAT(once.sign(other.root_keys().front()), HasCode(draft_not_holder));
    EXPECT_TRUE(once.entry().signatures.empty());
}

TEST_F(EntryDraftTest, RefusesTheRosterOfAnotherAdministration) {
    const AdministrationFixture other(two_of_three(2));
    EntryDraft once = draft();
    ASSERT_THAT(once.sign(root(1)), IsOk());
    ASSERT_THAT(once.sign(root(2)), IsOk());
    EXPECT_THAT(once.entry_for(other.roster()), HasCode(draft_other_administration));
}

TEST_F(EntryDraftTest, IsStaleOnceTheRosterHasMovedOn) {
    EntryDraft once = draft();
    ASSERT_THAT(once.sign(root(1)), IsOk());
    ASSERT_THAT(once.sign(root(2)), IsOk());
    administration_.add_unit("seaport");
    EXPECT_THAT(once.entry_for(administration_.roster()), HasCode(draft_stale));
}

TEST_F(EntryDraftTest, RefusesToMergeAnotherEntry) {
    EntryDraft one = draft();
    PartnerEntry other = georgia();
    other.in_force = false;
    EXPECT_THAT(one.merge(draft(other)), HasCode(draft_differs));
}

TEST_F(EntryDraftTest, RefusesAnEntryThatHeadquartersSigns) {
    EntryDraft made = draft();
    Bytes file = made.encode();
    replication::RosterEntry entry = made.entry();
    entry.content = replication::NumbersEntry{administration_.id("headquarters"), {1, 5}};
    const Bytes encoded = replication::encode_entry(entry);
    const std::size_t length_at = 4 + 16 + 2 + 32 + 2 + 3 * 32;
    file.resize(length_at);
    for (std::size_t i = 0; i < 4; ++i) {
        file.push_back(static_cast<std::uint8_t>(encoded.size() >> (8 * i)));
    }
    file.insert(file.end(), encoded.begin(), encoded.end());
    EXPECT_THAT(EntryDraft::decode(file), HasCode(draft_not_root));
}

TEST_F(EntryDraftTest, RefusesEveryTruncation) {
    EntryDraft once = draft();
    ASSERT_THAT(once.sign(root(1)), IsOk());
    const Bytes file = once.encode();
    for (std::size_t size = 0; size < file.size(); ++size) {
        EXPECT_THAT(EntryDraft::decode(ByteView(file).first(size)), HasCode(draft_malformed))
            << size;
    }
}

TEST_F(EntryDraftTest, NoFlippedBitOfTheSignedEntryPasses) {
    EntryDraft once = draft();
    ASSERT_THAT(once.sign(root(1)), IsOk());
    Bytes file = once.encode();
    const std::size_t entry_at = 4 + 16 + 2 + 32 + 2 + 3 * 32 + 4;
    for (std::size_t at = entry_at; at < file.size(); ++at) {
        file[at] ^= 1;
        EXPECT_FALSE(EntryDraft::decode(file).has_value()) << at;
        file[at] ^= 1;
    }
    file[entry_at + 46] ^= 1;  // the time, which nothing else judges
    EXPECT_THAT(EntryDraft::decode(file), HasCode(draft_signature));
}

TEST_F(EntryDraftTest, OfARootChangeWantsTheNewKeysToo) {
    const auto joining = crypto::SigningKey::generate(entropy_);
    RootChange change = administration_.roster().roots();
    change.roots[2] = joining.public_key();
    EntryDraft made = draft(change);
    EXPECT_EQ(made.wanted(), 3U);
    ASSERT_THAT(made.sign(root(1)), IsOk());
    ASSERT_THAT(made.sign(root(2)), IsOk());
    EXPECT_THAT(made.entry_for(administration_.roster()), HasCode(draft_too_few));
    ASSERT_THAT(made.sign(joining), IsOk());
    auto roster = administration_.roster();
    ASSERT_THAT(roster.append(*made.entry_for(roster)), IsOk());
    EXPECT_EQ(roster.roots().roots[2], joining.public_key());
    EntryDraft next = EntryDraft::make(roster, {2}, georgia());
    EXPECT_THAT(next.sign(root(3)), HasCode(draft_not_holder));
    EXPECT_THAT(next.sign(joining), IsOk());
}

TEST_F(EntryDraftTest, TellsInWordsWhatItDoes) {
    const auto text = [this](EntryContent content) {
        std::string out;
        for (const auto& line :
             describe_entry(draft(std::move(content)).entry(), administration_.roster().roots())) {
            out += line + "\n";
        }
        return out;
    };
    EXPECT_THAT(text(georgia()), HasSubstr("trusts the administration of GE"));
    RootChange change = administration_.roster().roots();
    change.roots.pop_back();
    EXPECT_THAT(text(change), HasSubstr("leaves"));
    replication::RevocationEntry revocation{administration_.id("headquarters"), {}, {}};
    EXPECT_THAT(text(revocation), HasSubstr("none of its commits counts"));
}

}  // namespace
}  // namespace entrepot::node
