// Call: what a route of the worker is given, and the way to it: the node is unlocked, an officer is
// signed in, and his roles reach.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>

#include "node/access/rights.hpp"
#include "node/api/http_server.hpp"
#include "node/desk/record_desk.hpp"
#include "node/worker/secret_text.hpp"

namespace entrepot::node {

class WorkLoop;

/// The unlocked desk, acting for the caller's officer, the request, and its body as JSON.
struct Call {
    WorkLoop& loop;
    Desk& desk;
    HttpRequest request;
    nlohmann::json& body;
    std::shared_ptr<SecretTexts> secrets;  ///< as the route's needs name them
};
using Act = std::function<void(Call& call, JsonDone done)>;

/// What a route takes of its caller.
struct RouteNeeds {
    Duty duty = Duty::read;
    bool json_body = true;
    SecretNames secrets = {};  ///< members that are taken out of the body before it is parsed
};

JsonDone answer_to(Responder responder);
/// request.body for what is no JSON; an empty body is an empty object.
Result<nlohmann::json> body_of(const HttpRequest& request);
std::string text_of(const nlohmann::json& body, const char* name);
/// The token of "Authorization: Bearer …"; empty when there is none.
std::string_view token_of(const HttpRequest& request);

/// Runs `act` in the worker's thread for the caller's officer. worker.locked, access.not_signed_in,
/// access.token, officer.role.
HttpHandler at_desk(WorkLoop& loop, RouteNeeds needs, Act act);
/// The same for a route that answers with something else than JSON, or by itself.
using ActRaw = std::function<Result<HttpResponse>(Call& call)>;
HttpHandler at_desk_raw(WorkLoop& loop, RouteNeeds needs, ActRaw act);
/// A route that answers at once.
Act at_once(std::function<Result<nlohmann::json>(Call&)> act);

}  // namespace entrepot::node
