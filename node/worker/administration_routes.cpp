#include "node/worker/administration_routes.hpp"

#include <nlohmann/json.hpp>

#include "node/databases/json_text.hpp"
#include "node/desk/headquarters.hpp"
#include "node/erasure/retention.hpp"
#include "node/headquarters/enrolment.hpp"
#include "node/headquarters/quarantine.hpp"
#include "node/headquarters/revocation.hpp"

namespace entrepot::node {

std::vector<AdministrationRoute> administration_routes() {
    return {{"POST", "/administration/enrol", enrol_node},
            {"POST", "/administration/replace", replace_node},
            {"POST", "/administration/numbers", send_numbers},
            {"POST", "/administration/compartments",
             [](Desk& desk, const nlohmann::json& body, JsonDone done) {
                 add_compartment(desk, body, std::move(done));
             }},
            {"POST", "/administration/grants",
             [](Desk& desk, const nlohmann::json& body, JsonDone done) {
                 text_member(body, "right") == "none" ? withdraw_right(desk, body, std::move(done))
                                                      : grant_right(desk, body, std::move(done));
             }},
            {"POST", "/administration/revocations", revoke_node},
            {"POST", "/administration/admissions", admit_commits},
            {"POST", "/administration/erasures", erase_record},
            {"POST", "/administration/retention", sweep_retention},
            {"GET", "/administration/erasures",
             [](Desk& desk, const nlohmann::json&, JsonDone done) { done(list_erasures(desk)); }}};
}

}  // namespace entrepot::node
