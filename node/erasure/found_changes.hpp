// FoundChanges: every change of some records in everything a desk holds, by place: in logs that
// count, beyond cuts, on branches that were left, merged or not. What an order to erase must name.
// Finds nothing in commits whose key is not here, and nothing that only other nodes hold.
#pragma once

#include <set>

#include "node/desk/desk.hpp"

namespace entrepot::node {

struct FoundChange {
    replication::RecordKey record;
    replication::ChangePlace place;
    replication::HybridTime time;
    std::vector<std::string> paths;  ///< that it assigns
    bool counts = true;              ///< false beside a log, or beyond its cut
};

struct FoundChanges {
    std::vector<FoundChange> changes;        ///< by place, each once
    std::set<replication::BlobId> blobs;  ///< that only they name
    /// Places beside a log that name another record's change in it: cannot be ordered.
    std::size_t unreachable = 0;
};

struct WantedChanges {
    std::set<replication::RecordKey> records;
    std::string path;  ///< empty: all; else changes of this path, or of one below it
};

/// Opens every commit of the records' compartments: takes its time with their size.
Result<FoundChanges> find_changes(Desk& desk, const WantedChanges& wanted);

}  // namespace entrepot::node
