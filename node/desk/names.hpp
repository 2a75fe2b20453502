// Names: who a log, a unit or an officer is, in words, from the records of the database directory.
#pragma once

#include <string>

#include "node/desk/desk.hpp"

namespace entrepot::node {

struct AuthorName {
    replication::NodeId node;
    replication::UnitId unit;
    std::string unit_name;  ///< empty when the directory has not told yet
    replication::OfficerId officer;
    std::string officer_name;  ///< empty when unknown here, or when a node wrote by itself
};

/// A unit's name from the directory; empty when unknown here.
std::string unit_name(Desk& desk, const replication::UnitId& unit);
std::string officer_name(Desk& desk, const replication::OfficerId& officer);

/// Who wrote the commit at `dot`: opens its attestation.
Result<AuthorName> author_of(Desk& desk, const replication::Dot& dot);

/// Changes that put this node's unit (headquarters: also itself) and its officers into the
/// directory, for compartments where that is not said yet.
std::vector<std::pair<replication::CompartmentId, replication::Change>> introductions(Desk& desk);

/// A directory record of a unit.
replication::Change unit_record(const replication::UnitId& unit, const std::string& name,
                                const std::string& kind, const std::string& country);

}  // namespace entrepot::node
