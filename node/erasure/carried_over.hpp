// CarriedOver: what of a record would go with a field, because the same changes set both: written
// again before the field's changes are erased. Fields in conflict are left out: which value is
// right is for a person to say.
#pragma once

#include "node/erasure/found_changes.hpp"

namespace entrepot::node {

/// A change that sets again, as they stand now, the fields whose only value comes from one of the
/// changes found; without those at or below `path`. Nothing when there are none.
Result<std::optional<replication::Change>> carried_over(Desk& desk, const FoundChanges& found,
                                                        const std::string& path);

}  // namespace entrepot::node
