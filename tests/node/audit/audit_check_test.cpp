// Audit logs that were altered, reordered or cut: the check says which, and where.
#include "node/audit/audit_check.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "node/audit/sealed_entry.hpp"
#include "replication/log/commit_builder.hpp"
#include "replication/model/packing.hpp"
#include "tests/support/administration_fixture.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::node {
namespace {

using replication::Right;

constexpr std::size_t log_size = 6;

/// An airport's audit log of six commits.
struct AuditLog {
    AuditLog() {
        administration.add_unit("airport");
        compartment = administration.add_compartment(
            "audit", "audit", {{administration.id("airport"), Right::write}});
        descriptor = {administration.id("airport"), compartment,
                      entropy.fixed<replication::Incarnation>()};
        for (std::size_t i = 0; i < log_size; ++i) {
            add_commit();
        }
    }
    void add_commit() {
        const Hash previous = commits.empty() ? Hash{} : replication::commit_hash(commits.back());
        const auto key = administration.key(compartment);
        replication::CommitBuilder builder({descriptor.id(),
                                            {commits.size() + 1},
                                            previous,
                                            {(commits.size() + 1) << 16},
                                            administration.roster().length(),
                                            {1}},
                                           key, entropy);
        const auto place = audit_place_of(administration.roster(), descriptor.node);
        const auto change = seal_entry({}, *place, entropy);
        replication::Packing packing;
        builder.add(packing.pack(*replication::encode_change(*change)));
        Bytes commit = builder.finish({}, "");
        replication::sign_commit(commit, administration.identity("airport").sign());
        commits.push_back(std::move(commit));
    }
    NotedHead head() const {
        return {descriptor.id(), {commits.size()}, replication::commit_hash(commits.back())};
    }
    std::vector<AuditFinding> check(std::vector<NotedHead> noted = {}) {
        AuditCheck out(administration.roster(), std::move(noted));
        for (const Bytes& commit : commits) {
            out.add(descriptor, commit);
        }
        logs = out.logs();
        return out.finish();
    }

    replication::AdministrationFixture administration;
    crypto::SystemEntropy entropy;
    replication::CompartmentId compartment;
    replication::LogDescriptor descriptor;
    std::vector<Bytes> commits;
    std::map<replication::LogId, AuditLogStanding> logs;
};

std::set<std::string> codes_of(const std::vector<AuditFinding>& findings) {
    std::set<std::string> out;
    for (const AuditFinding& finding : findings) {
        out.emplace(finding.error.code.name());
    }
    return out;
}

std::set<std::string> only(const ErrorCode& code) {
    return {std::string(code.name())};
}

TEST(AuditCheck, FindsNothingWrongWithAWholeLogAndCountsIt) {
    AuditLog log;
    EXPECT_TRUE(log.check({log.head()}).empty());
    const AuditLogStanding& standing = log.logs.at(log.descriptor.id());
    EXPECT_EQ(standing.commits, log_size);
    EXPECT_EQ(standing.entries, log_size);
    EXPECT_EQ(standing.number.value, log_size);
    EXPECT_EQ(standing.newest.ms, static_cast<std::int64_t>(log_size));
}

RC_GTEST_PROP(AuditCheck, SaysThatAnAlteredCommitIsAltered, ()) {
    AuditLog log;
    Bytes& commit = log.commits[*rc::gen::inRange<std::size_t>(0, log_size)];
    const auto at =
        *rc::gen::inRange<std::size_t>(64, commit.size());  // beyond its place in the log
    commit[at] ^= static_cast<std::uint8_t>(*rc::gen::inRange(1, 256));
    RC_ASSERT(codes_of(log.check()).contains(std::string(audit_altered.name())));
}

RC_GTEST_PROP(AuditCheck, SaysThatACommitLeftOutIsMissing, ()) {
    AuditLog log;
    log.commits.erase(log.commits.begin() + *rc::gen::inRange<int>(0, log_size - 1));
    RC_ASSERT(codes_of(log.check()).contains(std::string(audit_gap.name())));
}

RC_GTEST_PROP(AuditCheck, SaysThatASwappedOrRepeatedCommitBreaksTheChain, ()) {
    AuditLog log;
    const auto from = *rc::gen::inRange<std::size_t>(0, log_size);
    const auto to = *rc::gen::inRange<std::size_t>(0, log_size);
    if (from == to) {
        log.commits.insert(log.commits.begin() + static_cast<std::ptrdiff_t>(from),
                           log.commits[from]);
    } else {
        std::swap(log.commits[from], log.commits[to]);
    }
    RC_ASSERT(codes_of(log.check()).contains(std::string(audit_chain.name())));
}

TEST(AuditCheck, SaysThatACutEndIsMissingOnceItsHeadWasNoted) {
    AuditLog log;
    const NotedHead noted = log.head();
    for (std::size_t left = log_size; left-- > 0;) {
        log.commits.pop_back();
        EXPECT_EQ(codes_of(log.check({noted})), only(audit_truncated)) << left;
    }
}

TEST(AuditCheck, CannotKnowOfACutEndThatNobodyNoted) {
    AuditLog log;
    log.commits.pop_back();
    EXPECT_TRUE(log.check().empty());
}

TEST(AuditCheck, SaysThatALogWrittenAnewByItsOwnNodeIsNotTheOneNoted) {
    AuditLog log;
    const NotedHead noted = log.head();
    log.commits.pop_back();
    log.add_commit();  // rightly signed, another salt and another entry
    EXPECT_EQ(codes_of(log.check({noted})), only(audit_rewritten));
}

TEST(AuditCheck, SaysThatACommitOfAnotherWriterIsAltered) {
    AuditLog log;
    Bytes& commit = log.commits.back();
    replication::sign_commit(commit, log.administration.headquarters().sign());
    EXPECT_EQ(codes_of(log.check()), only(audit_altered));
}

TEST(AuditCheck, PassesOverLogsOfRecords) {
    AuditLog log;
    log.descriptor.compartment = log.administration.add_compartment(
        "seizures", "seizures", {{log.administration.id("airport"), Right::write}});
    EXPECT_TRUE(log.check().empty());
    EXPECT_TRUE(log.logs.empty());
}

}  // namespace
}  // namespace entrepot::node
