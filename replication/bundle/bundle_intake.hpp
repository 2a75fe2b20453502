// BundleIntake: puts what a bundle holds before the replica, item by item, as if a peer had sent
// it, and keeps account of what became of it. Decides nothing itself: a roster entry, a commit, a
// receipt and a proof stand by themselves, whoever carried them; of the sender it only asks that
// the administration certified him, even if it has revoked him since. What it counts is queued, not
// durable: the caller answers once the replica's writes are.
#pragma once

#include <map>
#include <set>

#include "replication/bundle/bundle_item.hpp"
#include "replication/sync/settlement/roster_intake.hpp"

namespace entrepot::replication {

inline constexpr ErrorCode bundle_other_administration{"bundle.other_administration",
                                                       ErrorKind::denied};
inline constexpr ErrorCode bundle_unknown_sender{"bundle.unknown_sender", ErrorKind::denied};
/// Something is missing for commits of the bundle to count, or for all of it to be there.
inline constexpr ErrorCode bundle_incomplete{"bundle.incomplete", ErrorKind::unavailable};

struct IntakeReport {
    std::uint64_t roster_entries = 0;   ///< new ones
    std::uint64_t added = 0;            ///< commits that count and were not here
    std::uint64_t already_here = 0;     ///< commits
    std::uint64_t waiting = 0;          ///< for an earlier commit, or a longer roster
    std::uint64_t no_room = 0;          ///< would wait or be quarantined, but the bound is reached
    std::uint64_t quarantined = 0;      ///< beyond a cut
    std::uint64_t stopped = 0;          ///< of logs that have forked
    std::uint64_t not_carried = 0;      ///< of compartments that this node may not carry
    std::uint64_t refused = 0;          ///< commits, receipts and proofs that are not right
    std::uint64_t receipts = 0;         ///< newer than those here
    std::optional<Error> first_refusal;
};

class BundleIntake {
public:
    /// `replica` must outlive it.
    BundleIntake(Replica& replica, const BundleHeader& header)
        : replica_(replica), header_(header), roster_(replica) {}

    /// Judges the next item. What is refused by itself is counted and the next one may come; an
    /// error ends the bundle: bundle.other_administration, bundle.unknown_sender (the roster in
    /// the bundle and the one here do not know him), roster.* for entries, or the store's.
    Status take(const BundleItem& item);
    /// The same of what may be missing at the end: a bundle without items, or one of which the
    /// roster differs from the one here and settles nothing (roster.forked).
    Status check_sender();

    const IntakeReport& report() const { return report_; }
    /// The certificate behind the sender's key, once one is known.
    const NodeCertificate* sender() const;
    /// Commits that the bundle's contents name and that are neither accepted nor waiting, and those
    /// that waiting ones wait for: from the first to the last missing of each log.
    std::vector<BundleRange> missing() const;

private:
    /// Numbers of a log that were kept waiting, lowest and highest.
    struct Waiting {
        LogDescriptor log;
        CommitNumber first, last;
    };
    Status judge(const BundleRoster& item);
    Status judge(const BundleCommit& item);
    Status judge(const BundleReceipt& item);
    Status judge(const BundleFork& item);
    Status judge(const BundleContents& item);
    Status judge(const BundleLog& item);
    void count(Offered offered, const BundleCommit& item);
    Status refuse(Error error);

    Replica& replica_;
    BundleHeader header_;
    RosterIntake roster_;
    IntakeReport report_;
    bool is_sender_known_ = false;
    std::map<LogId, BundleRange> contents_;
    std::map<LogId, Waiting> waiting_;
    std::set<LogId> refused_logs_;
};

}  // namespace entrepot::replication
