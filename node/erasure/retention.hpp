// Retention: records whose review date has passed, and one order to erase those that nobody has
// reason to keep. A legal hold keeps a record from every order, whatever its date. Decides by the
// views of headquarters: what it cannot read it does not find.
#pragma once

#include "node/erasure/orders.hpp"

namespace entrepot::node {

inline constexpr ErrorCode retention_nothing{"retention.nothing", ErrorKind::not_found};

/// A record that its marking says something about today.
struct ReviewedRecord {
    replication::RecordKey record;
    std::string database;
    std::string reference;          ///< its reference number, if it has one
    replication::Date review_on;    ///< the latest of several that stand against each other
    std::string retention;          ///< code of its class; empty when it has none
    bool is_held = false;           ///< one of the values says that it is to be kept
    std::size_t changes = 0;
};

/// Records whose review date lies before `today`, by date; of one database unless it is empty.
Result<std::vector<ReviewedRecord>> due_records(Desk& desk, const std::string& database,
                                                WallTime today);

/// Whether a value of `legal_hold` in the record says so, also one that is in conflict.
bool is_under_hold(const replication::RecordState& state);

/// {"database"?, "order"?, "reason"?}: {"due": […], "held": […], "later", "ordered"}, with "order"
/// also "draft" in base64, for as many due records as one order may name; "later" counts others.
/// headquarters.only; with "order" retention.nothing when none is due, erasure.reason.
void sweep_retention(Desk& desk, const nlohmann::json& body, JsonDone done);

}  // namespace entrepot::node
