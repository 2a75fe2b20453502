// What goes into a bundle for somebody: the roster, proofs of forks, and the counted commits that
// he may carry and is not known to hold. Reads the replica; changes nothing.
#pragma once

#include <functional>

#include "replication/bundle/bundle_item.hpp"
#include "replication/sync/carriage.hpp"

namespace entrepot::replication {

/// What a recipient said that it durably holds; empty when it never said anything.
struct KnownHolding {
    NodeId node;
    RosterLength roster_length;
    CountedHeads heads;
};

/// Gives each item once, in the order of a session: roster, forks, then logs by lane, each in its
/// own order, from the first commit that some recipient who may carry the log is not known to
/// hold. `take` returns an error to stop. Gives how many commits it gave.
Result<std::uint64_t> choose_bundle(const Replica& replica,
                                    std::span<const KnownHolding> recipients,
                                    const std::function<Status(const BundleItem&)>& take);

}  // namespace entrepot::replication
