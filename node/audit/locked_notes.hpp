// Locked notes: audit entries of a node that is locked, where no log can be written: sealed to the
// reader at once, kept in the file audit.pending, entered into the audit log at the next unlock.
// What a finder of the disk can do is remove or replace the file; the log itself tells later ones.
#pragma once

#include "node/access/node_directory.hpp"
#include "node/audit/sealed_entry.hpp"

namespace entrepot::node {

/// Most bytes that wait; later entries are left out until the next unlock.
inline constexpr std::size_t locked_notes_limit = 256 * 1024;

/// Keeps where to seal to (all public) in the file audit.place, for when the node is locked.
Status keep_audit_place(const NodeDirectory& directory, const AuditPlace& place);
/// Seals and appends, durably. Nothing is kept before the first unlock of an enrolled node, nor
/// over locked_notes_limit; file.not_written when the disk takes no more.
Status note_while_locked(const NodeDirectory& directory, const AuditEntry& entry,
                         crypto::Entropy& entropy);
/// What waits, moved to audit.entering; what an interrupted unlock left there comes first. Bytes
/// that are no change are left out.
Result<std::vector<replication::Change>> take_locked_notes(const NodeDirectory& directory);
/// Forgets what take_locked_notes gave, once it is in the log.
void drop_locked_notes(const NodeDirectory& directory);

}  // namespace entrepot::node
