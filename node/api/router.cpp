#include "node/api/router.hpp"

#include "crypto/base/ensure.hpp"
#include "node/api/problem.hpp"

namespace entrepot::node {
namespace {

std::vector<std::string> split(std::string_view path) {
    std::vector<std::string> out;
    std::size_t begin = path.rfind('/', 0) == 0 ? 1 : 0;
    for (;;) {
        const std::size_t end = path.find('/', begin);
        out.emplace_back(path.substr(begin, end == std::string_view::npos ? end : end - begin));
        if (end == std::string_view::npos) {
            return out;
        }
        begin = end + 1;
    }
}

bool is_capture(const std::string& segment) {
    return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

bool matches(const std::vector<std::string>& pattern, const std::vector<std::string>& path) {
    if (pattern.size() != path.size()) {
        return false;
    }
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (is_capture(pattern[i]) ? path[i].empty() : pattern[i] != path[i]) {
            return false;
        }
    }
    return true;
}

/// Whether `a` has a fixed segment where `b` first has a capture and `a` has none.
bool is_more_fixed(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (is_capture(a[i]) != is_capture(b[i])) {
            return !is_capture(a[i]);
        }
    }
    return false;
}

HttpResponse wrong_method(const HttpRequest& request, const std::string& allowed) {
    HttpResponse out = problem_response(
        {api_wrong_method, request.method + " does not work on " + request.path}, 405);
    out.headers["Allow"] = allowed;
    return out;
}

}  // namespace

void Router::add(Route route, HttpHandler handler) {
    std::vector<std::string> segments = split(route.pattern);
    for (const Entry& entry : entries_) {
        ENSURE(entry.route.method != route.method || entry.segments != segments);
    }
    entries_.push_back({std::move(route), std::move(segments), std::move(handler)});
}

void Router::handle(HttpRequest request, Responder responder) const {
    const std::vector<std::string> path = split(request.path);
    const Entry* best = nullptr;
    std::string allowed;
    for (const Entry& entry : entries_) {
        if (!matches(entry.segments, path)) {
            continue;
        }
        if (entry.route.method != request.method) {
            allowed += (allowed.empty() ? "" : ", ") + entry.route.method;
        } else if (best == nullptr || is_more_fixed(entry.segments, best->segments)) {
            best = &entry;
        }
    }
    if (best == nullptr) {
        responder.respond(allowed.empty()
                              ? problem_response({api_no_route, "nothing at " + request.path})
                              : wrong_method(request, allowed));
        return;
    }
    for (std::size_t i = 0; i < path.size(); ++i) {
        const std::string& segment = best->segments[i];
        if (is_capture(segment)) {
            request.captures[segment.substr(1, segment.size() - 2)] = path[i];
        }
    }
    best->handler(std::move(request), std::move(responder));
}

std::vector<Router::Route> Router::routes() const {
    std::vector<Route> out;
    for (const Entry& entry : entries_) {
        out.push_back(entry.route);
    }
    return out;
}

}  // namespace entrepot::node
