// Backup: everything that a node cannot get again from others, in one sealed file, taken while it
// runs: its log stores (compacted, checked), its slots and officers' accounts. Not its views: they
// follow from the log. BACKUP.md gives the bytes and what a restore does.
//
// A restored node is an older one: it never goes on in its logs, and shows nothing before it has
// taken in a roster of today (restored.hpp).
#pragma once

#include <functional>

#include "node/backup/sealed_file.hpp"

namespace entrepot::node {

struct BackupFacts {
    std::size_t files = 0;
    std::uint64_t bytes = 0;  ///< of their content
};

/// Told as the content goes: bytes done, and in all where that is known (else 0).
using BackupProgress = std::function<void(std::uint64_t done, std::uint64_t all)>;

/// Writes the backup, reads it back and checks every frame. node.missing, path.*, store.damaged for
/// a log that must be mended first, backup.*.
Result<BackupFacts> make_backup(const NodeDirectory& directory, const std::filesystem::path& file,
                                const Credential& credential, crypto::Entropy& entropy,
                                const BackupProgress& progress = {});
/// Reads every frame and the names in it, and writes nothing.
Result<BackupFacts> check_backup(const std::filesystem::path& file, const Credential& credential);

struct RestoreWish {
    std::filesystem::path file;
    std::filesystem::path node;  ///< absent or empty
    Bytes roster;                ///< a roster file of today, from headquarters or any peer
};
/// Unpacks beside the place and moves the whole there at the end. node.exists; the codes of
/// SealedReader; backup.malformed; restore.roster and the roster's codes for a roster that is none.
/// Whether it is this node's is seen when the link has its key (restored.hpp).
Result<BackupFacts> restore_backup(const RestoreWish& wish, const Credential& credential,
                                   const BackupProgress& progress = {});

}  // namespace entrepot::node
