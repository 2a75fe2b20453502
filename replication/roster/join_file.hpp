// Join file: what enrolment answers: the whole roster with the new node's certificate and wraps,
// sealed to that node (ROSTER.md gives the bytes). Anybody can seal one; what makes it true is the
// root fingerprint, pinned at installation from another channel.
#pragma once

#include "replication/roster/root_pin.hpp"
#include "replication/roster/roster.hpp"

namespace entrepot::replication {

inline constexpr ErrorCode join_malformed{"join.malformed", ErrorKind::refused};
inline constexpr ErrorCode join_suite{"join.suite", ErrorKind::refused};
inline constexpr ErrorCode join_not_for_this_node{"join.not_for_this_node", ErrorKind::refused};
inline constexpr ErrorCode join_broken{"join.broken", ErrorKind::refused};
inline constexpr ErrorCode join_fingerprint{"join.fingerprint", ErrorKind::refused};
inline constexpr ErrorCode join_no_certificate{"join.no_certificate", ErrorKind::refused};

/// Seals the roster to a node; roster.unknown_node when it has no certificate in it.
Result<Bytes> make_join(const Roster& roster, const NodeId& node, crypto::Entropy& entropy);

/// The roster inside. Checks in this order: frame (join.malformed), join.suite, whom it is for
/// (join.not_for_this_node), the seal (join.broken), the fingerprint it says (join.fingerprint),
/// every entry (roster.*, named), the fingerprint of the roster itself (join.fingerprint), and that
/// this node's keys are certified in it and in force (join.no_certificate).
Result<Roster> open_join(ByteView file, const crypto::Identity& identity,
                         const RootPin& root);

}  // namespace entrepot::replication
