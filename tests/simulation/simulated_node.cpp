#include "tests/simulation/simulated_node.hpp"

#include <algorithm>

#include "crypto/base/ensure.hpp"
#include "replication/log/reauthoring.hpp"

namespace entrepot::simulation {

SimulatedNode::SimulatedNode(std::string name, const crypto::Identity& identity, Roster roster,
                             Packing& packing, PlantedFault fault)
    : name_(std::move(name)),
      identity_(identity.duplicate()),
      store_(std::move(roster)),
      packing_(packing),
      fault_(fault) {
    if (fault_ == PlantedFault::leave_unerased && name_ == "airport") {
        store_.stop_erasing();
    }
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
    fresh_.clear();
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
    replica_->note_erased(store_.erased());
    worker_->catch_up();
    moved_ = true;
}

bool SimulatedNode::has_moved() {
    return std::exchange(moved_, false);
}

void SimulatedNode::restore(MemoryStore disk) {
    ENSURE(!is_up());
    store_ = std::move(disk);
    start();
}

LogDescriptor SimulatedNode::writable_log(const CompartmentId& compartment,
                                          crypto::Entropy& entropy) {
    const auto is_writable = [this](const LogDescriptor& log) {
        const LogId log_id = log.id();
        return !replica_->is_ended(log_id) && !replica_->is_forked(log_id) &&
               !end_of(log, log_id, replica_->roster());
    };
    for (const auto& [log, head] : replica_->heads().all()) {
        const LogDescriptor& own = head.descriptor;
        if (own.node == id() && own.compartment == compartment && is_writable(own)) {
            return own;
        }
    }
    const auto begun = fresh_.find(compartment);
    if (begun != fresh_.end() && is_writable(begun->second)) {
        return begun->second;
    }
    return fresh_[compartment] = {id(), compartment, entropy.fixed<Incarnation>()};
}

bool SimulatedNode::may_write(const CompartmentId& compartment) const {
    const Roster& roster = replica_->roster();
    const RosterLength length = replica_->durable_roster_length();
    return roster.right(id(), compartment, length) == Right::write &&
           worker_->key(compartment, roster.generation_at(compartment, length)) != nullptr;
}

bool SimulatedNode::write(const CompartmentId& compartment, const std::vector<Change>& changes,
                          WallTime now, crypto::Entropy& entropy, std::string_view purpose) {
    const LogDescriptor descriptor = writable_log(compartment, entropy);
    if (!may_write(compartment)) {
        return false;
    }
    const RosterLength length = replica_->durable_roster_length();
    const Generation generation = replica_->roster().generation_at(compartment, length);
    const crypto::Secret* key = worker_->key(compartment, generation);
    const auto tip = replica_->accepted_tip(descriptor.id());
    ENSURE(tip.has_value());
    const HybridTime time = clock_.next({now.ms + skew_ms});
    CommitBuilder builder(
        {descriptor.id(), tip->number.next(), tip->hash, time, length, generation}, *key, entropy);
    for (const Change& change : changes) {
        builder.add(packing_.pack(encode_change(change).value()));
    }
    Bytes commit = builder.finish({}, purpose);
    sign_commit(commit, identity_.sign());
    const CommitHeader header = read_header(commit);
    const bool appended = replica_->append_local(descriptor, std::move(commit)).has_value();
    if (appended) {
        salts_.emplace(std::pair{Dot{header.log, header.number}, generation}, header.salt);
        for (std::size_t change = 1; change <= changes.size(); ++change) {
            const ChangePlace place{header.log, header.number,
                                    static_cast<std::uint16_t>(change)};
            if (replica_->roster().is_erased(place)) {
                erased_at_birth_.push_back(place);
            }
        }
    }
    return appended;
}

void SimulatedNode::issue_receipts(WallTime now) {
    replica_->issue_receipts(identity_.sign(), {now.ms + skew_ms});
}

/// The last commit that both branches have, once this node is on the one that counts.
std::optional<ContextEntry> SimulatedNode::kept_of(const LogDescriptor& log) const {
    const LogId log_id = log.id();
    const auto end = end_of(log, log_id, replica_->roster());
    const Head* head = replica_->heads().find(log_id);
    const std::uint64_t held = head == nullptr ? 0 : head->number.value;
    if (!end || held < end->number.value) {
        return std::nullopt;
    }
    std::uint64_t kept = end->number.value;
    for (const auto& left : store_.left()) {
        const CommitHeader header = read_header(left.bytes);
        const bool is_ours = left.descriptor == log && header.number.value <= kept;
        if (is_ours && !equal(store_.read(log_id, header.number).value(), left.bytes)) {
            kept = header.number.value - 1;
        }
    }
    const Hash hash =
        kept == 0 ? Hash{} : commit_hash(store_.read(log_id, CommitNumber{kept}).value());
    return ContextEntry{log_id, {kept}, prefix_of(hash)};
}

std::map<ContextEntry, SimulatedNode::Lost> SimulatedNode::lost() const {
    std::map<ContextEntry, Lost> out;
    for (const LogDescriptor& log : store_.ended()) {
        const LogId log_id = log.id();
        const auto kept = replica_->is_forked(log_id) ? kept_of(log) : std::nullopt;
        if (!kept) {
            continue;
        }
        const auto add = [&](const Bytes& bytes) {
            const CommitHeader header = read_header(bytes);
            if (header.number > kept->number) {
                out.emplace(ContextEntry{log_id, header.number, prefix_of(commit_hash(bytes))},
                            Lost{log, bytes});
            }
        };
        for (const auto& left : store_.left()) {
            if (left.descriptor == log) {
                add(left.bytes);
            }
        }
        const auto held = store_.logs().find(log_id);
        const std::size_t end = end_of(log, log_id, replica_->roster())->number.value;
        for (std::size_t at = end; held != store_.logs().end() && at < held->second.size(); ++at) {
            add(held->second[at]);
        }
    }
    std::erase_if(out, [this](const auto& each) { return changes_of(each.second).empty(); });
    return out;
}

bool SimulatedNode::reauthor(WallTime now, crypto::Entropy& entropy) {
    if (replica_->has_writes() || !transaction_.empty()) {
        return false;
    }
    const auto all = lost();
    const auto next = std::find_if(all.begin(), all.end(), [this](const auto& each) {
        return !worker_->reauthored().contains(each.first) &&
               may_write(each.second.descriptor.compartment);
    });
    if (next == all.end()) {
        return false;
    }
    const LogDescriptor& log = next->second.descriptor;
    Reauthoring again;
    for (const LogDescriptor& ended : store_.ended()) {
        if (const auto kept = kept_of(ended)) {
            again.add_log(ended.id(), *kept);
        }
    }
    std::vector<Change> changes = changes_of(next->second);
    for (Change& change : changes) {
        for (const auto& [commit, entry] : worker_->reauthored()) {
            const auto found = all.find(commit);
            if (found != all.end() && has_record(found->second, change.record)) {
                again.wrote(change.record, {commit.log, commit.number}, entry);
            }
        }
        change = again.rewrite(change);
    }
    return write(log.compartment, changes, now, entropy, reauthored_purpose(next->first));
}

std::vector<Change> SimulatedNode::changes_of(const Lost& lost) const {
    const CompartmentId& compartment = lost.descriptor.compartment;
    const ParsedCommit parsed = parse_commit(lost.bytes).value();
    const auto* key = worker_->key(compartment, parsed.header.generation);
    auto opened = open_commit(parsed, *key, packing_).value();
    std::vector<Change> out;
    for (Result<Change>& change : opened.changes) {
        ENSURE(change.has_value() || change.error().code == change_erased);
        if (change && !replica_->roster().is_erased(compartment, change->record)) {
            out.push_back(std::move(*change));
        }
    }
    return out;
}

bool SimulatedNode::has_record(const Lost& lost, const RecordId& record) const {
    const auto changes = changes_of(lost);
    return std::any_of(changes.begin(), changes.end(),
                       [&](const Change& change) { return change.record == record; });
}

}  // namespace entrepot::simulation
