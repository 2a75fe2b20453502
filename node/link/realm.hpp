// Realm: one roster and what is under it, as the link keeps it: log store, replica and writer. A
// node has its administration's own; a headquarters has two more for each partner, the outer
// rosters that the two sides write. Nothing of one realm is seen in another. Knows no plaintext.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "node/channel/channel_message.hpp"
#include "node/link/log_writer.hpp"

namespace entrepot::node {

class Realm {
public:
    using Answer = std::function<void(const ChannelMessage&)>;
    /// Reads what the store holds. `answer` is called only in the thread that calls this object.
    static Result<std::unique_ptr<Realm>> open(RealmId id, std::unique_ptr<LogStore> store,
                                               const replication::NodeId& self, Answer answer);
    /// Finishes what was submitted.
    ~Realm();
    Realm(const Realm&) = delete;

    /// Starts the writer's thread; `wake` is called in it after each transaction.
    void begin_writing(std::function<void()> wake);
    /// See LogWriter::set_make_room; once it writes.
    void set_make_room(std::function<bool()> make_room) {
        writer_->set_make_room(std::move(make_room));
    }
    /// Signs, accepts and submits; the worker is answered at once and again when it is durable.
    void append(const AppendCommit& request, const crypto::SigningKey& key);
    void append(const AppendRoster& request);
    void submit_writes();
    /// Takes what the writer did; whether anything became durable. An error is the store's.
    Result<bool> take_outcomes();

    /// Looks how far erasures are carried out, and has receipts say so.
    void note_erasures();
    /// As it was when that was last looked at.
    const ErasureMarks& erasures() const { return erasures_; }
    /// The views have nothing left of the erasures up to this one.
    Status views_erased(replication::RosterLength upto);
    /// Whether commits of compartments are held that this node has no right to any more: they go
    /// when the realm is opened again.
    bool holds_lost() const;
    /// Whether nobody waits for anything to be written.
    bool is_idle() const;
    /// Whether such commits went when it was opened: views made of them have to go too.
    bool has_dropped() const { return has_dropped_; }
    void views_dropped() { has_dropped_ = false; }

    const RealmId& id() const { return id_; }
    bool is_home() const { return id_.is_zero(); }
    Moved moved() const;
    replication::Replica& replica() { return *replica_; }
    const replication::Replica& replica() const { return *replica_; }
    const replication::Roster& roster() const { return replica_->roster(); }
    LogStore& store() { return *store_; }
    const LogStore& store() const { return *store_; }

private:
    Realm(RealmId id, std::unique_ptr<LogStore> store, Answer answer)
        : id_(id), store_(std::move(store)), answer_(std::move(answer)) {}
    Status start(const replication::NodeId& self);
    replication::RosterLength before(const std::vector<Bytes>& entries) const;
    Status drop_lost(const replication::Roster& roster, const replication::NodeId& self);
    void fail(Ticket ticket, const Error& error);

    RealmId id_;
    std::unique_ptr<LogStore> store_;
    Answer answer_;
    std::unique_ptr<replication::Replica> replica_;
    std::unique_ptr<LogWriter> writer_;
    std::map<std::uint64_t, std::vector<Ticket>> awaiting_;  ///< by sequence of the write
    LogPosition position_;
    ErasureMarks erasures_;
    bool has_dropped_ = false;
};

}  // namespace entrepot::node
