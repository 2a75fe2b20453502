#include "replication/roster/join_file.hpp"

#include "crypto/base/wire.hpp"
#include "crypto/envelope.hpp"
#include "crypto/words.hpp"
#include "replication/roster/roster_file.hpp"
#include "tests/support/administration_fixture.hpp"
#include "tests/support/matchers.hpp"

namespace entrepot::replication {
namespace {

constexpr std::size_t node_at = 5, sealed_at = 21, least_size = 21 + 48 + 32;

class JoinFile : public testing::Test {
protected:
    Bytes bytes() { return *make_join(fixture_.roster(), airport().id(), fixture_.entropy()); }
    const crypto::Identity& airport() const { return fixture_.identity("airport"); }
    Hash root() const { return fixture_.roster().root_fingerprint(); }
    /// A join file for the airport of whatever is given, sealed as anybody could.
    Bytes sealed(const Hash& fingerprint, std::span<const Bytes> entries) {
        WireWriter header, content;
        header.raw(as_bytes("EPJ1")).u8(1).fixed(airport().id());
        content.fixed(fingerprint).raw(encode_entries(entries));
        const auto letter =
            crypto::seal_to(airport().box().public_key(), as_bytes(crypto::domain::join.text),
                            header.view(), content.view(), fixture_.entropy());
        return header.raw(*letter).take();
    }
    AdministrationFixture fixture_ = AdministrationFixture::with_two_units();
};

/// The table: which check a flipped bit at this offset fails.
ErrorCode code_of_flip(std::size_t offset) {
    if (offset < node_at) {
        return offset < 4 ? join_malformed : join_suite;
    }
    return offset < sealed_at ? join_not_for_this_node : join_broken;
}

TEST_F(JoinFile, GivesTheNewNodeTheWholeRoster) {
    const auto roster = open_join(bytes(), airport(), root());
    ASSERT_THAT(roster, IsOk());
    EXPECT_EQ(roster->entries(), fixture_.entries());
}

TEST_F(JoinFile, RefusesEveryFlippedBitWithTheCodeOfTheTable) {
    AdministrationOptions options;
    options.units = {"airport"};
    fixture_ = AdministrationFixture(options);
    const Bytes whole = bytes();
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
        Bytes flipped = whole;
        flipped[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        // X25519 ignores the top bit of the encapsulated key; HPKE binds all of it.
        ASSERT_THAT(open_join(flipped, airport(), root()), HasCode(code_of_flip(bit / 8)))
            << "bit " << bit % 8 << " of byte " << bit / 8;
    }
}

TEST_F(JoinFile, IsRefusedWhenTruncatedAnywhere) {
    const Bytes whole = bytes();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        ASSERT_THAT(open_join(ByteView(whole).first(size), airport(), root()),
                    HasCode(size < least_size ? join_malformed : join_broken))
            << size;
    }
}

TEST_F(JoinFile, IsNotForAnotherNode) {
    EXPECT_THAT(open_join(bytes(), fixture_.identity("seaport"), root()),
                HasCode(join_not_for_this_node));
}

TEST_F(JoinFile, OfAnotherNodeIsNotReadableUnderThisNodesName) {
    Bytes other = *make_join(fixture_.roster(), fixture_.id("seaport"), fixture_.entropy());
    const auto id = airport().id();
    std::copy(id.bytes.begin(), id.bytes.end(), other.begin() + node_at);
    EXPECT_THAT(open_join(other, airport(), root()), HasCode(join_broken));
}

TEST_F(JoinFile, OfAnotherAdministrationThanThePinnedOneIsRefused) {
    EXPECT_THAT(open_join(bytes(), airport(), Hash{{1}}), HasCode(join_fingerprint));
}

TEST_F(JoinFile, IsReadByTheEightWordsOfTheFingerprint) {
    const auto words = RootPin::from_text(crypto::eight_words(root()));
    ASSERT_THAT(words, IsOk());
    EXPECT_THAT(open_join(bytes(), airport(), *words), IsOk());
}

TEST_F(JoinFile, OfAFingerprintThatDiffersInTheLastSpokenBitIsRefused) {
    Hash other = root();
    other.bytes[crypto::spoken_bytes - 1] ^= 1;
    const auto words = RootPin::from_text(crypto::eight_words(other));
    EXPECT_THAT(open_join(bytes(), airport(), *words), HasCode(join_fingerprint));
}

TEST_F(JoinFile, ThatSaysAnotherFingerprintOfTheSameWordsIsRefused) {
    Hash other = root();
    other.bytes[crypto::spoken_bytes] ^= 1;
    const auto words = RootPin::from_text(crypto::eight_words(root()));
    EXPECT_THAT(open_join(sealed(other, fixture_.entries()), airport(), *words),
                HasCode(join_fingerprint));
}

TEST_F(JoinFile, ThatSaysThePinnedFingerprintForOtherRootsIsRefused) {
    const auto other = AdministrationFixture::with_two_units(2);
    EXPECT_THAT(open_join(sealed(root(), other.entries()), airport(), root()),
                HasCode(join_fingerprint));
}

TEST_F(JoinFile, WithoutEntriesIsRefused) {
    EXPECT_THAT(open_join(sealed(root(), {}), airport(), root()), HasCode(join_fingerprint));
}

TEST_F(JoinFile, WhoseSealedContentIsNoListIsRefused) {
    EXPECT_THAT(open_join(sealed(root(), std::vector<Bytes>{Bytes{}}), airport(), root()),
                HasCode(join_malformed));
}

TEST_F(JoinFile, WithAWrongEntryNamesItAndItsCode) {
    auto entries = fixture_.entries();
    entries[2].back() ^= 1;
    const auto roster = open_join(sealed(root(), entries), airport(), root());
    ASSERT_THAT(roster, HasCode(roster_signature));
    EXPECT_EQ(roster.error().context.substr(0, 8), "entry 3:");
}

TEST_F(JoinFile, WithoutThisNodesCertificateIsRefused) {
    const auto two = std::span(fixture_.entries()).first(2);
    EXPECT_THAT(open_join(sealed(root(), two), airport(), root()), HasCode(join_no_certificate));
}

TEST_F(JoinFile, OfARosterThatRevokesThisNodeIsRefused) {
    fixture_.revoke(airport().id());
    EXPECT_THAT(open_join(bytes(), airport(), root()), HasCode(join_no_certificate));
}

TEST_F(JoinFile, IsNotMadeForANodeThatIsNotInTheRoster) {
    EXPECT_THAT(make_join(fixture_.roster(), NodeId{{1}}, fixture_.entropy()),
                HasCode(roster_unknown_node));
}

}  // namespace
}  // namespace entrepot::replication
