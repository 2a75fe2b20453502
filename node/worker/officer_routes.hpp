// Routes of officers: unlock, sign-out, accounts. API.md lists them.
#pragma once

#include "node/api/router.hpp"

namespace entrepot::node {

class WorkLoop;

/// `loop` must outlive the router.
void add_officer_routes(Router& router, WorkLoop& loop);

}  // namespace entrepot::node
