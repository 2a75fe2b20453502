// Rights: what an officer's roles let him do at this node. Enforced by the program at the routes:
// every officer's slot opens the same vault, so between officers of one node these are rules of a
// program and not of keys (what travels is checked by every node, see officer_check.hpp).
#pragma once

#include "crypto/base/result.hpp"
#include "replication/roster/officer_certificate.hpp"

namespace entrepot::node {

/// A role that it takes is not the officer's.
inline constexpr ErrorCode officer_role{"officer.role", ErrorKind::denied};

/// What a route does, as far as rights go.
enum class Duty : std::uint8_t {
    own,         ///< his own sign-in and passphrase: every officer
    read,        ///< records, searches, history: entry, supervisor, analyst, release
    capture,     ///< new and changed records, imports: entry, supervisor
    resolve,     ///< settling conflicts: supervisor
    administer,  ///< officers, nodes, rights, roster, rebuilding: administrator
    release,     ///< what goes to other countries: release
    verify,      ///< checking the log: supervisor, administrator, auditor
    audit,       ///< the audit: auditor
};

/// officer.role, naming the roles that would do.
Status check_duty(std::uint16_t roles, Duty duty);

/// "entry, supervisor".
std::string role_names(std::uint16_t roles);

}  // namespace entrepot::node
