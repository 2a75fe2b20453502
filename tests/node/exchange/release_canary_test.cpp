// The canary: a value of its own in every field of every database, and what of it a partner gets.
// Which fields exist is read from the catalogue, so a field added later is covered by itself; which
// may leave is worked out here from class, type and free_text alone.
#include <gtest/gtest.h>

#include "tests/node/databases/catalogue_fixture.hpp"
#include "tests/node/exchange/allow_list.hpp"
#include "tests/node/exchange/planted_record.hpp"
#include "tests/support/matchers.hpp"

namespace entrepot::node {
namespace {

using namespace replication;
using test::Allowed;
using test::allowed;
using test::holds;
using test::is_coarser;
using test::leaves;
using test::Planted;

/// Where it stands in the copy: each group has one item, which becomes number 1; sets keep theirs.
Path in_copy(const Schema& schema, const Path& path) {
    const std::string_view item = item_of(path);
    const std::string group(item.substr(0, item.find('/')));
    if (item.empty() || schema.find_group(group)->is_set) {
        return path;
    }
    return group + "/1" + path.substr(item.size());
}

bool is_marked(const Schema& schema) {
    return schema.find("released_by") != nullptr;
}

bool is_mark(const Path& path) {
    return path == "handling" || path.starts_with("release");
}

/// Nothing of a value that stays may stand in the bytes, nor an item's id, nor what was coarsened.
void expect_no_trace(const Planted& one, ByteView bytes) {
    if (!std::holds_alternative<bool>(one.value)) {
        EXPECT_FALSE(holds(bytes, encode_value(one.value))) << one.path;
    }
    if (const auto* text = std::get_if<std::string>(&one.value)) {
        EXPECT_FALSE(holds(bytes, as_bytes(*text))) << one.path;
    }
    if (const auto* reference = std::get_if<Reference>(&one.value)) {
        EXPECT_FALSE(holds(bytes, reference->target.record.view())) << one.path;
    }
    if (const auto* photo = std::get_if<PhotoValue>(&one.value)) {
        EXPECT_FALSE(holds(bytes, photo->original.blob.view())) << one.path;
    }
}

void expect_value(const Planted& one, const Value& got, const ReleaseWish& wish) {
    if (!one.field->release_as.empty()) {
        EXPECT_EQ(got, Value(CodeValue{one.field->release_as})) << one.path;
    } else if (is_coarser(one, wish)) {
        EXPECT_NE(got, one.value) << one.path;
        EXPECT_EQ(got.index(), one.value.index()) << one.path;
    } else {
        EXPECT_EQ(got, one.value) << one.path;
    }
}

/// Exactly what the wish allows stands in the copy.
void expect_allowed_alone(const Schema& schema, const std::vector<Planted>& planted,
                          const ReleaseWish& wish) {
    const auto release = make_release(schema, test::state_with(schema, planted), wish);
    ASSERT_THAT(release, IsOk());
    const Bytes bytes = test::change_of(schema, *release);
    std::map<Path, Value> copy;
    for (const Assignment& assignment : release->assignments) {
        copy.emplace(assignment.path, assignment.value);
    }
    for (const Assignment& mark : assignments_of(wish.marking)) {
        EXPECT_EQ(copy[mark.path], mark.value);
        copy.erase(mark.path);
    }
    for (const Planted& one : planted) {
        if (is_mark(one.path)) {
            continue;
        }
        const auto found = copy.find(in_copy(schema, one.path));
        const bool there = found != copy.end();
        EXPECT_EQ(there, leaves(one, wish)) << schema.database << " " << one.path;
        if (there) {
            expect_value(one, found->second, wish);
            copy.erase(found);
        }
        if (!there || is_coarser(one, wish) || !one.field->release_as.empty()) {
            expect_no_trace(one, bytes);
        }
    }
    EXPECT_TRUE(copy.empty()) << schema.database << " " << copy.begin()->first;
    EXPECT_FALSE(holds(bytes, as_bytes("kkqzitem"))) << "an item kept its id";
}

bool may_be_wished(const Planted& one) {
    return allowed(*one.field) != Allowed::never && !is_mark(one.path);
}

template <class Claim>
void for_each_marked_database(Claim claim) {
    std::size_t marked = 0;
    for (const auto& [name, schema] : test::catalogue().schemas()) {
        if (is_marked(schema)) {
            ++marked;
            claim(schema, test::planted_in(schema));
        }
    }
    EXPECT_GE(marked, 3U);
}

TEST(ReleaseCanary, LetsTheAllowListLeaveAndNothingElse) {
    for_each_marked_database([](const Schema& schema, const std::vector<Planted>& planted) {
        // Of some databases nothing leaves by itself, so one value is added by name.
        ReleaseWish wish = test::plain_wish();
        for (const Planted& one : planted) {
            if (wish.added.empty() && allowed(*one.field) == Allowed::when_added) {
                wish.added.insert(one.path);
            }
        }
        expect_allowed_alone(schema, planted, wish);
    });
}

TEST(ReleaseCanary, LetsASeizureLeaveWithoutAnythingAdded) {
    const Schema& seizures = test::schema("seizures");
    expect_allowed_alone(seizures, test::planted_in(seizures), test::plain_wish());
}

TEST(ReleaseCanary, LetsEverythingButSourcesAndLinksLeaveWhenAddedAndCleared) {
    for_each_marked_database([](const Schema& schema, const std::vector<Planted>& planted) {
        ReleaseWish wish = test::plain_wish();
        for (const Planted& one : planted) {
            if (may_be_wished(one)) {
                wish.added.insert(one.path);
                wish.cleared.insert(one.path);
            }
        }
        expect_allowed_alone(schema, planted, wish);
    });
}

TEST(ReleaseCanary, FreesOnePathByAddingAndClearingIt) {
    for_each_marked_database([](const Schema& schema, const std::vector<Planted>& planted) {
        for (const Planted& one : planted) {
            if (may_be_wished(one) && allowed(*one.field) != Allowed::always) {
                ReleaseWish wish = test::plain_wish();
                wish.added = wish.cleared = {one.path};
                expect_allowed_alone(schema, planted, wish);
            }
        }
    });
}

TEST(ReleaseCanary, HoldsEveryFreeTextAndPhotoThatWasAddedButNotCleared) {
    for_each_marked_database([](const Schema& schema, const std::vector<Planted>& planted) {
        ReleaseWish wish = test::plain_wish();
        for (const Planted& one : planted) {
            if (may_be_wished(one)) {
                wish.added.insert(one.path);
            }
        }
        expect_allowed_alone(schema, planted, wish);
    });
}

TEST(ReleaseCanary, RefusesEveryFieldThatProtectsASourceOrLeadsBack) {
    std::size_t refused = 0;
    for_each_marked_database([&](const Schema& schema, const std::vector<Planted>& planted) {
        for (const Planted& one : planted) {
            if (allowed(*one.field) == Allowed::never) {
                ReleaseWish wish = test::plain_wish();
                wish.added = {one.path};
                const bool source = one.field->nominal == NominalClass::source;
                EXPECT_THAT(make_release(schema, test::state_with(schema, planted), wish),
                            HasCode(source ? release_source_class : release_points_back))
                    << one.path;
                ++refused;
            }
        }
    });
    EXPECT_GE(refused, 8U);
}

TEST(ReleaseCanary, LetsNoRecordOfAnUnmarkedDatabaseLeave) {
    std::set<std::string> unmarked;
    for (const auto& [name, schema] : test::catalogue().schemas()) {
        if (!is_marked(schema)) {
            unmarked.insert(name);
            const auto state = test::state_with(schema, test::planted_in(schema));
            EXPECT_THAT(make_release(schema, state, test::plain_wish()), HasCode(release_database));
        }
    }
    EXPECT_EQ(unmarked, (std::set<std::string>{"directory", "messages", "releases"}));
}

/// A schema with a field of every type in every class, as text free and not, by every rule.
std::string matrix() {
    std::string fields, group;
    int number = 0;
    const auto add = [&](const std::string& type, int level, const std::string& more) {
        const std::string field = R"({"name": "f)" + std::to_string(++number) + R"(", "type": ")" +
                                  type + R"(", "nominal": )" + std::to_string(level) + more +
                                  R"(, "label": {"en": "F"}})";
        fields += ", " + field;
        group += (group.empty() ? "" : ", ") + field;
    };
    for (int level = 0; level <= 3; ++level) {
        for (const char* type : {"boolean", "integer", "decimal", "date", "moment", "geo_point",
                                 "reference", "photo", "sealed", "text"}) {
            add(type, level, "");
        }
        add("text", level, R"(, "free_text": false)");
        add("code", level, R"(, "list": "countries")");
    }
    for (const char* rule : {"year", "month"}) {
        add("date", 1, R"(, "generalise": ")" + std::string(rule) + "\"");
        add("moment", 1, R"(, "generalise": ")" + std::string(rule) + "\"");
    }
    add("geo_point", 1, R"(, "generalise": "degree")");
    const std::string label = R"(, "label": {"en": "M"})";
    return R"({"database": "matrix", "edition": 1)" + label + R"(, "fields": [)" +
           R"({"name": "handling", "type": "code", "list": "handling_codes")" + label + "}," +
           R"({"name": "released_by", "type": "code", "list": "countries")" + label + "}," +
           R"({"name": "release_basis", "type": "text")" + label + "}," +
           R"({"name": "release_until", "type": "date")" + label + "}" + fields +
           R"(], "groups": [{"name": "items")" + label + R"(, "fields": [)" + group + "]}]}";
}

TEST(ReleaseCanary, HoldsForEveryTypeInEveryClass) {
    const auto schema = Schema::parse(matrix(), "matrix.json", test::catalogue().lists());
    ASSERT_THAT(schema, IsOk());
    const std::vector<Planted> planted = test::planted_in(*schema);
    expect_allowed_alone(*schema, planted, test::plain_wish());
    ReleaseWish wish = test::plain_wish();
    for (const Planted& one : planted) {
        if (may_be_wished(one)) {
            wish.cleared.insert(one.path);
        }
    }
    expect_allowed_alone(*schema, planted, wish);
    wish.added = wish.cleared;
    expect_allowed_alone(*schema, planted, wish);
    wish.cleared.clear();
    expect_allowed_alone(*schema, planted, wish);
}

}  // namespace
}  // namespace entrepot::node
