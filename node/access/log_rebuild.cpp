#include "node/access/log_rebuild.hpp"

#include "node/store/open_views.hpp"
#include "node/store/page_walk.hpp"

namespace entrepot::node {

std::optional<Error> log_damage(const NodeDirectory& directory) {
    auto checked = check_pages(directory.log(), LogStore::options(LogStore::Access::read_only));
    return checked ? std::nullopt : std::optional(std::move(checked).error());
}

Result<SalvagedLog> rebuild_log(const NodeDirectory& directory, const std::string& officer,
                                const Credential& credential) {
    TRY_ASSIGN(const NodeLock lock, NodeLock::take(directory));
    TRY_ASSIGN(const Vault vault, open_vault(directory, officer, credential));
    TRY_ASSIGN(auto salvaged, salvage_log(directory.log(), vault.link_key));
    // Their positions are those of the old log. Without them the next start would see them ahead of
    // the log, or take one commit for another.
    std::error_code failed;
    if (std::filesystem::exists(directory.views(), failed)) {
        TRY(set_views_aside(directory.views()));
    }
    return salvaged;
}

}  // namespace entrepot::node
