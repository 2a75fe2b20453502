#include "node/access/installation.hpp"

#include <gtest/gtest.h>

#include "node/access/administration.hpp"
#include "node/store/log_store.hpp"
#include "replication/roster/join_file.hpp"
#include "replication/roster/officer_certificate.hpp"
#include "replication/roster/roster_author.hpp"
#include "replication/roster/roster_file.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"
#include "tests/support/temporary_folder.hpp"

namespace entrepot::node {
namespace {

namespace fs = std::filesystem;
using replication::NodeKind;

constexpr std::int64_t day_ms = std::int64_t{24} * 60 * 60 * 1000;

class FixedClock final : public Clock {
public:
    WallTime wall() const override { return now; }
    SteadyTime steady() const override { return {now.ms}; }
    WallTime now{1'800'000'000'000};
};

/// An administration and nodes in a temporary folder, sealed by service keys: no Argon2id.
class InstallationTest : public ::testing::Test {
protected:
    Credential credential() const { return {{}, folder_.path() / "key"}; }
    fs::path at(const std::string& name) const { return folder_.path() / name; }

    Result<AdministrationDirectory> found(const AdministrationWish& wish) {
        const Credential one = credential();
        return AdministrationDirectory::create(at("administration"), wish, {&one, 1}, clock_,
                                               entropy_);
    }
    AdministrationDirectory administration() {
        return std::move(found({"JM", "Jamaica Customs Agency", 1, 1})).value();
    }
    Result<Installed> install(const std::string& name, NodeKind kind,
                              const std::string& country = "JM") {
        return install_node(at(name), {{kind, name, country}, "A. Chief"}, credential(), clock_,
                            entropy_);
    }
    replication::EnrolmentRequest request_of(const Installed& made) const {
        const auto file = std::move(read_file(made.request, 4096)).value();
        return std::move(replication::decode_request(file, clock_.wall())).value();
    }
    Bytes certified(AdministrationDirectory& administration, const Installed& made) {
        const auto request = request_of(made);
        EXPECT_THAT(administration.certify(request, credential(), clock_, entropy_), IsOk());
        return std::move(replication::make_join(administration.roster(), made.node, entropy_))
            .value();
    }
    Result<Joined> join(const std::string& name, ByteView file, const Hash& fingerprint) {
        return join_node(std::move(NodeDirectory::open(at(name))).value(), file, fingerprint,
                         credential());
    }

