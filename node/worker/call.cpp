#include "node/worker/call.hpp"

#include <nlohmann/json.hpp>

#include "node/api/problem.hpp"
#include "node/worker/audited.hpp"
#include "node/worker/work_loop.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

constexpr std::string_view bearer = "Bearer ";
constexpr unsigned nobody = ~0U;

/// The call's officer, when the node is unlocked and he is signed in.
Result<Acting> admit_call(WorkLoop& loop, const HttpRequest& request) {
    if (loop.desk() == nullptr) {
        return Error{worker_locked, loop.why_locked()};
    }
    const unsigned uid = request.peer ? request.peer->uid : nobody;
    return loop.sign_ins().acting(uid, token_of(request));
}

}  // namespace

JsonDone answer_to(Responder responder) {
    return [responder](Result<json> out) mutable {
        responder.respond(out ? HttpResponse::json(out->dump()) : problem_response(out.error()));
    };
}

Result<json> body_of(const HttpRequest& request) {
    if (request.body.empty()) {
        return json::object();
    }
    json out = json::parse(as_text(request.body), nullptr, false);
    if (out.is_discarded()) {
        return Error{request_body, "the request's body is not JSON"};
    }
    return out;
}

std::string text_of(const json& body, const char* name) {
    const auto found = body.find(name);
    return found != body.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::string_view token_of(const HttpRequest& request) {
    const std::string_view header = request.header("authorization");
    return header.starts_with(bearer) ? header.substr(bearer.size()) : std::string_view{};
}

HttpHandler at_desk(WorkLoop& loop, RouteNeeds needs, Act act) {
    return [&loop, needs, act = std::move(act)](HttpRequest request, Responder responder) {
        auto secrets = SecretTexts::take(request.body, needs.secrets);
        if (!secrets) {
            return answer_to(responder)(std::move(secrets).error());
        }
        loop.waker().post([&loop, needs, act, request = std::move(request), responder,
                           secrets = *std::move(secrets)]() mutable {
            JsonDone done = answer_to(responder);
            const auto officer = admit_call(loop, request);
            if (!officer) {
                return done(officer.error());
            }
            const Desk::ActingAs as(*loop.desk(), *officer);
            done = then_refusal_noted(loop, request, std::move(done));
            if (Status may = check_duty((*officer)->roles, needs.duty); !may) {
                return done(std::move(may).error());
            }
            auto body = needs.json_body ? body_of(request) : Result<json>(json::object());
            if (!body) {
                return done(std::move(body).error());
            }
            Call call{loop, *loop.desk(), std::move(request), *body, std::move(secrets)};
            act(call, std::move(done));
        });
    };
}

HttpHandler at_desk_raw(WorkLoop& loop, RouteNeeds needs, ActRaw act) {
    return [&loop, needs, act = std::move(act)](HttpRequest request, Responder responder) {
        loop.waker().post([&loop, needs, act, request = std::move(request), responder]() mutable {
            const JsonDone refuse = answer_to(responder);
            const auto officer = admit_call(loop, request);
            if (!officer) {
                return refuse(officer.error());
            }
            const Desk::ActingAs as(*loop.desk(), *officer);
            if (Status may = check_duty((*officer)->roles, needs.duty); !may) {
                return then_refusal_noted(loop, request, refuse)(std::move(may).error());
            }
            json nothing = json::object();
            Call call{loop, *loop.desk(), std::move(request), nothing, nullptr};
            auto out = act(call);
            responder.respond(out ? *std::move(out) : problem_response(out.error()));
        });
    };
}

Act at_once(std::function<Result<json>(Call&)> act) {
    return [act = std::move(act)](Call& call, JsonDone done) { done(act(call)); };
}

}  // namespace entrepot::node
