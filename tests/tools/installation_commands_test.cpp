#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>

#include "tests/tools/command_fixture.hpp"

namespace entrepot::tools {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// Commands that need no running node: founding, installing, joining.
class InstallationCommands : public CommandFixture {
protected:
    static constexpr const char* no_code = "babab-babab-babab-babab-babab-babab-babab-babab";
    void SetUp() override { surroundings_.service_key = path("key"); }

    std::string found() {
        const Ended ended = run({"administration", "create", path("adm"), "--country", "JM",
                                 "--name", "Jamaica Customs Agency", "--json"});
        return ended.json().at("fingerprint");
    }
    nlohmann::json install(const std::string& name) {
        return run({"node", "create", path(name), "--kind", "headquarters", "--name", name,
                    "--country", "JM", "--officer", "A. Chief", "--json"})
            .json();
    }
    Ended enrol(const nlohmann::json& made, const std::string& code) {
        return run({"administration", "enrol", path("adm"), made.at("request"), "--code", code,
                    "-o", path("join")});
    }
    Ended join(const std::string& name, const std::string& fingerprint) {
        return run({"node", "join", path(name), path("join"), "--root", fingerprint});
    }
};

TEST_F(InstallationCommands, TakeAHeadquartersFromNothingToJoined) {
    const std::string fingerprint = found();
    const auto made = install("hq");
    ASSERT_EQ(enrol(made, made.at("code")).code, 0);
    const Ended joined = join("hq", fingerprint);
    EXPECT_EQ(joined.code, 0) << joined.err;
    EXPECT_THAT(joined.out, HasSubstr("2 entries"));
}

TEST_F(InstallationCommands, RefuseAWrongCode) {
    found();
    const auto made = install("hq");
    const Ended ended = enrol(made, std::string(no_code));
    EXPECT_EQ(ended.code, 3);
    EXPECT_THAT(ended.err, HasSubstr("enrol.code"));
    EXPECT_FALSE(std::filesystem::exists(at("join")));
}

TEST_F(InstallationCommands, NameTheWordOfACodeThatIsNone) {
    found();
    const auto made = install("hq");
    std::string code = made.at("code");
    code[6] = 'x';
    const Ended ended = enrol(made, code);
    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(ended.err, AllOf(HasSubstr("words.unknown"), HasSubstr("word 2, letter 1")));
}

TEST_F(InstallationCommands, ReadACodeInCapitalsAndWithoutHyphens) {
    found();
    const auto made = install("hq");
    std::string code = made.at("code");
    std::replace(code.begin(), code.end(), '-', ' ');
    std::transform(code.begin(), code.end(), code.begin(), ::toupper);
    EXPECT_EQ(enrol(made, code).code, 0);
}

TEST_F(InstallationCommands, EnrolNobodyWhenThereIsNobodyToConfirm) {
    found();
    const auto made = install("hq");
    const Ended ended = run({"administration", "enrol", path("adm"), made.at("request")});
    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(ended.err, HasSubstr(std::string(made.at("code"))));
}

TEST_F(InstallationCommands, SendAUnitToItsHeadquarters) {
    found();
    const auto made = run({"node", "create", path("unit"), "--kind", "unit", "--name", "Airport",
                           "--country", "JM", "--officer", "B", "--json"})
                          .json();
    const Ended ended = enrol(made, made.at("code"));
    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(ended.err, HasSubstr("enrol.headquarters"));
}

TEST_F(InstallationCommands, RefuseAFileThatIsNoRequest) {
    found();
    write("letter", "Dear headquarters");
    const Ended ended =
        run({"administration", "enrol", path("adm"), path("letter"), "--code", "x"});
    EXPECT_EQ(ended.code, 3);
    EXPECT_THAT(ended.err, HasSubstr("request.malformed"));
}

TEST_F(InstallationCommands, NameAMissingFile) {
    found();
    const Ended ended =
        run({"administration", "enrol", path("adm"), path("absent"), "--code", "x"});
    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(ended.err, HasSubstr(path("absent")));
}

TEST_F(InstallationCommands, RefuseAWrongFingerprint) {
    std::string fingerprint = found();
    const auto made = install("hq");
    ASSERT_EQ(enrol(made, made.at("code")).code, 0);
    fingerprint.back() = fingerprint.back() == 'b' ? 'd' : 'b';
    const Ended wrong = join("hq", fingerprint);
    EXPECT_EQ(wrong.code, 3);
    EXPECT_THAT(wrong.err, HasSubstr("join.fingerprint"));
    const Ended no_words = join("hq", "too short");
    EXPECT_EQ(no_words.code, 2);
    EXPECT_THAT(no_words.err, AllOf(HasSubstr("words.unknown"), HasSubstr("--root")));
    EXPECT_THAT(join("hq", "lusab babad").err, HasSubstr("words.count"));
}

TEST_F(InstallationCommands, JoinByTheWholeFingerprintOfTheNote) {
    found();
    const auto made = install("hq");
    ASSERT_EQ(enrol(made, made.at("code")).code, 0);
    std::ifstream note(at("adm") / "administration.json");
    std::string root = nlohmann::json::parse(note).at("root");
    EXPECT_EQ(root.size(), 52U);
    std::string wrong = root;
    wrong.back() = wrong.back() == '0' ? 'g' : '0';
    EXPECT_THAT(join("hq", wrong).err, HasSubstr("join.fingerprint"));
    EXPECT_EQ(join("hq", root.insert(20, " ")).code, 0);
}

TEST_F(InstallationCommands, RefuseAJoinFileForAnotherNode) {
    const std::string fingerprint = found();
    const auto made = install("hq");
    install("other");
    ASSERT_EQ(enrol(made, made.at("code")).code, 0);
    const Ended ended = join("other", fingerprint);
    EXPECT_EQ(ended.code, 3);
    EXPECT_THAT(ended.err, HasSubstr("join.not_for_this_node"));
}

TEST_F(InstallationCommands, KeepAnExistingNode) {
    install("hq");
    const Ended again = run({"node", "create", path("hq"), "--kind", "unit", "--name", "x",
                             "--country", "JM", "--officer", "B"});
    EXPECT_EQ(again.code, 2);
    EXPECT_THAT(again.err, HasSubstr("node.exists"));
}

TEST_F(InstallationCommands, RefuseAnUnknownKindOfNode) {
    const Ended ended = run({"node", "create", path("x"), "--kind", "boat", "--name", "x",
                             "--country", "JM", "--officer", "B"});
    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(ended.err, HasSubstr("boat"));
}

TEST_F(InstallationCommands, SayWhenNoPassphraseCanBeHad) {
    surroundings_.service_key = "";
    const std::vector<std::string> words{
        "administration", "create", path("adm"),        "--country", "JM",
        "--name",         "x",      "--passphrase-file"};
    write("empty", "\n");
    auto with = words;
    with.push_back(path("empty"));
    EXPECT_THAT(run(with).err, HasSubstr("passphrase.unreadable"));
    with.back() = path("absent");
    EXPECT_THAT(run(with).err, HasSubstr("passphrase.unreadable"));
    write("short", "1234567\n");
    with.back() = path("short");
    const Ended weak = run(with);
    EXPECT_EQ(weak.code, 2);
    EXPECT_THAT(weak.err, HasSubstr("vault.weak_passphrase"));
}

TEST_F(InstallationCommands, TakeAPassphraseFromASystemdCredential) {
    surroundings_.service_key = "";
    surroundings_.credentials_directory = folder_.path().string();
    write("entrepot.passphrase", "short\n");
    const Ended ended =
        run({"administration", "create", path("adm"), "--country", "JM", "--name", "x"});
    EXPECT_THAT(ended.err, HasSubstr("vault.weak_passphrase"));
}

}  // namespace
}  // namespace entrepot::tools
