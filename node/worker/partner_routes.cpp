#include "node/worker/partner_routes.hpp"

#include <nlohmann/json.hpp>

#include "node/erasure/orders.hpp"
#include "node/exchange/mailbox.hpp"
#include "node/exchange/recall.hpp"
#include "node/exchange/release_desk.hpp"
#include "node/worker/audited.hpp"
#include "node/worker/call.hpp"

namespace entrepot::node {

using nlohmann::json;

namespace {

AuditEntry disclosure(const Call& call, std::string text) {
    AuditEntry out = entry_of_now(call.desk, AuditKind::disclosure, std::move(text));
    out.purpose = text_of(call.body, "purpose");
    return out;
}

/// What lets records leave for another country: entered before it is done.
Act discloses(const std::string& what, void (*act)(Desk&, const json&, JsonDone)) {
    return [what, act](Call& call, const JsonDone& done) {
        std::string text = what;
        for (const char* name : {"release", "record", "partner", "country"}) {
            const std::string value = text_of(call.body, name);
            text += value.empty() ? "" : " " + std::string(name) + ":" + value;
        }
        once_entered(call.loop, disclosure(call, std::move(text)), done,
                     [act, &desk = call.desk, body = call.body, done] { act(desk, body, done); });
    };
}

/// What shows records in part: entered before it is answered.
Act shows(const std::string& what, std::function<Result<json>(Call&)> act) {
    return [what, act = std::move(act)](Call& call, const JsonDone& done) {
        const std::string record = text_of(call.body, "record");
        const Asked asked{AuditKind::consultation, what + (record.empty() ? "" : " of " + record)};
        if (const auto answer = audited(call.loop, call.request, asked, done)) {
            (*answer)(act(call));
        }
    };
}

void add_release_routes(Router& router, WorkLoop& loop) {
    constexpr RouteNeeds releases{Duty::release, true};
    router.add({"POST", "/releases/preview"},
               at_desk(loop, releases, shows("preview of a release", [](Call& call) {
                           return preview_release(call.desk, call.body);
                       })));
    router.add({"GET", "/releases"}, at_desk(loop, releases, shows("releases", [](Call& call) {
                                                 return list_releases(call.desk);
                                             })));
    router.add({"POST", "/releases"},
               at_desk(loop, releases, discloses("proposal of a release", propose_release)));
    const auto of_one = [&](const char* path, void (*act)(Desk&, const json&, JsonDone)) {
        router.add({"POST", path}, at_desk(loop, releases, [act](Call& call, JsonDone done) {
                       call.body["release"] = std::string(call.request.capture("id"));
                       discloses("decision on a release", act)(call, std::move(done));
                   }));
    };
    of_one("/releases/{id}/decision", decide_release);
    of_one("/releases/{id}/recall", recall_release);
    router.add({"POST", "/partners/{country}/messages"},
               at_desk(loop, releases, [](Call& call, JsonDone done) {
                   call.body["country"] = std::string(call.request.capture("country"));
                   discloses("message to a partner", send_message)(call, std::move(done));
               }));
}

}  // namespace

void add_partner_routes(Router& router, WorkLoop& loop) {
    add_release_routes(router, loop);
    router.add({"GET", "/partners"},
               at_desk(loop, {Duty::own, false}, at_once([](Call& call) -> Result<json> {
                           return json{{"partners", list_partners(call.desk)}};
                       })));
    router.add({"GET", "/partners/{country}/roster"},
               at_desk_raw(loop, {Duty::administer, false},
                           [](Call& call) -> Result<HttpResponse> {
                               HttpResponse out;
                               out.headers["Content-Type"] = "application/octet-stream";
                               const std::string country(call.request.capture("country"));
                               const bool is_theirs =
                                   call.request.query_value("made_by") == "partner";
                               TRY_ASSIGN(out.body,
                                          export_outer(call.desk, country,
                                                       is_theirs ? MadeBy::partner : MadeBy::us));
                               return out;
                           }));
    router.add({"GET", "/partners/{country}/erasures"},
               at_desk(loop, {Duty::own, false}, at_once([](Call& call) -> Result<json> {
                           TRY_ASSIGN(Desk* const outer,
                                      partner_desk(call.desk,
                                                   std::string(call.request.capture("country")),
                                                   MadeBy::us));
                           return list_erasures(*outer);
                       })));
    router.add({"POST", "/partners/{country}/open"},
               at_desk(loop, {Duty::administer}, [](Call& call, JsonDone done) {
                   open_partner(call.desk, std::string(call.request.capture("country")),
                                std::move(done));
               }));
    router.add({"POST", "/partners/{country}/joint"},
               at_desk(loop, {Duty::administer}, [](Call& call, JsonDone done) {
                   call.body["country"] = std::string(call.request.capture("country"));
                   add_joint(call.desk, call.body, std::move(done));
               }));
}

}  // namespace entrepot::node
