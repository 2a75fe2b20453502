// Officers at the desk: accounts made, changed and ended. What needs Argon2id is done in three
// steps, so that the worker's thread is not held up: prepare here, seal the slot anywhere, finish
// here. OPERATIONS.md says what each act protects, and what it cannot.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "node/access/slots.hpp"
#include "node/desk/desk.hpp"

namespace entrepot::node {

inline constexpr ErrorCode officer_name_taken{"officer.name_taken", ErrorKind::invalid_input};
inline constexpr ErrorCode officer_not_here{"officer.not_here", ErrorKind::not_found};
inline constexpr ErrorCode officer_roles{"officer.roles", ErrorKind::invalid_input};
inline constexpr ErrorCode officer_last_administrator{"officer.last_administrator",
                                                      ErrorKind::denied};
inline constexpr ErrorCode officer_needs_reset{"officer.needs_reset", ErrorKind::denied};
/// The slot opened, but is not the account's (any more): another key, or nobody's.
inline constexpr ErrorCode access_stale_slot{"access.stale_slot", ErrorKind::denied};

/// A slot to be sealed and the account that it makes true.
struct NewSlot {
    OfficerAccount account;
    crypto::Secret content;
    unsigned number = 0;    ///< of the slot to be written
    unsigned replaced = 0;  ///< of the slot it takes the place of; 0: none
};

/// {"officer", "roles": […]} → a new account. officer.unnamed, officer.name_taken, officer.roles.
Result<NewSlot> prepare_officer(Desk& desk, const nlohmann::json& body);
/// {"officer", "roles"?} → the same officer with another key, certificate and slot: the old key
/// cannot be unwrapped without the passphrase that is lost.
Result<NewSlot> prepare_reset(Desk& desk, const nlohmann::json& body);
/// The slot of an officer who gave his passphrase, for another one; keys stay.
Result<NewSlot> prepare_passphrase(Desk& desk, OpenedSlot opened);

/// Checks a passphrase that will open that officer's slot: vault.weak_passphrase.
Status check_fresh(const Desk& desk, const OfficerAccount& account, ByteView passphrase);
/// Writes slot and account, then removes the slot that was replaced. What stops in between leaves a
/// slot that fits no account (access.stale_slot), never an account that nobody can open.
Result<nlohmann::json> finish_slot(Desk& desk, const NewSlot& made, ByteView sealed);

/// {"officer", "roles": […]}: a new certificate. officer.needs_reset for a headquarters'
/// administrator, whose slot must hold the roster key.
Result<nlohmann::json> change_roles(Desk& desk, const nlohmann::json& body);
/// {"officer"}: ends certificate and account, destroys the slot. officer.last_administrator.
Result<nlohmann::json> officer_leaves(Desk& desk, const nlohmann::json& body);
/// All accounts; `attempts` tells wrong passphrases since the last right one.
nlohmann::json list_officers(Desk& desk, const Attempts& attempts);

/// The officer of an opened slot, as the book has him: access.stale_slot when it has not.
Result<Acting> acting_of(Desk& desk, const Vault& vault);

}  // namespace entrepot::node
