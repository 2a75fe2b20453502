#include "tests/node/journal/journal_node.hpp"

#include "crypto/base/ensure.hpp"

namespace entrepot::node {
namespace {

crypto::Secret key_of(std::uint8_t byte) {
    const Bytes bytes(32, byte);
    return crypto::Secret::copy_of(bytes);
}

}  // namespace

JournalNode::JournalNode(replication::AdministrationFixture& administration,
                         const std::string& node) {
    const crypto::Identity& identity = administration.identity(node);
    catalogue_ = Catalogue::load({}).value();
    log_ = LogStore::open(folder_.path() / "log", LogStore::Access::read_write, key_of(1)).value();
    keys_ = std::make_unique<Keyring>(identity.id(), identity.box().duplicate());
    replica_ = std::make_unique<replication::Replica>(
        replication::ReplicaStart{identity.id(), {}, {}, {}}, *log_);
    restart_worker();
}

void JournalNode::restart_worker() {
    projector_.reset();
    views_.reset();
    views_ = ViewStore::open(folder_.path() / "views", key_of(2)).value();
    projector_ = std::make_unique<Projector>(*log_, *views_, *keys_, roster_, *catalogue_);
    ENSURE(projector_->resume().has_value());
}

void JournalNode::settle() {
    const auto writes = replica_->take_writes();
    if (!writes.empty()) {
        ENSURE(log_->write(writes).has_value());
        replica_->durable(writes.back().sequence);
    }
}

void JournalNode::offer(const replication::LogDescriptor& log, const Bytes& commit) {
    static_cast<void>(replica_->offer(log, commit));
    settle();
}

void JournalNode::offer_roster(const std::vector<Bytes>& entries) {
    ENSURE(replica_->offer_roster({0}, entries).has_value());
    settle();
}

void JournalNode::offer_claim(const replication::LogDescriptor& log, const Bytes& other) {
    const auto number = replication::read_header(other).number;
    const auto held = log_->read(log.id(), number);
    if (held && replication::commit_hash(*held) != replication::commit_hash(other)) {
        ENSURE(replica_->offer_claim(replication::ForkProof::of(log, *held, other)).has_value());
        settle();
    }
}

void JournalNode::learn(const replication::LogDescriptor& log) {
    replica_->learn(log);
    settle();
}

void JournalNode::project() {
    const auto entries = log_->roster_entries(roster_.length().value);
    for (const Bytes& entry : entries.value()) {
        ENSURE(roster_.append(entry).has_value());
    }
    if (keys_->follow(roster_) > 0) {
        ENSURE(projector_->retry_stalled().has_value());
    }
    OwnChanges own;
    const auto projected = projector_->catch_up(log_->last_position().value(), own);
    ENSURE(projected.has_value());
    ENSURE(projector_->flush().has_value());
}

std::map<replication::RecordKey, Bytes> JournalNode::states() {
    std::map<replication::RecordKey, Bytes> out;
    const auto snapshot = views_->snapshot().value();
    ENSURE(snapshot
               ->scan(false,
                      [&out](const ViewedRecord& record) {
                          out.emplace(record.key, replication::encode_state(record.state));
                          return true;
                      })
               .has_value());
    return out;
}

std::set<replication::Dot> JournalNode::waiting() const {
    std::set<replication::Dot> out;
    for (const auto* change : projector_->waiting()) {
        out.insert(change->counted.dot);
    }
    return out;
}

}  // namespace entrepot::node
