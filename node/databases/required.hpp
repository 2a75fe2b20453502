// Which required fields a record lacks; the half of validation that looks at the whole record.
#pragma once

#include <span>
#include <vector>

#include "node/databases/problem.hpp"
#include "node/databases/schema.hpp"

namespace entrepot::node {

/// Appends field.missing for each field and group of the simplified form that the record lacks
/// after `sorted` (by path), unless it is, or stays, a draft. `shown` is null for a new record.
void check_required_after(const Schema& schema, std::span<const replication::Assignment> sorted,
                          const replication::RecordState* shown, std::vector<Problem>& problems);

}  // namespace entrepot::node
