// What an audit entry says, its bytes, and who can open it.
#include "node/audit/audit_entry.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <fstream>

#include "node/audit/auditor_key.hpp"
#include "node/audit/locked_notes.hpp"
#include "node/audit/sealed_entry.hpp"
#include "replication/model/change.hpp"
#include "tests/support/administration_fixture.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"
#include "tests/support/temporary_folder.hpp"

namespace entrepot::node {
namespace {

using replication::NewGrant;
using replication::Right;

AuditEntry sample() {
    AuditEntry out;
    out.kind = AuditKind::search;
    out.officer.bytes.fill(7);
    out.at = {1'773'000'000'000};
    out.records.resize(2);
    out.records[1].record.bytes.fill(9);
    out.text = "suspects name~\"ivanov\"";
    out.purpose = "tip of the day";
    out.case_reference = "C-12";
    out.outcome = "2";
    return out;
}

RC_GTEST_PROP(AuditEntryBytes, AreReadBackAsTheyWere, ()) {
    AuditEntry entry = sample();
    entry.kind = static_cast<AuditKind>(*rc::gen::inRange(1, 12));
    entry.at.ms = *rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 47);
    entry.records.resize(*rc::gen::inRange<std::size_t>(0, audit_record_limit + 1));
    entry.text.assign(*rc::gen::inRange<std::size_t>(0, audit_text_limit + 1), 'x');
    RC_ASSERT(*decode_entry(encode_entry(entry)) == entry);
}

TEST(AuditEntryBytes, RefuseEveryCutAndEveryTail) {
    const Bytes whole = encode_entry(sample());
    for (std::size_t size = 1; size < whole.size(); ++size) {
        EXPECT_THAT(decode_entry(ByteView(whole).first(size)), HasCode(audit_malformed)) << size;
    }
    Bytes longer = whole;
    longer.push_back(0);
    EXPECT_THAT(decode_entry(longer), HasCode(audit_malformed));
}

TEST(AuditEntryBytes, RefuseKindZeroTooManyRecordsAndTextThatIsNoUtf8) {
    Bytes none = encode_entry(sample());
    none[1] = 0;
    EXPECT_THAT(decode_entry(none), HasCode(audit_malformed));
    Bytes many = encode_entry(sample());
    many[27] = 0xff;  // count of records, high byte
    EXPECT_THAT(decode_entry(many), HasCode(audit_malformed));
    AuditEntry broken = sample();
    broken.text = "\xff";
    EXPECT_THAT(decode_entry(encode_entry(broken)), HasCode(audit_malformed));
}

TEST(AuditEntryBytes, OfAnotherEditionNeedANewerProgram) {
    Bytes later = encode_entry(sample());
    later[0] = 2;
    EXPECT_THAT(decode_entry(later), HasCode(audit_needs_newer));
}

TEST(AuditEntryBytes, CutLongTextsBetweenTwoCharacters) {
    AuditEntry entry = sample();
    entry.purpose.clear();
    while (entry.purpose.size() <= audit_purpose_limit) {
        entry.purpose += "€";
    }
    const auto read = decode_entry(encode_entry(entry));
    ASSERT_THAT(read, IsOk());
    EXPECT_EQ(read->purpose.size() % 3, 0U);
    EXPECT_GT(read->purpose.size(), audit_purpose_limit - 3);
}

/// An airport with a place for its audit.
class SealedEntry : public testing::Test {
protected:
    SealedEntry() {
        administration_.add_unit("airport");
        administration_.add_compartment("audit", "audit",
                                        {{administration_.id("airport"), Right::write},
                                         {administration_.headquarters().id(), Right::read}});
    }
    AuditPlace place() const {
        return *audit_place_of(administration_.roster(), administration_.id("airport"));
    }
    replication::AdministrationFixture administration_;
    crypto::SystemEntropy entropy_;
    TemporaryFolder folder_;
};

TEST_F(SealedEntry, IsOpenedByTheAuditorAndByNobodyElse) {
    const auto auditor = crypto::BoxKey::generate(entropy_);
    administration_.append(replication::AuditorEntry{auditor.public_key()});
    const auto change = seal_entry(sample(), place(), entropy_);
    ASSERT_THAT(change, IsOk());
    const auto opened = open_entry(*change, place(), auditor);
    ASSERT_THAT(opened, IsOk());
    EXPECT_EQ(*opened, sample());
    for (const char* node : {"airport", "headquarters"}) {
        EXPECT_THAT(open_entry(*change, place(), administration_.identity(node).box()),
                    HasCode(audit_other_key));
    }
    EXPECT_THAT(open_entry(*change, place(), administration_.recovery_key()),
                HasCode(audit_other_key));
}

TEST_F(SealedEntry, IsSealedToTheRecoveryKeyUntilAnAuditorIsNamed) {
    const auto change = seal_entry(sample(), place(), entropy_);
    EXPECT_THAT(open_entry(*change, place(), administration_.recovery_key()), IsOk());
}

TEST_F(SealedEntry, PassesForNoOtherNodeCompartmentOrChange) {
    const auto change = *seal_entry(sample(), place(), entropy_);
    const auto& reader = administration_.recovery_key();
    auto other_node = place();
    other_node.node.bytes[0] ^= 1;
    EXPECT_THAT(open_entry(change, other_node, reader), HasCode(audit_other_key));
    auto other_compartment = place();
    other_compartment.compartment.bytes[0] ^= 1;
    EXPECT_THAT(open_entry(change, other_compartment, reader), HasCode(audit_other_key));
    auto other_change = change;
    other_change.record.bytes[0] ^= 1;
    EXPECT_THAT(open_entry(other_change, place(), reader), HasCode(audit_other_key));
}

TEST_F(SealedEntry, IsNothingElseThanOneSealedValue) {
    auto change = *seal_entry(sample(), place(), entropy_);
    change.assignments[0].value = std::string("not sealed");
    EXPECT_THAT(open_entry(change, place(), administration_.recovery_key()),
                HasCode(audit_malformed));
}

TEST_F(SealedEntry, HasNoPlaceBeforeHeadquartersGaveOne) {
    EXPECT_FALSE(audit_place_of(administration_.roster(), administration_.headquarters().id()));
}

TEST_F(SealedEntry, WaitsInAFileWhileTheNodeIsLocked) {
    const auto directory = *NodeDirectory::create(folder_.path() / "node");
    ASSERT_THAT(note_while_locked(directory, sample(), entropy_), IsOk());
    EXPECT_TRUE(take_locked_notes(directory)->empty()) << "nobody to seal to yet";
    ASSERT_THAT(keep_audit_place(directory, place()), IsOk());
    for (int i = 0; i < 3; ++i) {
        ASSERT_THAT(note_while_locked(directory, sample(), entropy_), IsOk());
    }
    EXPECT_EQ(take_locked_notes(directory)->size(), 3U);
    ASSERT_THAT(note_while_locked(directory, sample(), entropy_), IsOk());
    const auto again = take_locked_notes(directory);  // the first unlock was interrupted
    ASSERT_EQ(again->size(), 4U);
    EXPECT_EQ(*open_entry(again->front(), place(), administration_.recovery_key()), sample());
    drop_locked_notes(directory);
    EXPECT_TRUE(take_locked_notes(directory)->empty());
}

TEST_F(SealedEntry, FillsNoDiskWhileTheNodeIsLocked) {
    const auto directory = *NodeDirectory::create(folder_.path() / "node");
    ASSERT_THAT(keep_audit_place(directory, place()), IsOk());
    AuditEntry large = sample();
    large.records.resize(audit_record_limit);
    for (int i = 0; i < 20; ++i) {
        ASSERT_THAT(note_while_locked(directory, large, entropy_), IsOk());
    }
    EXPECT_LT(std::filesystem::file_size(directory.path() / "audit.pending"),
              2 * locked_notes_limit);
}

TEST_F(SealedEntry, TheAuditorsKeyIsAFileThatOnlyTheRightCredentialOpens) {
    const auto file = folder_.path() / "auditor.key";
    Credential credential;
    EXPECT_THAT(make_auditor_key(file, credential, entropy_), HasCode(vault_no_credential));
    credential.service_key = folder_.path() / "service.key";
    const auto key = make_auditor_key(file, credential, entropy_);
    ASSERT_THAT(key, IsOk());
    EXPECT_THAT(make_auditor_key(file, credential, entropy_), HasCode(auditor_key_exists));
    EXPECT_EQ(open_auditor_key(file, credential)->public_key(), *key);
    Credential other;
    other.service_key = folder_.path() / "other.key";
    ASSERT_THAT(read_or_make_service_key(other.service_key, entropy_), IsOk());
    EXPECT_THAT(open_auditor_key(file, other), HasCode(crypto::keybag_wrong));
    const auto service = *read_service_key(credential.service_key);
    ASSERT_THAT(write_file(file, crypto::seal_service_slot(service, Bytes(33, 1), entropy_)),
                IsOk());
    EXPECT_THAT(open_auditor_key(file, credential), HasCode(auditor_not_key));
}

}  // namespace
}  // namespace entrepot::node
