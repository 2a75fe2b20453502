#include "replication/model/applier.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/replication/model/history.hpp"
#include "tests/support/matchers.hpp"

namespace entrepot::replication {
namespace {

using namespace history;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

rc::Gen<std::vector<std::uint32_t>> numbers() {
    return rc::gen::scale(
        8.0, rc::gen::container<std::vector<std::uint32_t>>(rc::gen::resize(
                 100, rc::gen::inRange<std::uint32_t>(0, 27720))));  // divisible by 1…12
}

Tape draw_tape() {
    return Tape(*numbers());
}

/// A history with, one time in two each, a cut suffix and a log that stops short.
History draw_history() {
    Tape tape = draw_tape();
    History history = make_history(tape);
    const auto draw_end = [](std::map<LogId, CommitNumber>& ends, char log) {
        if (*rc::gen::arbitrary<bool>()) {
            ends[log_named(log)] = {*rc::gen::inRange<std::uint64_t>(0, 5)};
        }
    };
    draw_end(history.cut, *rc::gen::element('A', 'B', 'C'));
    draw_end(history.readable, *rc::gen::element('A', 'B', 'C'));
    return history;
}

RC_GTEST_PROP(Applier, GivesTheSameBytesInAnyOrderWithDuplicatesAndRestarts, ()) {
    const History history = draw_history();
    Replay one(history);
    Replay other(history);
    Tape first = draw_tape();
    Tape second = draw_tape();
    one.deliver_all(first);
    other.deliver_all(second);
    RC_ASSERT(one.states() == other.states());
    RC_ASSERT(one.waiting_count() == other.waiting_count());
}

RC_GTEST_PROP(Applier, AgreesWithTheRuleFromScratch, ()) {
    const History history = draw_history();
    Replay replay(history);
    Tape tape = draw_tape();
    replay.deliver_all(tape);
    RC_ASSERT(replay.states() == states_from_scratch(history));
}

RC_GTEST_PROP(Applier, ForgetsThatCommitsWereExcludedOnceTheyAreAdmitted, ()) {
    const History cut = draw_history();
    History whole = cut;
    whole.cut.clear();
    Replay replay(cut);
    Tape first = draw_tape();
    Tape again = draw_tape();
    replay.deliver_all(first);
    replay.recompute(whole, again);
    Replay never_cut(whole);
    Tape order = draw_tape();
    never_cut.deliver_all(order);
    RC_ASSERT(replay.states() == never_cut.states());
    replay.recompute(cut, again);
    RC_ASSERT(replay.states() == states_from_scratch(cut));
}

RC_GTEST_PROP(Applier, KeepsEveryValueThatNoLaterAuthorOfItsPathWasShown, ()) {
    const History history = draw_history();
    Replay replay(history);
    Tape tape = draw_tape();
    replay.deliver_all(tape);
    for (const auto& [record, changes] : merged_set(history)) {
        const RecordState state = replay.state(record);
        for (const CountedChange& change : changes) {
            for (const Assignment& made : assignments_with_liveness(change.change)) {
                const auto shown_to = [&](const CountedChange& later) {
                    const auto all = assignments_with_liveness(later.change);
                    const Context& context = later.change.context;
                    return std::any_of(all.begin(), all.end(),
                                       [&](const auto& a) { return a.path == made.path; }) &&
                           std::any_of(context.begin(), context.end(), [&](const auto& entry) {
                               return entry.log == change.dot.log &&
                                      change.dot.number <= entry.number;
                           });
                };
                if (std::any_of(changes.begin(), changes.end(), shown_to)) {
                    continue;
                }
                const PathState* path = state.find(made.path);
                RC_ASSERT(path != nullptr);
                RC_ASSERT(std::any_of(path->siblings.begin(), path->siblings.end(),
                                      [&](const Sibling& sibling) {
                                          return state.authors[sibling.author].dot == change.dot &&
                                                 sibling.value == made.value;
                                      }));
            }
        }
    }
}

RC_GTEST_PROP(Applier, LeavesExactlyOneValueAfterAResolutionThatWasShownAll, ()) {
    const History history = draw_history();
    Replay replay(history);
    Tape tape = draw_tape();
    replay.deliver_all(tape);
    const RecordKey record = record_numbered(1);
    const RecordState before = replay.state(record);
    RC_PRE(!before.paths.empty());
    Commit commit{{log_named('Z'), {1}}, {}, false, {}};
    ArrivedChange resolution{record, {commit.dot, commit.hash = hash_of(commit.dot), {}, {}}};
    resolution.counted.change.record = record.record;
    resolution.counted.change.database = "seizures";
    resolution.counted.change.context = before.shown;
    for (const PathState& path : before.paths) {
        if (!holds_liveness(path.path)) {
            resolution.counted.change.assignments.push_back({path.path, std::int64_t{7}});
        }
    }
    commit.changes.push_back(resolution);
    replay.deliver(commit);
    const RecordState after = replay.state(record);
    for (const Assignment& made : assignments_with_liveness(resolution.counted.change)) {
        RC_ASSERT(after.find(made.path)->siblings.size() == 1U);
        RC_ASSERT(after.find(made.path)->siblings.front().value == made.value);
    }
}

/// Three logs whose commits a test delivers one by one.
class Waiting : public ::testing::Test {
protected:
    static Commit commit(const CountedChange& counted) {
        return {counted.dot, counted.hash, false, {{record_numbered(1), counted}}};
    }
    static Commit empty(const CountedChange& counted) {
        return {counted.dot, counted.hash, false, {}};
    }

