// What a copy for another country holds, and when there is none.
#include "node/exchange/release.hpp"

#include <gmock/gmock.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/node/databases/catalogue_fixture.hpp"
#include "tests/node/exchange/planted_record.hpp"
#include "tests/support/matchers.hpp"

namespace entrepot::node {
namespace {

using namespace replication;
using testing::ElementsAre;
using Values = std::map<Path, Value>;

Value code(const char* text) {
    return CodeValue{text};
}

Value day(std::int16_t year, std::uint8_t month, std::uint8_t of_month) {
    return Date{year, month, of_month, DatePrecision::day};
}

std::vector<Assignment> sorted(const Values& values) {
    std::vector<Assignment> out;
    for (const auto& [path, value] : values) {
        out.push_back({path, value});
    }
    return out;
}

/// A validated seizure of some goods, to which a test adds what it is about.
class Source {
public:
    explicit Source(const Values& more = {}, std::string database = "seizures")
        : record_(std::move(database)) {
        Values values = more;
        if (record_.state().database == "seizures") {
            values.insert({{"status", code("validated")}, {"country", code("JM")}});
        }
        record_.save(sorted(values));
    }
    Source& save(const Values& values) {
        record_.save(sorted(values));
        return *this;
    }
    /// Saved elsewhere by somebody who had seen nothing.
    Source& save_apart(const Values& values) {
        record_.save_having_seen(sorted(values), {}, ++log_);
        return *this;
    }
    Result<Release> release(const ReleaseWish& wish = test::plain_wish()) const {
        return make_release(test::schema(record_.state().database), record_.state(), wish);
    }

private:
    test::Record record_;
    std::uint8_t log_ = 1;
};

Values copied(const Result<Release>& release) {
    Values out;
    if (!release) {
        ADD_FAILURE() << release.error().context;
        return out;
    }
    for (const Assignment& assignment : release->assignments) {
        if (!is_marking(assignment.path)) {
            out[assignment.path] = assignment.value;
        }
    }
    return out;
}

ReleaseWish wish_of(const std::set<Path>& added, const std::set<Path>& cleared = {}) {
    ReleaseWish out = test::plain_wish();
    out.added = added;
    out.cleared = cleared;
    return out;
}

ReleaseWish wish_marked(const std::string& handling) {
    ReleaseWish out = test::plain_wish();
    out.marking.handling = handling;
    return out;
}

TEST(Release, WritesItsMarkingInPlaceOfTheSourcesOwn) {
    const auto release = Source({{"released_by", code("HT")},
                                 {"release_basis", std::string("theirs")},
                                 {"release_until", day(2030, 1, 1)},
                                 {"handling", code("H0")}})
                             .release();
    ASSERT_THAT(release, IsOk());
    EXPECT_EQ(release->assignments,
              sorted({{"country", code("JM")},
                      {"handling", code("H1")},
                      {"release_basis", std::string("Agreement of 2019, article 4")},
                      {"release_until", day(2027, 6, 30)},
                      {"released_by", code("JM")},
                      {"status", code("released")}}));
}

TEST(Release, TakesASecondOfficerForWhatWasAddedByName) {
    Source source({{"geo_point", GeoPoint{179'712'345, -767'912'345}},
                   {"conveyance/1/vin", std::string("VIN1")},
                   {"narrative", std::string("long story")}});
    EXPECT_FALSE(source.release()->needs_second_officer);
    EXPECT_TRUE(source.release(wish_of({"conveyance/1/vin"}))->needs_second_officer);
    EXPECT_TRUE(source.release(wish_of({"geo_point"}))->needs_second_officer);
    EXPECT_FALSE(source.release(wish_of({"narrative"}))->needs_second_officer) << "held";
    EXPECT_FALSE(source.release(wish_of({"country"}))->needs_second_officer) << "free anyway";
}

TEST(Release, SaysWhatBecameOfEveryValue) {
    const auto release = Source({{"geo_point", GeoPoint{1, 2}},
                                 {"goods/4/quantity", Decimal{1, 0}},
                                 {"narrative", std::string("n")},
                                 {"service", std::string("s")}})
                             .release();
    ASSERT_THAT(release, IsOk());
    EXPECT_THAT(
        release->lines,
        ElementsAre(
            ReleaseLine{"country", "country", {Fate::whole, FateReason::free}},
            ReleaseLine{"geo_point", "geo_point", {Fate::generalised, FateReason::quasi}},
            ReleaseLine{"goods/4/quantity", "goods/1/quantity", {Fate::whole, FateReason::free}},
            ReleaseLine{"narrative", "", {Fate::withheld, FateReason::nominal}},
            ReleaseLine{"service", "", {Fate::held, FateReason::free_text}},
            ReleaseLine{"status", "status", {Fate::whole, FateReason::free}}));
}

TEST(Release, NumbersItemsAnewInTheirOrderWithoutGaps) {
    const auto copy = copied(Source({{"route/2/country", code("CO")},
                                     {"route/10/country", code("GB")},
                                     {"route/3/place", std::string("held")},
                                     {"route/abcdefghijklm/country", code("FR")},
                                     {"route/9/country", code("MG")}})
                                 .release());
    EXPECT_EQ(copy.at("route/1/country"), code("CO"));
    EXPECT_EQ(copy.at("route/2/country"), code("MG"));
    EXPECT_EQ(copy.at("route/3/country"), code("GB"));
    EXPECT_EQ(copy.at("route/4/country"), code("FR"));
    EXPECT_EQ(copy.size(), 6U);
}

TEST(Release, NamesItemsOfSetsByTheirCodeWhateverTheyWereCalled) {
    const auto copy = copied(Source({{"technical_aids/dog/code", code("dog")},
                                     {"technical_aids/tipoff77/code", code("x_ray")}})
                                 .release());
    EXPECT_EQ(copy.count("technical_aids/dog/code"), 1U);
    EXPECT_EQ(copy.count("technical_aids/x_ray/code"), 1U);
    EXPECT_EQ(copy.size(), 4U);
}

TEST(Release, LeavesRemovedItemsAndClearedFieldsBehind) {
    const auto release = Source({{"route/1/country", code("CO")}, {"operation", std::string("x")}})
                             .save({{"route/1", Liveness::removed}, {"operation", {}}})
                             .release(wish_of({}, {}));
    EXPECT_EQ(copied(release).size(), 2U);
    EXPECT_EQ(release->lines.size(), 2U);
}

TEST(Release, LeavesUnknownFieldsAndKindsBehind) {
    const Source source({{"zz_newer", std::string("a")},
                         {"goods/1/zz_newer", std::string("b")},
                         {"zz_group/1/x", std::string("c")},
                         {"direction", UnknownValue{77, {1}}},
                         {"detection_method", std::string("a text in place of a code")}});
    EXPECT_EQ(copied(source.release()).size(), 2U);
    EXPECT_THAT(source.release(wish_of({"zz_newer"})), HasCode(release_unknown_path));
    EXPECT_EQ(copied(source.release(wish_of({"direction"}))).size(), 2U);
}

TEST(Release, RefusesASourceOfWhichAnySiblingForbidsIt) {
    EXPECT_THAT(Source({{"handling", code("H2")}}).release(), HasCode(release_handling));
    // Each of the two leads once: the later one does.
    EXPECT_THAT(Source({{"handling", code("H2")}}).save_apart({{"handling", code("H0")}}).release(),
                HasCode(release_handling));
    EXPECT_THAT(Source({{"handling", code("H0")}}).save_apart({{"handling", code("H2")}}).release(),
                HasCode(release_handling));
    EXPECT_THAT(Source({{"handling", code("H9")}}).release(), HasCode(release_handling));
    EXPECT_THAT(Source({{"handling", std::string("H0")}}).release(), HasCode(release_handling));
}

TEST(Release, NeverMarksACopyFreerThanItsSource) {
    EXPECT_THAT(Source({{"handling", code("H1")}}).release(wish_marked("H0")),
                HasCode(release_handling));
    EXPECT_THAT(Source({{"handling", code("H1")}}).release(wish_marked("H2")), IsOk());
    EXPECT_THAT(Source().release(wish_marked("")), HasCode(release_handling));
    EXPECT_THAT(Source({{"handling", code("H0")}})
                    .save_apart({{"handling", code("H3")}})
                    .release(wish_marked("H1")),
                HasCode(release_handling));
}

TEST(Release, RefusesACopyWhoseTimeHasPassed) {
    EXPECT_THAT(Source({{"release_until", day(2026, 11, 21)}}).release(), HasCode(release_expired));
    EXPECT_THAT(Source({{"release_until", day(2031, 1, 1)}})
                    .save_apart({{"release_until", day(2020, 1, 1)}})
                    .release(),
                HasCode(release_expired));
    EXPECT_THAT(Source({{"release_until", std::string("2031")}}).release(),
                HasCode(release_expired));
}

TEST(Release, NeedsALastDayThatIsAheadAndNotAfterTheSourcesOwn) {
    ReleaseWish wish = test::plain_wish();
    wish.marking.until.reset();
    EXPECT_THAT(Source().release(wish), HasCode(release_until));
    wish.marking.until = Date{2026, 11, 21, DatePrecision::day};
    EXPECT_THAT(Source().release(wish), HasCode(release_until));
    wish.marking.until = Date{2026, 13, 1, DatePrecision::day};
    EXPECT_THAT(Source().release(wish), HasCode(release_until));
    wish.marking.until = Date{2026, 11, 22, DatePrecision::day};
    EXPECT_THAT(Source().release(wish), IsOk());
    EXPECT_THAT(Source({{"release_until", day(2027, 6, 29)}}).release(), HasCode(release_until));
}

TEST(Release, NeedsALegalBasis) {
    for (const std::string& basis :
         {std::string(), std::string("  "), std::string(201, 'x'), std::string("a\nb")}) {
        ReleaseWish wish = test::plain_wish();
        wish.marking.basis = basis;
        EXPECT_THAT(Source().release(wish), HasCode(release_basis)) << basis;
    }
}

TEST(Release, GoesToAnotherCountry) {
    for (const char* partner : {"", "JM", "Georgia"}) {
        ReleaseWish wish = test::plain_wish();
        wish.marking.partner = partner;
        EXPECT_THAT(Source().release(wish), HasCode(release_partner)) << partner;
    }
}

TEST(Release, IsOfAMarkedDatabase) {
    EXPECT_THAT(Source({{"name", std::string("Port")}}, "directory").release(),
                HasCode(release_database));
}

TEST(Release, RefusesNamesOfNothing) {
    const Source source({{"goods/1/unit", code("kg")}});
    for (const char* path : {"narrative", "nothing", "goods/2/unit", "goods/1", "handling", ""}) {
        EXPECT_THAT(source.release(wish_of({path})), HasCode(release_unknown_path)) << path;
        EXPECT_THAT(source.release(wish_of({}, {path})), HasCode(release_unknown_path)) << path;
    }
}

TEST(Release, RefusesToNameASourceOrALink) {
    const Source source({{"source_grade", code("A")}, {"persons/1/suspect", Reference{}}});
    EXPECT_THAT(source.release(wish_of({"source_grade"})), HasCode(release_source_class));
    EXPECT_THAT(source.release(wish_of({}, {"source_grade"})), HasCode(release_source_class));
    EXPECT_THAT(source.release(wish_of({"persons/1/suspect"})), HasCode(release_points_back));
}

TEST(Release, WantsSomethingToLeave) {
    const Source suspect({{"tlp", code("TLP_GREEN")}, {"names/1/name", std::string("A")}},
                         "suspects");
    EXPECT_THAT(suspect.release(), HasCode(release_nothing));
    EXPECT_EQ(copied(suspect.release(wish_of({"names/1/name"}))).size(), 2U);
}

TEST(Release, LeavesATombstonedRecordBehind) {
    CountedChange gone;
    gone.dot = {LogId{{9}}, {1}};
    gone.change.kind = ChangeKind::tombstone;
    RecordState state = test::state_with(test::schema("seizures"), {});
    gone.change.database = state.database;
    RecordState disputed = state;
    merge_change(disputed, gone);
    gone.change.context = state.shown;
    merge_change(state, gone);
    EXPECT_THAT(make_release(test::schema("seizures"), state, test::plain_wish()),
                HasCode(release_nothing));
    EXPECT_THAT(make_release(test::schema("seizures"), disputed, test::plain_wish()),
                HasCode(release_conflicted));
}

TEST(Release, WantsConflictsResolvedWhereSomethingWouldLeave) {
    Source source({{"direction", code("import")}, {"goods/1/unit", code("kg")}});
    source.save_apart({{"narrative", std::string("a")}}).save_apart({{"narrative", {}}});
    EXPECT_THAT(source.release(), IsOk()) << "a conflict in what stays";
    EXPECT_THAT(Source(source).save_apart({{"direction", code("export")}}).release(),
                HasCode(release_conflicted));
    EXPECT_THAT(Source(source).save_apart({{"direction", {}}}).release(),
                HasCode(release_conflicted));
    EXPECT_THAT(Source(source).save_apart({{"goods/1", Liveness::removed}}).release(),
                HasCode(release_conflicted));
    EXPECT_THAT(Source(source).save_apart({{"status", code("submitted")}}).release(),
                HasCode(release_conflicted));
}

TEST(Release, WantsAStatusFromWhichReleasedMayFollow) {
    for (const char* status : {"draft", "submitted", "rejected", "withdrawn"}) {
        EXPECT_THAT(Source({{"status", code(status)}}).release(), HasCode(release_status))
            << status;
    }
    EXPECT_THAT(Source(Values{{"status", Value()}}).release(), HasCode(release_status));
    EXPECT_THAT(Source({{"status", code("released")}}).release(), IsOk());
}

RC_GTEST_PROP(Release, IsForbiddenByOneH2AmongAnyOthers, ()) {
    const auto codes = *rc::gen::container<std::vector<std::string>>(
        rc::gen::element<std::string>("H0", "H1", "H2", "H3"));
    Source source;
    for (const std::string& one : codes) {
        source.save_apart({{"handling", CodeValue{one}}});
    }
    const auto release = source.release(wish_marked("H3"));
    const bool forbidden = std::count(codes.begin(), codes.end(), "H2") > 0;
    RC_ASSERT(release.has_value() == !forbidden);
    if (forbidden) {
        RC_ASSERT(release.error().code == release_handling);
    }
}

RC_GTEST_PROP(Release, IsTheSameWhateverStaysBehind, ()) {
    const Schema& schema = test::schema("seizures");
    std::vector<test::Planted> planted = test::planted_in(schema);
    const auto before = make_release(schema, test::state_with(schema, planted), test::plain_wish());
    RC_ASSERT(before.has_value());
    std::set<Path> stays;
    for (const ReleaseLine& line : before->lines) {
        if (!line.fate.leaves() && *rc::gen::arbitrary<bool>()) {
            stays.insert(line.source);
        }
    }
    // Some of what stays goes, and every item is called otherwise.
    std::vector<test::Planted> other;
    const std::string id = *rc::gen::element<std::string>("7", "31", "zzzzzzzzzzzzz", "q_1");
    for (test::Planted one : planted) {
        if (stays.count(one.path) > 0) {
            continue;
        }
        const std::string_view item = item_of(one.path);
        const std::string group(item.substr(0, item.find('/')));
        if (!item.empty() && !schema.find_group(group)->is_set) {
            one.path = group + "/" + id + one.path.substr(item.size());
        }
        other.push_back(std::move(one));
    }
    const auto after = make_release(schema, test::state_with(schema, other), test::plain_wish());
    RC_ASSERT(after.has_value());
    RC_ASSERT(after->assignments == before->assignments);
}

RC_GTEST_PROP(Release, OnlyGrowsByWhatIsAddedAndCleared, ()) {
    const Schema& schema = test::schema("suspects");
    const RecordState state = test::state_with(schema, test::planted_in(schema));
    ReleaseWish less = wish_of({"sex"}), more = less;
    for (const PathState& path : state.paths) {
        const Field* field = schema.field_at(path.path);
        if (field == nullptr || never_leaves(*field) || is_marking(path.path)) {
            continue;
        }
        for (auto named : {&ReleaseWish::added, &ReleaseWish::cleared}) {
            const int who = *rc::gen::inRange(0, 3);
            if (who > 0) {
                (more.*named).insert(path.path);
            }
            if (who > 1) {
                (less.*named).insert(path.path);
            }
        }
    }
    const auto small = make_release(schema, state, less);
    const auto large = make_release(schema, state, more);
    RC_ASSERT(small.has_value() && large.has_value());
    std::set<Path> left;
    for (const ReleaseLine& line : large->lines) {
        if (line.fate.leaves()) {
            left.insert(line.source);
        }
    }
    for (const ReleaseLine& line : small->lines) {
        RC_ASSERT(!line.fate.leaves() || left.count(line.source) == 1);
    }
}

}  // namespace
}  // namespace entrepot::node
