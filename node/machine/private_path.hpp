// Private paths: files and directories that belong to the account that runs the node and to nobody
// else. Checked before use; nothing is mended silently, since whoever opened them may have looked.
#pragma once

#include <filesystem>

#include "crypto/base/bytes.hpp"

namespace entrepot::node {

inline constexpr ErrorCode path_open_to_others{"path.open_to_others", ErrorKind::storage};
inline constexpr ErrorCode path_foreign_owner{"path.foreign_owner", ErrorKind::storage};
inline constexpr ErrorCode path_symbolic_link{"path.symbolic_link", ErrorKind::storage};
inline constexpr ErrorCode path_unexpected{"path.unexpected", ErrorKind::storage};

enum class PathKind { directory, file };

/// Fine when absent. path.symbolic_link for a link, path.unexpected for another kind of thing,
/// path.foreign_owner when it is another account's, path.open_to_others when group or world have
/// any right; each names the path and the command that repairs it.
Status check_private(const std::filesystem::path& path, PathKind kind);

}  // namespace entrepot::node
