// ForkProof: two commits with one number in one log, both signed by its writer. Anyone who holds
// the writer's certificate can check it. Says nothing about which branch counts: a cut does.
#pragma once

#include "replication/log/commit.hpp"
#include "replication/log/log_id.hpp"
#include "replication/roster/roster.hpp"

namespace entrepot::replication {

inline constexpr ErrorCode fork_unproven{"fork.unproven", ErrorKind::refused};

/// 504 bytes on the wire: descriptor, two commit headers (bytes 0…227), by rising commit hash.
struct ForkProof {
    static constexpr std::size_t wire_size = LogDescriptor::wire_size + 2 * commit_header_size;
    LogDescriptor descriptor;
    Bytes first, second;

    /// Puts two headers (or whole commits: their headers are taken) in order.
    static ForkProof of(const LogDescriptor& log, ByteView one, ByteView other);
    Bytes encode() const;
    /// fork.unproven for another length.
    static Result<ForkProof> decode(ByteView bytes);
    CommitNumber number() const;
    /// fork.unproven unless both headers are of this log, have one number and different hashes, and
    /// are signed by the writer that the roster names.
    Status verify(const Roster& roster) const;
};

}  // namespace entrepot::replication
