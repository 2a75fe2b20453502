// The worker's routes: everything with plaintext. API.md lists them.
#pragma once

#include "node/api/http_server.hpp"

namespace entrepot::node {

class WorkLoop;

/// Handlers that post to the worker's thread; `loop` must outlive the server that calls them.
HttpHandler worker_routes(WorkLoop& loop);

}  // namespace entrepot::node
