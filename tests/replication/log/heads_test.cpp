#include "replication/log/heads.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/replication/log/sample_log.hpp"
#include "tests/support/matchers.hpp"

namespace entrepot::replication {
namespace {

constexpr auto everything = [](const Head&) { return true; };

Head head_of(std::uint64_t seed, std::uint64_t number) {
    crypto::SeededEntropy entropy(seed + number * 1000);
    return {SampleLog(seed).descriptor, {number}, entropy.fixed<Hash>()};
}

Heads heads_of(const std::vector<Head>& list) {
    Heads out;
    for (const Head& head : list) {
        out.advance(head.descriptor.id(), head);
    }
    return out;
}

TEST(Heads, FindNothingForALogThatIsNotHeld) {
    EXPECT_EQ(Heads().find(head_of(1, 1).descriptor.id()), nullptr);
}

TEST(Heads, KeepTheNewestHeadOfALog) {
    const Heads heads = heads_of({head_of(1, 1), head_of(1, 2)});
    ASSERT_EQ(heads.all().size(), 1U);
    EXPECT_EQ(*heads.find(head_of(1, 1).descriptor.id()), head_of(1, 2));
}

TEST(Heads, StayAsTheyAreWhenAdvancedToTheSameHead) {
    EXPECT_EQ(heads_of({head_of(1, 2), head_of(1, 2)}).all(), heads_of({head_of(1, 2)}).all());
}

TEST(HeadsDeathTest, NeverGoBack) {
    Heads heads = heads_of({head_of(1, 2)});
    EXPECT_DEATH(heads.advance(head_of(1, 1).descriptor.id(), head_of(1, 1)), "head");
}

TEST(HeadsDeathTest, NeverChangeTheHashOfANumber) {
    Heads heads = heads_of({head_of(1, 2)});
    Head other = head_of(1, 2);
    other.hash.bytes[0] ^= 1;
    EXPECT_DEATH(heads.advance(other.descriptor.id(), other), "head");
}

RC_GTEST_PROP(Heads, DigestDoesNotDependOnTheOrderOfInsertion, (std::set<std::uint8_t> seeds)) {
    std::vector<Head> list;
    for (const std::uint8_t seed : seeds) {
        list.push_back(head_of(seed, 1 + seed % 5));
    }
    const Hash forwards = heads_of(list).digest(everything);
    std::reverse(list.begin(), list.end());
    RC_ASSERT(heads_of(list).digest(everything) == forwards);
}

RC_GTEST_PROP(Heads, DigestTellsApartWhatDiffersInOneHead, (std::set<std::uint8_t> seeds)) {
    RC_PRE(!seeds.empty());
    std::vector<Head> list;
    for (const std::uint8_t seed : seeds) {
        list.push_back(head_of(seed, 1));
    }
    const Hash before = heads_of(list).digest(everything);
    list[*rc::gen::inRange<std::size_t>(0, list.size())].hash.bytes[31] ^= 1;
    RC_ASSERT(heads_of(list).digest(everything) != before);
}

TEST(Heads, DigestCoversOnlyTheLogsThatAreIncluded) {
    const Heads both = heads_of({head_of(1, 1), head_of(2, 1)});
    const auto first = [](const Head& head) { return head.descriptor == head_of(1, 1).descriptor; };
    EXPECT_EQ(both.digest(first), heads_of({head_of(1, 1)}).digest(everything));
}

TEST(Heads, DigestIsTheHashOfIdsNumbersAndHashes) {
    const Head head = head_of(1, 3);
    const Hash expected = crypto::Hasher(crypto::domain::heads)
                              .add(head.descriptor.id().view())
                              .add_u64(3)
                              .add(head.hash.view())
                              .finish();
    EXPECT_EQ(heads_of({head}).digest(everything), expected);
}

}  // namespace
}  // namespace entrepot::replication
