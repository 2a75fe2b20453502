#include <gmock/gmock.h>

#include <fstream>

#include "tests/tools/command_fixture.hpp"
#include "tools/commands/files/fresh_file.hpp"

namespace entrepot::tools {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class BundleCommands : public CommandFixture {
protected:
    std::string content(const std::string& name) const {
        std::ifstream in(at(name), std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    std::size_t files() const {
        return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(at("")),
                                                      std::filesystem::directory_iterator()));
    }
};

TEST_F(BundleCommands, ExportPassesNamesAsIds) {
    const json roster{{"nodes",
                       {{{"node", "AAAA"}, {"name", "Kingston, Seaport"}},
                        {{"node", "BBBB"}, {"name", "Montego Bay"}},
                        {{"node", "CCCC"}, {"name", "Montego Bay"}, {"revoked", true}}}}};
    play_node({{"GET /roster", answers(roster)},
               {"POST /bundles/exports",
                answers({{"export", "E1"}, {"to", {"AAAA", "BBBB"}}, {"commits", 4}})},
               {"POST /bundles/exports/E1/piece", node::HttpResponse{}}});
    const Ended ended = run({"bundle", "export", path("there"), "--to", "Kingston, Seaport", "--to",
                             "Montego Bay,headquarters"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(sent("POST /bundles/exports").at("to"), json({"AAAA", "BBBB", "headquarters"}));
    EXPECT_THAT(ended.err, HasSubstr("4 commits for 2 nodes"));
    EXPECT_TRUE(std::filesystem::exists(at("there")));
}

TEST_F(BundleCommands, ExportTellsAsJsonWhatIsInTheFile) {
    play_node(
        {{"POST /bundles/exports", answers({{"export", "E1"}, {"to", {"AAAA"}}, {"commits", 4}})},
         {"POST /bundles/exports/E1/piece", node::HttpResponse{}}});
    const Ended ended = run({"bundle", "export", path("there"), "--all", "--json"});
    EXPECT_EQ(ended.json(),
              (json{{"to", {"AAAA"}}, {"commits", 4}, {"file", path("there")}, {"bytes", 0}}));
    EXPECT_EQ(sent("POST /bundles/exports"),
              (json{{"to", json::array()}, {"all", true}, {"receipts", false}}));
}

TEST_F(BundleCommands, ExportLeavesNothingBehindWhenTheNodeFails) {
    play_node({{"POST /bundles/exports", answers({{"export", "E1"}})}});
    const std::size_t before = files();
    EXPECT_NE(run({"bundle", "export", path("there")}).code, 0);
    EXPECT_EQ(files(), before);
}

TEST_F(BundleCommands, ExportAsksTheNodeNothingWhenTheFileIsThere) {
    play_node({});
    write("there", "what I had");
    const Ended ended = run({"bundle", "export", path("there")});
    EXPECT_EQ(ended.code, 6);
    EXPECT_THAT(ended.err, HasSubstr("file.exists"));
    EXPECT_FALSE(was_asked("POST /bundles/exports"));
    EXPECT_EQ(content("there"), "what I had");
}

TEST_F(BundleCommands, ImportEndsAsTheProblemSays) {
    const json problem{{"code", "bundle.incomplete"}, {"detail", "log X lacks 3"}, {"status", 503}};
    play_node({{"POST /bundles/imports", answers({{"import", "I1"}})},
               {"POST /bundles/imports/I1/bytes", answers({{"ended", false}})},
               {"POST /bundles/imports/I1/finish",
                answers({{"added", 2}, {"waiting", 5}, {"problem", problem}})}});
    write("there", "bytes");
    const Ended ended = run({"bundle", "import", path("there")});
    EXPECT_EQ(ended.code, 7);
    EXPECT_THAT(ended.err, HasSubstr("bundle.incomplete"));
    EXPECT_THAT(ended.out, HasSubstr("waiting for earlier ones"));
}

TEST_F(BundleCommands, ImportReadsNoFurtherOnceTheNodeHasSeenEnough) {
    play_node({{"POST /bundles/imports", answers({{"import", "I1"}})},
               {"POST /bundles/imports/I1/bytes", answers({{"ended", true}})},
               {"POST /bundles/imports/I1/finish", answers({{"added", 0}})}});
    write("there", std::string(3 << 20, 'x'));
    const Ended ended = run({"bundle", "import", path("there"), "--json"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(ended.json().at("added"), 0);
}

/// A node that takes a bundle of AAAA in, and makes a receipt for it.
std::map<std::string, node::HttpResponse> taking(const json& report) {
    return {{"POST /bundles/imports", answers({{"import", "I1"}})},
            {"POST /bundles/imports/I1/bytes", answers({{"ended", true}})},
            {"POST /bundles/imports/I1/finish", answers(report)},
            {"POST /bundles/exports", answers({{"export", "E1"}, {"to", {"AAAA"}}})},
            {"POST /bundles/exports/E1/piece", node::HttpResponse{}}};
}

TEST_F(BundleCommands, ImportGivesAReceiptToItsSenderAlone) {
    play_node(taking({{"added", 2}, {"sender", "AAAA"}}));
    write("there", "bytes");
    const Ended ended = run({"bundle", "import", path("there"), "--receipt", path("back")});
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_TRUE(std::filesystem::exists(at("back")));
    EXPECT_EQ(sent("POST /bundles/exports"), (json{{"to", {"AAAA"}}, {"receipts", true}}));
}

TEST_F(BundleCommands, ImportFailsWhenItsReceiptCannotBeWritten) {
    auto answers = taking({{"added", 2}, {"sender", "AAAA"}});
    answers.erase("POST /bundles/exports/E1/piece");
    play_node(answers);
    write("there", "bytes");
    const Ended ended = run({"bundle", "import", path("there"), "--receipt", path("back")});
    EXPECT_NE(ended.code, 0);
    EXPECT_THAT(ended.out, HasSubstr("new commits  2")) << "what came in stays in";
    EXPECT_FALSE(std::filesystem::exists(at("back")));
}

TEST_F(BundleCommands, ImportSendsNothingWhenTheReceiptsFileIsThere) {
    play_node(taking({{"added", 2}, {"sender", "AAAA"}}));
    write("there", "bytes");
    write("back", "what I had");
    const Ended ended = run({"bundle", "import", path("there"), "--receipt", path("back")});
    EXPECT_EQ(ended.code, 6);
    EXPECT_FALSE(was_asked("POST /bundles/imports"));
    EXPECT_EQ(content("back"), "what I had");
    EXPECT_EQ(run({"bundle", "import", path("there"), "--receipt", path("back"), "--replace"}).code,
              0);
    EXPECT_EQ(content("back"), "");
}

TEST_F(BundleCommands, ReceiptAsksForReceiptsAlone) {
    play_node({{"POST /bundles/exports", answers({{"export", "E1"}, {"to", {"A"}}})},
               {"POST /bundles/exports/E1/piece", node::HttpResponse{}}});
    EXPECT_EQ(run({"bundle", "receipt", path("back")}).code, 0);
    EXPECT_EQ(sent("POST /bundles/exports").at("receipts"), true);
    EXPECT_EQ(sent("POST /bundles/exports").at("to"), json::array());
}

using FreshFileTest = BundleCommands;

TEST_F(FreshFileTest, AppearsWholeAndForThisAccountAlone) {
    auto file = FreshFile::begin(at("new"), FreshFile::Existing::refuse).value();
    ASSERT_TRUE(file.write(as_bytes("one ")).has_value());
    EXPECT_FALSE(std::filesystem::exists(at("new")));
    ASSERT_TRUE(file.write(as_bytes("two")).has_value());
    ASSERT_TRUE(file.finish().has_value());
    EXPECT_EQ(content("new"), "one two");
    EXPECT_EQ(std::filesystem::status(at("new")).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(FreshFileTest, TakesNoNameThatSomebodyGaveMeanwhile) {
    auto file = FreshFile::begin(at("new"), FreshFile::Existing::refuse).value();
    write("new", "theirs");
    const auto finished = file.finish();
    ASSERT_FALSE(finished.has_value());
    EXPECT_EQ(finished.error().code.name(), file_exists.name());
    EXPECT_EQ(content("new"), "theirs");
}

TEST_F(FreshFileTest, ReplacesWhenItIsToldTo) {
    write("new", "old");
    auto file = FreshFile::begin(at("new"), FreshFile::Existing::replace).value();
    ASSERT_TRUE(file.write(as_bytes("young")).has_value());
    ASSERT_TRUE(file.finish().has_value());
    EXPECT_EQ(content("new"), "young");
}

TEST_F(FreshFileTest, SaysWhyThereCanBeNone) {
    std::filesystem::create_directory(at("folder"));
    for (const auto& path : {at("folder"), std::filesystem::path("/proc/none/new")}) {
        const auto file = FreshFile::begin(path, FreshFile::Existing::replace);
        ASSERT_FALSE(file.has_value()) << path;
        EXPECT_EQ(file.error().code.name(), node::file_not_written.name());
        EXPECT_THAT(file.error().context, HasSubstr(path.string()));
    }
}

}  // namespace
}  // namespace entrepot::tools
