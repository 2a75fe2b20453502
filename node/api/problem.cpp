#include "node/api/problem.hpp"

#include <nlohmann/json.hpp>

namespace entrepot::node {
namespace {

constexpr const char* title_of(unsigned status) {
    switch (status) {
        case 400:
            return "Bad request";
        case 403:
            return "Forbidden";
        case 404:
            return "Not found";
        case 405:
            return "Method not allowed";
        case 409:
            return "Conflict";
        case 412:
            return "Precondition failed";
        case 413:
            return "Content too large";
        case 421:
            return "Misdirected request";
        case 422:
            return "Unprocessable content";
        case 423:
            return "Locked";
        case 503:
            return "Service unavailable";
        case 507:
            return "Insufficient storage";
        default:
            return "Error";
    }
}

}  // namespace

unsigned status_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::invalid_input:
            return 400;
        case ErrorKind::refused:
            return 422;
        case ErrorKind::denied:
            return 403;
        case ErrorKind::not_found:
            return 404;
        case ErrorKind::conflict:
            return 409;
        case ErrorKind::unavailable:
            return 503;
        case ErrorKind::locked:
            return 423;
        case ErrorKind::storage:
            return 507;
    }
    return 500;
}

ErrorKind kind_of_status(unsigned status) {
    switch (status) {
        case 401:
        case 403:
            return ErrorKind::denied;
        case 404:
            return ErrorKind::not_found;
        case 409:
        case 412:
            return ErrorKind::conflict;
        case 422:
            return ErrorKind::refused;
        case 423:
            return ErrorKind::locked;
        case 507:
            return ErrorKind::storage;
        default:
            return status >= 400 && status < 500 ? ErrorKind::invalid_input
                                                 : ErrorKind::unavailable;
    }
}

HttpResponse problem_response(const Error& error) {
    return problem_response(error, status_of(error.code.kind()));
}

HttpResponse problem_response(const Error& error, unsigned status) {
    const nlohmann::ordered_json body = {{"type", "about:blank"},
                                         {"title", title_of(status)},
                                         {"status", status},
                                         {"code", error.code.name()},
                                         {"detail", error.context}};
    using Json = nlohmann::ordered_json;
    HttpResponse out =
        HttpResponse::json(body.dump(-1, ' ', false, Json::error_handler_t::replace), status);
    out.headers["Content-Type"] = "application/problem+json";
    return out;
}

}  // namespace entrepot::node
