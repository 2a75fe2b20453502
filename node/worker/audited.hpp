// Audited answers: what a route read is given out only when the audit holds who was shown what.
#pragma once

#include "node/api/http_server.hpp"
#include "node/audit/audit_trail.hpp"
#include "node/desk/record_desk.hpp"

namespace entrepot::node {

class WorkLoop;

/// What an officer asked for.
struct Asked {
    AuditKind kind = AuditKind::consultation;
    std::string text;
};

/// Stands before an answer that shows records: enters into the audit who asked for what, with the
/// request's `purpose` and `case`, and the records that the answer holds; then gives it. Nothing
/// when nothing may be shown: `done` got audit.disk_full or audit.purpose. What it gives is called
/// in the worker's thread.
std::optional<JsonDone> audited(WorkLoop& loop, const HttpRequest& request, Asked asked,
                                const JsonDone& done);
/// After a save's answer: enters what was written. Holds nothing back.
JsonDone then_noted(WorkLoop& loop, AuditKind kind, JsonDone done);
/// The other way round, for what lets records leave the node: entered with what the request says
/// is its purpose, and done only then. `done` got audit.disk_full or audit.no_place when not.
void once_entered(WorkLoop& loop, AuditEntry entry, const JsonDone& done,
                  std::function<void()> act);
/// Enters what is denied to whoever acts now, by his roles or the node's rights, and answers then.
/// What it gives may be called in any thread.
JsonDone then_refusal_noted(WorkLoop& loop, const HttpRequest& request, JsonDone done);
/// `done`, called in the worker's thread whichever thread calls the result.
JsonDone in_loop(WorkLoop& loop, JsonDone done);
/// An entry of now by whoever acts.
AuditEntry entry_of_now(Desk& desk, AuditKind kind, std::string text = {});

}  // namespace entrepot::node
