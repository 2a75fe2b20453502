// Orders: legal orders to erase, as headquarters drafts them for the root keys to sign, and what
// became of them: which node has signed that nothing is left. How a node carries one out is in
// node/store/erasure and node/journal/erased_records.cpp.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "node/desk/record_desk.hpp"
#include "node/erasure/found_changes.hpp"

namespace entrepot::node {

inline constexpr ErrorCode erasure_nothing{"erasure.nothing", ErrorKind::not_found};
/// A legal hold stands on the record: it has to be lifted first.
inline constexpr ErrorCode erasure_held{"erasure.legal_hold", ErrorKind::conflict};
inline constexpr ErrorCode erasure_reason{"erasure.reason", ErrorKind::invalid_input};

/// Changes that one order names at most; the rest needs another.
inline constexpr std::size_t erasure_changes_most = 8000;

/// What is to be ordered.
struct PlannedErasure {
    replication::ErasureEntry entry;
    FoundChanges found;
    std::size_t left_out = 0;  ///< changes beyond erasure_changes_most
};

/// The order for these records, whole, or for one path of one record.
Result<PlannedErasure> plan_erasure(Desk& desk, const WantedChanges& wanted,
                                    const std::string& reason);

/// {"database", "record", "compartment", "path", "reason", "preview"}: a draft for the root keys,
/// in base64; with "preview" only what it would name. With a path, first writes again what the same
/// changes set beside it (carried_over.hpp). headquarters.only; erasure.nothing when no change
/// of such a record is held here; erasure.legal_hold; erasure.reason unless it has 1 to 200 bytes.
void erase_record(Desk& desk, const nlohmann::json& body, JsonDone done);

/// Every order, newest last, with the nodes in force that have receipted it and that have not.
Result<nlohmann::json> list_erasures(Desk& desk);

/// The orders that name this record: entry, at, reason, whole, changes as log, number, change.
nlohmann::json erasures_json(const Desk& desk, const replication::RecordKey& record);

}  // namespace entrepot::node
