#include <gmock/gmock.h>

#include "tests/tools/command_fixture.hpp"

namespace entrepot::tools {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

using RecordCommands = CommandFixture;

const json conflict{{"path", "place"},
                    {"values",
                     {{{"n", 1},
                       {"value", "Kingston"},
                       {"authors",
                        {{{"unit_name", "Airport"},
                          {"officer_name", "B. Brown"},
                          {"at", "2026-04-03T14:05:06.000Z"}}}}},
                      {{"n", 2},
                       {"value", "Montego Bay"},
                       {"authors",
                        {{{"unit_name", "Seaport"},
                          {"officer_name", "C. Clark"},
                          {"at", "2026-04-03T15:00:00.000Z"}}}}}}}};

const json record{{"id", "abc"},
                  {"database", "seizures"},
                  {"compartment_name", "Airport seizures"},
                  {"token", "tok"},
                  {"present", true},
                  {"document", {{"kind", "seizure"}, {"goods", {{{"id", "1"}, {"quantity", 5}}}}}},
                  {"conflicts", {conflict}}};

TEST_F(RecordCommands, PutSendsTheDocumentAndPrintsTheToken) {
    play_node({{"POST /records/seizures", answers({{"id", "abc"}, {"token", "tok"}})}});
    const Ended ended =
        run({"put", "seizures", "-", "--compartment", "Joint"}, R"({"kind": "seizure"})");
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_THAT(ended.out, HasSubstr("token tok"));
    EXPECT_EQ(sent("POST /records/seizures"),
              (json{{"document", {{"kind", "seizure"}}}, {"compartment", "Joint"}}));
}

TEST_F(RecordCommands, PutGivesBackWhatGetPrinted) {
    play_node({{"POST /records/seizures", answers({{"id", "abc"}, {"token", "next"}})}});
    EXPECT_EQ(run({"put", "seizures", "-"}, record.dump()).code, 0);
    const json body = sent("POST /records/seizures");
    EXPECT_EQ(body.at("id"), "abc");
    EXPECT_EQ(body.at("token"), "tok");
    EXPECT_EQ(body.at("document"), record.at("document"));
}

TEST_F(RecordCommands, PutChangesNoRecordWithoutAToken) {
    play_node({});
    const Ended ended = run({"put", "seizures", "-", "--id", "abc"}, "{}");
    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(ended.err, HasSubstr("usage.token"));
}

TEST_F(RecordCommands, PutNamesThePlaceWhereADocumentIsNotJson) {
    play_node({});
    write("broken.json", "{\"kind\": \n seizure}");
    const Ended ended = run({"put", "seizures", path("broken.json")});
    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(ended.err, HasSubstr("input.not_json"));
    EXPECT_THAT(ended.err, HasSubstr("line 2"));
    EXPECT_EQ(run({"put", "seizures", "-"}, "[1]").code, 2);
}

TEST_F(RecordCommands, PutReadsAtMostSixtyFourMebibytes) {
    const Ended ended = run({"put", "seizures", "-"}, std::string((64U << 20U) + 1, ' '));
    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(ended.err, HasSubstr("input.too_large"));
}

TEST_F(RecordCommands, PutNamesAMissingFile) {
    play_node({});
    const Ended ended = run({"put", "seizures", path("absent.json")});
    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(ended.err, HasSubstr("absent.json"));
}

TEST_F(RecordCommands, PutKeepsOneRecordPerLine) {
    play_node({{"POST /records/seizures", answers({{"id", "abc"}, {"token", "tok"}})}});
    const Ended ended = run({"put", "seizures", "-", "--json"}, "{}\n\n{}\n{}");
    EXPECT_EQ(std::count(ended.out.begin(), ended.out.end(), '\n'), 3);
}

TEST_F(RecordCommands, PutSaysWhichOfSeveralRecordsWasRefused) {
    const ErrorCode wrong{"record.invalid", ErrorKind::invalid_input};
    play_node({{"POST /records/seizures", node::problem_response(Error{wrong, "no place"})}});
    const Ended ended = run({"put", "seizures", "-"}, "{}\n{}\n{}");
    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(ended.err, HasSubstr("record 1 of 3: no place"));
    EXPECT_THAT(run({"put", "seizures", "-"}, "{}").err, Not(HasSubstr("of 1")));
}

TEST_F(RecordCommands, GetShowsFieldsConflictsAndToken) {
    play_node({{"GET /records/abc", answers(record)}});
    const Ended ended = run({"get", "seizures", "abc"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_THAT(ended.out, HasSubstr("goods/1/quantity  5"));
    EXPECT_THAT(ended.out, HasSubstr("1  Kingston     2026-04-03 14:05:06  Airport  B. Brown"));
    EXPECT_THAT(ended.out, HasSubstr("2  Montego Bay  2026-04-03 15:00:00  Seaport  C. Clark"));
    EXPECT_THAT(ended.out, HasSubstr("token  tok"));
}

TEST_F(RecordCommands, GetRefusesARecordOfAnotherDatabase) {
    play_node({{"GET /records/abc", answers(record)}});
    EXPECT_EQ(run({"get", "suspects", "abc"}).code, 2);
}

TEST_F(RecordCommands, GetReadsAnIdFromStandardInput) {
    play_node({{"GET /records/abc", answers(record)}});
    EXPECT_EQ(run({"get", "-", "--json"}, "abc\n").json(), record);
}

TEST_F(RecordCommands, WhoLooksSaysWhereAndWhatFor) {
    play_node({{"GET /records/abc", answers(record)},
               {"POST /search", answers({{"records", {record}}, {"matched", 1}})}});
    const std::vector<std::string> reasons{"--compartment", "Joint & several", "--purpose",
                                           "court = 4",     "--case",          "C/7"};
    const std::map<std::string, std::string> query{
        {"compartment", "Joint & several"}, {"purpose", "court = 4"}, {"case", "C/7"}};
    std::vector<std::string> words{"get", "abc"};
    words.insert(words.end(), reasons.begin(), reasons.end());
    ASSERT_EQ(run(words).code, 0);
    EXPECT_EQ(this->query("GET /records/abc"), query);
    ASSERT_EQ(run({"list", "seizures", "--purpose", "court = 4"}).code, 0);
    EXPECT_EQ(this->query("POST /search").at("purpose"), "court = 4");
}

TEST_F(RecordCommands, GetGivesTheHistoryTooWhenItIsAsked) {
    const json change{{"at", "2026-04-03T14:05:06.000Z"}, {"state", "merged"}};
    play_node({{"GET /records/abc", answers(record)},
               {"GET /records/abc/history",
                answers({{"changes", {change}}, {"erased", {{{"entry", 9}}}}})}});
    const Ended ended = run({"get", "abc", "--history", "--json"});
    const json order{{"entry", 9}, {"state", "erased"}};
    EXPECT_EQ(ended.out, record.dump() + "\n" + change.dump() + "\n" + order.dump() + "\n");
}

TEST_F(RecordCommands, NoEscapeSequenceReachesTheOutput) {
    json hostile = record;
    hostile["document"]["place"] =
        "\x1b[2J\xc2\x9b"
        "31m \xe2\x80\xae"
        "evil";
    play_node({{"GET /records/abc", answers(hostile)}});
    const Ended shown = run({"get", "abc"});
    EXPECT_THAT(shown.out, Not(HasSubstr("\x1b")));
    EXPECT_THAT(shown.out, Not(HasSubstr("\xc2\x9b")));
    EXPECT_THAT(shown.out, HasSubstr("\\u{1b}[2J"));
    out_is_terminal_ = true;
    const Ended as_json = run({"get", "abc", "--json"});
    EXPECT_THAT(as_json.out, Not(HasSubstr("\xc2\x9b")));
}

TEST_F(RecordCommands, ANodesErrorKeepsItsCodeAndKind) {
    const ErrorCode gone{"desk.no_record", ErrorKind::not_found};
    play_node({{"GET /records/abc", node::problem_response(Error{gone, "no record abc is here"})}});
    const Ended ended = run({"get", "abc", "--json"});
    EXPECT_EQ(ended.code, 5);
    EXPECT_EQ(ended.err, "entrepot: desk.no_record: no record abc is here\n");
    EXPECT_EQ(ended.json().at("error").at("code"), "desk.no_record");
}

TEST_F(RecordCommands, ALockedNodeSaysHowItIsOpened) {
    play_node({{"GET /standing", answers({{"unlocked", false}})}});
    const Ended ended = run({"list", "seizures"});
    EXPECT_EQ(ended.code, 4);
    EXPECT_THAT(ended.err, HasSubstr("node.locked"));
    EXPECT_THAT(ended.err, HasSubstr("entrepot unlock"));
}

TEST_F(RecordCommands, ListSendsTheQueryInTheBodyAndPrintsARecordALine) {
    play_node({{"POST /search", answers({{"records", {record, record}}, {"matched", 7}})}});
    const Ended ended = run(
        {"list", "seizures", "goods.category:cites", "-", "--limit", "2", "--json"}, "name~x\n");
    EXPECT_EQ(sent("POST /search").at("query"), "goods.category:cites name~x");
    EXPECT_EQ(sent("POST /search").at("limit"), 2);
    EXPECT_EQ(sent("POST /search").at("offset"), 0);
    EXPECT_EQ(std::count(ended.out.begin(), ended.out.end(), '\n'), 2);
    EXPECT_THAT(ended.err, HasSubstr("2 of 7 records"));
}

TEST_F(RecordCommands, ListLeavesOutAsManyAsAsked) {
    play_node({{"POST /search", answers({{"records", {record}}, {"matched", 7}})}});
    EXPECT_EQ(run({"list", "seizures", "--offset", "6"}).code, 0);
    EXPECT_EQ(sent("POST /search").at("offset"), 6);
    EXPECT_EQ(sent("POST /search").at("limit"), 100);
}

TEST_F(RecordCommands, ListAlignsItsColumns) {
    json second = record;
    second["id"] = "abcdef";
    play_node({{"POST /search", answers({{"records", {record, second}}, {"matched", 2}})}});
    EXPECT_EQ(run({"search", "seizures"}).out,
              "id      kind     goods/1/quantity\n"
              "abc     seizure  5\n"
              "abcdef  seizure  5\n");
}

TEST_F(RecordCommands, ResolveTakesAValueOrGivesAnother) {
    play_node({{"POST /records/abc/resolve", answers({{"id", "abc"}, {"token", "next"}})}});
    EXPECT_EQ(run({"resolve", "abc", "place", "--take", "2", "--token", "tok"}).code, 0);
    EXPECT_EQ(sent("POST /records/abc/resolve"),
              (json{{"path", "place"}, {"token", "tok"}, {"take", 2}}));
    EXPECT_EQ(run({"resolve", "abc", "place", "--value", "-", "--token", "tok"}, "Negril\n").code,
              0);
    EXPECT_EQ(sent("POST /records/abc/resolve").at("value"), "Negril");
}

TEST_F(RecordCommands, ResolveWantsATokenAndOneWay) {
    play_node({});
    EXPECT_EQ(run({"resolve", "abc", "place", "--token", "t"}).code, 2);
    EXPECT_EQ(run({"resolve", "abc", "place", "--take", "1", "--value", "x", "--token", "t"}).code,
              2);
    EXPECT_THAT(run({"resolve", "abc", "place", "--take", "1"}).err, HasSubstr("usage.token"));
}

TEST_F(RecordCommands, HistoryPrintsWhoAndWhen) {
    play_node({{"GET /records/abc/history",
                answers({{"changes",
                          {{{"at", "2026-04-03T14:05:06.000Z"},
                            {"unit_name", "Airport"},
                            {"officer_name", "B. Brown"},
                            {"kind", "set"},
                            {"state", "merged"},
                            {"assignments", {{{"path", "place"}, {"value", nullptr}}}}}}}})}});
    EXPECT_EQ(run({"history", "abc"}).out,
              "2026-04-03 14:05:06  Airport, B. Brown\n  place  (cleared)\n");
}

}  // namespace
}  // namespace entrepot::tools
