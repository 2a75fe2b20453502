// ReplicaHost: one node without disk and network: a replica on a memory store, and a pen to write
// logs with. What a driver does between the two is here: settle().
#pragma once

#include <memory>

#include "replication/log/commit_builder.hpp"
#include "replication/sync/session.hpp"
#include "tests/support/memory_store.hpp"

namespace entrepot::replication {

class ReplicaHost {
public:
    ReplicaHost(const crypto::Identity& identity, Roster roster, std::uint64_t seed);

    const NodeId& id() const { return id_; }
    Replica& replica() { return *replica_; }
    const Replica& replica() const { return *replica_; }
    MemoryStore& store() { return store_; }
    const MemoryStore& store() const { return store_; }
    crypto::Entropy& entropy() { return entropy_; }
    SessionSelf session_self() const {
        return {&identity_.sign(), identity_.transport().public_key()};
    }
    const crypto::Identity& identity() const { return identity_; }

    /// This node's log in a compartment: the same after a crash.
    LogDescriptor log(const CompartmentId& compartment) const;
    /// Seals and signs the next commit of that log; not offered to the replica.
    Bytes make_commit(const CompartmentId& compartment, const crypto::Secret& key,
                      const std::vector<Bytes>& packed, HybridTime time = {1});
    /// The same, appended to the replica; gives the write's sequence.
    Result<std::uint64_t> write(const CompartmentId& compartment, const crypto::Secret& key,
                                const std::vector<Bytes>& packed, HybridTime time = {1});
    /// Makes everything written so far durable.
    void settle();
    /// Ends the replica and starts another on what is durable. Sessions must be gone by then.
    void crash();

private:
    crypto::Identity identity_;
    NodeId id_;
    MemoryStore store_;
    crypto::SeededEntropy entropy_;
    std::unique_ptr<Replica> replica_;
};

}  // namespace entrepot::replication
