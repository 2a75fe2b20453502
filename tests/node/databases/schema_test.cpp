// Schema and list files: the shipped ones, and what is said of bad ones.
#include "node/databases/schema.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "node/databases/shipped.hpp"
#include "tests/node/databases/catalogue_fixture.hpp"

namespace entrepot::node {
namespace {

using testing::HasSubstr;

const std::string good = R"({"database": "boats", "edition": 3, "label": {"en": "Boats"},
 "fields": [{"name": "flag", "type": "code", "list": "countries", "label": {"en": "Flag"}}],
 "groups": [{"name": "crew", "label": {"en": "Crew"},
             "fields": [{"name": "name", "type": "text", "label": {"en": "Name"}}]}]})";

std::string refusal(std::string_view what, std::string_view with) {
    std::string text = good;
    text.replace(text.find(what), what.size(), with);
    auto schema = Schema::parse(text, "boats.json", test::catalogue().lists());
    EXPECT_FALSE(schema) << text;
    EXPECT_TRUE(schema || schema.error().code == schema_malformed);
    return schema ? "" : schema.error().context;
}

class TemporaryDirectory {
public:
    TemporaryDirectory()
        : path_(std::filesystem::path(testing::TempDir()) /
                ("entrepot_" +
                 std::string(testing::UnitTest::GetInstance()->current_test_info()->name()))) {
        std::filesystem::remove_all(path_);
        std::filesystem::create_directories(path_ / "schemas");
        std::filesystem::create_directories(path_ / "lists");
    }
    ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(path_ / name) << text;
    }
    std::string path() const { return path_.string(); }

private:
    std::filesystem::path path_;
};

TEST(Schema, SaysWhichRolesAValueTakes) {
    std::string text = good;
    const std::string_view list = "\"list\": \"countries\"";
    text.replace(text.find(list), list.size(),
                 std::string(list) + R"(, "roles": {"JM": ["supervisor", "release"]})");
    const auto schema = Schema::parse(text, "boats.json", test::catalogue().lists());
    ASSERT_TRUE(schema) << schema.error().context;
    EXPECT_EQ(schema->find("flag")->roles.at("JM"), 2 + 8);
    EXPECT_EQ(schema->role_fields, std::vector<std::size_t>{0});
    EXPECT_FALSE(schema->by_node);
    EXPECT_TRUE(test::schema("directory").by_node);
    EXPECT_THAT(refusal(list, R"("list": "countries", "roles": {"JM": ["king"]})"),
                HasSubstr("\"roles\" names \"king\", which is no role"));
    EXPECT_THAT(refusal(list, R"("list": "countries", "roles": {"XQ": ["entry"]})"),
                HasSubstr("\"roles\" names 'XQ', which its list has not"));
    EXPECT_THAT(refusal(list, R"("list": "countries", "roles": {"JM": []})"),
                HasSubstr("that nobody may set it"));
    EXPECT_THAT(refusal("\"type\": \"text\"",
                        R"("type": "code", "list": "units", "roles": {"kg": ["entry"]})"),
                HasSubstr("\"roles\" is not for groups"));
}

TEST(Schema, SaysWhatIsWrongAndWhere) {
    EXPECT_EQ(refusal("\"edition\": 3", "\"edition\": 0"),
              "boats.json: \"edition\" is a number from 1");
    EXPECT_EQ(refusal("\"countries\"", "\"lands\""),
              "boats.json: fields/1 'flag': there is no list 'lands'");
    EXPECT_EQ(refusal("\"text\"", "\"txt\""),
              "boats.json: groups/1 'crew' fields/1 'name': there is no type 'txt'");
    EXPECT_EQ(refusal("\"crew\"", "\"flag\""), "boats.json: groups/1: 'flag' stands there twice");
    EXPECT_EQ(refusal("\"type\": \"text\"", "\"type\": \"text\", \"nominal\": 4"),
              "boats.json: groups/1 'crew' fields/1 'name': \"nominal\" is 0, 1, 2 or 3");
    EXPECT_EQ(refusal("\"type\": \"text\"", "\"type\": \"text\", \"colour\": 4"),
              "boats.json: groups/1 'crew' fields/1: has an unknown member \"colour\"");
    EXPECT_THAT(refusal("\"flag\"", "\"Flag\""), HasSubstr("\"name\" has 1…48 of a-z"));
    EXPECT_THAT(refusal("\"name\": \"name\"", "\"name\": \"id\""), HasSubstr("is not \"id\""));
    EXPECT_THAT(refusal("\"text\"",
                        "\"code\", \"list\": \"units\", \"merge\": \"greatest\", "
                        "\"order\": [\"kg\", \"lb\"]"),
                HasSubstr("\"order\" names 'lb'"));
    EXPECT_THAT(refusal("{\"database\"", "{{\"database\""), HasSubstr("boats.json: line 1"));
}

