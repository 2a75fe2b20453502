// What the core of replication reads from a disk: commits that are durable and counted. Heads and
// roster are in memory; writing goes the other way, see sync/replica.hpp.
#pragma once

#include "replication/log/commit.hpp"

namespace entrepot::replication {

inline constexpr ErrorCode store_commit_missing{"store.commit_missing", ErrorKind::storage};

class CommitReader {
public:
    virtual ~CommitReader() = default;
    /// The stored bytes of a durable counted commit: those that its author signed. Number from 1 to
    /// the durable head's; store.commit_missing (or the store's own code) when it cannot be read.
    virtual Result<Bytes> read(const LogId& log, CommitNumber number) const = 0;
};

}  // namespace entrepot::replication
