#include <gmock/gmock.h>

#include "tests/tools/command_fixture.hpp"

namespace entrepot::tools {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

using ConflictCommands = CommandFixture;

TEST_F(ConflictCommands, ListThoseOfOneDatabaseOneALine) {
    const json record{{"database", "seizures"}, {"id", "abc"}, {"token", "tok"}};
    play_node({{"POST /conflicts", answers({{"records", {record, record}}, {"total", 9}})}});
    const Ended ended = run({"conflicts", "seizures", "--limit", "2", "--json"});
    EXPECT_EQ(ended.out, record.dump() + "\n" + record.dump() + "\n");
    EXPECT_THAT(ended.err, HasSubstr("9 records with conflicts"));
    EXPECT_EQ(sent("POST /conflicts"), (json{{"database", "seizures"}, {"limit", 2}}));
    EXPECT_THAT(run({"conflicts"}).out, HasSubstr("token tok"));
    EXPECT_EQ(sent("POST /conflicts"), (json{{"limit", 100}}));
}

TEST_F(ConflictCommands, ResolveNamesTheCompartmentAndKeepsTheKindOfTheValue) {
    play_node({{"POST /records/abc/resolve", answers({{"id", "abc"}, {"token", "next"}})}});
    EXPECT_EQ(run({"resolve", "abc", "place", "--value", "41", "--token", "tok", "--compartment",
                   "Joint"})
                  .out,
              "resolved; token next\n");
    EXPECT_EQ(sent("POST /records/abc/resolve"),
              (json{{"path", "place"}, {"token", "tok"}, {"value", 41}, {"compartment", "Joint"}}));
}

/// A log that forked at commit 2, its two branches, and what headquarters keeps.
class ForkCommands : public CommandFixture {
protected:
    ForkCommands() {
        const json held{{"hash", "aaaaaaaaaaaaaaaaaaaa"}, {"held_here", true}};
        const json other{{"hash", "bbbbbbbbbbbbbbbbbbbb"},
                         {"receipts", {{{"node", "nnnnnnnnnn"}, {"number", 3}}}}};
        play_node({{"GET /forks", answers({{"forks",
                                            {{{"log", "lll"},
                                              {"unit", "Airport"},
                                              {"number", 2},
                                              {"branches", {held, other}}}}}})},
                   {"POST /administration/settle",
                    answers({{"number", 3}, {"hash", "bbbbbbbbbbbbbbbbbbbb"}})}});
    }
};

TEST_F(ForkCommands, ListBranchesAndTheReceiptsThatCoverThem) {
    const Ended ended = run({"forks"});
    EXPECT_EQ(ended.out,
              "lll  of Airport  at commit 2  takes nothing until it is settled\n"
              "  aaaaaaaaaaaaaaaa  held here\n"
              "  bbbbbbbbbbbbbbbb  receipt of nnnnnnnn up to 3\n");
    EXPECT_THAT(ended.err, HasSubstr("1 forks"));
}

TEST_F(ForkCommands, SettleForTheBranchNamedOrTheOneReceipted) {
    EXPECT_EQ(run({"administration", "settle-log", "lll", "--keep", "bbbb"}).out,
              "kept up to commit 3 bbbbbbbbbbbbbbbb\n");
    EXPECT_EQ(sent("POST /administration/settle"), (json{{"log", "lll"}, {"keep", "bbbb"}}));
    EXPECT_EQ(run({"administration", "settle-log", "lll", "--default"}).code, 0);
    EXPECT_EQ(sent("POST /administration/settle"), (json{{"log", "lll"}}));
}

TEST_F(ForkCommands, SettleNothingUnlessOneWayIsChosen) {
    EXPECT_EQ(run({"administration", "settle-log", "lll"}).code, 2);
    EXPECT_EQ(run({"administration", "settle-log", "lll", "--keep", "bbbb", "--default"}).code, 2);
    EXPECT_FALSE(was_asked("POST /administration/settle"));
}

}  // namespace
}  // namespace entrepot::tools
