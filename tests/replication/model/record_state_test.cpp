#include "replication/model/record_state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/replication/model/arbitrary_change.hpp"
#include "tests/replication/model/history.hpp"
#include "tests/support/matchers.hpp"

namespace entrepot::replication {
namespace {

using namespace history;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

RecordState merged(const std::vector<CountedChange>& changes) {
    RecordState state;
    for (const CountedChange& change : changes) {
        merge_change(state, change);
    }
    return state;
}

CountedChange of_kind(ChangeKind kind, std::string_view dot, Context context) {
    CountedChange change = edit(dot, std::move(context), {});
    change.change.kind = kind;
    return change;
}

CountedChange assigning(CountedChange change, Path path, Value value) {
    change.change.assignments.push_back({std::move(path), std::move(value)});
    return change;
}

std::vector<Value> shown(const RecordState& state, std::string_view path,
                         const FieldRule& rule = {}) {
    std::vector<Value> out;
    for (const ShownValue& value : shown_values(state, *state.find(path), rule)) {
        out.push_back(value.value);
    }
    return out;
}

Value integer(std::int64_t value) {
    return value;
}

RC_GTEST_PROP(Merge, RaisesNoConflictBetweenEditsToDifferentFields, ()) {
    std::vector<CountedChange> changes{edit("A1", {}, {{"kind", 1}})};
    for (const char log : *rc::gen::unique<std::string>(rc::gen::inRange('B', 'Z'))) {
        const std::string field{static_cast<char>(log - 'A' + 'a')};
        const bool in_item = *rc::gen::arbitrary<bool>();
        changes.push_back(edit(std::string{log} + "1", "A1"_vv,
                               {{in_item ? "goods/1/" + field : field, *rc::gen::inRange(0, 5)}}));
    }
    RC_ASSERT(conflicting_paths(merged(changes)).empty());
}

RC_GTEST_PROP(Merge, RaisesNoConflictBetweenEqualValuesAndKeepsEveryDot, ()) {
    const Value value = arbitrary::value();
    std::vector<CountedChange> changes;
    for (const char log : *rc::gen::unique<std::string>(rc::gen::inRange('A', 'Z'))) {
        changes.push_back(assigning(edit(std::string{log} + "1", {}, {}), "kind", value));
    }
    RC_PRE(!changes.empty());
    const RecordState state = merged(changes);
    RC_ASSERT(conflicting_paths(state).empty());
    RC_ASSERT(shown(state, "kind").size() == 1U);
    RC_ASSERT(state.find("kind")->siblings.size() == changes.size());
}

TEST(Merge, KeepsBothValuesWhenNeitherAuthorSawTheOther) {
    const RecordState state =
        merged({edit("A1", {}, {{"weight", 1}}), edit("B1", {}, {{"weight", 2}})});
    EXPECT_THAT(conflicting_paths(state), ElementsAre("weight"));
}

TEST(Merge, ReplacesAValueThatItsAuthorWasShown) {
    const RecordState state =
        merged({edit("A1", {}, {{"weight", 1}}), edit("B1", "A1"_vv, {{"weight", 2}})});
    EXPECT_THAT(shown(state, "weight"), ElementsAre(integer(2)));
}

TEST(Merge, CoversOnlyPathsThatTheChangeAssigns) {
    const RecordState state =
        merged({edit("A1", {}, {{"kind", 1}, {"weight", 1}}), edit("B1", {}, {{"weight", 2}}),
                edit("C1", "A1 B1"_vv, {{"kind", 3}})});
    EXPECT_THAT(conflicting_paths(state), ElementsAre("weight"));
}

TEST(Merge, ChangesNothingWhenAChangeComesAgain) {
    const CountedChange change = edit("A1", {}, {{"weight", 1}});
    EXPECT_EQ(merged({change, change}), merged({change}));
}

TEST(Merge, KeepsOnlyAuthorsThatHaveASibling) {
    const RecordState state =
        merged({edit("A1", {}, {{"weight", 1}}), edit("A2", "A1"_vv, {{"weight", 2}})});
    EXPECT_EQ(state.authors.size(), 1U);
    EXPECT_EQ(state.shown, "A2"_vv);
}

TEST(Liveness, IsImpliedForTheRecordAndForItemsAssignedBelow) {
    const RecordState state = merged({edit("A1", {}, {{"goods/1/unit", 1}})});
    EXPECT_TRUE(is_present(state, ""));
    EXPECT_TRUE(is_present(state, "goods/1"));
    EXPECT_FALSE(is_present(state, "goods/2"));
}

TEST(Liveness, EndsWithATombstoneAndReturnsWithARestore) {
    RecordState state =
        merged({edit("A1", {}, {{"weight", 1}}), of_kind(ChangeKind::tombstone, "A2", "A1"_vv)});
    EXPECT_FALSE(is_present(state, ""));
    merge_change(state, of_kind(ChangeKind::restore, "B1", "A2"_vv));
    EXPECT_TRUE(is_present(state, ""));
}

TEST(Liveness, OfARecordEditedBesideATombstoneIsAConflictInWhichPresentLeads) {
    const RecordState state =
        merged({edit("A1", {}, {{"weight", 1}}), edit("A2", "A1"_vv, {{"weight", 2}}),
                of_kind(ChangeKind::tombstone, "B1", "A1"_vv)});
    EXPECT_THAT(conflicting_paths(state), ElementsAre(""));
    EXPECT_THAT(shown(state, ""),
                ElementsAre(Value{Liveness::present}, Value{Liveness::tombstoned}));
}

TEST(Liveness, OfAnItemEditedBesideItsRemovalIsAConflictInWhichPresentLeads) {
    const RecordState state =
        merged({edit("A1", {}, {{"goods/1/unit", 1}}), edit("A2", "A1"_vv, {{"goods/1/unit", 2}}),
                assigning(edit("B1", "A1"_vv, {}), "goods/1", Liveness::removed)});
    EXPECT_THAT(conflicting_paths(state), ElementsAre("goods/1"));
    EXPECT_TRUE(is_present(state, "goods/1"));
}

TEST(Conflict, InARemovedItemOrATombstonedRecordDoesNotCount) {
    std::vector<CountedChange> changes{edit("A1", {}, {{"goods/1/unit", 1}, {"weight", 1}}),
                                       edit("B1", {}, {{"goods/1/unit", 2}, {"weight", 2}})};
    EXPECT_THAT(conflicting_paths(merged(changes)), ElementsAre("goods/1/unit", "weight"));
    changes.push_back(assigning(edit("A2", "A1 B1"_vv, {}), "goods/1", Liveness::removed));
    EXPECT_THAT(conflicting_paths(merged(changes)), ElementsAre("weight"));
    changes.push_back(of_kind(ChangeKind::tombstone, "A3", "A2 B1"_vv));
    EXPECT_THAT(conflicting_paths(merged(changes)), IsEmpty());
}

TEST(ShownValues, LeadWithTheLatestTimeThenTheGreaterLog) {
    CountedChange early = edit("C1", {}, {{"weight", 3}});
    early.time = {0};
    const RecordState state =
        merged({edit("A1", {}, {{"weight", 1}}), edit("B1", {}, {{"weight", 2}}), early});
    EXPECT_THAT(shown(state, "weight"), ElementsAre(integer(2), integer(1), integer(3)));
}

TEST(ShownValues, LeadWithTheCautiousCodeWhereTheFieldSaysSo) {
    const auto status = [](std::string_view dot, const char* code) {
        return assigning(edit(dot, {}, {}), "status", CodeValue{code});
    };
    const RecordState state =
        merged({status("A1", "withdrawn"), status("B1", "draft"), status("C1", "unheard_of")});
    EXPECT_EQ(shown(state, "status", {{"draft", "submitted", "withdrawn"}}).front(),
              Value{CodeValue{"withdrawn"}});
    EXPECT_EQ(shown(state, "status").front(), Value{CodeValue{"unheard_of"}});
}

RC_GTEST_PROP(RecordState, ReadsBackFromItsBytes, ()) {
    std::vector<CountedChange> changes;
    for (const char log : *rc::gen::unique<std::string>(rc::gen::inRange('A', 'F'))) {
        CountedChange counted = edit(std::string{log} + "1", {}, {});
        counted.change = arbitrary::change();
        counted.change.context.clear();
        changes.push_back(counted);
    }
    const RecordState state = merged(changes);
    const Result<RecordState> again = decode_state(encode_state(state));
    RC_ASSERT(again.has_value());
    RC_ASSERT(*again == state);
}

RC_GTEST_PROP(RecordState, RefusesFlippedAndTruncatedBytesOrReadsWhatTheySay, ()) {
    CountedChange one = edit("A2", {}, {});
    one.change = arbitrary::change();
    Bytes bytes = encode_state(merged({edit("B1", {}, {{"weight", 1}}), one}));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        RC_ASSERT(!decode_state(ByteView(bytes).first(size)).has_value());
    }
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        const Result<RecordState> read = decode_state(bytes);
        const bool fits =
            read ? encode_state(*read) == bytes : read.error().code == state_malformed;
        RC_ASSERT(fits);
        bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    }
}

TEST(RecordState, RefusesBytesOfAnotherForm) {
    Bytes bytes = encode_state(merged({edit("A1", {}, {{"weight", 1}})}));
    bytes[0] = 2;
    EXPECT_THAT(decode_state(bytes), HasCode(state_malformed));
}

}  // namespace
}  // namespace entrepot::replication
