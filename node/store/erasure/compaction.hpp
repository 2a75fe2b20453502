// Compaction: a copy of an environment without its freed pages, which keep old bytes, and its way
// into the place of the original. What the file system keeps of a removed file's blocks is not
// overwritten here: STORE.md, "Erasures".
#pragma once

#include <filesystem>
#include <memory>

#include "node/store/environment.hpp"

namespace entrepot::node {

/// A compacted copy beside `directory`, open for writing; one left by a crash is replaced.
/// store.disk_full when there is no room.
Result<std::unique_ptr<Environment>> compacted_copy(const Environment& original,
                                                    const std::filesystem::path& directory,
                                                    const EnvironmentOptions& options);

/// Removes what lies beside `directory` of the same content: the copy set aside as damaged, and
/// copies that a crash left. Erasures cannot be carried out in them.
Status remove_copies(const std::filesystem::path& directory);

/// Removes the environment in `directory` and those copies; nobody may have it open.
Status remove_database(const std::filesystem::path& directory);

}  // namespace entrepot::node
