#include "node/worker/partner_routes.hpp"

#include <nlohmann/json.hpp>

#include "node/exchange/partners.hpp"
#include "node/worker/call.hpp"

namespace entrepot::node {

using nlohmann::json;

void add_partner_routes(Router& router, WorkLoop& loop) {
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
