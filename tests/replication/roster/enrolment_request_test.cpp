#include "replication/roster/enrolment_request.hpp"

#include "crypto/words.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::replication {
namespace {

constexpr WallTime made{1'700'000'000'000};
constexpr std::size_t name_length_at = 254, name_at = 255;

class Request : public testing::Test {
protected:
    Bytes bytes(const RequestWish& wish = {NodeKind::unit, "Kingston seaport", {}}) {
        return *make_request(wish, identity_, made, entropy_);
    }
    /// Bytes changed from `at` on and signed again, as a hostile holder of the key would.
    Bytes changed(std::size_t at, ByteView with) {
        Bytes out = bytes();
        std::copy(with.begin(), with.end(), out.begin() + static_cast<long>(at));
        const ByteView content = ByteView(out).first(out.size() - 64);
        const auto signature = identity_.sign().sign(crypto::domain::request, {content});
        std::copy(signature.bytes.begin(), signature.bytes.end(), out.end() - 64);
        return out;
    }
    crypto::SeededEntropy entropy_{1};
    crypto::Identity identity_ = crypto::Identity::generate(entropy_);
};

/// The table: which check a flipped bit at this offset fails.
ErrorCode code_of_flip(std::size_t offset) {
    if (offset < 4 || offset == name_length_at) {
        return request_malformed;
    }
    return offset == 4 ? request_suite : request_signature;
}

TEST_F(Request, SaysWhatTheNodeWanted) {
    const auto request = decode_request(bytes(), made);
    ASSERT_THAT(request, IsOk());
    EXPECT_EQ(request->wish.unit_name, "Kingston seaport");
    EXPECT_EQ(request->wish.kind, NodeKind::unit);
    EXPECT_EQ(request->identity, identity_.public_part());
    EXPECT_EQ(request->created, made);
}

TEST_F(Request, OfAHeadquartersNamesItsRosterKey) {
    const auto key = crypto::SigningKey::generate(entropy_).public_key();
    const auto request = decode_request(bytes({NodeKind::headquarters, "Headquarters", key}), made);
    ASSERT_THAT(request, IsOk());
    EXPECT_EQ(request->wish.roster_key, key);
}

TEST_F(Request, RefusesEveryFlippedBitWithTheCodeOfTheTable) {
    const Bytes whole = bytes();
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
        Bytes flipped = whole;
        flipped[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        ASSERT_THAT(decode_request(flipped, made), HasCode(code_of_flip(bit / 8)))
            << "bit " << bit % 8 << " of byte " << bit / 8;
    }
}

TEST_F(Request, IsMalformedWhenTruncatedAnywhereOrLengthened) {
    Bytes whole = bytes();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        ASSERT_THAT(decode_request(ByteView(whole).first(size), made), HasCode(request_malformed));
    }
    whole.push_back(0);
    EXPECT_THAT(decode_request(whole, made), HasCode(request_malformed));
}

TEST_F(Request, IsGoodForFourteenDays) {
    EXPECT_THAT(decode_request(bytes(), {made.ms + request_lifetime_ms}), IsOk());
    EXPECT_THAT(decode_request(bytes(), {made.ms + request_lifetime_ms + 1}),
                HasCode(request_expired));
}

TEST_F(Request, MayBeADayAheadAndNoMore) {
    EXPECT_THAT(decode_request(bytes(), {made.ms - request_clock_slack_ms}), IsOk());
    EXPECT_THAT(decode_request(bytes(), {made.ms - request_clock_slack_ms - 1}),
                HasCode(request_not_yet));
}

TEST_F(Request, RefusesTimesAtTheEndsOfTheScale) {
    const Bytes last{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f};
    const Bytes first{0, 0, 0, 0, 0, 0, 0, 0x80};
    EXPECT_THAT(decode_request(changed(230, last), made), HasCode(request_not_yet));
    EXPECT_THAT(decode_request(changed(230, first), made), HasCode(request_expired));
}

TEST_F(Request, RefusesAKindThatIsNoneEvenWhenSigned) {
    EXPECT_THAT(decode_request(changed(5, Bytes{4}), made), HasCode(request_malformed));
}

TEST_F(Request, RefusesARosterKeyOfAUnitEvenWhenSigned) {
    EXPECT_THAT(decode_request(changed(134, Bytes{1}), made), HasCode(request_malformed));
}

TEST_F(Request, RefusesANameThatIsNotUtf8OrHoldsControlCharactersEvenWhenSigned) {
    for (const Bytes& name : {Bytes{0xff}, Bytes{0x1b}, Bytes{0x7f}, Bytes{0xc2, 0x9b}}) {
        EXPECT_THAT(decode_request(changed(name_at, name), made), HasCode(request_malformed));
    }
}

TEST_F(Request, RefusesAWeakKeyEvenWhenSigned) {
    EXPECT_THAT(decode_request(changed(38, Bytes(32, 0)), made), HasCode(request_key));
}

TEST_F(Request, RefusesOneKeyForTwoUsesEvenWhenSigned) {
    const auto box = identity_.box().public_key();
    EXPECT_THAT(decode_request(changed(70, box.view()), made), HasCode(request_key));
}

TEST_F(Request, RefusesKeysThatTheNodeHasNotProved) {
    const auto box = crypto::BoxKey::generate(entropy_).public_key();
    EXPECT_THAT(decode_request(changed(38, box.view()), made), HasCode(request_possession));
}

TEST_F(Request, IsNotMadeWithANameThatIsNone) {
    for (const std::string& name : {std::string(), std::string(81, 'a'), std::string("a\nb")}) {
        EXPECT_THAT(make_request({NodeKind::unit, name, {}}, identity_, made, entropy_),
                    HasCode(request_name));
    }
}

TEST_F(Request, IsNotMadeForAHeadquartersWithoutRosterKey) {
    EXPECT_THAT(make_request({NodeKind::headquarters, "HQ", {}}, identity_, made, entropy_),
                HasCode(request_key));
}

TEST_F(Request, HasACodeOfEightWordsThatDiffersBetweenRequests) {
    const std::string one = request_code(bytes()), other = request_code(bytes());
    EXPECT_THAT(crypto::from_words(one, crypto::spoken_bytes), IsOk()) << one;
    EXPECT_NE(one, other);
}

TEST_F(Request, FitsAQrCode) {
    const auto key = crypto::SigningKey::generate(entropy_).public_key();
    const Bytes most = bytes({NodeKind::headquarters, std::string(80, 'a'), key});
    EXPECT_EQ(most.size(), 399u);
}

}  // namespace
}  // namespace entrepot::replication
