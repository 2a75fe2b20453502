#include "tests/tools/command_fixture.hpp"

namespace entrepot::tools {
namespace {

using node::HttpResponse;

class StatusWarningTest : public CommandFixture {
protected:
    std::string warnings(const std::string& link, const std::string& worker) {
        play_node({{"GET /status", HttpResponse::json(link)},
                   {"GET /standing", HttpResponse::json(worker)}});
        const Ended ended = run({"status", "--node", path("node")});
        EXPECT_EQ(ended.code, 0) << ended.err;
        return ended.out;
    }
};

TEST_F(StatusWarningTest, AreNotShownOfAMachineThatKeepsSecrets) {
    const std::string out =
        warnings(R"({"opened": true, "secrets_locked": true, "hardened": true})",
                 R"({"unlocked": true, "secrets_locked": true, "hardened": true,
                     "views_damage": ""})");
    EXPECT_EQ(out.find("warning"), std::string::npos) << out;
}

TEST_F(StatusWarningTest, SayWhenTheLinksSecretsAreNotLockedInMemory) {
    const std::string out = warnings(R"({"opened": true, "secrets_locked": false})",
                                     R"({"unlocked": true, "secrets_locked": true})");
    EXPECT_NE(out.find("does not let secrets be locked"), std::string::npos) << out;
}

TEST_F(StatusWarningTest, SayWhenCoreDumpsAreOn) {
    const std::string out =
        warnings(R"({"opened": true})", R"({"unlocked": true, "hardened": false})");
    EXPECT_NE(out.find("core dumps"), std::string::npos) << out;
}

TEST_F(StatusWarningTest, SayThatViewsWereMadeAnewAndWhy) {
    const std::string out = warnings(R"({"opened": true})",
                                     R"({"unlocked": true, "views_damage": "page 3: used twice"})");
    EXPECT_NE(out.find("page 3: used twice"), std::string::npos) << out;
}

TEST_F(StatusWarningTest, SayThatTheLogIsAnOlderOne) {
    const std::string out = warnings(R"({"opened": true})",
                                     R"({"unlocked": true, "older_log": "the log ends at 2"})");
    EXPECT_NE(out.find("ALERT"), std::string::npos) << out;
    EXPECT_NE(out.find("the log ends at 2"), std::string::npos) << out;
}

}  // namespace
}  // namespace entrepot::tools
