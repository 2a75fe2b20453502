// Routes of what is shared with partners. API.md lists them.
#pragma once

#include "node/api/router.hpp"

namespace entrepot::node {

class WorkLoop;

void add_partner_routes(Router& router, WorkLoop& loop);

}  // namespace entrepot::node
