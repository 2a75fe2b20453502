// The link's routes for bundles: an export is begun and fetched piece by piece, an import is begun,
// given its bytes and finished. The caller owns the file. API.md, "Bundles".
#pragma once

#include "node/api/router.hpp"

namespace entrepot::node {

class Link;

inline constexpr ErrorCode bundle_request{"bundle.request", ErrorKind::invalid_input};

/// Adds them; `link` must outlive the router.
void add_bundle_routes(Router& router, Link& link);

}  // namespace entrepot::node
