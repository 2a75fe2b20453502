#include "node/store/view_store.hpp"

#include <gtest/gtest.h>

#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"
#include "tests/support/temporary_folder.hpp"

namespace entrepot::node {
namespace {

using replication::RecordKey;
using replication::RecordState;

class ViewStoreTest : public testing::Test {
protected:
    std::unique_ptr<ViewStore> open() {
        return *ViewStore::open(folder_.path() / "v", vault_key_.duplicate());
    }
    RecordKey key(std::uint8_t n) {
        RecordKey out;
        out.record.bytes[0] = n;
        return out;
    }
    static RecordState state(const std::string& place, std::uint64_t number = 1) {
        replication::CountedChange counted;
        counted.dot.number.value = number;
        counted.change.database = "seizures";
        counted.change.assignments = {{"place", place}};
        RecordState out;
        replication::merge_change(out, counted);
        return out;
    }
    crypto::SystemEntropy entropy_;
    crypto::Secret vault_key_ = entropy_.secret(32);
    TemporaryFolder folder_;
};

TEST_F(ViewStoreTest, GivesBackWhatItWasGivenAfterItWasClosed) {
    {
        const auto views = open();
        ASSERT_THAT(views->save(key(1), state("Kingston")), IsOk());
        views->set_position({42});
        ASSERT_THAT(views->flush(), IsOk());
    }
    const auto views = open();
    EXPECT_EQ(views->position().value, 42U);
    EXPECT_EQ(**views->load(key(1)), state("Kingston"));
    EXPECT_FALSE(*views->load(key(2)));
}

TEST_F(ViewStoreTest, ForgetsABatchThatWasNotMadeDurable) {
    {
        const auto views = open();
        ASSERT_THAT(views->save(key(1), state("Kingston")), IsOk());
        views->set_position({42});
    }
    const auto views = open();
    EXPECT_EQ(views->position().value, 0U);
    EXPECT_FALSE(*views->load(key(1)));
}

TEST_F(ViewStoreTest, RefusesViewsOfAnotherVault) {
    {
        const auto views = open();
        ASSERT_THAT(views->flush(), IsOk());
    }
    EXPECT_THAT(ViewStore::open(folder_.path() / "v", entropy_.secret(32)),
                HasCode(view_other_key));
}

TEST_F(ViewStoreTest, RemembersTheDotOfEachMergedChangeOnce) {
    const auto views = open();
    ASSERT_THAT(views->save(key(1), state("Kingston", 1)), IsOk());
    ASSERT_THAT(views->save(key(1), state("Kingston", 1)), IsOk());
    ASSERT_THAT(views->save(key(1), state("Negril", 2)), IsOk());
    const auto record = *views->record(key(1));
    ASSERT_EQ(record->dots.size(), 2U);
    EXPECT_EQ(record->dots[1].number.value, 2U);
}

TEST_F(ViewStoreTest, KeepsWhatWaitsAndWhatIsQuarantined) {
    replication::ArrivedChange arrived;
    arrived.record = key(3);
    arrived.counted.change.database = "seizures";
    arrived.counted.change.record = key(3).record;
    arrived.counted.change.assignments = {{"place", std::string("Negril")}};
    const replication::ArrivedChange* waiting[] = {&arrived};
    {
        const auto views = open();
        ASSERT_THAT(views->keep_waiting(waiting), IsOk());
        ASSERT_THAT(views->add_quarantined({{}, 4, "change.seal", "broken"}), IsOk());
        ASSERT_THAT(views->flush(), IsOk());
    }
    const auto views = open();
    const auto kept = *views->waiting();
    ASSERT_EQ(kept.size(), 1U);
    EXPECT_EQ(kept[0].counted.change, arrived.counted.change);
    EXPECT_EQ((*views->quarantined())[0].code, "change.seal");
}

TEST_F(ViewStoreTest, EmptiesForARebuild) {
    const auto views = open();
    ASSERT_THAT(views->save(key(1), state("Kingston")), IsOk());
    ASSERT_THAT(views->flush(), IsOk());
    ASSERT_THAT(views->clear(), IsOk());
    EXPECT_FALSE(*views->load(key(1)));
    EXPECT_TRUE(views->counts().empty());
}

TEST(SealedRows, OpenOnlyWhereTheyWereSealed) {
    crypto::SystemEntropy entropy;
    const SealedRows rows(entropy.secret(32), crypto::domain::vault_row);
    const Bytes sealed = rows.seal(1, 7, as_bytes("row"), entropy);
    EXPECT_EQ(as_text(*rows.open(1, 7, sealed)), "row");
    EXPECT_THAT(rows.open(1, 8, sealed), HasCode(row_broken));
    EXPECT_THAT(rows.open(2, 7, sealed), HasCode(row_broken));
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        Bytes flipped = sealed;
        flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        EXPECT_THAT(rows.open(1, 7, flipped), HasCode(row_broken));
    }
}

}  // namespace
}  // namespace entrepot::node
