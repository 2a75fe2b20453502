#include "replication/model/change.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/replication/model/history.hpp"
#include "tests/support/matchers.hpp"

namespace entrepot::replication {
namespace {

using history::operator""_vv;

Change valid() {
    return history::edit("A1", "B2 C3"_vv, {{"goods/1/unit", 1}, {"weight", 2}}).change;
}

Status with_assignments(std::vector<Assignment> assignments) {
    Change change = valid();
    change.assignments = std::move(assignments);
    return check_change(change);
}

TEST(Change, PassesWithSortedPathsAndContext) {
    EXPECT_THAT(check_change(valid()), IsOk());
}

TEST(Change, WantsADatabaseOfLowerCaseLettersDigitsAndUnderlines) {
    for (const char* name : {"", "Seizures", "a b", "abcdefghijklmnopqrstuvwxyz0123456"}) {
        Change change = valid();
        change.database = name;
        EXPECT_THAT(check_change(change), HasCode(change_malformed)) << name;
    }
}

TEST(Change, WantsAContextSortedByLogWithoutCommitZero) {
    Change change = valid();
    std::swap(change.context[0], change.context[1]);
    EXPECT_THAT(check_change(change), HasCode(change_malformed));
    change.context = "B0"_vv;
    EXPECT_THAT(check_change(change), HasCode(change_malformed));
    change.context = {"B1"_vv[0], "B1"_vv[0]};
    EXPECT_THAT(check_change(change), HasCode(change_malformed));
}

TEST(Change, WantsEachPathOnceInOrder) {
    const Value one = std::int64_t{1};
    EXPECT_THAT(with_assignments({{"b", one}, {"a", one}}), HasCode(change_malformed));
    EXPECT_THAT(with_assignments({{"a", one}, {"a", one}}), HasCode(change_malformed));
    EXPECT_THAT(with_assignments({{"A", one}}), HasCode(path_malformed));
    EXPECT_THAT(with_assignments({{"", Liveness::present}}), HasCode(change_malformed));
}

TEST(Change, TakesLivenessAtItemsOnlyAndOnlyWhereNothingBelowImpliesIt) {
    const Value one = std::int64_t{1};
    EXPECT_THAT(with_assignments({{"goods/1", Liveness::removed}}), IsOk());
    EXPECT_THAT(with_assignments({{"aids/xray", Liveness::present}}), IsOk());
    EXPECT_THAT(with_assignments({{"goods/1", UnknownValue{99, {}}}}), IsOk());
    EXPECT_THAT(with_assignments({{"goods/1", one}}), HasCode(change_malformed));
    EXPECT_THAT(with_assignments({{"goods", Liveness::removed}}), HasCode(change_malformed));
    EXPECT_THAT(with_assignments({{"goods/1", Liveness::tombstoned}}), HasCode(change_malformed));
    EXPECT_THAT(with_assignments({{"goods/1", Liveness::removed}, {"goods/1/unit", one}}),
                HasCode(change_malformed));
}

TEST(Change, StaysWithinItsCounts) {
    Change change = valid();
    change.assignments.clear();
    for (std::size_t i = 0; i < assignment_limit; ++i) {
        change.assignments.push_back({"f" + std::to_string(10'000 + i), std::int64_t{1}});
    }
    EXPECT_THAT(check_change(change), IsOk());
    change.assignments.push_back({"g", std::int64_t{1}});
    EXPECT_THAT(check_change(change), HasCode(change_too_large));
    change = valid();
    change.context.resize(context_limit + 1);
    EXPECT_THAT(check_change(change), HasCode(change_too_large));
}

TEST(Change, WantsAKnownKindToBeMade) {
    Change change = valid();
    change.kind = static_cast<ChangeKind>(9);
    EXPECT_THAT(check_change(change), HasCode(change_malformed));
}

TEST(Value, IsRefusedOutsideItsRange) {
    const std::vector<Value> refused{Decimal{1, 19},
                                     std::string("\xed\xa0\x80"),
                                     CodeValue{},
                                     Date{2023, 2, 29, DatePrecision::day},
                                     Moment{0, 1081},
                                     Moment{253402300800000, 0},
                                     GeoPoint{900'000'001, 0},
                                     UnknownValue{12, {}},
                                     static_cast<Liveness>(4)};
    for (const Value& value : refused) {
        EXPECT_THAT(check_value(value), HasCode(value_malformed)) << value.index();
    }
    EXPECT_THAT(check_value(SealedValue{Bytes(sealed_limit + 1)}), HasCode(value_too_large));
    EXPECT_THAT(check_value(CodeValue{std::string(code_limit + 1, 'x')}), HasCode(value_too_large));
}

TEST(Date, KnowsTheCalendar) {
    EXPECT_TRUE(is_valid({2024, 2, 29, DatePrecision::day}));
    EXPECT_FALSE(is_valid({1900, 2, 29, DatePrecision::day}));
    EXPECT_TRUE(is_valid({2000, 2, 29, DatePrecision::day}));
    EXPECT_FALSE(is_valid({2024, 4, 31, DatePrecision::day}));
    EXPECT_TRUE(is_valid({2024, 4, 0, DatePrecision::month}));
    EXPECT_FALSE(is_valid({2024, 4, 1, DatePrecision::month}));
    EXPECT_FALSE(is_valid({0, 0, 0, DatePrecision::year}));
}

TEST(Utf8, IsReadAsTheStandardSays) {
    for (const char* text : {"", "Kingston", "Ñandú", "قاسم", "\xf4\x8f\xbf\xbf", "12345678é"}) {
        EXPECT_TRUE(is_utf8(text)) << text;
    }
    for (const char* text : {"\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                             "\xc3", "12345678\xff", "\xf8\x88\x80\x80\x80"}) {
        EXPECT_FALSE(is_utf8(text)) << to_hex(as_bytes(text));
    }
}

}  // namespace
}  // namespace entrepot::replication
