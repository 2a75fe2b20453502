// Replica: what one node holds and counts, shared by its sessions. Judges what arrives, hands the
// driver what must be written, and moves heads only when the driver says that it is durable.
//
//   offer / append_local / offer_roster ──► take_writes ──► (driver: one transaction) ──► durable
//
// A log that has forked takes nothing until a cut names the branch that counts. A node on another
// branch then leaves it: what it holds from the fork on is kept aside (RewindWrite), heads go back
// at once, and the branch that counts is fetched like any other commits. PROTOCOL.md, "Forks".
//
// Sans-I/O and for one thread. Does not promise that anything offered is on disk: only heads() and
// durable_roster_length() say so, and sessions acknowledge and announce nothing else.
#pragma once

#include <memory>
#include <span>
#include <variant>
#include <vector>

#include "replication/log/admission.hpp"
#include "replication/log/fork.hpp"
#include "replication/store.hpp"
#include "replication/sync/receipt.hpp"

namespace entrepot::replication {

inline constexpr ErrorCode replica_log_forked{"replica.log_forked", ErrorKind::conflict};
inline constexpr ErrorCode replica_log_ended{"replica.log_ended", ErrorKind::conflict};
inline constexpr ErrorCode replica_local_chain{"replica.local_chain", ErrorKind::conflict};
inline constexpr ErrorCode replica_local_right{"replica.local_right", ErrorKind::denied};

struct ReplicaLimits {
    std::size_t aside_per_log = 1024 * 1024;  ///< bytes kept aside (gap, roster ahead) of one log
    std::size_t aside_in_all = 16 * 1024 * 1024;  ///< bytes kept aside of all logs
    std::size_t quarantine_per_log =
        1024 * 1024;  ///< bytes beyond a cut of one log, since the start
    std::size_t quarantine_in_all = 64 * 1024 * 1024;  ///< the same of all logs
    std::size_t partial_in_all = 16 * 1024 * 1024;  ///< bytes of half-received commits
    std::uint64_t credit_in_all = 64 * 1024 * 1024;
};

/// The last commit of a log and the roster length its author had; number 0 when there is none.
struct LogTip {
    CommitNumber number;
    Hash hash;
    RosterLength roster_length;
};

/// What became of an offered commit.
enum class Offered {
    queued,       ///< counts: in the next writes
    duplicate,    ///< held or queued already
    kept_aside,   ///< a gap before it, or its author's roster is not here yet
    no_room,      ///< as kept_aside, but the bound is reached: dropped, to be asked for again
    quarantined,  ///< beyond a cut: in the next writes (bounded), not counted
    forked,  ///< another commit with its number is held: proof kept; until a cut names a branch
             ///< the log takes nothing more
};

struct CommitWrite {
    LogId log;
    LogDescriptor descriptor;
    CommitNumber number;
    Hash hash;
    Bytes bytes;
};
/// A commit beyond a cut: kept for headquarters, never counted. May come again after a restart.
struct QuarantineWrite {
    CommitWrite commit;
};
struct RosterWrite {
    RosterLength number;
    Bytes bytes;
};
/// A settled roster takes the place of the held one: these are its entries after `common`, more
/// than are held. In one step: a shorter roster is never stored.
struct SettledRosterWrite {
    RosterLength common;
    std::vector<Bytes> entries;
};
struct ForkWrite {
    ForkProof proof;
};
/// The commits of a log after `to` are not of the branch that the cut names: they leave it and are
/// kept aside.
struct RewindWrite {
    LogId log;
    LogDescriptor descriptor;
    CommitNumber to;
    Hash cut;  ///< hash of the commit that the log is cut at
};
/// A log of which nothing counts, known because a context may name it.
struct DescriptorWrite {
    LogDescriptor descriptor;
};
/// A log of this node that it writes no more: others hold commits of it that this disk had lost.
struct EndWrite {
    LogDescriptor descriptor;
};
/// Takes the place of an older receipt of the same node and compartment.
struct ReceiptWrite {
    Receipt receipt;
};
using WriteContent = std::variant<CommitWrite, QuarantineWrite, RosterWrite, ForkWrite, RewindWrite,
                                  DescriptorWrite, EndWrite, ReceiptWrite, SettledRosterWrite>;
/// One thing to make durable. A later write may rest on an earlier one: a prefix by sequence may be
/// durable without the rest, never the other way round.
struct Write {
    std::uint64_t sequence = 0;
    WriteContent what;
};

/// What the node held when it started.
struct ReplicaStart {
    NodeId self;
    Roster roster;
    Heads heads;
    std::vector<ForkProof> forks;
    std::vector<CommitWrite> quarantined = {};
    std::vector<RewindWrite> rewinds = {};  ///< oldest first
    std::vector<LogDescriptor> known = {};  ///< logs without a commit
    std::vector<LogDescriptor> ended = {};  ///< of this node
    std::vector<Receipt> receipts = {};
    RosterLength erased = {};  ///< see note_erased
};

class Replica {
public:
    /// `reader` must outlive the replica and answer for every commit up to `start.heads`.
    Replica(ReplicaStart start, const CommitReader& reader, ReplicaLimits limits = {});
    ~Replica();
    Replica(const Replica&) = delete;
    Replica& operator=(const Replica&) = delete;

