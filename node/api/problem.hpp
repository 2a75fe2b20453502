// Problem details (RFC 9457): how the local API tells errors. Body: type, title, status, code,
// detail; the code is an ErrorCode's name and stays the same between releases.
#pragma once

#include "node/api/http_server.hpp"

namespace entrepot::node {

inline constexpr ErrorCode api_no_route{"api.no_route", ErrorKind::not_found};
inline constexpr ErrorCode api_wrong_method{"api.wrong_method", ErrorKind::invalid_input};

/// 400 invalid input, 422 refused, 403 denied, 404 not found, 409 conflict, 503 unavailable,
/// 423 locked, 507 storage.
unsigned status_of(ErrorKind kind);
/// The kind that has this status; other 4xx count as invalid input, the rest as unavailable.
ErrorKind kind_of_status(unsigned status);

HttpResponse problem_response(const Error& error);
/// With a status of its own, where HTTP has a closer one than the kind's.
HttpResponse problem_response(const Error& error, unsigned status);

}  // namespace entrepot::node
