// Audit places: each node that shows records gets a compartment of its own for its audit, which it
// alone writes and headquarters reads, so that it replicates like every other log. Holding its key
// opens no entry: those are sealed to the auditor, see node/AUDIT.md.
#pragma once

#include "node/headquarters/continuation.hpp"

namespace entrepot::node {

/// For every headquarters and every unit's node in force that has none yet; relays show no record.
/// Those that a branch of the roster made which lost are made again, for what stands in them.
Status add_audit_places(Continuation& roster);

}  // namespace entrepot::node
