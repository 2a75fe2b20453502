#include "node/audit/sealed_entry.hpp"

#include "crypto/domain.hpp"

namespace entrepot::node {
namespace {

using replication::Change;
using replication::Right;
using replication::SealedValue;

constexpr const char* entry_path = "entry";

/// HPKE info of an entry. Nothing else is sealed under this domain, which elsewhere begins a hash.
Bytes entry_purpose() {
    Bytes out(crypto::domain::purpose.text.begin(), crypto::domain::purpose.text.end());
    append(out, as_bytes("audit entry"));
    return out;
}

Bytes bound_to(const AuditPlace& place, const replication::RecordId& record) {
    Bytes out(place.node.view().begin(), place.node.view().end());
    append(out, place.compartment.view());
    append(out, record.view());
    return out;
}

}  // namespace

bool is_audit(const replication::Roster& roster, const replication::CompartmentId& compartment) {
    const auto* standing = roster.compartment(compartment);
    return standing != nullptr && standing->database == audit_database;
}

std::optional<AuditPlace> audit_place_of(const replication::Roster& roster,
                                         const replication::NodeId& node) {
    for (const auto* compartment : roster.compartments()) {
        if (compartment->database == audit_database &&
            roster.right(node, compartment->id) == Right::write) {
            return AuditPlace{node, compartment->id,
                              roster.auditor() ? *roster.auditor() : roster.genesis()->recovery};
        }
    }
    return std::nullopt;
}

Result<Change> seal_entry(const AuditEntry& entry, const AuditPlace& place,
                          crypto::Entropy& entropy) {
    Change out;
    out.record = entropy.fixed<replication::RecordId>();
    out.database = audit_database;
    TRY_ASSIGN(Bytes sealed,
               crypto::seal_to(place.reader, entry_purpose(), bound_to(place, out.record),
                               encode_entry(entry), entropy));
    out.assignments.push_back({entry_path, SealedValue{std::move(sealed)}});
    return out;
}

Result<AuditEntry> open_entry(const Change& change, const AuditPlace& place,
                              const crypto::BoxKey& reader) {
    const auto* sealed = change.assignments.size() == 1 && change.assignments[0].path == entry_path
                             ? std::get_if<SealedValue>(&change.assignments[0].value)
                             : nullptr;
    if (sealed == nullptr || change.database != audit_database) {
        return Error{audit_malformed, "a change in an audit log that is no audit entry"};
    }
    const auto plain = crypto::open_letter(reader, entry_purpose(), bound_to(place, change.record),
                                           sealed->bytes);
    if (!plain) {
        return Error{audit_other_key,
                     "sealed to another key than this one, or altered: " + plain.error().context};
    }
    return decode_entry(*plain);
}

}  // namespace entrepot::node