    History history_;
    Replay replay_{history_};
    const RecordKey record_ = record_numbered(1);
};

TEST_F(Waiting, ShowsNothingOfAChangeWhoseContextIsNotHere) {
    replay_.deliver(commit(edit("B1", "A1"_vv, {{"weight", 2}})));
    EXPECT_EQ(replay_.waiting_count(), 1U);
    EXPECT_THAT(replay_.changed(), IsEmpty());
    EXPECT_THAT(replay_.states(), IsEmpty());
}

TEST_F(Waiting, SaysWhatItIsFor) {
    replay_.deliver(commit(edit("B1", "A7"_vv, {{"weight", 2}})));
    const std::vector<Error> reasons = replay_.applier().waiting_reasons();
    ASSERT_EQ(reasons.size(), 1U);
    EXPECT_EQ(reasons.front().code, change_waiting);
    EXPECT_THAT(reasons.front().context, ::testing::HasSubstr("commit 7 of log"));
}

TEST_F(Waiting, EndsWhenTheNamedCommitArrives) {
    replay_.deliver(commit(edit("C1", "B1"_vv, {{"weight", 3}})));
    replay_.deliver(commit(edit("B1", "A1"_vv, {{"weight", 2}})));
    replay_.deliver(commit(edit("A1", {}, {{"weight", 1}})));
    EXPECT_EQ(replay_.waiting_count(), 0U);
    EXPECT_THAT(replay_.changed(), ElementsAre(record_));
    EXPECT_EQ(replay_.state(record_).shown, "A1 B1 C1"_vv);
    EXPECT_EQ(replay_.state(record_).find("weight")->siblings.size(), 1U);
}

TEST_F(Waiting, HoldsBackLaterChangesOfTheRecordInTheSameLog) {
    replay_.deliver(commit(edit("B1", "A1"_vv, {{"weight", 2}})));
    replay_.deliver(commit(edit("B2", {}, {{"kind", 1}})));
    EXPECT_EQ(replay_.waiting_count(), 2U);
    replay_.deliver(commit(edit("A1", {}, {{"weight", 1}})));
    EXPECT_EQ(replay_.waiting_count(), 0U);
    EXPECT_EQ(replay_.state(record_).shown, "A1 B2"_vv);
}

TEST_F(Waiting, HoldsBackAChangeThatNamesACommitAfterAWaitingOneOfItsLog) {
    replay_.deliver(commit(edit("B1", "A1"_vv, {{"weight", 2}})));
    replay_.deliver(empty(edit("B2", {}, {})));
    replay_.deliver(commit(edit("C1", "B2"_vv, {{"weight", 3}})));
    EXPECT_EQ(replay_.waiting_count(), 2U);
}

TEST_F(Waiting, EndsWhenANamedCommitOpensWithoutAChangeOfTheRecord) {
    replay_.deliver(commit(edit("B1", "A1"_vv, {{"weight", 2}})));
    replay_.deliver(empty(edit("A1", {}, {})));
    EXPECT_EQ(replay_.waiting_count(), 0U);
}

TEST_F(Waiting, ForAnotherBranchOfAForkGoesOnUntilItIsSettled) {
    Context lost = "A1"_vv;
    lost[0].hash = hash_of({lost[0].log, lost[0].number}, true);
    replay_.deliver(commit(edit("A1", {}, {{"weight", 1}})));
    replay_.deliver(commit(edit("B1", lost, {{"weight", 2}})));
    EXPECT_EQ(replay_.waiting_count(), 1U);
    Tape none({});
    replay_.deliver_all(none);  // cuts become known
    EXPECT_EQ(replay_.waiting_count(), 0U);
    EXPECT_EQ(replay_.state(record_).find("weight")->siblings.size(), 2U);
}

TEST_F(Waiting, SurvivesARestartAndEndsAfterIt) {
    replay_.deliver(commit(edit("C1", "B1"_vv, {{"weight", 3}})));
    replay_.deliver(commit(edit("B1", "A1"_vv, {{"weight", 2}})));
    replay_.restart();
    EXPECT_EQ(replay_.waiting_count(), 2U);
    replay_.deliver(commit(edit("A1", {}, {{"weight", 1}})));
    EXPECT_EQ(replay_.state(record_).shown, "A1 B1 C1"_vv);
}

TEST_F(Waiting, OfAnUnknownKindLastsAndHoldsBackItsLog) {
    CountedChange newer = edit("A1", {}, {});
    newer.change.kind = static_cast<ChangeKind>(9);
    replay_.deliver(commit(newer));
    replay_.deliver(commit(edit("A2", {}, {{"weight", 2}})));
    replay_.deliver(commit(edit("B1", "A1"_vv, {{"weight", 2}})));
    EXPECT_EQ(replay_.waiting_count(), 3U);
}

TEST_F(Waiting, OfThousandsEndsInOneQueue) {
    constexpr std::uint64_t count = 500;
    for (std::uint64_t number = count; number > 1; --number) {
        CountedChange change = edit("B1", {}, {{"weight", 1}});
        change.dot.log.bytes[1] = static_cast<std::uint8_t>(number);
        change.dot.log.bytes[2] = static_cast<std::uint8_t>(number >> 8);
        change.dot.log.bytes[3] = 1;
        change.change.context = "A1"_vv;
        replay_.deliver(commit(change));
    }
    EXPECT_EQ(replay_.waiting_count(), count - 1);
    replay_.deliver(empty(edit("A1", {}, {})));
    EXPECT_EQ(replay_.waiting_count(), 0U);
}

TEST_F(Waiting, IsNotWhatADuplicateOfAMergedChangeDoes) {
    const Commit once = commit(edit("A1", {}, {{"weight", 1}}));
    replay_.deliver(once);
    replay_.deliver(once);
    EXPECT_EQ(replay_.waiting_count(), 0U);
    EXPECT_THAT(replay_.changed(), IsEmpty());
}

TEST_F(Waiting, IsNotForAChangeOfAnotherDatabaseWhichIsRefused) {
    replay_.deliver(commit(edit("A1", {}, {{"weight", 1}})));
    CountedChange other = edit("A2", {}, {{"weight", 1}});
    other.change.database = "suspects";
    EXPECT_THAT(replay_.applier().apply({record_, other}), HasCode(change_wrong_database));
}

}  // namespace
}  // namespace entrepot::replication
