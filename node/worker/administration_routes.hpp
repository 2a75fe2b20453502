// Routes of headquarters' acts, as a table: who may call them is for worker_api.cpp. API.md lists
// them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "node/desk/record_desk.hpp"

namespace entrepot::node {

struct AdministrationRoute {
    std::string method;
    std::string path;
    std::function<void(Desk&, const nlohmann::json& body, JsonDone)> act;
};

std::vector<AdministrationRoute> administration_routes();

}  // namespace entrepot::node
