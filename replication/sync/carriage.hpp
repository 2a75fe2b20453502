// Carriage: what two nodes may both carry, under the roster accepted now, and the heads of that.
#pragma once

#include <map>

#include "replication/sync/replica.hpp"

namespace entrepot::replication {

/// Counted heads of logs, by log id.
using CountedHeads = std::map<LogId, Head>;

class Carriage {
public:
    /// `replica` must outlive it.
    Carriage(const Replica& replica, const NodeId& peer) : replica_(replica), peer_(peer) {}

    const NodeId& peer() const { return peer_; }
    /// Whether this node and the peer may both at least relay the compartment.
    bool carries(const CompartmentId& compartment);
    /// Whether the log is carried by both and takes commits: no fork, or one that a cut settled.
    bool exchanges(const LogDescriptor& log, const LogId& id);
    /// The lane of a compartment that is carried.
    Lane lane(const CompartmentId& compartment);
    /// Counted heads of all logs that are exchanged; number 0 where nothing counts.
    CountedHeads heads();

private:
    struct Carried {
        bool both = false;
        Lane lane = Lane::records;
    };
    const Carried& standing(const CompartmentId& compartment);

    const Replica& replica_;
    NodeId peer_;
    RosterLength known_;
    std::map<CompartmentId, Carried> compartments_;
};

/// H("heads" ‖ log id ‖ number ‖ hash …) by rising log id.
Hash digest_of(const CountedHeads& heads);

}  // namespace entrepot::replication
