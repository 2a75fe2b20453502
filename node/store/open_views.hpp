// Opening views that may be damaged: they follow from the log, so what cannot be trusted is moved
// aside and made anew. Keeps one such copy (its rows are sealed) for whoever wants to look.
#pragma once

#include <functional>

#include "node/store/view_store.hpp"

namespace entrepot::node {

struct OpenedViews {
    std::unique_ptr<ViewStore> views;
    std::optional<Error> damage;  ///< why they were made anew; position() is 0 then
};

/// Holds views that opened against the log that they were made from; see check_seen.
using CompareViews = std::function<Status(const ViewStore&)>;

/// Opens them; on store.damaged, store.other_key, store.row_broken and what `compare` says is
/// store.views_ahead, moves the directory to `directory`.damaged (an earlier one goes) and opens
/// empty ones. Other errors are the caller's.
Result<OpenedViews> open_views(const std::filesystem::path& directory,
                               const crypto::Secret& vault_key, const CompareViews& compare);

/// Moves the directory aside, as above, for damage found later; nobody may have it open.
Status set_views_aside(const std::filesystem::path& directory);

/// Whether making the views anew mends this: store.damaged, store.other_key, store.row_broken.
bool is_view_damage(const Error& error);

}  // namespace entrepot::node
