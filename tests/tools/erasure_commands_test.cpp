#include <gmock/gmock.h>

#include "crypto/base64.hpp"
#include "tests/tools/command_fixture.hpp"

namespace entrepot::tools {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// The test plays headquarters: what it plans, and the draft of it.
class ErasureCommands : public CommandFixture {
protected:
    static json plan() {
        return {
            {"record", "abc"},
            {"name", "Suspects"},
            {"whole", false},
            {"changes", {{{"log", "aaaaaaaaaa"}, {"number", 4}, {"change", 1}, {"counts", false}}}},
            {"beside", {"dates/birth"}},
            {"in_conflict", {"names/family"}},
            {"left_out", 2},
            {"unreachable", 1},
            {"draft", crypto::to_base64(as_bytes("a draft"))}};
    }
    std::string content(const std::string& name) const {
        return std::string(as_text(*node::read_file(at(name), 4096)));
    }
};

TEST_F(ErasureCommands, DraftTheOrderAndSayAllThatWouldGo) {
    play_node({{"POST /administration/erasures", answers(plan())}});
    const Ended ended = run({"administration", "erase", "suspects/abc", "--reason", "Act 4",
                             "--path", "addresses/1", "-o", path("draft")});
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(sent("POST /administration/erasures"), (json{{"database", "suspects"},
                                                           {"record", "abc"},
                                                           {"compartment", ""},
                                                           {"path", "addresses/1"},
                                                           {"reason", "Act 4"},
                                                           {"preview", false}}));
    EXPECT_EQ(content("draft"), "a draft");
    EXPECT_THAT(ended.err,
                AllOf(HasSubstr("erases a part of record abc"), HasSubstr("1 change and"),
                      HasSubstr("(does not count)"), HasSubstr("written again: dates/birth"),
                      HasSubstr("NOT written again: names/family"), HasSubstr("2 changes more"),
                      HasSubstr("1 change on branches")));
}

TEST_F(ErasureCommands, NeverWriteADraftOverAnotherFile) {
    play_node({{"POST /administration/erasures", answers(plan())}});
    write("letter.txt", "dear holder");
    const Ended refused = run(
        {"administration", "erase", "suspects/abc", "--reason", "Act 4", "-o", path("letter.txt")});
    EXPECT_NE(refused.code, 0);
    EXPECT_THAT(refused.err, HasSubstr("letter.txt is there already"));
    EXPECT_EQ(content("letter.txt"), "dear holder");

    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(at("."));
    const std::vector<std::string> line{"administration", "erase", "suspects/abc", "--reason", "A"};
    const auto first = run(line), second = run(line), third = run(line);
    std::filesystem::current_path(before);
    EXPECT_EQ(first.code + second.code + third.code, 0) << third.err;
    EXPECT_EQ(content("erasure.draft"), "a draft");
    EXPECT_EQ(content("erasure-2.draft"), "a draft");
    EXPECT_THAT(third.err, HasSubstr("erasure-3.draft"));
}

TEST_F(ErasureCommands, OnlyTellWhatWouldGoWhenAskedTo) {
    json only = plan();
    only.erase("draft");
    play_node({{"POST /administration/erasures", answers(only)}});
    const Ended ended = run({"administration", "erase", "suspects/abc", "--reason", "Act 4",
                             "--preview", "-o", path("draft")});
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(sent("POST /administration/erasures").at("preview"), true);
    EXPECT_THAT(ended.out, HasSubstr("2 changes more"));
    EXPECT_FALSE(std::filesystem::exists(at("draft")));
}

TEST_F(ErasureCommands, WantTheDatabaseAndTheRecord) {
    play_node({});
    for (const char* wrong : {"abc", "/abc", "suspects/", "/"}) {
        const Ended ended = run({"administration", "erase", wrong, "--reason", "Act 4"});
        EXPECT_EQ(ended.code, 2) << wrong;
        EXPECT_THAT(ended.err, HasSubstr("DATABASE/ID"));
    }
}

TEST_F(ErasureCommands, ListWhoHasSignedThatNothingIsLeft) {
    const json nodes{{{"kind", "unit"}, {"name", "Airport"}, {"node", "nnn"}, {"receipted", true}},
                     {{"kind", "relay"}, {"node", "mmm"}, {"receipted", false}}};
    const json orders{{"orders",
                       {{{"entry", 9},
                         {"changes", 1},
                         {"records", 1},
                         {"whole", true},
                         {"receipted", 1},
                         {"nodes", nodes},
                         {"reason", "Act 4"}}}}};
    play_node({{"GET /administration/erasures", answers(orders)},
               {"GET /partners/GE/erasures", answers(json::object())}});
    EXPECT_THAT(run({"administration", "erasures"}).out,
                AllOf(HasSubstr("receipted by 1 of 2 nodes"),
                      HasSubstr("done     unit \"Airport\" nnn"), HasSubstr("not yet  relay mmm")));
    EXPECT_EQ(run({"administration", "erasures", "--json"}).json(), orders);
    EXPECT_THAT(run({"partner", "erasures", "GE"}).err, HasSubstr("nothing was ordered erased"));
}

using RetentionCommands = ErasureCommands;

TEST_F(RetentionCommands, ListWhatIsDueWithoutOrderingAnything) {
    const json due{{"database", "suspects"}, {"record", "abc"}, {"name", "S"}, {"why", "reviewed"}};
    play_node(
        {{"POST /administration/retention", answers({{"due", {due}}, {"held", {due, due}}})}});
    const Ended ended =
        run({"retention", "sweep", "--preview", "--database", "suspects", "-o", path("draft")});
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(
        sent("POST /administration/retention"),
        (json{{"database", "suspects"}, {"order", false}, {"reason", "retention period over"}}));
    EXPECT_THAT(ended.err, HasSubstr("1 records are due, 2 more are kept by a legal hold"));
    EXPECT_FALSE(std::filesystem::exists(at("draft")));
}

TEST_F(RetentionCommands, DraftTheOrderForWhatNothingKeeps) {
    json answer{{"due", json::array()}, {"ordered", 5}, {"later", 2}};
    answer["draft"] = crypto::to_base64(as_bytes("a draft"));
    play_node({{"POST /administration/retention", answers(answer)}});
    const Ended ended =
        run({"retention", "sweep", "--order", "--reason", "Act 4", "-o", path("draft")});
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(sent("POST /administration/retention").at("order"), true);
    EXPECT_EQ(sent("POST /administration/retention").at("reason"), "Act 4");
    EXPECT_EQ(content("draft"), "a draft");
    EXPECT_THAT(ended.err, AllOf(HasSubstr("the first 5 of them"), HasSubstr("2 more are due")));
}

TEST_F(RetentionCommands, WantOneOfListingAndOrdering) {
    play_node({});
    EXPECT_EQ(run({"retention", "sweep"}).code, 2);
    EXPECT_EQ(run({"retention", "sweep", "--preview", "--order"}).code, 2);
    EXPECT_FALSE(was_asked("POST /administration/retention"));
}

}  // namespace
}  // namespace entrepot::tools
