#include "tests/support/replica_host.hpp"

namespace entrepot::replication {

ReplicaHost::ReplicaHost(const crypto::Identity& identity, Roster roster, std::uint64_t seed)
    : identity_(identity.duplicate()),
      id_(identity.id()),
      store_(std::move(roster)),
      entropy_(seed),
      replica_(std::make_unique<Replica>(store_.start(id_), store_)) {}

LogDescriptor ReplicaHost::log(const CompartmentId& compartment) const {
    return {id_, compartment, Incarnation{compartment.bytes}};
}

Bytes ReplicaHost::make_commit(const CompartmentId& compartment, const crypto::Secret& key,
                               const std::vector<Bytes>& packed, HybridTime time) {
    const LogDescriptor descriptor = log(compartment);
    const LogTip tip = replica_->accepted_tip(descriptor.id()).value();
    const RosterLength length = replica_->roster().length();
    CommitBuilder builder({descriptor.id(), tip.number.next(), tip.hash, time, length,
                           replica_->roster().generation_at(compartment, length)},
                          key, entropy_);
    for (const Bytes& change : packed) {
        builder.add(change);
    }
    Bytes commit = builder.finish({}, {});
    sign_commit(commit, identity_.sign());
    return commit;
}

Result<std::uint64_t> ReplicaHost::write(const CompartmentId& compartment,
                                         const crypto::Secret& key,
                                         const std::vector<Bytes>& packed, HybridTime time) {
    return replica_->append_local(log(compartment), make_commit(compartment, key, packed, time));
}

void ReplicaHost::settle() {
    std::vector<Write> writes = replica_->take_writes();
    if (writes.empty()) {
        return;
    }
    const std::uint64_t last = writes.back().sequence;
    store_.commit(std::move(writes));
    replica_->durable(last);
    replica_->note_erased(store_.erased());
}

void ReplicaHost::crash() {
    replica_ = std::make_unique<Replica>(store_.start(id_), store_);
}

}  // namespace entrepot::replication
