#include <gmock/gmock.h>

#include "tests/tools/command_fixture.hpp"

namespace entrepot::tools {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

using Usage = CommandFixture;

TEST_F(Usage, NamesAnUnknownCommand) {
    const Ended ended = run({"frobnicate"});
    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(ended.err,
                StartsWith("entrepot: usage.wrong: no command or place for 'frobnicate'"));
    EXPECT_EQ(ended.out, "");
}

TEST_F(Usage, NamesAnUnknownOption) {
    const Ended ended = run({"put", "seizures", "-", "--colour"});
    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(ended.err, HasSubstr("no option '--colour'"));
}

TEST_F(Usage, NamesAMissingArgument) {
    const Ended ended = run({"put", "seizures"});
    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(ended.err, HasSubstr("FILE is required"));
}

TEST_F(Usage, IsOneLineOnStandardError) {
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{}, {"node"}, {"--json"}, {"list", "x", "--limit", "many"}}) {
        const Ended ended = run(words);
        EXPECT_EQ(ended.code, 2);
        EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
    }
}

TEST_F(Usage, GivesErrorsAsJsonToo) {
    const Ended ended = run({"frobnicate", "--json"});
    EXPECT_EQ(ended.json().at("error").at("code"), "usage.wrong");
    EXPECT_THAT(ended.err, HasSubstr("frobnicate"));
}

TEST_F(Usage, HelpTellsTheExitCodesAndEndsWell) {
    const Ended ended = run({"--help"});
    EXPECT_EQ(ended.code, 0);
    EXPECT_THAT(ended.out, HasSubstr("denied, or the node is locked"));
    EXPECT_EQ(run({"administration", "compartment", "add", "--help"}).code, 0);
}

TEST_F(Usage, HelpSaysWhatEachGroupOfCommandsIsFor) {
    for (const Command& command : all_commands()) {
        for (auto end = command.path.find(' '); end != std::string::npos;
             end = command.path.find(' ', end + 1)) {
            std::istringstream group(command.path.substr(0, end));
            std::vector<std::string> line{std::istream_iterator<std::string>(group), {}};
            line.emplace_back("--help");
            EXPECT_FALSE(run(line).out.starts_with("Usage")) << command.path;
        }
    }
}

TEST_F(Usage, HelpDoesNotShowThePartThatTheNodeStartsItself) {
    EXPECT_EQ(run({"node", "--help"}).out.find("worker"), std::string::npos);
}

TEST_F(Usage, AsksWhichNodeWhenNoneIsNamed) {
    surroundings_.node = "";
    const Ended ended = run({"status"});
    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(ended.err, HasSubstr("usage.no_node"));
}

TEST_F(Usage, SaysWhenThereIsNoNodeThere) {
    const Ended ended = run({"status"});
    EXPECT_EQ(ended.code, 5);
    EXPECT_THAT(ended.err, HasSubstr("node.missing"));
}

TEST_F(Usage, SaysWhenATemporaryNodeCannotBeStarted) {
    ASSERT_TRUE(node::NodeDirectory::create(at("node")).has_value());
    const Ended ended = run({"status"});
    EXPECT_EQ(ended.code, 7);
    EXPECT_THAT(ended.err, HasSubstr("node.not_started"));
}

TEST_F(Usage, StoppingNeedsARunningNode) {
    ASSERT_TRUE(node::NodeDirectory::create(at("node")).has_value());
    const Ended ended = run({"node", "stop"});
    EXPECT_EQ(ended.code, 7);
    EXPECT_THAT(ended.err, HasSubstr("api.no_node"));
}

TEST_F(Usage, StoppingSaysWhenTheNodeGoesOn) {
    play_node({{"POST /stop", answers(nlohmann::json::object())}});
    const auto directory = std::move(node::NodeDirectory::open(at("node"))).value();
    const auto held = node::NodeLock::take(directory);
    const Ended ended = run({"node", "stop", "--timeout", "0"});
    EXPECT_EQ(ended.code, 7);
    EXPECT_THAT(ended.err, HasSubstr("node.not_stopped"));
}

TEST_F(Usage, AnAnswerThatIsNoJsonIsAnError) {
    play_node({{"GET /compartments", node::HttpResponse::json("<html>")}});
    const Ended ended = run({"compartments"});
    EXPECT_EQ(ended.code, 7);
    EXPECT_THAT(ended.err, HasSubstr("node.answer"));
}

TEST_F(Usage, OutputThatIsLostIsAnError) {
    out_is_full_ = true;
    const Ended ended = run({"generate", "--count", "1"});
    EXPECT_EQ(ended.code, 8);
    EXPECT_THAT(ended.err, HasSubstr("output.lost"));
}

TEST_F(Usage, CompletionKnowsEveryCommandButHiddenOnes) {
    const std::string script = run({"completion", "bash"}).out;
    EXPECT_THAT(script, HasSubstr("\"administration compartment\") words=\"add"));
    EXPECT_THAT(script, HasSubstr("--dry-run"));
    EXPECT_EQ(script.find("node worker"), std::string::npos);
}

TEST(ExitCode, IsItsOwnForEveryKindThatAPersonHandlesDifferently) {
    EXPECT_EQ(exit_code(ErrorKind::invalid_input), 2);
    EXPECT_EQ(exit_code(ErrorKind::refused), 3);
    EXPECT_EQ(exit_code(ErrorKind::denied), 4);
    EXPECT_EQ(exit_code(ErrorKind::locked), 4);
    EXPECT_EQ(exit_code(ErrorKind::not_found), 5);
    EXPECT_EQ(exit_code(ErrorKind::conflict), 6);
    EXPECT_EQ(exit_code(ErrorKind::unavailable), 7);
    EXPECT_EQ(exit_code(ErrorKind::storage), 8);
}

}  // namespace
}  // namespace entrepot::tools
