// Erasing: what a commit looks like once its administration has ordered changes of it erased: each
// stands as its 32-byte leaf, so that number, hash, root and signatures go on holding. FORMAT.md,
// "Body", gives the bytes. Says nothing of copies elsewhere, nor of the disk under a store.
#pragma once

#include <functional>
#include <optional>

#include "replication/log/commit.hpp"
#include "replication/roster/roster.hpp"

namespace entrepot::replication {

/// The commit with those changes as leaves that `is_ordered` says; nothing when it has none that
/// is not a leaf already.
std::optional<Bytes> without_changes(const ParsedCommit& commit,
                                     const std::function<bool(const ChangePlace&)>& is_ordered);

/// The same for all that the roster's erasures name.
std::optional<Bytes> without_erased(const ParsedCommit& commit, const Roster& roster);

/// Whether a change of the commit stands as its leaf.
bool has_erased(const ParsedCommit& commit);

}  // namespace entrepot::replication
