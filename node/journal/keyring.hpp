// Keyring: the compartment keys that the roster wraps to this node, and its own box key.
#pragma once

#include <map>

#include "replication/roster/roster_author.hpp"

namespace entrepot::node {

class Keyring {
public:
    Keyring(replication::NodeId self, crypto::BoxKey box) : self_(self), box_(std::move(box)) {}

    /// Opens each wrap of this node that is not open yet, gives how many; forgets keys of a right
    /// that was withdrawn. A wrap that does not open is skipped: its logs wait for a right one.
    std::size_t follow(const replication::Roster& roster);
    /// Null when this node was given no such key.
    const crypto::Secret* find(const replication::CompartmentId& compartment,
                               replication::Generation generation) const;
    /// All generations known of one compartment, oldest first.
    std::vector<crypto::Secret> all_of(const replication::CompartmentId& compartment) const;
    const replication::NodeId& self() const { return self_; }
    const crypto::BoxKey& box() const { return box_; }

private:
    replication::NodeId self_;
    crypto::BoxKey box_;
    std::map<std::pair<replication::CompartmentId, replication::Generation>, crypto::Secret> keys_;
};

}  // namespace entrepot::node
