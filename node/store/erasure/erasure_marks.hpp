// How far a log store has carried out the erasures of its roster, and what an order names.
// STORE.md, "Erasures".
#pragma once

#include <algorithm>
#include <optional>
#include <set>

#include "replication/roster/roster.hpp"

namespace entrepot::node {

/// Each the number of an erasure up to which all are carried out; 0 for none.
struct ErasureMarks {
    replication::RosterLength log;    ///< every row of the log has leaves in their place
    replication::RosterLength disk;   ///< no freed page of the log's file has them either
    replication::RosterLength views;  ///< and no view, nor a file it was kept in

    /// Up to which nothing is left of them on this node.
    replication::RosterLength done() const { return std::min({log, disk, views}); }
    friend bool operator==(const ErasureMarks&, const ErasureMarks&) = default;
};

using ErasedPlaces = std::set<replication::ChangePlace>;

struct ErasureOrder {
    replication::RosterLength number;
    replication::ErasureEntry entry;

    /// Nothing when the entry, which was admitted before, is of another kind.
    static std::optional<ErasureOrder> read(replication::RosterLength number, ByteView entry);
};

}  // namespace entrepot::node
