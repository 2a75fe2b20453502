// Admission: whether a commit counts, as a pure function of the commit, the tip of its log and the
// roster. Every node that holds the same roster and the same earlier commits answers alike.
#pragma once

#include "replication/log/heads.hpp"
#include "replication/roster/roster.hpp"

namespace entrepot::replication {

inline constexpr ErrorCode admission_log_id{"admission.log_id", ErrorKind::refused};
inline constexpr ErrorCode admission_unknown_writer{"admission.unknown_writer", ErrorKind::refused};
inline constexpr ErrorCode admission_no_right{"admission.no_right", ErrorKind::refused};
inline constexpr ErrorCode admission_chain{"admission.chain", ErrorKind::refused};
inline constexpr ErrorCode admission_generation{"admission.generation", ErrorKind::refused};
inline constexpr ErrorCode admission_roster_falls{"admission.roster_falls", ErrorKind::refused};
inline constexpr ErrorCode admission_incomplete{"admission.incomplete", ErrorKind::refused};

enum class Admission {
    counts,        ///< next of its log, all checks passed: store, acknowledge, pass on
    duplicate,     ///< held already, the same hash
    gap,           ///< its predecessor is not here: keep aside, bounded
    roster_ahead,  ///< its author knew a longer roster: keep aside until that is here
    beyond_cut,    ///< after the last commit of this log that counts: quarantined
    fork,          ///< another commit with this number is held
};

/// What is known of the commit's log here. `held_hash` is the hash held at the commit's own number,
/// when that is not above the tip. `tip_roster_length` is that of the commit at the tip.
struct LogStanding {
    LogDescriptor descriptor;
    CommitNumber tip;
    Hash tip_hash;
    RosterLength tip_roster_length;
    std::optional<Hash> held_hash;
};

/// Where the log ends, if it does. A log that its writer may no longer write and that no cut names
/// is cut at 0, so that an old roster length opens no new log. `id` is that of the descriptor.
std::optional<Cut> end_of(const LogDescriptor& log, const LogId& id, const Roster& roster);

/// Errors are refusals: commit.signature, commit.root and the codes above. Checks the cheap first.
/// Every outcome but `duplicate` has root and signature checked, so that nothing forged is kept
/// aside; the one exception is `roster_ahead` for a writer that this roster does not know yet.
/// admission.incomplete: a change stands as its leaf and no roster entry erased it; ask another
/// peer.
Result<Admission> admit(const ParsedCommit& commit, const LogStanding& log, const Roster& roster);

}  // namespace entrepot::replication
