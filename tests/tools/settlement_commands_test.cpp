#include <gmock/gmock.h>

#include "tests/tools/command_fixture.hpp"

namespace entrepot::tools {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// An administration that was copied, as a backup is; each copy certified a headquarters since.
class SettlementCommands : public CommandFixture {
protected:
    void SetUp() override {
        surroundings_.service_key = path("founder");
        ASSERT_EQ(create("kept").code, 0);
        std::filesystem::copy(at("kept"), at("old"), std::filesystem::copy_options::recursive);
        ASSERT_EQ(enrol("kept", install("hq")).code, 0);
        lost_ = install("other");
        ASSERT_EQ(enrol("old", lost_).code, 0);
    }
    Ended create(const std::string& name) {
        return run({"administration", "create", path(name), "--country", "JM", "--name",
                    "Jamaica Customs Agency"});
    }
    nlohmann::json install(const std::string& name) {
        return run({"node", "create", path(name), "--kind", "headquarters", "--name", name,
                    "--country", "JM", "--officer", "A. Chief", "--json"})
            .json();
    }
    Ended enrol(const std::string& administration, const nlohmann::json& made) {
        return run({"administration", "enrol", path(administration), made.at("request"), "--code",
                    made.at("code"), "-o", path(administration + ".join")});
    }
    Ended settle(const std::vector<std::string>& more) {
        std::vector<std::string> words{"administration", "settle-roster", path("kept"),
                                       path("old/roster.epr")};
        words.insert(words.end(), more.begin(), more.end());
        return run(words);
    }

    nlohmann::json lost_;
};

TEST_F(SettlementCommands, SettleAForkAndSayWhatIsToBeMadeAgain) {
    const Ended settled = settle({"--yes", "--json"});
    ASSERT_EQ(settled.code, 0) << settled.err;
    EXPECT_EQ(settled.json().at("common"), 1);
    EXPECT_EQ(settled.json().at("length"), 3);
    EXPECT_THAT(settled.json().at("make_again").at(0).at("did").get<std::string>(),
                AllOf(HasSubstr("certified headquarters"), HasSubstr("administration enrol")));
    EXPECT_THAT(settle({"--yes"}).err, HasSubstr("settle.nothing"));
    const Ended again = enrol("kept", lost_);
    EXPECT_EQ(again.code, 0) << again.err;
}

TEST_F(SettlementCommands, DraftAnEntryForHoldersElsewhere) {
    const Ended drafted = settle({"--draft", path("d")});
    ASSERT_EQ(drafted.code, 0) << drafted.err;
    for (const std::string key : {"1", "2"}) {
        const Ended one = run({"administration", "sign", path("d"), "--key",
                               path("kept/root-" + key + ".key"), "--yes"});
        ASSERT_EQ(one.code, 0) << one.err;
        EXPECT_THAT(one.err, HasSubstr("settles a forked roster"));
    }
    ASSERT_EQ(run({"administration", "apply", path("kept"), path("d")}).code, 0);
    EXPECT_THAT(settle({"--yes"}).err, HasSubstr("settle.nothing"));
}

TEST_F(SettlementCommands, AskBeforeTheySettle) {
    EXPECT_THAT(settle({}).err, AllOf(HasSubstr("usage.wrong")));
    EXPECT_EQ(settle({"--yes"}).code, 0);
}

TEST_F(SettlementCommands, RefuseARosterOfAnotherAdministration) {
    ASSERT_EQ(create("foreign").code, 0);
    const Ended refused = run({"administration", "settle-roster", path("kept"),
                               path("foreign/roster.epr"), "--yes"});
    EXPECT_THAT(refused.err, HasSubstr("roster.fingerprint"));
}

TEST_F(SettlementCommands, SettleAnOuterRosterToo) {
    const std::string georgia(52, 'g');
    const auto share = [&](const std::string& name) {
        return run({"administration", "partner", path(name), "GE", georgia, "--yes", "--json"});
    };
    ASSERT_EQ(share("kept").code, 0);
    std::filesystem::copy(at("kept"), at("older"), std::filesystem::copy_options::recursive);
    ASSERT_EQ(enrol("kept", install("second")).code, 0);
    ASSERT_EQ(share("kept").code, 0);
    ASSERT_EQ(enrol("older", install("third")).code, 0);
    ASSERT_EQ(share("older").code, 0);
    const std::vector<std::string> words{"administration", "settle-roster", path("kept"),
                                         path("older/outer-GE.epr"), "--yes"};
    auto json = words;
    json.emplace_back("--json");
    const Ended settled = run(json);
    ASSERT_EQ(settled.code, 0) << settled.err;
    EXPECT_EQ(settled.json().at("common"), 2);
    EXPECT_EQ(settled.json().at("length"), 4);
    EXPECT_EQ(settled.json().at("roster"), path("kept/outer-GE.epr"));
    EXPECT_THAT(settled.json().at("make_again").at(0).at("did").get<std::string>(),
                HasSubstr("administration partner"));
    EXPECT_THAT(run(words).err, HasSubstr("settle.nothing"));
    EXPECT_EQ(share("kept").code, 0) << "and goes on";
}

}  // namespace
}  // namespace entrepot::tools