TEST(Schema, FindsTheFieldOfAPath) {
    const Schema& seizures = test::schema("seizures");
    EXPECT_EQ(seizures.field_at("goods/7/unit")->list_name, "units");
    EXPECT_EQ(seizures.field_at("technical_aids/dog/code")->list_name, "technical_aids");
    EXPECT_EQ(seizures.field_at("goods/7"), nullptr);
    EXPECT_EQ(seizures.field_at("goods/7/colour"), nullptr);
    EXPECT_EQ(seizures.rule_at("status").greatest.size(), 6U);
    EXPECT_TRUE(seizures.rule_at("goods/7/unit").greatest.empty());
}

TEST(Schema, TreatsAFieldWithoutAClassAsNominal) {
    EXPECT_EQ(test::schema("suspects").find("description")->nominal, NominalClass::nominal);
    EXPECT_EQ(test::schema("seizures").find("country")->nominal, NominalClass::free);
    EXPECT_EQ(test::schema("seizures").find("source_grade")->nominal, NominalClass::source);
}

TEST(Schema, SaysHowAValueIsMadeCoarserAndWhetherItIsFreeText) {
    const Schema& seizures = test::schema("seizures");
    EXPECT_EQ(seizures.find("geo_point")->generalise, Generalise::degree);
    EXPECT_EQ(seizures.field_at("route/1/date")->generalise, Generalise::month);
    EXPECT_EQ(seizures.find("seized_at")->generalise, Generalise::withheld);
    EXPECT_EQ(seizures.find("status")->release_as, "released");
    EXPECT_TRUE(seizures.find("narrative")->free_text);
    EXPECT_TRUE(seizures.find("service")->free_text) << "a text is free unless it says otherwise";
    EXPECT_FALSE(seizures.field_at("conveyance/1/imo")->free_text);
    EXPECT_FALSE(seizures.find("country")->free_text);
}

TEST(Schema, RefusesRulesOfReleaseThatDoNotFitTheField) {
    const std::string_view text = "\"type\": \"text\"";
    for (const char* bad : {R"("type": "text", "nominal": 1, "generalise": "year")",
                            R"("type": "date", "nominal": 1, "generalise": "degree")",
                            R"("type": "geo_point", "nominal": 1, "generalise": "month")",
                            R"("type": "date", "nominal": 1, "generalise": "week")",
                            R"("type": "date", "nominal": 1, "generalise": 7)"}) {
        EXPECT_THAT(refusal(text, bad), HasSubstr("\"generalise\" is \"withheld\", for dates"));
    }
    EXPECT_THAT(refusal(text, R"("type": "date", "generalise": "year")"),
                HasSubstr("\"generalise\" is for fields with \"nominal\": 1"));
    EXPECT_THAT(refusal(text, R"("type": "date", "free_text": false)"),
                HasSubstr("\"free_text\" is true or false, of a text"));
    EXPECT_THAT(refusal(text, R"("type": "text", "free_text": 0)"),
                HasSubstr("\"free_text\" is true or false, of a text"));
    EXPECT_THAT(refusal("\"countries\"", R"("countries", "release_as": "XQ")"),
                HasSubstr("\"release_as\" is a code of the field's list"));
    EXPECT_THAT(refusal(text, R"("type": "code", "list": "units", "release_as": "kg")"),
                HasSubstr("\"release_as\" is not for groups"));
}

