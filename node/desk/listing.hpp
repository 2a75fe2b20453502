// Listing: records that match a query, and records with conflicts, read from a snapshot of the
// views in order of arrival, so that saving goes on meanwhile.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "node/desk/desk.hpp"

namespace entrepot::node {

struct ListingWish {
    std::string database;  ///< empty in conflicts: all
    std::string query;
    std::size_t limit = 100;
    std::size_t offset = 0;
};

/// {"records": [{"id","compartment","document"}], "matched": n}; may run in any thread.
Result<nlohmann::json> list_records(const Catalogue& catalogue, const ViewSnapshot& snapshot,
                                    const ListingWish& wish);
/// {"records": [record documents with authors], "total": n}; in the worker's thread.
Result<nlohmann::json> list_conflicts(Desk& desk, const ListingWish& wish);

}  // namespace entrepot::node
