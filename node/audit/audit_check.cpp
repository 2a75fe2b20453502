#include "node/audit/audit_check.hpp"

#include "node/audit/sealed_entry.hpp"
#include "replication/log/admission.hpp"

namespace entrepot::node {

using replication::Admission;
using replication::CommitNumber;
using replication::LogId;
using replication::ParsedCommit;

AuditCheck::AuditCheck(const replication::Roster& roster, std::vector<NotedHead> noted)
    : roster_(roster), noted_(std::move(noted)) {}

Status AuditCheck::check(const replication::LogDescriptor& log, const ParsedCommit& commit) {
    const AuditLogStanding& standing = logs_[log.id()];
    const CommitNumber expected = standing.number.next();
    const std::string number = "commit " + std::to_string(commit.header.number.value);
    if (commit.header.number > expected) {
        return Error{audit_gap, number + " follows " + std::to_string(standing.number.value) +
                                    ": what stood between is missing"};
    }
    if (commit.header.number < expected) {
        return Error{audit_chain, number + " comes after " + std::to_string(standing.number.value)};
    }
    const auto admitted = replication::admit(
        commit, {log, standing.number, standing.hash, lengths_[log.id()], {}}, roster_);
    if (admitted) {
        return *admitted == Admission::counts || *admitted == Admission::beyond_cut
                   ? Status{}
                   : Error{audit_chain, number + " is not the one that continues the log"};
    }
    const bool breaks = admitted.error().code == replication::admission_chain;
    return Error{breaks ? audit_chain : audit_altered,
                 number + ": " + std::string(admitted.error().code.name()) + ": " +
                     admitted.error().context};
}

void AuditCheck::compare(const LogId& log, CommitNumber number, const Hash& hash) {
    for (const NotedHead& noted : noted_) {
        if (noted.log == log && noted.number == number && noted.hash != hash) {
            findings_.push_back({log,
                                 {audit_rewritten, "commit " + std::to_string(number.value) +
                                                       " is not the one noted earlier"}});
        }
    }
}

void AuditCheck::add(const replication::LogDescriptor& log, ByteView commit) {
    if (!is_audit(roster_, log.compartment)) {
        return;
    }
    const LogId id = log.id();
    AuditLogStanding& standing = logs_[id];
    standing.descriptor = log;
    const auto parsed = replication::parse_commit(commit);
    if (!parsed) {
        findings_.push_back({id,
                             {audit_altered, std::string(parsed.error().code.name()) + ": " +
                                                 parsed.error().context}});
        return;
    }
    if (Status checked = check(log, *parsed); !checked) {
        findings_.push_back({id, std::move(checked).error()});
    }
    standing.commits += 1;
    standing.entries += parsed->header.change_count;
    standing.number = parsed->header.number;
    standing.hash = replication::commit_hash(commit);
    standing.newest = parsed->header.time.wall();
    lengths_[id] = parsed->header.roster_length;
    compare(id, standing.number, standing.hash);
}

std::vector<AuditFinding> AuditCheck::finish() {
    for (const NotedHead& noted : noted_) {
        const auto held = logs_.find(noted.log);
        const CommitNumber last = held == logs_.end() ? CommitNumber{} : held->second.number;
        if (last < noted.number) {
            findings_.push_back(
                {noted.log,
                 {audit_truncated, "it ends at commit " + std::to_string(last.value) + "; commit " +
                                       std::to_string(noted.number.value) + " was noted earlier"}});
        }
    }
    return findings_;
}

}  // namespace entrepot::node
