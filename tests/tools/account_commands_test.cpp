#include <gmock/gmock.h>

#include "tests/tools/command_fixture.hpp"

namespace entrepot::tools {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class AccountCommands : public CommandFixture {
protected:
    AccountCommands() {
        const auto ann = answers(
            {{"officer", "Ann"}, {"roles", {"entry"}}, {"state", "active"}, {"failed_tries", 2}});
        play_node({{"POST /officers", ann},
                   {"POST /officers/reset", ann},
                   {"POST /officers/passphrase", ann},
                   {"POST /officers/roles", ann},
                   {"POST /officers/leave", ann},
                   {"POST /sign-out", answers({{"ended", true}})},
                   {"POST /unlock", answers({{"officer", "Ann"}, {"token", "T"}})},
                   {"GET /officers", answers({{"officers",
                                               {{{"officer", "Ann"},
                                                 {"roles", {"entry", "auditor"}},
                                                 {"state", "left"},
                                                 {"failed_tries", 2}}}}})}});
        write("new", "seven silent penguins march\n");
        write("old", "gulls over kingston harbour\n");
    }
};

TEST_F(AccountCommands, AddSendsRolesAndTheNewPassphraseFromItsFile) {
    const Ended ended = run({"officer", "add", "Ann", "--role", "entry", "--role", "auditor",
                             "--new-passphrase-file", path("new"), "--json"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(sent("POST /officers"), json({{"officer", "Ann"},
                                            {"roles", {"entry", "auditor"}},
                                            {"passphrase", "seven silent penguins march"}}));
    EXPECT_EQ(ended.json().at("officer"), "Ann");
}

TEST_F(AccountCommands, TakeNoPassphraseFromTheCommandLine) {
    const Ended ended =
        run({"officer", "add", "Ann", "--role", "entry", "--passphrase", "penguins"});
    EXPECT_EQ(ended.code, 2);
    EXPECT_FALSE(was_asked("POST /officers"));
}

TEST_F(AccountCommands, ResetRoleAndLeaveNameTheOfficer) {
    EXPECT_EQ(run({"officer", "reset", "Ann", "--new-passphrase-file", path("new")}).code, 0);
    EXPECT_FALSE(sent("POST /officers/reset").contains("roles"));
    EXPECT_EQ(run({"officer", "role", "Ann", "--role", "analyst"}).code, 0);
    EXPECT_EQ(sent("POST /officers/roles").at("roles"), json({"analyst"}));
    const Ended left = run({"officer", "leave", "Ann"});
    EXPECT_THAT(left.out, HasSubstr("Ann left"));
    EXPECT_THAT(left.err, HasSubstr("copy of the disk"));
}

TEST_F(AccountCommands, ChangeThePassphraseWithTheOldOne) {
    const Ended ended = run({"officer", "passphrase", "--passphrase-file", path("old"),
                             "--new-passphrase-file", path("new")});
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(sent("POST /officers/passphrase"), json({{"old", "gulls over kingston harbour"},
                                                       {"new", "seven silent penguins march"}}));
}

TEST_F(AccountCommands, ListShowsStateAndFailedTries) {
    const Ended ended = run({"officer", "list"});
    EXPECT_THAT(ended.out, testing::AllOf(HasSubstr("left"), HasSubstr("entry, auditor")));
}

TEST_F(AccountCommands, AnotherOfficerIsSignedInForThatCommandAlone) {
    const Ended ended =
        run({"officer", "list", "--officer", "Ann", "--passphrase-file", path("old")});
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(sent("POST /unlock").at("officer"), "Ann");
    EXPECT_EQ(authorization("GET /officers"), "Bearer T");
    EXPECT_EQ(authorization("POST /sign-out"), "Bearer T") << "who was signed in before stays so";
}

TEST_F(AccountCommands, AnotherOfficersSignInGoesWithEveryKindOfCall) {
    node::HttpResponse roster;
    roster.body = {1, 2, 3};
    play_node({{"POST /unlock", answers({{"officer", "Ann"}, {"token", "T"}})},
               {"POST /sign-out", answers({{"ended", true}})},
               {"POST /search", answers({{"records", json::array()}, {"matched", 0}})},
               {"GET /roster/file", roster},
               {"POST /roster/file", answers({{"added", 0}})}});
    const auto as_ann = [&](std::vector<std::string> words) {
        words.insert(words.end(), {"--officer", "Ann", "--passphrase-file", path("old")});
        return run(words).code;
    };
    EXPECT_EQ(as_ann({"list", "seizures"}), 0);
    EXPECT_EQ(as_ann({"roster", "export", path("roster")}), 0);
    EXPECT_EQ(as_ann({"roster", "import", path("roster")}), 0);
    for (const char* call : {"POST /search", "GET /roster/file", "POST /roster/file"}) {
        EXPECT_EQ(authorization(call), "Bearer T") << call;
    }
}

TEST_F(AccountCommands, ACommandThatFailsEndsTheSignInToo) {
    play_node({{"POST /unlock", answers({{"officer", "Ann"}, {"token", "T"}})},
               {"POST /sign-out", answers({{"ended", true}})}});
    const Ended ended =
        run({"officer", "list", "--officer", "Ann", "--passphrase-file", path("old")});
    EXPECT_NE(ended.code, 0);
    EXPECT_EQ(authorization("POST /sign-out"), "Bearer T");
}

TEST_F(AccountCommands, WhoIsSignedInGivesNoPassphraseAgain) {
    play_node({{"GET /standing", answers({{"unlocked", true}, {"officer", "Ann"}})},
               {"GET /officers", answers({{"officers", json::array()}})}});
    EXPECT_EQ(run({"officer", "list", "--officer", "Ann"}).code, 0);
    EXPECT_FALSE(was_asked("POST /unlock"));
    EXPECT_EQ(authorization("GET /officers"), "");
}

/// The rest of a file, its line's end, and a missing one are no part of a passphrase.
TEST_F(AccountCommands, APassphraseIsTheFirstLineOfItsFile) {
    for (const char* text : {"three gulls", "three gulls\n", "three gulls\r\n",
                             "three gulls\nand a note\n", "three gulls\rof an old file"}) {
        write("fresh", text);
        EXPECT_EQ(run({"officer", "reset", "Ann", "--new-passphrase-file", path("fresh")}).code, 0);
        EXPECT_EQ(sent("POST /officers/reset").at("passphrase"), "three gulls") << text;
    }
    for (const char* text : {"", "\n", "\r\nthree gulls\n"}) {
        write("fresh", text);
        const Ended ended = run(
            {"officer", "add", "Ann", "--role", "entry", "--new-passphrase-file", path("fresh")});
        EXPECT_EQ(ended.code, 2) << text;
        EXPECT_THAT(ended.err, HasSubstr("the first line is empty"));
    }
    EXPECT_FALSE(was_asked("POST /officers"));
}

TEST_F(AccountCommands, SignOutSaysSo) {
    EXPECT_EQ(run({"sign-out"}).out, "signed out\n");
}

}  // namespace
}  // namespace entrepot::tools
