#include <gmock/gmock.h>

#include "tests/tools/command_fixture.hpp"

namespace entrepot::tools {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class ReleaseCommands : public CommandFixture {
protected:
    ReleaseCommands() {
        const json release{{"release", "r1"}, {"state", "proposed"}, {"copy", "c1"}};
        json waiting = release;
        waiting["needs_second_officer"] = true;
        play_node({{"POST /releases", answers(waiting)},
                   {"POST /releases/r1/decision", answers(release)},
                   {"POST /releases/preview",
                    answers({{"copy", {{{"path", "place"}, {"value", "Negril"}}}},
                             {"lines",
                              {{{"path", "place"}, {"fate", "whole"}, {"why", "allowed"}},
                               {{"path", "name"}, {"fate", "stays"}, {"why", "nominal"}}}},
                             {"needs_second_officer", true}})}});
    }
};

TEST_F(ReleaseCommands, SayEverythingThatTheOfficerSaid) {
    const Ended ended = run(
        {"release",    "propose", "abc",     "--to",       "GE",        "--basis",       "Treaty 4",
         "--handling", "H1",      "--until", "2027-01-01", "--purpose", "case",          "--add",
         "name",       "--add",   "born",    "--clear",    "remarks",   "--compartment", "Joint"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(sent("POST /releases"), (json{{"record", "abc"},
                                            {"compartment", "Joint"},
                                            {"partner", "GE"},
                                            {"basis", "Treaty 4"},
                                            {"handling", "H1"},
                                            {"until", "2027-01-01"},
                                            {"purpose", "case"},
                                            {"added", {"name", "born"}},
                                            {"cleared", {"remarks"}}}));
    EXPECT_THAT(ended.err, HasSubstr("entrepot release approve r1"));
}

TEST_F(ReleaseCommands, ShowWhatLeavesApartFromWhatStays) {
    const Ended ended = run({"release", "preview", "abc", "--to", "GE"});
    EXPECT_EQ(ended.out,
              "leaves:\n"
              "  place  Negril\n"
              "stays, or leaves otherwise:\n"
              "  name  stays (nominal)\n");
    EXPECT_THAT(ended.err, HasSubstr("second release officer"));
    EXPECT_FALSE(was_asked("POST /releases"));
}

TEST_F(ReleaseCommands, ApproveAndRefuseAreNotTheSame) {
    EXPECT_EQ(run({"release", "approve", "r1", "--note", "read"}).code, 0);
    EXPECT_EQ(sent("POST /releases/r1/decision"), (json{{"approve", true}, {"note", "read"}}));
    EXPECT_EQ(run({"release", "refuse", "r1", "--note", "too much"}).code, 0);
    EXPECT_EQ(sent("POST /releases/r1/decision"), (json{{"approve", false}, {"note", "too much"}}));
}

}  // namespace
}  // namespace entrepot::tools
