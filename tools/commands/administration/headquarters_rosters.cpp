#include "tools/commands/administration/headquarters_rosters.hpp"

namespace entrepot::tools {

Outcome<void> follow_headquarters(node::AdministrationDirectory& administration,
                                  NodeConnection& headquarters) {
    TRY_ASSIGN(const Bytes roster, headquarters.worker_file({"GET", "/roster/file"}));
    TRY(administration.follow(roster));
    for (const auto& partner : administration.roster().partners()) {
        if (const auto outer = headquarters.worker_file(
                {"GET", "/partners/" + node::percent_encode(partner.country) + "/roster"})) {
            TRY(node::write_file(administration.outer_file(partner.country), outer.value()));
        }
    }
    return {};
}

}  // namespace entrepot::tools
