#include <gmock/gmock.h>

#include "crypto/words.hpp"
#include "tests/tools/command_fixture.hpp"

namespace entrepot::tools {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

using ExchangeCommands = CommandFixture;

json peer(bool in_sync) {
    return {{"node", "abcdefghijkl"}, {"direction", "dialled"}, {"state", "live"},
            {"in_sync", in_sync},     {"check_answered", true}, {"commits_in", 3}};
}

TEST_F(ExchangeCommands, SyncOnceEndsWhenEveryPeerIsInSync) {
    play_node({{"GET /status", answers({{"opened", true}, {"peers", {peer(true)}}})},
               {"POST /sync", answers(json::object())}});
    const Ended ended = run({"sync", "--once"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_TRUE(was_asked("POST /sync"));
    EXPECT_THAT(ended.out, HasSubstr("abcdefgh"));
}

TEST_F(ExchangeCommands, SyncOnceSaysWhatKeptItFromEnding) {
    play_node(
        {{"GET /status",
          answers(
              {{"opened", true},
               {"peers", {peer(true)}},
               {"dialled",
                {{{"address", "tcp://x:1"}, {"connected", false}, {"last_failure", "refused"}}}}})},
         {"POST /sync", answers(json::object())}});
    const Ended ended = run({"sync", "--once", "--timeout", "0"});
    EXPECT_EQ(ended.code, 7);
    EXPECT_THAT(ended.err, HasSubstr("sync.incomplete"));
    EXPECT_THAT(ended.err, HasSubstr("tcp://x:1: refused"));
}

TEST_F(ExchangeCommands, SyncOnceWaitsForTheAnswerToItsCheck) {
    json unanswered = peer(true);
    unanswered["check_answered"] = false;
    for (const json& last : {unanswered, peer(false)}) {
        play_node({{"GET /status", answers({{"opened", true}, {"peers", {peer(true), last}}})},
                   {"POST /sync", answers(json::object())}});
        const Ended ended = run({"sync", "--once", "--timeout", "0"});
        EXPECT_EQ(ended.code, 7) << last;
        EXPECT_THAT(ended.err, HasSubstr("a peer still has something to send"));
    }
}

TEST_F(ExchangeCommands, SyncAtARunningNodeWaitsForNobodyUnlessAsked) {
    play_node({{"GET /status", answers({{"opened", true}, {"peers", {peer(false)}}})},
               {"POST /sync", answers(json::object())}});
    const Ended ended = run({"sync", "--timeout", "0", "--json"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(ended.json().at("peers").size(), 1U);
}

TEST_F(ExchangeCommands, SyncOnceNeedsAPeer) {
    play_node({{"POST /sync", answers(json::object())}});
    const Ended ended = run({"sync", "--once"});
    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(ended.err, HasSubstr("sync.no_peer"));
}

TEST_F(ExchangeCommands, StatusWorksWhileLocked) {
    play_node({{"GET /standing", node::HttpResponse::json("{}", 423)},
               {"GET /status", answers({{"opened", true}, {"commits", 12}, {"log_bytes", 2048}})}});
    const Ended ended = run({"status"});
    EXPECT_EQ(ended.code, 0);
    EXPECT_THAT(ended.out, HasSubstr("locked: it relays"));
    EXPECT_THAT(ended.out, HasSubstr("2.0 KiB"));
    EXPECT_TRUE(run({"status", "--json"}).json().at("running"));
}

TEST_F(ExchangeCommands, StatusNamesTheUnitsOfItsPeers) {
    play_node({{"GET /status", answers({{"opened", true}, {"peers", {peer(true)}}})},
               {"GET /roster",
                answers({{"nodes", {{{"node", "abcdefghijkl"}, {"name", "Kingston Seaport"}}}}})}});
    const json status = run({"status", "--json"}).json();
    EXPECT_EQ(status.at("peers")[0].at("unit_name"), "Kingston Seaport");
    EXPECT_EQ(status.at("standing").at("unlocked"), true);
}

TEST_F(ExchangeCommands, VerifyEndsWithThreeOnAProblem) {
    const json problem{{"what", "commit 4"}, {"code", "commit.signature"}, {"why", "not right"}};
    play_node({{"POST /verify", answers({{"commits", 4}, {"problems", {problem}}})}});
    const Ended ended = run({"verify"});
    EXPECT_EQ(ended.code, 3);
    EXPECT_THAT(ended.out, HasSubstr("commit 4: commit.signature: not right"));
    EXPECT_EQ(sent("POST /verify"), (json{{"rebuild", false}}));
}

TEST_F(ExchangeCommands, VerifyMakesViewsAnewWhenAsked) {
    const json problem{{"what", "record 7"}, {"code", "store.damaged"}, {"why", "differs"}};
    play_node({{"POST /verify", answers({{"commits", 4}, {"problems", {problem}}})}});
    EXPECT_EQ(run({"verify", "--rebuild"}).code, 3);
    EXPECT_EQ(sent("POST /verify"), (json{{"rebuild", true}}));
}

TEST_F(ExchangeCommands, VerifySavesADamagedLogWithACredentialOnly) {
    const json problem{{"what", "commit 4"}, {"code", "commit.signature"}, {"why", "not right"}};
    play_node({{"POST /verify", answers({{"commits", 4}, {"problems", {problem}}})}});
    const Ended ended = run({"verify", "--rebuild"});
    EXPECT_EQ(ended.code, 4);
    EXPECT_THAT(ended.err, HasSubstr("the log is damaged"));
}

TEST_F(ExchangeCommands, RosterGoesToAFileAndBack) {
    node::HttpResponse roster;
    roster.body = {1, 2, 3};
    play_node({{"GET /roster/file", roster}, {"POST /roster/file", answers({{"added", 2}})}});
    ASSERT_EQ(run({"roster", "export", path("roster")}).code, 0);
    const Ended again = run({"roster", "export", path("roster")});
    EXPECT_NE(again.code, 0);
    EXPECT_THAT(again.err, HasSubstr("is there already"));
    EXPECT_EQ(run({"roster", "export", path("roster"), "--replace"}).code, 0);
    EXPECT_EQ(run({"roster", "import", path("roster")}).out, "2 entries added\n");
    EXPECT_EQ(run({"roster", "import", path("absent")}).code, 2);
}

TEST_F(ExchangeCommands, RosterImportTellsTheNodeWhichRootIsTheRightOne) {
    play_node({{"POST /roster/file", answers({{"added", 2}, {"length", 9}})}});
    write("roster", "entries");
    const Ended unpinned = run({"roster", "import", path("roster"), "--json"});
    EXPECT_EQ(unpinned.json(), (json{{"added", 2}, {"length", 9}}));
    EXPECT_TRUE(query("POST /roster/file").empty());
    const std::string words = crypto::eight_words(Hash{});
    ASSERT_EQ(run({"roster", "import", path("roster"), "--root", words}).code, 0);
    EXPECT_EQ(query("POST /roster/file").at("root"), words);
    EXPECT_EQ(run({"roster", "import", path("roster"), "--root", "eight"}).code, 2);
}

TEST_F(ExchangeCommands, ImportSendsTheRowsAndReportsThoseThatDidNotFit) {
    const json problem{{"row", 2}, {"column", "date"}, {"value", "x"}, {"why", "not a date"}};
    play_node(
        {{"POST /imports", answers({{"import", "i1"}})},
         {"POST /imports/i1/rows", answers({{"rows", 2}})},
         {"POST /imports/i1/finish",
          answers({{"rows", 2}, {"added", 1}, {"problems", {problem}}, {"mend", "date\nx\n"}})}});
    write("map.json", R"({"database": "seizures"})");
    write("rows.csv", "date\n2026-01-02\nx\n");
    const Ended ended = run({"import", "seizures", path("rows.csv"), "--map", path("map.json"),
                             "--mend", path("mend.csv"), "--dry-run"});
    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(ended.out, HasSubstr("not a date"));
    EXPECT_EQ(sent("POST /imports").at("dry_run"), true);
    EXPECT_EQ(std::filesystem::file_size(at("mend.csv")), 7U);
}

TEST_F(ExchangeCommands, ImportSaysBeforeItSendsARowThatItsMendFileIsThereAlready) {
    play_node({});
    write("map.json", R"({"database": "seizures"})");
    write("rows.csv", "date\nx\n");
    write("mend.csv", "mine");
    const Ended ended = run({"import", "seizures", path("rows.csv"), "--map", path("map.json"),
                             "--mend", path("mend.csv")});
    EXPECT_NE(ended.code, 0);
    EXPECT_THAT(ended.err, HasSubstr("mend.csv is there already"));
    EXPECT_FALSE(was_asked("POST /imports"));
    EXPECT_EQ(std::filesystem::file_size(at("mend.csv")), 4U);
}

TEST_F(ExchangeCommands, ImportGivesItsReportAsJsonWithoutTheRowsThemselves) {
    const json problem{{"row", 2}, {"column", "date"}, {"value", "x"}, {"why", "not a date"}};
    const json report{{"rows", 2}, {"added", 1}, {"problems", {problem}}};
    json answer = report;
    answer["mend"] = "date\nx\n";
    play_node({{"POST /imports", answers({{"import", "i1"}})},
               {"POST /imports/i1/rows", answers({{"rows", 2}})},
               {"POST /imports/i1/finish", answers(answer)}});
    const Ended ended =
        run({"import", "seizures", "-", "--compartment", "Joint", "--json"}, "{}\n{}\n");
    EXPECT_EQ(ended.code, 2);
    EXPECT_EQ(ended.json(), report);
    EXPECT_EQ(sent("POST /imports"),
              (json{{"mapping", "seizures"}, {"dry_run", false}, {"compartment", "Joint"}}));
}

TEST_F(ExchangeCommands, ImportTellsHowManyMoreRowsDidNotFit) {
    json problems = json::array();
    for (int row = 1; row <= 23; ++row) {
        problems.push_back({{"row", row}, {"why", "why of " + std::to_string(row) + "."}});
    }
    play_node({{"POST /imports", answers({{"import", "i1"}})},
               {"POST /imports/i1/finish", answers({{"rows", 23}, {"problems", problems}})}});
    const Ended ended = run({"import", "seizures", "-"});
    EXPECT_THAT(ended.out, HasSubstr("why of 20."));
    EXPECT_THAT(ended.out, ::testing::Not(HasSubstr("why of 21.")));
    EXPECT_THAT(ended.out, HasSubstr("… 3 more"));
}

TEST_F(ExchangeCommands, ImportRefusesAWrongMappingOrFile) {
    play_node({});
    write("map.json", R"({"database": "seizures"})");
    const Ended unknown = run({"import", "-", "--map", "no such map"});
    EXPECT_EQ(unknown.code, 2);
    EXPECT_THAT(unknown.err, HasSubstr("import.mapping"));
    EXPECT_EQ(run({"import", "suspects", "-", "--map", path("map.json")}).code, 2);
    const Ended absent = run({"import", path("absent.csv"), "--map", path("map.json")});
    EXPECT_EQ(absent.code, 2);
    EXPECT_THAT(absent.err, HasSubstr("import.unreadable"));
}

TEST_F(ExchangeCommands, UnlockSendsThePassphraseOfAFile) {
    play_node({{"POST /worker", answers(json::object())},
               {"POST /unlock", answers({{"officer", "A. Chief"}})}});
    write("passphrase", "correct horse\n");
    const Ended ended =
        run({"unlock", "--officer", "A. Chief", "--passphrase-file", path("passphrase")});
    EXPECT_EQ(ended.out, "unlocked by A. Chief\n");
    EXPECT_EQ(sent("POST /unlock"),
              (json{{"officer", "A. Chief"}, {"passphrase", "correct horse"}}));
}

TEST_F(ExchangeCommands, AWrongPassphraseIsDenied) {
    const ErrorCode wrong{"keybag.wrong_passphrase", ErrorKind::denied};
    play_node({{"POST /worker", answers(json::object())},
               {"POST /unlock", node::problem_response(Error{wrong, "no"})}});
    write("passphrase", "incorrect horse\n");
    EXPECT_EQ(run({"unlock", "--passphrase-file", path("passphrase")}).code, 4);
}

TEST_F(ExchangeCommands, MembersOfACompartmentHaveARight) {
    play_node({{"POST /administration/compartments", answers({{"id", "c1"}})}});
    const std::vector<std::string> words{"administration", "compartment", "add",   "--database",
                                         "seizures",       "--name",      "Joint", "--member"};
    auto right = words;
    right.insert(right.end(), {"Norman Manley: cargo:write", "--member", "Kingston:read"});
    EXPECT_EQ(run(right).out, "c1\n");
    EXPECT_EQ(sent("POST /administration/compartments").at("members"),
              (json{{{"unit", "Norman Manley: cargo"}, {"right", "write"}},
                    {{"unit", "Kingston"}, {"right", "read"}}}));
    auto wrong = words;
    wrong.emplace_back("Kingston");
    EXPECT_EQ(run(wrong).code, 2);
}

TEST_F(ExchangeCommands, GenerateIsTheSameForTheSameSeed) {
    const Ended first = run({"generate", "--seed", "5", "--count", "3"});
    EXPECT_EQ(std::count(first.out.begin(), first.out.end(), '\n'), 3);
    EXPECT_EQ(first.out, run({"generate", "--seed", "5", "--count", "3"}).out);
    EXPECT_EQ(run({"generate", "--database", "nothing"}).code, 2);
}

}  // namespace
}  // namespace entrepot::tools
