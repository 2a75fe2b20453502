// What goes into a bundle for somebody, chosen at one moment: the roster, receipts, proofs of
// forks, logs known by name, and the counted commits that he may carry and is not known to hold; to
// headquarters also what was kept beyond a cut. Commits are named, not held, so that they can be
// read elsewhere. Reads the replica; changes nothing.
#pragma once

#include "replication/bundle/bundle_writer.hpp"
#include "replication/sync/carriage.hpp"

namespace entrepot::replication {

/// What a recipient said that it durably holds; empty when it never said anything.
struct KnownHolding {
    NodeId node;
    RosterLength roster_length;
    CountedHeads heads;
};
/// What the receipts kept here say of that node. A receipt of another branch of a log says nothing.
KnownHolding holding_by_receipts(const Replica& replica, const NodeId& node);

enum class BundleScope { everything, receipts };

struct BundlePlan {
    std::vector<BundleItem> first;    ///< in the order of a session, contents last
    std::vector<BundleRange> ranges;  ///< by lane; to be read from the store
    std::vector<BundleCommit> kept;   ///< beyond a cut, and in no log
    std::uint64_t commits = 0;
    std::uint64_t beyond_cuts = 0;  ///< of these
};

/// Roster entries go from where every recipient surely holds the same: from the fork on to one
/// whose length a branch that lost may have had. `receipts` leaves out all commits and the names of
/// logs. Commits beyond a cut are only for headquarters: they go with a bundle whose recipients all
/// are that.
BundlePlan plan_bundle(const Replica& replica, std::span<const KnownHolding> recipients,
                       BundleScope scope = BundleScope::everything);

/// BundlePacker: puts what a plan names into a bundle, one item at a time.
class BundlePacker {
public:
    /// `reader` must outlive it.
    BundlePacker(BundlePlan plan, const CommitReader& reader);
    /// Adds the next item; false when there was none. An error is the store's.
    Result<bool> next(BundleWriter& writer);
    /// Commits added so far.
    std::uint64_t packed() const { return packed_; }

private:
    BundlePlan plan_;
    const CommitReader& reader_;
    std::size_t first_ = 0, range_ = 0, kept_ = 0;
    CommitNumber number_;  ///< the next one of the range
    std::uint64_t packed_ = 0;
};

}  // namespace entrepot::replication