    TemporaryFolder folder_;
    FixedClock clock_;
    crypto::SeededEntropy entropy_{11};
};

TEST_F(InstallationTest, AHeadquartersJoinsTheAdministrationThatCertifiedIt) {
    auto administration = this->administration();
    const auto made = install("hq", NodeKind::headquarters);
    ASSERT_THAT(made, IsOk());
    const Bytes file = certified(administration, *made);
    const auto joined = join("hq", file, administration.roster().root_fingerprint());
    ASSERT_THAT(joined, IsOk());
    EXPECT_EQ(joined->node, made->node);
    EXPECT_EQ(joined->length, 2U);
    EXPECT_THAT(join("hq", file, administration.roster().root_fingerprint()), IsOk());
}

TEST_F(InstallationTest, TheRosterJoinedIsInTheStore) {
    auto administration = this->administration();
    const auto made = install("hq", NodeKind::headquarters);
    const Bytes file = certified(administration, *made);
    ASSERT_THAT(join("hq", file, administration.roster().root_fingerprint()), IsOk());
    const auto directory = std::move(NodeDirectory::open(at("hq"))).value();
    const auto vault = std::move(open_vault(directory, "", credential())).value();
    const auto store = std::move(LogStore::open(directory.log(), LogStore::Access::read_only,
                                                vault.link_key.duplicate()))
                           .value();
    EXPECT_THAT(store->roster_entries(), IsOkAndHolds(administration.roster().entries()));
    const auto row = std::move(store->link_row(LinkRow::settings)).value();
    EXPECT_EQ(std::move(decode_settings(*row)).value().name, "hq");
}

TEST_F(InstallationTest, TheFirstOfficerIsAdministratorWithTheNodesSignature) {
    const auto made = install("hq", NodeKind::headquarters);
    const auto directory = std::move(NodeDirectory::open(at("hq"))).value();
    const auto vault = std::move(open_vault(directory, "", credential())).value();
    const auto officer =
        replication::decode_officer(vault.officer_certificate, request_of(*made).identity.sign);
    ASSERT_THAT(officer, IsOk());
    EXPECT_EQ(officer->officer, vault.officer);
    EXPECT_EQ(officer->roles, 1 + 2 + 16);
    EXPECT_LT(officer->from, clock_.wall());
    EXPECT_GT(officer->until, clock_.wall());
}

TEST_F(InstallationTest, OnlyAHeadquartersHasARosterKey) {
    ASSERT_THAT(install("hq", NodeKind::headquarters), IsOk());
    ASSERT_THAT(install("unit", NodeKind::unit), IsOk());
    for (const auto& [name, expected] : {std::pair("hq", true), std::pair("unit", false)}) {
        const auto directory = std::move(NodeDirectory::open(at(name))).value();
        const auto vault = std::move(open_vault(directory, "", credential())).value();
        EXPECT_EQ(vault.roster_key.has_value(), expected) << name;
    }
}

TEST_F(InstallationTest, RefusesAnExistingNode) {
    ASSERT_THAT(install("hq", NodeKind::headquarters), IsOk());
    EXPECT_THAT(install("hq", NodeKind::headquarters), HasCode(directory_exists));
    EXPECT_TRUE(fs::exists(at("hq") / "request.epq"));
}

TEST_F(InstallationTest, LeavesNothingBehindWhenItFails) {
    const auto weak = crypto::Secret::copy_of(as_bytes("short"));
    const InstallationWish wish{{NodeKind::unit, "unit", "JM"}, "A. Chief"};
    EXPECT_THAT(install_node(at("unit"), wish, {weak.duplicate(), {}}, clock_, entropy_),
                HasCode(vault_weak_passphrase));
    const Credential unusable{{}, at("absent") / "key"};
    EXPECT_THAT(install_node(at("unit"), wish, unusable, clock_, entropy_),
                HasCode(file_not_written));
    EXPECT_FALSE(fs::exists(at("unit")));
}

TEST_F(InstallationTest, RefusesWhatItCannotBe) {
    const auto wish = [](const std::string& name, const std::string& country,
                         const std::string& officer) {
        return InstallationWish{{NodeKind::unit, name, country}, officer};
    };
    const auto made = [&](const InstallationWish& wanted, const Credential& with) {
        return install_node(at("unit"), wanted, with, clock_, entropy_);
    };
    EXPECT_THAT(made(wish("unit", "Jamaica", "A"), credential()), HasCode(settings_country));
    EXPECT_THAT(made(wish("", "JM", "A"), credential()), HasCode(replication::request_name));
    EXPECT_THAT(made(wish("unit", "JM", ""), credential()), HasCode(officer_unnamed));
    EXPECT_THAT(made(wish("unit", "JM", "A"), {}), HasCode(vault_no_credential));
}

TEST_F(InstallationTest, RefusesAJoinFileForAnotherNode) {
    auto administration = this->administration();
    const auto made = install("hq", NodeKind::headquarters);
    ASSERT_THAT(install("other", NodeKind::headquarters), IsOk());
    const Bytes file = certified(administration, *made);
    EXPECT_THAT(join("other", file, administration.roster().root_fingerprint()),
                HasCode(replication::join_not_for_this_node));
}

TEST_F(InstallationTest, RefusesAnotherFingerprint) {
    auto administration = this->administration();
    const auto made = install("hq", NodeKind::headquarters);
    Hash wrong = administration.roster().root_fingerprint();
    wrong.bytes[0] ^= 1;
    EXPECT_THAT(join("hq", certified(administration, *made), wrong),
                HasCode(replication::join_fingerprint));
}

TEST_F(InstallationTest, RefusesAnAdministrationOfAnotherCountry) {
    auto administration = this->administration();
    const auto made = install("hq", NodeKind::headquarters, "TT");
    EXPECT_THAT(
        join("hq", certified(administration, *made), administration.roster().root_fingerprint()),
        HasCode(join_other_country));
}

TEST_F(InstallationTest, RefusesAJoinFileOlderThanWhatItHolds) {
    auto administration = this->administration();
    const auto made = install("hq", NodeKind::headquarters);
    const Bytes first = certified(administration, *made);
    const auto second = install("second", NodeKind::headquarters);
    static_cast<void>(certified(administration, *second));
    const auto newer = replication::make_join(administration.roster(), made->node, entropy_);
    const Hash fingerprint = administration.roster().root_fingerprint();
    ASSERT_THAT(join("hq", *newer, fingerprint), IsOk());
    EXPECT_THAT(join("hq", first, fingerprint), HasCode(join_older));
}

TEST_F(InstallationTest, ANodeThatRunsIsNotJoined) {
    auto administration = this->administration();
    const auto made = install("hq", NodeKind::headquarters);
    const Bytes file = certified(administration, *made);
    const auto lock = NodeLock::take(std::move(NodeDirectory::open(at("hq"))).value());
    EXPECT_THAT(join("hq", file, administration.roster().root_fingerprint()),
                HasCode(directory_in_use));
}

TEST_F(InstallationTest, ARequestIsGoodForFourteenDays) {
    const auto made = install("hq", NodeKind::headquarters);
    const auto file = std::move(read_file(made->request, 4096)).value();
    EXPECT_THAT(replication::decode_request(file, {clock_.now.ms + 13 * day_ms}), IsOk());
    EXPECT_THAT(replication::decode_request(file, {clock_.now.ms + 15 * day_ms}),
                HasCode(replication::request_expired));
}

TEST_F(InstallationTest, ARequestIsMadeAnewByTheSameNodeUntilItIsEnrolled) {
    auto administration = this->administration();
    const auto made = install("hq", NodeKind::headquarters);
    const auto first = request_of(*made);
    clock_.now.ms += 15 * day_ms;
    const auto renewed = renew_request(std::move(NodeDirectory::open(at("hq"))).value(),
                                       credential(), clock_, entropy_);
    ASSERT_THAT(renewed, IsOk());
    EXPECT_NE(renewed->code, made->code);
    EXPECT_EQ(request_of(*renewed).identity, first.identity);
    EXPECT_EQ(request_of(*renewed).wish.roster_key, first.wish.roster_key);
    EXPECT_EQ(request_of(*renewed).wish.unit_name, "hq");
    const Bytes file = certified(administration, *renewed);
    ASSERT_THAT(join("hq", file, administration.roster().root_fingerprint()), IsOk());
    EXPECT_THAT(renew_request(std::move(NodeDirectory::open(at("hq"))).value(), credential(),
                              clock_, entropy_),
                HasCode(request_enrolled));
}

TEST_F(InstallationTest, ARevokedNodeAsksForNothingAnymore) {
    auto administration = this->administration();
    const auto made = install("hq", NodeKind::headquarters);
    const auto other = install("hq2", NodeKind::headquarters);
    static_cast<void>(certified(administration, *other));
    const Bytes file = certified(administration, *made);
    ASSERT_THAT(join("hq", file, administration.roster().root_fingerprint()), IsOk());
    const auto directory = std::move(NodeDirectory::open(at("hq"))).value();
    auto roster = administration.roster();
    {
        const auto vault = std::move(open_vault(directory, "", credential())).value();
        const auto root = open_root_key(at("administration") / "root-1.key", credential());
        ASSERT_THAT(root, IsOk());
        const auto* key = &*root;
        const Bytes entry = replication::sign_entry(
            roster, {}, replication::RevocationEntry{made->node, {}, {}}, std::span(&key, 1));
        ASSERT_THAT(roster.append(entry), IsOk());
        const auto store = std::move(LogStore::open(directory.log(), LogStore::Access::read_write,
                                                    vault.link_key.duplicate()))
                               .value();
        const replication::Write write{1, replication::RosterWrite{roster.length().value, entry}};
        ASSERT_THAT(store->write(std::span(&write, 1)), IsOk());
    }
    EXPECT_THAT(renew_request(directory, credential(), clock_, entropy_), HasCode(request_revoked));
}

using AdministrationTest = InstallationTest;

TEST_F(AdministrationTest, OpensToWhatWasMade) {
    const auto made = administration();
    const auto opened = AdministrationDirectory::open(at("administration"));
    ASSERT_THAT(opened, IsOk());
    EXPECT_EQ(opened->roster().entries(), made.roster().entries());
    EXPECT_EQ(opened->roster().genesis()->country, "JM");
}

TEST_F(AdministrationTest, SignsWithAsManyRootKeysAsTheThresholdAsksFor) {
    auto made = found({"JM", "Jamaica", 3, 2});
    ASSERT_THAT(made, IsOk());
    fs::remove(made->root_key(1));
    const auto hq = install("hq", NodeKind::headquarters);
    EXPECT_THAT(made->certify(request_of(*hq), credential(), clock_, entropy_), IsOk());
    fs::remove(made->root_key(3));
    const auto second = install("second", NodeKind::headquarters);
    EXPECT_THAT(made->certify(request_of(*second), credential(), clock_, entropy_),
                HasCode(administration_key));
}

TEST_F(AdministrationTest, CertifiesNoUnit) {
    auto made = administration();
    const auto unit = install("unit", NodeKind::unit);
    EXPECT_THAT(made.certify(request_of(*unit), credential(), clock_, entropy_),
                HasCode(administration_kind));
}

TEST_F(AdministrationTest, CertifiesARequestOnce) {
    auto made = administration();
    const auto hq = install("hq", NodeKind::headquarters);
    ASSERT_THAT(made.certify(request_of(*hq), credential(), clock_, entropy_), IsOk());
    EXPECT_THAT(made.certify(request_of(*hq), credential(), clock_, entropy_),
                HasCode(replication::roster_known_key));
}

TEST_F(AdministrationTest, RefusesAnotherCredential) {
    auto made = administration();
    const auto hq = install("hq", NodeKind::headquarters);
    ASSERT_THAT(read_or_make_service_key(at("other"), entropy_), IsOk());
    EXPECT_THAT(made.certify(request_of(*hq), {{}, at("other")}, clock_, entropy_),
                HasCode(crypto::keybag_wrong));
}

TEST_F(AdministrationTest, RefusesARecoveryKeyInPlaceOfARootKey) {
    auto made = administration();
    const auto hq = install("hq", NodeKind::headquarters);
    fs::copy_file(made.recovery_key(), made.root_key(1), fs::copy_options::overwrite_existing);
    EXPECT_THAT(made.certify(request_of(*hq), credential(), clock_, entropy_),
                HasCode(administration_key));
}

TEST_F(AdministrationTest, RefusesAWrongWish) {
    EXPECT_THAT(found({"jm", "Jamaica"}), HasCode(settings_country));
    EXPECT_THAT(found({"JM", ""}), HasCode(administration_name));
    EXPECT_THAT(found({"JM", "Jamaica", 2, 3}), HasCode(administration_roots));
    EXPECT_THAT(found({"JM", "Jamaica", 17, 1}), HasCode(administration_roots));
    EXPECT_FALSE(fs::exists(at("administration")));
}

TEST_F(AdministrationTest, IsNotMadeOverAnother) {
    static_cast<void>(administration());
    EXPECT_THAT(found({"JM", "Jamaica"}), HasCode(administration_exists));
}

TEST_F(AdministrationTest, SaysWhatIsMissingOrBroken) {
    EXPECT_THAT(AdministrationDirectory::open(at("nowhere")), HasCode(administration_missing));
    const auto made = administration();
    ASSERT_THAT(write_file(made.roster_file(), as_bytes("no roster")), IsOk());
    EXPECT_THAT(AdministrationDirectory::open(at("administration")),
                HasCode(replication::roster_file_malformed));
    ASSERT_THAT(write_file(at("administration") / "administration.json", as_bytes("{}")), IsOk());
    EXPECT_THAT(AdministrationDirectory::open(at("administration")), HasCode(administration_note));
}

TEST_F(AdministrationTest, FollowsALongerRosterOfItsOwnAlone) {
    auto made = administration();
    const auto hq = install("hq", NodeKind::headquarters);
    auto elsewhere = std::move(AdministrationDirectory::open(at("administration"))).value();
    ASSERT_THAT(made.certify(request_of(*hq), credential(), clock_, entropy_), IsOk());
    EXPECT_THAT(elsewhere.follow(replication::export_roster(made.roster())), IsOkAndHolds(1U));
    const Credential one = credential();
    auto foreign = AdministrationDirectory::create(at("foreign"), {"TT", "Trinidad"}, {&one, 1},
                                                   clock_, entropy_);
    EXPECT_THAT(elsewhere.follow(replication::export_roster(foreign->roster())),
                HasCode(replication::roster_fingerprint));
}

}  // namespace
}  // namespace entrepot::node
