#include "node/desk/listing.hpp"

#include <nlohmann/json.hpp>

#include "node/databases/query.hpp"
#include "node/databases/record_document.hpp"
#include "node/desk/places.hpp"
#include "node/desk/record_desk.hpp"
#include "node/desk/token.hpp"

namespace entrepot::node {

using nlohmann::json;
namespace {

bool is_named(const std::set<Hash>& erased, const replication::RecordKey& record) {
    return !erased.empty() &&
           erased.contains(replication::erased_record(record.compartment, record.record));
}

}  // namespace

Result<std::vector<SharedSnapshot>> shared_snapshots(Desk& home) {
    std::vector<SharedSnapshot> out;
    for (Desk* desk : home.shared_desks()) {
        TRY_ASSIGN(auto view, desk->snapshot());
        out.push_back({partner_country(*desk), std::move(view)});
    }
    return out;
}

Result<json> list_records(const Catalogue& catalogue, const std::vector<SharedSnapshot>& snapshots,
                          const ListingWish& wish) {
    TRY_ASSIGN(const Schema* schema, catalogue.schema(wish.database));
    TRY_ASSIGN(const Query query, Query::parse(wish.query, *schema));
    json records = json::array();
    std::uint64_t matched = 0;
    for (const SharedSnapshot& snapshot : snapshots) {
        TRY(snapshot.view->scan(false, [&](const ViewedRecord& record) {
            if (record.state.database != wish.database ||
                !replication::is_present(record.state, "") || !query.matches(record.state)) {
                return true;
            }
            ++matched;
            if (matched > wish.offset && records.size() < wish.limit) {
                json shown = record_document(*schema, record.state);
                records.push_back({{"id", to_base32(record.key.record.view())},
                                   {"compartment", to_base32(record.key.compartment.view())},
                                   {"conflicted", !shown["conflicts"].empty()},
                                   {"document", std::move(shown["document"])}});
                if (is_named(wish.erased, record.key)) {
                    records.back()["erased"] = true;
                }
                if (!snapshot.partner.empty()) {
                    records.back()["partner"] = snapshot.partner;
                }
            }
            return true;
        }));
    }
    return json{{"records", std::move(records)}, {"matched", matched}};
}

Result<json> list_conflicts(Desk& home, const ListingWish& wish) {
    json records = json::array();
    std::uint64_t total = 0;
    Status failed;
    for (Desk* desk : home.shared_desks()) {
        TRY_ASSIGN(const auto snapshot, desk->snapshot());
        TRY(snapshot->scan(true, [&](const ViewedRecord& record) {
            if (!wish.database.empty() && record.state.database != wish.database) {
                return true;
            }
            ++total;
            if (total <= wish.offset || records.size() >= wish.limit) {
                return true;
            }
            auto shown = get_record(*desk, record.key);
            if (!shown) {
                failed = std::move(shown).error();
                return false;
            }
            records.push_back(*std::move(shown));
            return true;
        }));
        TRY(failed);
    }
    return json{{"records", std::move(records)}, {"total", total}};
}

}  // namespace entrepot::node
