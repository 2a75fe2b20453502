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
    EXPECT_TRUE(was_asked("POST /sign-out"));
}

TEST_F(AccountCommands, SignOutSaysSo) {
    EXPECT_EQ(run({"sign-out"}).out, "signed out\n");
}

}  // namespace
}  // namespace entrepot::tools
