// Keyring: the compartment keys that the roster wraps to this node, and its own box key.
#pragma once

#include <map>
#include <set>

#include "replication/log/commit.hpp"
#include "replication/roster/roster_author.hpp"

namespace entrepot::node {

class Keyring {
public:
    Keyring(replication::NodeId self, crypto::BoxKey box) : self_(self), box_(std::move(box)) {}

    /// Opens each wrap of this node that is not open yet, gives how many; forgets keys of a right
    /// that was withdrawn. A wrap that does not open is skipped: its logs wait for a right one.
    std::size_t follow(const replication::Roster& roster);
    /// Null when this node was given no such key. Of a generation that was made on both branches of
    /// a forked roster, the key of the branch that counts.
    const crypto::Secret* find(const replication::CompartmentId& compartment,
                               replication::Generation generation) const;
    /// The key of the commit's generation; of several the one that opens it, null when none does.
    const crypto::Secret* find(const replication::CompartmentId& compartment,
                               const replication::CommitHeader& commit) const;
    /// All keys of one compartment that are held, oldest first; of several of a generation the one
    /// of the branch that counts first.
    std::vector<replication::GenerationKey> all_of(
        const replication::CompartmentId& compartment) const;
    const replication::NodeId& self() const { return self_; }
    const crypto::BoxKey& box() const { return box_; }

private:
    replication::NodeId self_;
    crypto::BoxKey box_;
    struct Key {
        Bytes envelope;
        crypto::Secret key;
    };
    using Place = std::pair<replication::CompartmentId, replication::Generation>;
    bool open(const replication::KeyWrap& wrap, std::vector<Key>& held, std::size_t at);

    void note_doubled(const replication::Roster& roster);

    /// Generations that branches which lost made too: not every key of theirs may be here.
    std::set<Place> doubled_;
    std::map<Place, std::vector<Key>> keys_;  ///< the one of the branch that counts is first
};

}  // namespace entrepot::node
