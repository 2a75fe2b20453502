// Listing: records that match a query, and records with conflicts, read from snapshots of the
// views in order of arrival, so that saving goes on meanwhile. Records of the administration come
// first, then those shared with partners.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>

#include "node/desk/desk.hpp"

namespace entrepot::node {

struct ListingWish {
    std::string database;  ///< empty in conflicts: all
    std::string query;
    std::size_t limit = 100;
    std::size_t offset = 0;
    std::set<Hash> erased = {};  ///< names of records that erasures name: marked where they show
};

/// The views of one desk as they are now; "partner" is empty for the home desk's.
struct SharedSnapshot {
    std::string partner;
    std::unique_ptr<ViewSnapshot> view;
};
/// Of the home desk and of all shared with partners.
Result<std::vector<SharedSnapshot>> shared_snapshots(Desk& home);

/// {"records": [{"id","compartment","document"}], "matched": n}, with "partner" where one shares
/// the record; may run in any thread.
Result<nlohmann::json> list_records(const Catalogue& catalogue,
                                    const std::vector<SharedSnapshot>& snapshots,
                                    const ListingWish& wish);
/// {"records": [record documents with authors], "total": n}; in the worker's thread.
Result<nlohmann::json> list_conflicts(Desk& home, const ListingWish& wish);

}  // namespace entrepot::node
