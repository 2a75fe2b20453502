// The link's routes: status, lock, start of a worker, sync, stop. Nothing here touches plaintext.
#pragma once

#include "node/api/http_server.hpp"

namespace entrepot::node {

class Link;

/// Handlers that post to the link's thread; `link` must outlive the server that calls them.
HttpHandler link_routes(Link& link);

}  // namespace entrepot::node
