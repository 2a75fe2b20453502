#include <gmock/gmock.h>

#include "crypto/base64.hpp"
#include "replication/roster/enrolment_request.hpp"
#include "tests/tools/command_fixture.hpp"

namespace entrepot::tools {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// The test plays headquarters: what it plans is what the person reads and what is done.
class RevocationCommands : public CommandFixture {
protected:
    const json plan_{{"node", "0123456789abcdefghjkmnpqrs"},
                     {"name", "Kingston Seaport"},
                     {"kind", "unit"},
                     {"cuts",
                      {{{"log", "aaaaaaaaaa"}, {"name", "Kingston seizures"}, {"number", 4},
                        {"held", 4}},
                       {{"log", "bbbbbbbbbb"}, {"name", "Joint"}, {"number", 2}, {"held", 7}},
                       {{"log", "cccccccccc"}, {"name", "Lists"}, {"number", 0}, {"held", 1}}}},
                     {"renewed", {{{"name", "Joint"}, {"nodes", 2}}}}};
};

TEST_F(RevocationCommands, ShowWhatWillHappenAndDoJustThat) {
    play_node({{"POST /administration/revocations", answers(plan_)}});
    const Ended ended = run({"administration", "revoke", "Kingston Seaport", "--yes"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_THAT(ended.err,
                AllOf(HasSubstr("Kingston Seaport"), HasSubstr("counts up to commit 4"),
                      HasSubstr("counts up to commit 2 of 7 held"),
                      HasSubstr("\"Lists\" does not count at all"),
                      HasSubstr("new key for \"Joint\"")));
    const json sent = this->sent("POST /administration/revocations");
    EXPECT_EQ(sent["node"], plan_["node"]);
    EXPECT_EQ(sent["cuts"], json::parse(R"(["aaaaaaaaaa:4", "bbbbbbbbbb:2", "cccccccccc:0"])"));
    EXPECT_FALSE(sent.contains("preview"));
}

TEST_F(RevocationCommands, RevokeNobodyWhenThereIsNobodyToConfirm) {
    play_node({{"POST /administration/revocations", answers(plan_)}});
    const Ended ended = run({"administration", "revoke", "Kingston Seaport"});
    EXPECT_EQ(ended.code, 2);
    EXPECT_TRUE(sent("POST /administration/revocations")["preview"].get<bool>());
}

TEST_F(RevocationCommands, WriteADraftWhenRootKeysSign) {
    json plan = plan_;
    plan["draft"] = crypto::to_base64(as_bytes("a draft"));
    play_node({{"POST /administration/revocations", answers(plan)}});
    const Ended ended =
        run({"administration", "revoke", "HQ", "--yes", "-o", path("draft"), "--json"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(ended.json()["draft"], path("draft"));
    EXPECT_TRUE(std::filesystem::exists(at("draft")));
}

TEST_F(RevocationCommands, WithdrawARightTheSameWay) {
    json plan{{"name", "Joint"}, {"new_key", true}, {"cuts", plan_["cuts"]}};
    play_node({{"POST /administration/grants", answers(plan)}});
    const Ended ended = run({"administration", "grant", "--compartment", "Joint", "--unit",
                             "Kingston Seaport", "--right", "none", "--yes"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_THAT(ended.err, AllOf(HasSubstr("loses its right"), HasSubstr("new key")));
    EXPECT_EQ(sent("POST /administration/grants")["cuts"].size(), 3U);
}

TEST_F(RevocationCommands, TellWhichNumbersWereGiven) {
    play_node({{"POST /administration/numbers",
                answers({{"node", "abc"}, {"first", 2001}, {"count", 500}})}});
    const Ended ended = run({"administration", "numbers", "Kingston Seaport", "--count", "500"});
    EXPECT_THAT(ended.out, HasSubstr("numbers 2001 to 2500"));
    EXPECT_EQ(sent("POST /administration/numbers")["count"], 500);
}

TEST_F(RevocationCommands, ListTheQuarantineAndAdmitOnlyWhenConfirmed) {
    const json log{{"log", "aaaaaaaaaa"}, {"unit", "Kingston Seaport"}, {"name", "Joint"},
                   {"node", "0123"}, {"why", "the node is revoked"}, {"cut", 4},
                   {"commits", {{{"number", 5}, {"hash", "ab"}, {"admissible", true}},
                                {{"number", 7}, {"hash", "cd"}, {"admissible", false}}}}};
    play_node({{"GET /quarantine", answers({{"logs", {log}}, {"contents", json::array()}})},
               {"POST /administration/admissions", answers({{"log", "aaaaaaaaaa"}})}});
    const Ended listed = run({"quarantine"});
    EXPECT_THAT(listed.out, AllOf(HasSubstr("the node is revoked"), HasSubstr("can be admitted"),
                                  HasSubstr("one before it is missing")));
    EXPECT_EQ(run({"administration", "admit", "aaaaaaaaaa", "--to", "5"}).code, 2);
    EXPECT_FALSE(was_asked("POST /administration/admissions"));
    EXPECT_EQ(run({"administration", "admit", "aaaaaaaaaa", "--to", "5", "--yes"}).code, 0);
    EXPECT_EQ(sent("POST /administration/admissions")["to"], 5);
}

/// A request carried as the text of its QR code.
class RequestCommands : public CommandFixture {
protected:
    void SetUp() override { surroundings_.service_key = path("key"); }
    json install() {
        return run({"node", "create", path("hq"), "--kind", "headquarters", "--name", "HQ",
                    "--country", "JM", "--officer", "A. Chief", "--json"})
            .json();
    }
};

TEST_F(RequestCommands, EnrolFromTheTextThatAScannerGives) {
    ASSERT_EQ(run({"administration", "create", path("adm"), "--country", "JM", "--name", "Jamaica"})
                  .code,
              0);
    const auto made = install();
    const auto shown = run({"node", "request", path("hq"), "--json"}).json();
    EXPECT_EQ(shown["code"], made["code"]);
    std::string text = shown["text"];
    text.insert(100, "\r\n");  // a messenger broke the line
    write("scanned.txt", text + "\n");
    const Ended enrolled = run({"administration", "enrol", path("adm"), path("scanned.txt"),
                                "--code", made["code"], "-o", path("join")});
    EXPECT_EQ(enrolled.code, 0) << enrolled.err;
    EXPECT_TRUE(std::filesystem::exists(at("join")));
}

TEST_F(RequestCommands, RefuseTextWithAMistypedLetter) {
    const auto made = install();
    std::string text = run({"node", "request", path("hq"), "--json"}).json()["text"];
    text[200] = text[200] == 'A' ? 'B' : 'A';
    write("typed.txt", text);
    const Ended ended = run({"administration", "enrol", path("adm"), path("typed.txt"), "--code",
                             made["code"]});
    EXPECT_EQ(ended.code, 3);
    EXPECT_THAT(ended.err, HasSubstr("request.signature"));
    text[200] = '?';
    write("typed.txt", text);
    EXPECT_THAT(run({"administration", "enrol", path("adm"), path("typed.txt"), "--code",
                     made["code"]})
                    .err,
                HasSubstr("request.malformed"));
}

TEST_F(RequestCommands, ShowAQrCodeAndWriteItAsAPicture) {
    install();
    const Ended shown = run({"node", "request", path("hq")});
    EXPECT_EQ(shown.code, 0) << shown.err;
    EXPECT_THAT(shown.out, HasSubstr("\u2588"));
    ASSERT_EQ(run({"node", "request", path("hq"), "--image", path("request.svg")}).code, 0);
    ASSERT_EQ(run({"node", "request", path("hq"), "--image", path("request.png")}).code, 0);
    const auto png = node::read_file(at("request.png"), 1 << 20);
    EXPECT_EQ(as_text(ByteView(*png).subspan(1, 3)), "PNG");
    EXPECT_THAT(run({"node", "request", path("hq"), "--image", path("x.gif")}).err,
                HasSubstr("usage.wrong"));
}

}  // namespace
}  // namespace entrepot::tools