    const NodeId& self() const;
    /// Accepted roster: may be longer than the durable one.
    const Roster& roster() const;
    RosterLength durable_roster_length() const;
    const CommitReader& reader() const;
    /// Durable heads, as stored: also beyond a cut that came later. See counted_head.
    const Heads& heads() const;
    /// The durable head, or the cut where that is before it; nothing when no commit counts.
    std::optional<Head> counted_head(const LogId& log) const;
    /// Last accepted commit, durable or still to be written; number 0 for an unknown log. An error
    /// is the store's, when the stored tip cannot be read.
    Result<LogTip> accepted_tip(const LogId& log) const;

    /// Judges a commit of another node, or of this one come back from a peer. Errors are refusals
    /// of the bytes (commit.*, admission.*), replica.log_forked, or the store's.
    Result<Offered> offer(const LogDescriptor& log, Bytes commit);
    /// The same of a commit in its wire form, put after the one accepted before its number. The
    /// number must not be above the next one.
    Result<Offered> offer_wire(const LogDescriptor& log, CommitNumber number, ByteView wire);
    /// Queues a commit made here; its signature is taken as right. Gives its write's sequence.
    /// replica.local_chain unless it continues the accepted tip, replica.local_right without the
    /// right or with another generation than its roster length knows, replica.log_forked,
    /// replica.log_ended where others hold more of that log than this node had: it goes on in
    /// another incarnation.
    Result<std::uint64_t> append_local(const LogDescriptor& log, Bytes commit);
    /// Appends encoded entries, first to last; entries already held are skipped when equal. From
    /// one that is not, all the rest takes the place of what is held if that settles the fork
    /// (Roster::settles), and is roster.forked otherwise. Then judges what was kept aside again.
    /// Gives how many were new.
    Result<std::size_t> offer_roster(RosterLength before_first, std::span<const Bytes> entries);
    /// Rises when the roster's place was taken by a settled one.
    std::uint64_t settled_count() const;
    /// The least length up to which those left it as it was.
    RosterLength settled_from() const;
    /// Takes a proven fork: until a cut names a branch, the log takes nothing more. fork.unproven
    /// otherwise; false if known.
    Result<bool> offer_fork(ForkProof proof);
    /// The same of a peer that holds the other branch itself: where a cut has named a branch and
    /// this node is not known to be on it, it leaves its own from there on.
    Result<bool> offer_claim(ForkProof proof);
    /// Notes a log of which nothing counts; false unless that is so under this roster and new.
    bool learn(const LogDescriptor& log);

    /// Takes a receipt, own or another's; false when one as new is here. The codes of
    /// Receipt::verify otherwise.
    Result<bool> offer_receipt(Receipt receipt);
    /// Signs receipts for the compartments of which what is durable here moved since the last ones,
    /// and for all that are carried here when erasures were carried out. Gives how many.
    std::size_t issue_receipts(const crypto::SigningKey& key, WallTime now);
    /// Tells that the store has carried out every erasure up to this roster length, durably and
    /// with nothing left on the disk: receipts say so from now on.
    void note_erased(RosterLength upto);
    /// The newest receipt of each node in force and compartment, durable ones only.
    const std::map<ReceiptPlace, Receipt>& receipts() const;
    /// Rises with each receipt that becomes durable.
    std::uint64_t receipt_count() const;
    /// The furthest head of a log that a headquarters in force has receipted.
    std::optional<ReceiptHead> receipted(const LogId& log) const;

    /// Everything to be written since the last call, by rising sequence.
    std::vector<Write> take_writes();
    /// Whether take_writes would give anything.
    bool has_writes() const;
    /// Tells that every write up to `sequence` is durable: heads move, sessions may speak of them.
    void durable(std::uint64_t sequence);
    std::uint64_t durable_sequence() const;
    /// The sequence of the newest write queued so far, taken or not.
    std::uint64_t queued_sequence() const;

    /// Whether the log has forked, settled by a cut or not.
    bool is_forked(const LogId& log) const;
    /// Whether it has forked and no cut has named the branch that counts: it takes nothing.
    bool is_stopped(const LogId& log) const;
    /// Whether this node writes that log of its own no more.
    bool is_ended(const LogId& log) const;
    std::vector<ForkProof> forks() const;
    std::size_t fork_count() const;
    /// Rises with each proof taken: of a log's first, or of one that shows an earlier difference.
    std::uint64_t proof_count() const;
    /// Commits kept beyond a cut, by log and number: with several of one number when its writer
    /// signed several.
    std::vector<CommitWrite> quarantined() const;
    /// Logs of which nothing counts that this node knows of, durably: their heads have number 0.
    std::vector<Head> uncounted() const;
    /// Where a log ends that this node knows of, durably; nothing when it has no end or is unknown.
    std::optional<Cut> end(const LogId& log) const;
    /// Rises when uncounted() may have grown.
    std::uint64_t known_count() const;
    /// Whether the node may at least relay the compartment under the accepted roster.
    bool may_carry(const NodeId& node, const CompartmentId& compartment) const;

    /// What `peer` said that it durably holds, in this process's life; number 0 when it said
    /// nothing.
    CommitNumber acknowledged(const NodeId& peer, const LogId& log) const;

    /// What sessions of this node share: positions, half-received commits, credit. See
    /// exchange.hpp.
    class Exchange& exchange();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace entrepot::replication
