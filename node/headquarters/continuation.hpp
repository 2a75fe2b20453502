// Continuation: the roster as headquarters goes on with it: entries signed one after another with
// the roster key, each checked as everybody will check it before the link stores any. With it, who
// is meant by a name: what the acts of headquarters have in common.
#pragma once

#include <string_view>
#include <vector>

#include "node/desk/record_desk.hpp"
#include "replication/roster/enrolment_request.hpp"

namespace entrepot::node {

inline constexpr ErrorCode headquarters_only{"headquarters.only", ErrorKind::denied};
inline constexpr ErrorCode headquarters_root_signs{"headquarters.root_signs", ErrorKind::denied};
inline constexpr ErrorCode unit_unknown{"headquarters.unknown_unit", ErrorKind::not_found};
inline constexpr ErrorCode node_ambiguous{"headquarters.ambiguous_node", ErrorKind::invalid_input};

class Continuation {
public:
    explicit Continuation(Desk& desk) : desk_(desk), roster_(desk.roster()) {}

    /// Signs and appends; the codes of Roster::append.
    Status add(replication::EntryContent content);
    const replication::Roster& roster() const { return roster_; }
    Desk& desk() const { return desk_; }
    /// Entries made so far, for Desk::append_roster.
    std::vector<Bytes> take() { return std::move(entries_); }

private:
    Desk& desk_;
    replication::Roster roster_;
    std::vector<Bytes> entries_;
};

/// headquarters.only unless this node holds a roster key; desk.not_enrolled before it has joined.
Status check_headquarters(const Desk& desk);

/// Nodes in force that are meant by a unit's name, or by the first six or more characters of the
/// unit's id or of one node's; headquarters.unknown_unit when there is none.
Result<std::vector<const replication::NodeCertificate*>> find_nodes(Desk& desk,
                                                                    const std::string& name);
/// A unit by its name or the beginning of its id, also one of which no node is in force.
Result<replication::UnitId> find_unit(Desk& desk, const std::string& name);
/// The one node in force that is meant; headquarters.ambiguous_node when the unit runs several.
Result<const replication::NodeCertificate*> find_node(Desk& desk, const std::string& name);

/// The compartment of that database and name, as far as its name can be read here; null if none.
const replication::CompartmentStanding* find_named(const Desk& desk,
                                                   const replication::Roster& roster,
                                                   std::string_view database,
                                                   const std::string& name);
/// With the first key that is held; nothing without.
std::optional<std::string> readable_name(const Desk& desk,
                                         const replication::CompartmentStanding& compartment);
/// The name of a compartment, of a lost one too; its id where the name cannot be read here.
std::string compartment_name(const Desk& desk, const replication::CompartmentId& compartment);

/// Every headquarters in force, to write.
std::vector<replication::NewGrant> headquarters_grants(const replication::Roster& roster);
/// A new compartment that headquarters may write, with these grants.
Status add_compartment(Continuation& roster, std::string_view database, const std::string& name,
                       std::vector<replication::NewGrant> grants);
/// Gives a node a right with all keys of the compartment's generations.
Status add_grant(Continuation& roster, const replication::CompartmentId& compartment,
                 const replication::NewGrant& grant);

/// The first blocks of reference numbers that no node has been given, so that no two are alike.
replication::NumberBlocks free_blocks(const replication::Roster& roster);

}  // namespace entrepot::node
