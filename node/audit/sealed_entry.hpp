// A sealed audit entry: the change that carries it in the node's audit log. Sealed by HPKE to the
// auditor, so that the node that wrote it cannot open it again; bound to its node, its compartment
// and the change's record id, so that it passes for no other. The log's commits say who wrote it.
#pragma once

#include <optional>

#include "crypto/envelope.hpp"
#include "node/audit/audit_entry.hpp"
#include "replication/model/change.hpp"
#include "replication/roster/roster.hpp"

namespace entrepot::node {

inline constexpr ErrorCode audit_other_key{"audit.other_key", ErrorKind::denied};

/// The database that audit compartments are of: it has no schema, no views and no search.
inline constexpr std::string_view audit_database = "audit";

/// Whose audit, kept where, and who reads it.
struct AuditPlace {
    replication::NodeId node;
    replication::CompartmentId compartment;
    crypto::BoxPublicKey reader;
};

/// Whether a compartment is one of audits.
bool is_audit(const replication::Roster& roster, const replication::CompartmentId& compartment);
/// Where this node writes its audit; nothing before headquarters gave it a place. It is read by the
/// auditor that the roster names, by the holder of the recovery key until it names one.
std::optional<AuditPlace> audit_place_of(const replication::Roster& roster,
                                         const replication::NodeId& node);

/// A fresh change; codes of the envelope for a reader's key that is none.
Result<replication::Change> seal_entry(const AuditEntry& entry, const AuditPlace& place,
                                       crypto::Entropy& entropy);
/// Opens one with the reader's secret key; `place.reader` is not looked at. audit.other_key when it
/// was sealed to another key, altered or moved; audit.malformed when the change is no audit entry.
Result<AuditEntry> open_entry(const replication::Change& change, const AuditPlace& place,
                              const crypto::BoxKey& reader);

}  // namespace entrepot::node
