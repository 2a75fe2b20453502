// Cuts: where the logs of a node end when headquarters takes a right from it: at what headquarters
// durably holds, unless an earlier commit is named. A log of which nothing is held ends before its
// first commit and needs no cut.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "node/headquarters/continuation.hpp"

namespace entrepot::node {

inline constexpr ErrorCode cut_malformed{"cut.malformed", ErrorKind::invalid_input};
inline constexpr ErrorCode cut_unknown_log{"cut.unknown_log", ErrorKind::not_found};
inline constexpr ErrorCode cut_not_held{"cut.not_held", ErrorKind::not_found};

/// One log as it will end.
struct PlannedCut {
    replication::LogDescriptor log;
    replication::Cut cut;             ///< number 0: nothing of it counts
    replication::CommitNumber held;   ///< what headquarters holds of it
};

/// Every log of the node that is held here, of one compartment when it is named, by log id.
/// `wanted` is a list of "LOG:NUMBER", LOG the first six or more characters of a log's id.
/// cut.malformed, cut.unknown_log, and cut.not_held for a number that headquarters does not hold.
Result<std::vector<PlannedCut>> plan_cuts(
    Desk& desk, const replication::NodeId& node, const nlohmann::json& wanted,
    const std::optional<replication::CompartmentId>& compartment = std::nullopt);

/// Those that a roster entry has to name: not the ones that stand so already.
std::vector<replication::Cut> cuts_to_name(const Desk& desk, const std::vector<PlannedCut>& plan);

/// log, compartment with its name, number, held.
nlohmann::json cuts_json(const Desk& desk, const std::vector<PlannedCut>& plan);

}  // namespace entrepot::node
