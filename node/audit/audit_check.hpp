// AuditCheck: whether the audit logs held here are whole: every commit from the first on, in order,
// unaltered and signed by its node, and not shorter than anybody noted before. Needs the roster and
// no key: it opens nothing. Does not see commits that reached nobody and were noted by nobody.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "replication/log/heads.hpp"
#include "replication/roster/roster.hpp"

namespace entrepot::node {

inline constexpr ErrorCode audit_altered{"audit.altered", ErrorKind::refused};
inline constexpr ErrorCode audit_gap{"audit.gap", ErrorKind::refused};
inline constexpr ErrorCode audit_chain{"audit.chain", ErrorKind::refused};
inline constexpr ErrorCode audit_truncated{"audit.truncated", ErrorKind::refused};
inline constexpr ErrorCode audit_rewritten{"audit.rewritten", ErrorKind::refused};

/// An audit log as far as it is held.
struct AuditLogStanding {
    replication::LogDescriptor descriptor;
    std::uint64_t commits = 0;
    std::uint64_t entries = 0;
    replication::CommitNumber number;  ///< of the last commit
    Hash hash;                         ///< of the last commit
    WallTime newest;                   ///< when its author made the last commit
};

/// The end of a log as somebody noted it earlier: an auditor, or a receipt.
struct NotedHead {
    replication::LogId log;
    replication::CommitNumber number;
    Hash hash;
};

struct AuditFinding {
    replication::LogId log;
    Error error;
};

class AuditCheck {
public:
    /// `roster` must outlive it; `noted` are heads that must still be there.
    AuditCheck(const replication::Roster& roster, std::vector<NotedHead> noted);
    /// The next stored commit, in the order of storing; one of another database is passed over.
    void add(const replication::LogDescriptor& log, ByteView commit);
    /// What was found, audit.truncated and audit.rewritten included. The others: audit.altered for
    /// a commit that fails its own checks, audit.gap for a number left out, audit.chain for one
    /// that does not continue its log.
    std::vector<AuditFinding> finish();
    const std::map<replication::LogId, AuditLogStanding>& logs() const { return logs_; }

private:
    Status check(const replication::LogDescriptor& log, const replication::ParsedCommit& commit);
    void compare(const replication::LogId& log, replication::CommitNumber number, const Hash& hash);

    const replication::Roster& roster_;
    std::vector<NotedHead> noted_;
    std::vector<AuditFinding> findings_;
    std::map<replication::LogId, AuditLogStanding> logs_;
    std::map<replication::LogId, replication::RosterLength> lengths_;
};

}  // namespace entrepot::node
