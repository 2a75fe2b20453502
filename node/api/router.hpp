// Router: which handler answers which method and path. Unknown paths get 404, known paths with
// another method 405 with an Allow header; both as problem details.
#pragma once

#include "node/api/http_server.hpp"

namespace entrepot::node {

class Router {
public:
    struct Route {
        std::string method;
        std::string pattern;  ///< "/records/{id}": {name} stands for one non-empty segment
    };

    /// Fixed segments win over {name}; a route is added once.
    void add(Route route, HttpHandler handler);
    /// Finds the route, fills the captures and calls its handler.
    void handle(HttpRequest request, Responder responder) const;
    /// Everything added, in that order; for the test that holds the OpenAPI file against it.
    std::vector<Route> routes() const;

private:
    struct Entry {
        Route route;
        std::vector<std::string> segments;
        HttpHandler handler;
    };
    std::vector<Entry> entries_;
};

}  // namespace entrepot::node
