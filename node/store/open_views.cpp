#include "node/store/open_views.hpp"

namespace entrepot::node {

bool is_view_damage(const Error& error) {
    return error.code == store_damaged || error.code == view_other_key || error.code == row_broken;
}

Status set_views_aside(const std::filesystem::path& directory) {
    const std::filesystem::path aside = directory.string() + ".damaged";
    std::error_code failed;
    std::filesystem::remove_all(aside, failed);
    if (!failed) {
        std::filesystem::rename(directory, aside, failed);
    }
    if (failed) {
        return Error{store_unreadable,
                     "cannot move " + directory.string() + " aside: " + failed.message()};
    }
    return {};
}

Result<OpenedViews> open_views(const std::filesystem::path& directory,
                               const crypto::Secret& vault_key, const CompareViews& compare) {
    auto opened = ViewStore::open(directory, vault_key.duplicate());
    std::optional<Error> damage;
    if (!opened) {
        damage = opened.error();
    } else if (const Status compared = compare(**opened); !compared) {
        damage = compared.error();
    } else {
        return OpenedViews{std::move(*opened), std::nullopt};
    }
    if (!is_view_damage(*damage) && !(damage->code == views_ahead)) {
        return *std::move(damage);
    }
    opened = *damage;  // closes them
    TRY(set_views_aside(directory));
    TRY_ASSIGN(auto fresh, ViewStore::open(directory, vault_key.duplicate()));
    return OpenedViews{std::move(fresh), std::move(damage)};
}

}  // namespace entrepot::node
