#include <gmock/gmock.h>

#include "node/access/administration.hpp"
#include "node/audit/auditor_key.hpp"
#include "tests/tools/command_fixture.hpp"

namespace entrepot::tools {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// Three root keys of which two sign, each with a holder who has the key file and nothing else.
class RootCommands : public CommandFixture {
protected:
    void SetUp() override {
        surroundings_.service_key = path("founder");
        const Ended made = run({"administration", "create", path("adm"), "--country", "JM",
                                "--name", "Jamaica Customs Agency", "--json"});
        ASSERT_EQ(made.code, 0) << made.err;
        EXPECT_EQ(made.json().at("roots"), 3);
        EXPECT_EQ(made.json().at("threshold"), 2);
        fingerprint_ = made.json().at("fingerprint");
        crypto::SystemEntropy entropy;
        for (const std::string number : {"1", "2", "3"}) {
            const node::Credential held{{}, at("founder")};
            const node::Credential own{{}, at("holder-" + number)};
            ASSERT_TRUE(node::read_or_make_service_key(own.service_key, entropy).has_value());
            ASSERT_TRUE(node::reseal_key_file(at("adm") / ("root-" + number + ".key"), held, own,
                                              entropy)
                            .has_value());
            std::filesystem::rename(at("adm") / ("root-" + number + ".key"),
                                    at("root-" + number + ".key"));
        }
    }

