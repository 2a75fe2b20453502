// Verification: every stored commit checked again (chain, root, signature, right) and opened, and
// the views held against states made anew from the log. Finds damage; mends nothing.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "node/desk/desk.hpp"

namespace entrepot::node {

inline constexpr ErrorCode verify_view_differs{"verify.view_differs", ErrorKind::storage};
/// A change that an order names stands in the log still.
inline constexpr ErrorCode verify_not_erased{"verify.not_erased", ErrorKind::storage};
inline constexpr ErrorCode verify_view_missing{"verify.view_missing", ErrorKind::storage};

/// {"commits","logs","records","problems":[{"what","code","why"}]}. Reads the whole log; holds the
/// worker's thread meanwhile. At most 1000 problems are listed.
Result<nlohmann::json> verify_node(Desk& desk);

/// Why views were made anew when they were opened, those shared with partners too: because the log
/// is an older one than they had seen, or for their damage. Empty when they were not.
std::string why_remade(Desk& home, bool is_older_log);

}  // namespace entrepot::node
