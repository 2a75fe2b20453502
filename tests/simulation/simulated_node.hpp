// SimulatedNode: the driver of one replica: a disk that takes its time and forgets, in a crash,
// what it had not finished; a worker; a clock that is wrong by a fixed amount.
#pragma once

#include "replication/log/commit_builder.hpp"
#include "replication/sync/session.hpp"
#include "tests/simulation/simulated_worker.hpp"
#include "tests/support/memory_store.hpp"

namespace entrepot::simulation {

/// Faults planted in the driver, to see that the checks catch them.
enum class PlantedFault { none, acknowledge_before_durable, drop_one_sibling, leave_unerased };

class SimulatedNode {
public:
    SimulatedNode(std::string name, const crypto::Identity& identity, Roster roster,
                  Packing& packing, PlantedFault fault);

    const std::string& name() const { return name_; }
    const crypto::Identity& identity() const { return identity_; }
    NodeId id() const { return identity_.id(); }
    bool is_up() const { return replica_ != nullptr; }
    Replica& replica() { return *replica_; }
    const Replica& replica() const { return *replica_; }
    const SimulatedWorker& worker() const { return *worker_; }
    const MemoryStore& store() const { return store_; }
    SessionSelf session_self() const {
        return {&identity_.sign(), identity_.transport().public_key()};
    }

    void start();
    /// Sessions must be gone by then.
    void crash();
    /// Takes what is to be written into a transaction; false when there is nothing or one runs.
    bool begin_transaction();
    /// The transaction reached the disk.
    void end_transaction();
    bool is_writing() const { return replica_->has_writes() || !transaction_.empty(); }
    bool has_moved();  ///< whether the durable state moved since the last call

    /// The next commit of this node's log in the compartment; false if it may not or cannot write.
    bool write(const CompartmentId& compartment, const std::vector<Change>& changes, WallTime now,
               crypto::Entropy& entropy, std::string_view purpose = {});
    /// Writes again one commit of its own that stopped to count through a fork; false if there is
    /// none that it may write.
    bool reauthor(WallTime now, crypto::Entropy& entropy);

    struct Lost {
        LogDescriptor descriptor;
        Bytes bytes;
    };
    /// Its own commits that stopped to count through a fork, but for what was erased since.
    std::map<ContextEntry, Lost> lost() const;
    /// Of what it wrote itself, what the roster ordered erased before it was written.
    const std::vector<ChangePlace>& erased_at_birth() const { return erased_at_birth_; }
    /// Signs receipts for what is durable here.
    void issue_receipts(WallTime now);

    /// The disk as it is, and a node that starts on such a copy: a restored disk or a clone.
    MemoryStore disk() const { return store_; }
    void restore(MemoryStore disk);
    /// Salts of everything written, by place: none may come twice.
    const std::multimap<std::pair<Dot, Generation>, CommitSalt>& salts() const { return salts_; }

    std::int64_t skew_ms = 0;

private:
    /// The store, and in front of it what a faulty driver called durable too early.
    struct Reader final : CommitReader {
        const SimulatedNode& node;
        explicit Reader(const SimulatedNode& owner) : node(owner) {}
        Result<Bytes> read(const LogId& log, CommitNumber number) const override;
    };
    void make_durable(std::uint64_t sequence);
    /// The log to write in: one that nothing ended, else a new incarnation.
    LogDescriptor writable_log(const CompartmentId& compartment, crypto::Entropy& entropy);
    /// Under what is durable of its roster, and with the key for it.
    bool may_write(const CompartmentId& compartment) const;
    /// What is left of a commit that was lost.
    std::vector<Change> changes_of(const Lost& lost) const;
    bool has_record(const Lost& lost, const RecordId& record) const;
    std::optional<ContextEntry> kept_of(const LogDescriptor& log) const;

    std::string name_;
    crypto::Identity identity_;
    MemoryStore store_;
    Packing& packing_;
    PlantedFault fault_;
    Reader reader_{*this};
    HybridClock clock_;
    std::unique_ptr<Replica> replica_;
    std::unique_ptr<SimulatedWorker> worker_;
    std::vector<Write> transaction_;
    std::map<CompartmentId, LogDescriptor> fresh_;  ///< begun since the start
    std::multimap<std::pair<Dot, Generation>, CommitSalt> salts_;
    std::vector<ChangePlace> erased_at_birth_;
    bool moved_ = false;
};

}  // namespace entrepot::simulation