    nlohmann::json install(const std::string& name) {
        return run({"node", "create", path(name), "--kind", "headquarters", "--name", name,
                    "--country", "JM", "--officer", "A. Chief", "--json"})
            .json();
    }
    Ended draft(const nlohmann::json& made, const std::string& file) {
        return run({"administration", "enrol", path("adm"), made.at("request"), "--code",
                    made.at("code"), "--draft", path(file)});
    }
    Ended sign(const std::string& file, const std::string& number,
               const std::string& answer = "y\n", bool yes = true) {
        std::vector<std::string> words{"administration", "sign", path(file), "--key",
                                       path("root-" + number + ".key"), "--service-key",
                                       path("holder-" + number)};
        if (yes) {
            words.emplace_back("--yes");
        }
        return run(words, answer);
    }
    Ended apply(const std::vector<std::string>& files) {
        std::vector<std::string> words{"administration", "apply", path("adm")};
        for (const auto& file : files) {
            words.push_back(path(file));
        }
        words.insert(words.end(), {"-o", path("join")});
        return run(words);
    }
    std::string fingerprint_;
};

TEST_F(RootCommands, CertifyAHeadquartersByTwoHoldersOfThree) {
    const auto made = install("hq");
    ASSERT_EQ(draft(made, "d").code, 0);
    const Ended first = sign("d", "3");
    EXPECT_EQ(first.code, 0) << first.err;
    EXPECT_THAT(first.err, AllOf(HasSubstr("certifies a headquarters"), HasSubstr(fingerprint_),
                                 HasSubstr("1 more signatures")));
    const Ended early = apply({"d"});
    EXPECT_EQ(early.code, 4);
    EXPECT_THAT(early.err, HasSubstr("draft.too_few"));
    ASSERT_EQ(sign("d", "1").code, 0);
    const Ended applied = apply({"d"});
    ASSERT_EQ(applied.code, 0) << applied.err;
    const Ended joined = run({"node", "join", path("hq"), path("join"), "--root", fingerprint_});
    EXPECT_EQ(joined.code, 0) << joined.err;
}

TEST_F(RootCommands, PutTogetherCopiesSignedByDifferentHolders) {
    ASSERT_EQ(draft(install("hq"), "one").code, 0);
    std::filesystem::copy_file(at("one"), at("two"));
    ASSERT_EQ(sign("one", "1").code, 0);
    ASSERT_EQ(sign("two", "2").code, 0);
    EXPECT_EQ(apply({"one", "two"}).code, 0);
}

TEST_F(RootCommands, RefuseASecondSignatureOfOneKeyAndAForeignKey) {
    ASSERT_EQ(draft(install("hq"), "d").code, 0);
    ASSERT_EQ(sign("d", "1").code, 0);
    EXPECT_THAT(sign("d", "1").err, HasSubstr("draft.signed_twice"));
    const Ended made = run({"administration", "roots", "key", path("root-9.key"), "--service-key",
                            path("holder-9")});
    ASSERT_EQ(made.code, 0) << made.err;
    EXPECT_THAT(sign("d", "9").err, HasSubstr("draft.not_holder"));
}

TEST_F(RootCommands, SignNothingUnlessConfirmed) {
    ASSERT_EQ(draft(install("hq"), "d").code, 0);
    EXPECT_THAT(sign("d", "1", "", false).err, HasSubstr("usage.wrong"));
    ASSERT_EQ(sign("d", "1").code, 0);
    ASSERT_EQ(sign("d", "2").code, 0);
    EXPECT_EQ(apply({"d"}).code, 0);  // two signatures, not three
}

TEST_F(RootCommands, SayThatADraftIsStale) {
    ASSERT_EQ(draft(install("hq"), "d").code, 0);
    ASSERT_EQ(draft(install("other"), "late").code, 0);
    for (const std::string file : {"d", "late"}) {
        ASSERT_EQ(sign(file, "1").code, 0);
        ASSERT_EQ(sign(file, "2").code, 0);
    }
    ASSERT_EQ(apply({"d"}).code, 0);
    const Ended stale = apply({"late"});
    EXPECT_EQ(stale.code, 6);
    EXPECT_THAT(stale.err, HasSubstr("draft.stale"));
}

TEST_F(RootCommands, ExchangeARootKey) {
    const Ended key = run({"administration", "roots", "key", path("root-4.key"), "--service-key",
                           path("holder-4"), "--json"});
    const auto held = run({"administration", "roots", "show", path("adm"), "--json"}).json();
    const std::string gone = held.at("keys").at(2);
    const Ended change = run({"administration", "roots", "change", path("adm"), "--add",
                              key.json().at("public"), "--remove", gone.substr(0, 10), "-o",
                              path("d")});
    ASSERT_EQ(change.code, 0) << change.err;
    EXPECT_THAT(change.err, HasSubstr("3 more signatures"));
    for (const std::string number : {"1", "2"}) {
        ASSERT_EQ(sign("d", number).code, 0);
    }
    EXPECT_THAT(apply({"d"}).err, HasSubstr("draft.too_few"));
    ASSERT_EQ(sign("d", "4").code, 0);
    const Ended applied = apply({"d"});
    ASSERT_EQ(applied.code, 0) << applied.err;
    const Ended shown = run({"administration", "roots", "show", path("adm")});
    EXPECT_THAT(shown.out, AllOf(HasSubstr(key.json().at("public").get<std::string>()),
                                 Not(HasSubstr(gone)),
                                 Not(HasSubstr(held.at("pin").get<std::string>()))));
    ASSERT_EQ(draft(install("hq"), "next").code, 0);
    EXPECT_THAT(sign("next", "3").err, HasSubstr("draft.not_holder"));
    EXPECT_EQ(sign("next", "4").code, 0);
}

/// An administration of one root key, which another takes the place of.
class ChangedRoots : public CommandFixture {
protected:
    void SetUp() override {
        surroundings_.service_key = path("one");
        ASSERT_EQ(run({"administration", "create", path("adm"), "--country", "JM", "--name",
                       "Jamaica", "--roots", "1", "--threshold", "1"})
                      .code,
                  0);
        first_ = pin();
    }
    std::string pin() { return shown().at("pin"); }
    nlohmann::json shown() {
        return run({"administration", "roots", "show", path("adm"), "--json"}).json();
    }
    Ended partner(const std::string& fingerprint = std::string(52, 'g')) {
        return run({"administration", "partner", path("adm"), "GE", fingerprint, "--yes", "--json",
                    "-o", path("partner.draft")});
    }
    std::string key_file(int number) {
        return path("adm") + "/root-" + std::to_string(number) + ".key";
    }
    Ended change(int number) {
        const auto made =
            run({"administration", "roots", "key", key_file(number), "--json"}).json();
        const std::string held = shown().at("keys").at(0);
        EXPECT_EQ(run({"administration", "roots", "change", path("adm"), "--add",
                       made.at("public"), "--remove", held, "-o", path("d")})
                      .code,
                  0);
        for (const int signer : {number - 1, number}) {
            EXPECT_EQ(run({"administration", "sign", path("d"), "--key", key_file(signer),
                           "--yes"})
                          .code,
                      0);
        }
        return run({"administration", "apply", path("adm"), path("d")});
    }
    std::string first_;
};

TEST_F(ChangedRoots, BeginARosterForAPartnerAndShowWhatItHasToPin) {
    ASSERT_EQ(change(2).code, 0);
    const std::string now = pin();
    EXPECT_NE(now, first_);
    const Ended begun = partner();
    ASSERT_EQ(begun.code, 0) << begun.err;
    EXPECT_EQ(begun.json().at("signed"), 2) << "the pin and the first entry: no headquarters yet";
    EXPECT_EQ(begun.json().at("pin"), now);
    EXPECT_THAT(begun.err, HasSubstr("GE pins our root fingerprint " + now));
}

TEST_F(ChangedRoots, AreFollowedByTheRosterOfAPartnerWhoHasPinnedTheFirst) {
    ASSERT_EQ(partner().json().at("pin"), first_);
    const Ended applied = change(2);
    EXPECT_THAT(applied.err, HasSubstr("Now the roster shared with GE"));
    const Ended followed = partner();
    ASSERT_EQ(followed.code, 0) << followed.err;
    EXPECT_EQ(followed.json().at("signed"), 1);
    EXPECT_EQ(followed.json().at("pin"), first_) << "the partner pins nothing anew";
    std::filesystem::remove(key_file(1));
    EXPECT_EQ(partner().json().at("signed"), 0);
}

TEST_F(ChangedRoots, AreNotFollowedWithoutAKeyThatLeaves) {
    ASSERT_EQ(partner().code, 0);
    ASSERT_EQ(change(2).code, 0);
    std::filesystem::rename(key_file(1), path("elsewhere"));
    const Ended drafted = partner();
    ASSERT_EQ(drafted.code, 0) << drafted.err;
    EXPECT_EQ(drafted.json().at("wanted"), 1);
    EXPECT_THAT(run({"administration", "apply", path("adm"), path("partner.draft")}).err,
                HasSubstr("draft.too_few"));
    ASSERT_EQ(run({"administration", "sign", path("partner.draft"), "--key", path("elsewhere"),
                   "--yes"})
                  .code,
              0);
    EXPECT_EQ(run({"administration", "apply", path("adm"), path("partner.draft")}).code, 0);
}

TEST_F(ChangedRoots, MakeADraftOfBeforeWorthless) {
    const auto held = node::AdministrationDirectory::open(at("adm"));
    const auto genesis = *held->roster().genesis();
    auto stale = node::EntryDraft::make_outer(
        held->roster(), {}, {genesis, "GE", *Hash::from(Bytes(32, 7))});
    ASSERT_TRUE(held->sign_here(stale, {{}, at("one")}).has_value());
    ASSERT_EQ(change(2).code, 0);
    ASSERT_TRUE(node::write_file(at("stale"), stale.encode()).has_value());
    EXPECT_THAT(run({"administration", "apply", path("adm"), path("stale")}).err,
                HasSubstr("partner.roots"));
}

TEST_F(ChangedRoots, OfAPartnerArePinnedOnlyAfterAnEnd) {
    ASSERT_EQ(partner().code, 0);
    const Ended refused = partner(std::string(51, 'h') + "g");
    EXPECT_EQ(refused.code, 6);
    EXPECT_THAT(refused.err, HasSubstr("partner.pinned"));
}

TEST_F(RootCommands, RefuseAChangeOfRootKeysThatCannotBe) {
    const auto change = [this](std::vector<std::string> more) {
        std::vector<std::string> words{"administration", "roots", "change", path("adm"), "-o",
                                       path("d")};
        words.insert(words.end(), more.begin(), more.end());
        return run(words).err;
    };
    const std::string held =
        run({"administration", "roots", "show", path("adm"), "--json"}).json().at("keys").at(0);
    EXPECT_THAT(change({"--add", "nonsense"}), HasSubstr("roots.key"));
    EXPECT_THAT(change({"--add", held}), HasSubstr("roots.key"));
    EXPECT_THAT(change({"--remove", "zzzzzzzz"}), HasSubstr("roots.key"));
    EXPECT_THAT(change({"--threshold", "4"}), HasSubstr("administration.roots"));
    EXPECT_FALSE(std::filesystem::exists(at("d")));
}

/// The public key that the roster of the administration names.
std::string auditor_of(const std::filesystem::path& administration) {
    const auto opened = node::AdministrationDirectory::open(administration);
    const auto& key = opened->roster().auditor();
    return key ? to_base32(key->view()) : "";
}

TEST_F(RootCommands, NameAnAuditorByTwoHoldersOfThree) {
    const Ended alone = run({"administration", "auditor", "create", path("adm"), "--json"});
    EXPECT_NE(alone.code, 0);
    EXPECT_THAT(alone.err, AllOf(HasSubstr("administration.key"), HasSubstr("--draft")));
    EXPECT_FALSE(std::filesystem::exists(at("adm") / "auditor.key")) << "it would open nothing";
    const Ended made = run({"administration", "auditor", "create", path("adm"), "--draft",
                            path("d"), "-o", path("auditor.key")});
    ASSERT_EQ(made.code, 0) << made.err;
    EXPECT_EQ(auditor_of(at("adm")), "");
    const Ended first = sign("d", "1");
    EXPECT_THAT(first.err, HasSubstr("audits are sealed to the auditor's key"));
    EXPECT_THAT(apply({"d"}).err, HasSubstr("draft.too_few"));
    ASSERT_EQ(sign("d", "2").code, 0);
    const Ended applied = apply({"d"});
    ASSERT_EQ(applied.code, 0) << applied.err;
    const auto key = node::open_auditor_key(at("auditor.key"), {{}, at("founder")});
    ASSERT_TRUE(key.has_value()) << key.error().context;
    EXPECT_EQ(auditor_of(at("adm")), to_base32(key->public_key().view()));
}

TEST_F(RootCommands, NameAnAuditorAtOnceWhereOneHolderHasEnoughKeys) {
    surroundings_.service_key = path("one");
    ASSERT_EQ(run({"administration", "create", path("small"), "--country", "JM", "--name", "Small",
                   "--roots", "1", "--threshold", "1"})
                  .code,
              0);
    const Ended made = run({"administration", "auditor", "create", path("small"), "--json"});
    ASSERT_EQ(made.code, 0) << made.err;
    EXPECT_EQ(auditor_of(at("small")), made.json().at("public"));
    EXPECT_THAT(run({"administration", "auditor", "create", path("small")}).err,
                HasSubstr("auditor.key_exists"));
}

TEST_F(RootCommands, GiveAKeyFileAnotherPassphrase) {
    write("new", "seven long words of Jamaica stand here\n");
    const Ended changed =
        run({"administration", "passphrase", path("root-1.key"), "--service-key",
             path("holder-1"), "--new-passphrase-file", path("new")});
    EXPECT_EQ(changed.code, 0) << changed.err;
    ASSERT_EQ(draft(install("hq"), "d").code, 0);
    EXPECT_NE(sign("d", "1").code, 0);
    surroundings_.service_key = "";
    const Ended opened = run({"administration", "sign", path("d"), "--key", path("root-1.key"),
                              "--passphrase-file", path("new"), "--yes"});
    EXPECT_EQ(opened.code, 0) << opened.err;
}

}  // namespace
}  // namespace entrepot::tools
