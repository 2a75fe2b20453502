#include "replication/erasure/erasing.hpp"

#include <gtest/gtest.h>

#include "tests/replication/log/sample_log.hpp"
#include "tests/support/matchers.hpp"

namespace entrepot::replication {
namespace {

class Erasing : public ::testing::Test {
protected:
    static std::optional<Bytes> erased(const Bytes& commit, const std::set<std::uint16_t>& which) {
        return without_changes(
            parse_commit(commit).value(),
            [&](const ChangePlace& place) { return which.contains(place.change); });
    }

    SampleLog log_;
    Bytes commit_ = log_.commit(pieces(4, 48));
};

TEST_F(Erasing, LeavesLeavesThatHoldUpRootSignatureAndHash) {
    const auto out = erased(commit_, {1, 3});
    ASSERT_TRUE(out);
    const auto parsed = parse_commit(*out);
    ASSERT_THAT(parsed, IsOk());
    EXPECT_EQ(commit_hash(*out), commit_hash(commit_));
    EXPECT_THAT(verify_root(*parsed), IsOk());
    EXPECT_THAT(verify_signature(*parsed, log_.key.public_key()), IsOk());
    EXPECT_EQ(*out, with_erased(with_erased(commit_, 1), 3));
}

TEST_F(Erasing, KeepsEveryOtherChangeAsItStands) {
    const Bytes out = *erased(commit_, {2});
    const auto before = parse_commit(commit_).value();
    const auto after = parse_commit(out).value();
    for (const std::size_t at : {0u, 2u, 3u}) {
        EXPECT_TRUE(equal(after.changes[at].bytes, before.changes[at].bytes));
        EXPECT_FALSE(after.changes[at].erased);
    }
    EXPECT_TRUE(has_erased(after));
    EXPECT_FALSE(has_erased(before));
}

TEST_F(Erasing, ChangesNothingTwiceAndNothingWithoutAnOrder) {
    const Bytes once = *erased(commit_, {2});
    EXPECT_FALSE(erased(once, {2}));
    EXPECT_FALSE(erased(commit_, {}));
    EXPECT_EQ(*erased(once, {2, 4}), *erased(commit_, {2, 4}));
}

}  // namespace
}  // namespace entrepot::replication
