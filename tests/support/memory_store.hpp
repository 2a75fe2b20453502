// MemoryStore: what a node would have on its disk. Whatever is not in here is lost by a crash.
#pragma once

#include <map>

#include "replication/sync/replica.hpp"

namespace entrepot::replication {

class MemoryStore final : public CommitReader {
public:
    explicit MemoryStore(Roster roster) : roster_(std::move(roster)) { erase(); }

    Result<Bytes> read(const LogId& log, CommitNumber number) const override;
    /// One durable transaction.
    void commit(std::vector<Write> writes);
    /// What a node that starts on this store holds.
    ReplicaStart start(const NodeId& self) const;

    const std::map<LogId, std::vector<Bytes>>& logs() const { return logs_; }
    const Roster& roster() const { return roster_; }
    const std::vector<CommitWrite>& quarantined() const { return quarantined_; }
    const Heads& heads() const { return heads_; }
    std::uint64_t reads() const { return reads_; }
    const std::vector<RewindWrite>& rewinds() const { return rewinds_; }
    const std::vector<LogDescriptor>& ended() const { return ended_; }
    /// A commit of a branch that its log has left.
    struct LeftCommit {
        LogDescriptor descriptor;
        Bytes bytes;
    };
    const std::vector<LeftCommit>& left() const { return left_; }
    /// Up to which roster length erasures are carried out here.
    const RosterLength& erased() const { return erased_; }
    /// A planted fault: from now on orders to erase are said to be carried out, and are not.
    void stop_erasing() { erases_ = false; }

private:
    void swap(Bytes& commit) const;
    void erase();
    void rewind(const RewindWrite& rewound);

    std::map<LogId, std::vector<Bytes>> logs_;
    Heads heads_;
    Roster roster_;
    std::vector<ForkProof> forks_;
    std::vector<CommitWrite> quarantined_;
    std::vector<RewindWrite> rewinds_;
    std::vector<LogDescriptor> known_, ended_;
    std::vector<LeftCommit> left_;
    std::map<ReceiptPlace, Receipt> receipts_;
    RosterLength erased_;
    bool erases_ = true;
    mutable std::uint64_t reads_ = 0;
};

}  // namespace entrepot::replication
