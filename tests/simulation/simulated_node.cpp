#include "tests/simulation/simulated_node.hpp"

#include "crypto/base/ensure.hpp"

namespace entrepot::simulation {

SimulatedNode::SimulatedNode(std::string name, const crypto::Identity& identity, Roster roster,
                             Packing& packing, PlantedFault fault)
    : name_(std::move(name)),
      identity_(crypto::Identity::from_secret(identity.to_secret().view()).value()),
      store_(std::move(roster)),
      packing_(packing),
      fault_(fault) {
    start();
}

Result<Bytes> SimulatedNode::Reader::read(const LogId& log, CommitNumber number) const {
    if (node.fault_ == PlantedFault::acknowledge_before_durable) {
        for (const Write& write : node.transaction_) {
            const auto* commit = std::get_if<CommitWrite>(&write.what);
            if (commit != nullptr && commit->log == log && commit->number == number) {
                return commit->bytes;
            }
        }
    }
    return node.store_.read(log, number);
}

void SimulatedNode::start() {
    replica_ = std::make_unique<Replica>(store_.start(id()), reader_);
    worker_ = std::make_unique<SimulatedWorker>(*replica_, identity_, packing_,
                                                fault_ == PlantedFault::drop_one_sibling);
    worker_->catch_up();
}

void SimulatedNode::crash() {
    transaction_.clear();
    worker_.reset();
    replica_.reset();
}

bool SimulatedNode::begin_transaction() {
    if (!transaction_.empty() || !replica_->has_writes()) {
        return false;
    }
    transaction_ = replica_->take_writes();
    if (fault_ == PlantedFault::acknowledge_before_durable) {
        make_durable(transaction_.back().sequence);
    }
    return true;
}

void SimulatedNode::end_transaction() {
    const std::uint64_t last = transaction_.back().sequence;
    store_.commit(std::exchange(transaction_, {}));
    make_durable(last);
}

void SimulatedNode::make_durable(std::uint64_t sequence) {
    replica_->durable(sequence);
    worker_->catch_up();
    moved_ = true;
}

bool SimulatedNode::has_moved() {
    return std::exchange(moved_, false);
}

bool SimulatedNode::write(const CompartmentId& compartment, const std::vector<Change>& changes,
                          WallTime now, crypto::Entropy& entropy) {
    const Roster& roster = replica_->roster();
    const LogDescriptor descriptor{id(), compartment, Incarnation{compartment.bytes}};
    const RosterLength length = replica_->durable_roster_length();
    const Generation generation = roster.generation_at(compartment, length);
    const crypto::Secret* key = worker_->key(compartment, generation);
    if (roster.right(id(), compartment, length) != Right::write || key == nullptr) {
        return false;
    }
    const auto tip = replica_->accepted_tip(descriptor.id());
    ENSURE(tip.has_value());
    const HybridTime time = clock_.next({now.ms + skew_ms});
    CommitBuilder builder(
        {descriptor.id(), tip->number.next(), tip->hash, time, length, generation}, *key, entropy);
    for (const Change& change : changes) {
        builder.add(packing_.pack(encode_change(change).value()));
    }
    Bytes commit = builder.finish({}, {});
    sign_commit(commit, identity_.sign());
    return replica_->append_local(descriptor, std::move(commit)).has_value();
}

}  // namespace entrepot::simulation
