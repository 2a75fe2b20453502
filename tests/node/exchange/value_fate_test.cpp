// Which values cross a border, and how they are made coarser.
#include "node/exchange/value_fate.hpp"

#include <gmock/gmock.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "node/databases/text/date_text.hpp"
#include "tests/node/databases/catalogue_fixture.hpp"

namespace entrepot::node {
namespace {

using namespace replication;

const Field& seizure_field(std::string_view path) {
    return *test::schema("seizures").field_at(path);
}

ValueFate fate(std::string_view path, const Value& value, ValueWish wish = {}) {
    return fate_of(&seizure_field(path), value, wish);
}

const ValueWish added{true, false};
const ValueWish cleared{false, true};
const ValueWish both{true, true};

TEST(ValueFate, LetsClassZeroLeaveAsItIs) {
    EXPECT_EQ(fate("country", CodeValue{"JM"}), (ValueFate{Fate::whole, FateReason::free}));
}

TEST(ValueFate, HoldsFreeTextWhateverItsClassUntilItIsCleared) {
    const Value text = std::string("seen with Mr Brown");
    EXPECT_EQ(fate("service", text), (ValueFate{Fate::held, FateReason::free_text}));
    EXPECT_EQ(fate("service", text, cleared), (ValueFate{Fate::whole, FateReason::free}));
    EXPECT_EQ(fate("narrative", text, cleared), (ValueFate{Fate::withheld, FateReason::nominal}));
    EXPECT_EQ(fate("narrative", text, added), (ValueFate{Fate::held, FateReason::free_text}));
    EXPECT_EQ(fate("narrative", text, both), (ValueFate{Fate::whole, FateReason::added}));
    EXPECT_EQ(fate("photos/1/photo", PhotoValue{}, added),
              (ValueFate{Fate::held, FateReason::photo}));
}

TEST(ValueFate, WithholdsClassOneWithoutARule) {
    EXPECT_EQ(fate("persons/1/sex", CodeValue{"female"}),
              (ValueFate{Fate::withheld, FateReason::quasi}));
    EXPECT_EQ(fate("geo_point", GeoPoint{1, 2}), (ValueFate{Fate::generalised, FateReason::quasi}));
    EXPECT_EQ(fate("geo_point", GeoPoint{1, 2}, added),
              (ValueFate{Fate::whole, FateReason::added}));
}

TEST(ValueFate, NeverLetsASourceALinkOrTheOwnNumberLeave) {
    EXPECT_EQ(fate("source_grade", CodeValue{"A"}, both),
              (ValueFate{Fate::withheld, FateReason::source}));
    EXPECT_EQ(fate("persons/1/suspect", Reference{}, both),
              (ValueFate{Fate::withheld, FateReason::points_back}));
    EXPECT_EQ(fate("reference", std::string("JM-KIN-2026-00001"), both),
              (ValueFate{Fate::withheld, FateReason::points_back}));
    Field sealed;
    sealed.type = FieldType::sealed;
    sealed.nominal = NominalClass::free;
    EXPECT_EQ(fate_of(&sealed, SealedValue{{1}}, both),
              (ValueFate{Fate::withheld, FateReason::sealed}));
}

TEST(ValueFate, WithholdsWhatThisSchemaDoesNotKnow) {
    EXPECT_EQ(fate_of(nullptr, std::string("x"), both),
              (ValueFate{Fate::withheld, FateReason::unknown_field}));
    const ValueFate unfit{Fate::withheld, FateReason::unfit};
    EXPECT_EQ(fate("country", std::string("a text where a code belongs"), both), unfit);
    EXPECT_EQ(fate("country", CodeValue{"QQ"}, both), unfit);
    EXPECT_EQ(fate("seized_on", UnknownValue{99, {1, 2}}, both), unfit);
    EXPECT_EQ(fate("conveyance/1/imo", std::string("longer than a number of a ship"), both), unfit);
}

TEST(ValueFate, HasANameForEveryFateAndReason) {
    EXPECT_EQ(name_of(Fate::held), "held");
    EXPECT_EQ(name_of(FateReason::free), "free");
    EXPECT_EQ(name_of(FateReason::unfit), "unfit");
    EXPECT_EQ(name_of(FateReason::points_back), "points_back");
}

std::string coarse(Generalise rule, std::string_view text) {
    if (const auto moment = moment_from_text(text)) {
        return moment_to_text(std::get<Moment>(*generalised(rule, *moment)));
    }
    return date_to_text(std::get<Date>(*generalised(rule, *date_from_text(text))));
}

TEST(Generalised, TakesTheDayOrTheMonthFromADate) {
    EXPECT_EQ(coarse(Generalise::month, "2016-03-07"), "2016-03");
    EXPECT_EQ(coarse(Generalise::year, "2016-03-07"), "2016");
    EXPECT_EQ(coarse(Generalise::month, "2016"), "2016");
    EXPECT_EQ(coarse(Generalise::year, "2016-03"), "2016");
}

TEST(Generalised, TakesTheMonthOfTheClockOnTheWall) {
    EXPECT_EQ(coarse(Generalise::month, "2016-03-01T00:30+01:00"),
              coarse(Generalise::month, "2016-03-31T23:59-05:00"));
    EXPECT_EQ(coarse(Generalise::month, "2016-03-07T14:05+01:00").substr(0, 16),
              "2016-03-01T00:00");
    EXPECT_EQ(coarse(Generalise::year, "1969-12-31T23:59Z").substr(0, 16), "1969-01-01T00:00");
}

TEST(Generalised, WithholdsWhatItsRuleDoesNotFit) {
    EXPECT_EQ(generalised(Generalise::withheld, Date{2016, 3, 7, DatePrecision::day}),
              std::nullopt);
    EXPECT_EQ(generalised(Generalise::degree, Date{2016, 3, 7, DatePrecision::day}), std::nullopt);
    EXPECT_EQ(generalised(Generalise::year, GeoPoint{}), std::nullopt);
    EXPECT_EQ(generalised(Generalise::month, std::string("2016")), std::nullopt);
}

RC_GTEST_PROP(Generalised, MovesAPointByHalfADegreeAtMostAndToWholeOnes, ()) {
    const GeoPoint from{*rc::gen::inRange(-900'000'000, 900'000'001),
                        *rc::gen::inRange(-1'800'000'000, 1'800'000'001)};
    const auto to = std::get<GeoPoint>(*generalised(Generalise::degree, from));
    RC_ASSERT(check_value(to).has_value());
    RC_ASSERT(to.latitude % 10'000'000 == 0 && to.longitude % 10'000'000 == 0);
    RC_ASSERT(std::abs(to.latitude - from.latitude) <= 5'000'000);
    RC_ASSERT(std::abs(std::int64_t{to.longitude} - from.longitude) <= 5'000'000);
}

RC_GTEST_PROP(Generalised, GivesMomentsOfOneMonthTheSameValueOnce, ()) {
    const Moment from{*rc::gen::inRange<std::int64_t>(-62'000'000'000'000, 253'000'000'000'000),
                      *rc::gen::inRange<std::int16_t>(-1080, 1081)};
    const auto rule = *rc::gen::element(Generalise::year, Generalise::month);
    const auto to = std::get<Moment>(*generalised(rule, from));
    RC_ASSERT(check_value(to).has_value());
    RC_ASSERT(to.offset_minutes == 0);
    RC_ASSERT(generalised(rule, to) == Value(to));
    const std::size_t same = rule == Generalise::year ? 4 : 7;
    RC_ASSERT(moment_to_text(from).substr(0, same) == moment_to_text(to).substr(0, same));
    const std::string rest = moment_to_text(to).substr(same);
    RC_ASSERT(rest.starts_with(same == 4 ? "-01-01T00:00" : "-01T00:00"));
}

}  // namespace
}  // namespace entrepot::node
