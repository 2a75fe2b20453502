// History: every change of one record that is here, merged or waiting, and what the record looked
// like to someone who was shown less.
#pragma once

#include <string>
#include <vector>

#include "node/desk/desk.hpp"

namespace entrepot::node {

struct HistoryEntry {
    replication::CountedChange counted;
    bool waiting = false;
};

/// Merged changes in order of merging, then those that wait.
Result<std::vector<HistoryEntry>> history_of(Desk& desk, const replication::RecordKey& record);

/// How far all of a record has come, as receipts say: "headquarters" when one in force holds every
/// change of it durably, else "relay" when a relay does, else "here".
Result<std::string> delivery_of(Desk& desk, const replication::RecordKey& record);

/// The state that a context says was shown: the current one when nothing came since, else made from
/// the changes it covers.
Result<replication::RecordState> state_as_shown(Desk& desk, const replication::RecordKey& record,
                                                const replication::Context& shown);

}  // namespace entrepot::node