TEST(ShippedFiles, HaveLabelsInThreeLanguages) {
    for (const auto& [name, schema] : test::catalogue().schemas()) {
        for (const Field& field : schema.fields) {
            EXPECT_FALSE(field.labels.fr.empty() || field.labels.es.empty()) << field.name;
        }
        for (const Group& group : schema.groups) {
            EXPECT_FALSE(group.labels.fr.empty() || group.labels.es.empty()) << group.name;
        }
    }
    EXPECT_EQ(shipped_file("schemas/none.json"), "");
}

TEST(Catalogue, TakesTheFilesOfADirectoryOverTheShippedOnes) {
    const TemporaryDirectory directory;
    directory.write("schemas/boats.json", good);
    directory.write(
        "lists/own.json",
        R"({"lists": [{"list": "units", "entries": [{"code": "kg", "label": {"en": "Kg"}}]}]})");
    const auto loaded = Catalogue::load({directory.path(), {}});
    ASSERT_TRUE(loaded) << loaded.error().context;
    EXPECT_EQ((*(*loaded)->schema("boats"))->edition, 3U);
    EXPECT_EQ((*loaded)->list("units")->entries().size(), 1U);
}

TEST(Catalogue, NamesTheFileThatIsWrong) {
    const TemporaryDirectory directory;
    directory.write("lists/own.json", R"({"lists": [{"list": "x", "entries": [{"code": "a"}]}]})");
    const auto loaded = Catalogue::load({directory.path(), {}});
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code, code_list_malformed);
    EXPECT_THAT(loaded.error().context,
                HasSubstr("lists/own.json: list 'x', entry 1: 'a' has no label in en"));
}

TEST(Catalogue, SaysWhenADirectoryOrIsoCodesAreMissing) {
    const auto nowhere = Catalogue::load({"/nowhere/at/all", {}});
    ASSERT_FALSE(nowhere);
    EXPECT_EQ(nowhere.error().code, catalogue_unreadable);
    const auto no_iso = Catalogue::load({"", {"/nowhere", "/nowhere"}});
    ASSERT_FALSE(no_iso);
    EXPECT_EQ(no_iso.error().code, iso_codes_missing);
    EXPECT_THAT(no_iso.error().context, HasSubstr("install the package iso-codes"));
}

TEST(Catalogue, ListsTheDatabasesThereAre) {
    const auto schema = test::catalogue().schema("boats");
    ASSERT_FALSE(schema);
    EXPECT_EQ(schema.error().code, catalogue_unknown_database);
    EXPECT_EQ(schema.error().context,
              "there is no database 'boats'; there are companies, "
              "directory, messages, releases, seizures, suspects");
}

TEST(CodeList, FindsCountriesByAnyOfTheirNames) {
    const CodeList& countries = *test::catalogue().list("countries");
    for (const char* name : {"JM", "jamaica", "Jamaïque", " JAMAICA ", "JAM"}) {
        ASSERT_NE(countries.find_by_name(name), nullptr) << name;
        EXPECT_EQ(countries.find_by_name(name)->code, "JM");
    }
    EXPECT_EQ(countries.find("MG")->labels.in("fr").empty(), false);
    EXPECT_EQ(test::catalogue().list("subdivisions")->find("JM-01")->of, "JM");
    EXPECT_TRUE(test::catalogue().list("currencies")->contains("JMD"));
    EXPECT_TRUE(test::catalogue().list("languages")->contains("fr"));
}

TEST(CodeList, SuggestsANearCodeOrNoneAtAll) {
    const CodeList& units = *test::catalogue().list("units");
    EXPECT_EQ(units.suggestion("kgs"), "kg");
    EXPECT_EQ(units.suggestion("KG"), "kg");
    EXPECT_EQ(units.suggestion("Kilogrammes"), "kg");
    EXPECT_EQ(units.suggestion("bushel"), "");
}

}  // namespace
}  // namespace entrepot::node
