// Contacts: with whom the link may speak and whom it dials, by the rosters of its realms. A
// partner's keys stand in outer rosters and count while the partnership is in force at home.
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "replication/roster/roster.hpp"
#include "replication/transport/zmq_endpoint.hpp"

namespace entrepot::node {

inline constexpr ErrorCode link_unknown_peer{"link.unknown_peer", ErrorKind::invalid_input};

/// Keys of the other nodes of a roster that are not revoked; none when this node is.
std::set<replication::PeerKey> allowed_keys(const replication::Roster& roster,
                                            const replication::NodeId& self);

/// "tcp://host:port": the headquarters of the administration's own roster answers there, which
/// comes first in `rosters`. "NODE@tcp://…": the node whose id begins so. "GE@tcp://…": the
/// headquarters of that partner. link.unknown_peer when no roster has it.
Result<replication::DialTarget> resolve_peer(
    const std::string& address, std::span<const replication::Roster* const> rosters);
/// The same of one roster.
Result<replication::DialTarget> resolve_peer(const std::string& address,
                                             const replication::Roster& roster);

}  // namespace entrepot::node
