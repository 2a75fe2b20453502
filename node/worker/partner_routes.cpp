#include "node/worker/partner_routes.hpp"

#include <nlohmann/json.hpp>

#include "node/exchange/mailbox.hpp"
#include "node/exchange/release_desk.hpp"
#include "node/worker/call.hpp"

namespace entrepot::node {

using nlohmann::json;

namespace {

void add_release_routes(Router& router, WorkLoop& loop) {
    constexpr RouteNeeds releases{Duty::release, true};
    router.add({"POST", "/releases/preview"},
               at_desk(loop, releases, at_once([](Call& call) {
                           return preview_release(call.desk, call.body);
                       })));
    router.add({"GET", "/releases"}, at_desk(loop, releases, at_once([](Call& call) {
                                                 return list_releases(call.desk);
                                             })));
    router.add({"POST", "/releases"}, at_desk(loop, releases, [](Call& call, JsonDone done) {
                   propose_release(call.desk, call.body, std::move(done));
               }));
    const auto of_one = [&](const char* path, void (*act)(Desk&, const json&, JsonDone)) {
        router.add({"POST", path}, at_desk(loop, releases, [act](Call& call, JsonDone done) {
                       call.body["release"] = std::string(call.request.capture("id"));
                       act(call.desk, call.body, std::move(done));
                   }));
    };
    of_one("/releases/{id}/decision", decide_release);
    router.add({"POST", "/partners/{country}/messages"},
               at_desk(loop, releases, [](Call& call, JsonDone done) {
                   call.body["country"] = std::string(call.request.capture("country"));
                   send_message(call.desk, call.body, std::move(done));
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
                               TRY_ASSIGN(out.body,
                                          export_outer(call.desk, std::string(call.request.capture(
                                                                      "country"))));
                               return out;
                           }));
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
