#include "node/link/realm.hpp"

#include "node/store/erasure/lost_compartments.hpp"
#include "replication/log/commit_builder.hpp"

namespace entrepot::node {

using replication::Roster;

namespace {

std::optional<replication::RosterLength> number_of(ByteView entry) {
    const auto decoded = replication::decode_entry(entry);
    return decoded ? std::optional(decoded->number) : std::nullopt;
}

}  // namespace

Result<std::unique_ptr<Realm>> Realm::open(RealmId id, std::unique_ptr<LogStore> store,
                                           const replication::NodeId& self, Answer answer) {
    std::unique_ptr<Realm> out(new Realm(id, std::move(store), std::move(answer)));
    TRY(out->start(self));
    return out;
}

Realm::~Realm() {
    writer_.reset();  // before the store goes
}

Status Realm::start(const replication::NodeId& self) {
    TRY_ASSIGN(const auto entries, store_->roster_entries());
    TRY_ASSIGN(Roster roster, Roster::from_entries(entries));
    TRY(drop_lost(roster, self));
    TRY_ASSIGN(auto heads, store_->heads());
    TRY_ASSIGN(auto forks, store_->forks());
    TRY_ASSIGN(auto quarantined, store_->aside());
    TRY_ASSIGN(auto rewinds, store_->rewinds());
    TRY_ASSIGN(auto known, store_->known());
    TRY_ASSIGN(auto ended, store_->ended());
    TRY_ASSIGN(auto receipts, store_->receipts());
    TRY_ASSIGN(position_, store_->last_position());
    TRY_ASSIGN(erasures_, store_->erasure_marks());
    replica_ = std::make_unique<replication::Replica>(
        replication::ReplicaStart{self, std::move(roster), std::move(heads), std::move(forks),
                                  std::move(quarantined), std::move(rewinds), std::move(known),
                                  std::move(ended), std::move(receipts), erasures_.done()},
        *store_);
    return {};
}

void Realm::begin_writing(std::function<void()> wake) {
    writer_ = std::make_unique<LogWriter>(*store_, std::move(wake));
}

void Realm::fail(Ticket ticket, const Error& error) {
    answer_(Failed{ticket, std::string(error.code.name()), error.context});
}

void Realm::append(const AppendCommit& request, const crypto::SigningKey& key) {
    Bytes commit = request.commit;
    if (commit.size() < replication::commit_header_size) {
        return fail(request.ticket, {channel_malformed, "a commit without a header"});
    }
    replication::sign_commit(commit, key);
    const auto signature = replication::read_header(commit).signature;
    auto sequence = replica_->append_local(request.log, std::move(commit));
    if (!sequence) {
        return fail(request.ticket, sequence.error());
    }
    answer_(Signed{request.ticket, signature});
    awaiting_[*sequence].push_back(request.ticket);
    submit_writes();
}

/// Entries go on from what is held, or from before that when they settle a fork of it.
replication::RosterLength Realm::before(const std::vector<Bytes>& entries) const {
    const auto first = entries.empty() ? std::nullopt : number_of(entries.front());
    const bool goes_back = first && first->value > 0 && *first <= roster().length() &&
                           first->value - 1 + entries.size() > roster().length().value;
    return goes_back ? replication::RosterLength{first->value - 1} : roster().length();
}

void Realm::append(const AppendRoster& request) {
    auto added = replica_->offer_roster(before(request.entries), request.entries);
    auto writes = replica_->take_writes();
    const std::uint64_t last =
        writes.empty() ? replica_->durable_sequence() : writes.back().sequence;
    writer_->submit(std::move(writes));
    if (!added) {
        return fail(request.ticket, added.error());
    }
    if (last <= replica_->durable_sequence()) {
        return answer_(Stored{request.ticket});
    }
    awaiting_[last].push_back(request.ticket);
}

void Realm::submit_writes() {
    if (replica_->has_writes()) {
        writer_->submit(replica_->take_writes());
    }
}

Result<bool> Realm::take_outcomes() {
    const auto outcomes = writer_->take_outcomes();
    for (const WriteOutcome& outcome : outcomes) {
        if (!outcome.stored) {
            for (const auto& [sequence, tickets] : awaiting_) {
                for (const Ticket& ticket : tickets) {
                    fail(ticket, outcome.stored.error());
                }
            }
            awaiting_.clear();
            return outcome.stored.error();
        }
        position_ = outcome.position;
        replica_->durable(outcome.last_sequence);
        const auto end = awaiting_.upper_bound(outcome.last_sequence);
        for (auto at = awaiting_.begin(); at != end; at = awaiting_.erase(at)) {
            for (const Ticket& ticket : at->second) {
                answer_(Stored{ticket});
            }
        }
    }
    return !outcomes.empty();
}

/// Before anything rests on what is held: commits of rights that were withdrawn go.
Status Realm::drop_lost(const Roster& roster, const replication::NodeId& self) {
    TRY_ASSIGN(const auto heads, store_->heads());
    const auto lost = lost_logs(heads, roster, self);
    has_dropped_ = !lost.empty();
    if (lost.empty()) {
        return {};
    }
    const auto directory = store_->directory();
    const crypto::Secret key = store_->link_key().duplicate();
    store_.reset();
    TRY(drop_logs(directory, key, lost, roster, self));
    TRY_ASSIGN(store_,
               LogStore::open(directory, LogStore::Access::read_write, key.duplicate()));
    return {};
}

void Realm::note_erasures() {
    const auto& orders = roster().erasures();
    if (orders.empty() || erasures_.done() == orders.back()) {
        return;
    }
    if (const auto marks = store_->erasure_marks()) {
        erasures_ = *marks;
        replica_->note_erased(erasures_.done());
    }
}

Status Realm::views_erased(replication::RosterLength upto) {
    TRY(store_->set_views_erased(upto));
    note_erasures();
    return {};
}

bool Realm::holds_lost() const {
    return !lost_logs(replica_->heads(), roster(), replica_->self()).empty();
}

bool Realm::is_idle() const {
    return awaiting_.empty() && !replica_->has_writes() &&
           replica_->durable_sequence() == replica_->queued_sequence();
}

Moved Realm::moved() const {
    return {position_.value, replica_->durable_roster_length().value, id_};
}

}  // namespace entrepot::node
