// Places: the compartments this node can read, by the names that people use, and which one a new
// record goes to when nobody says.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "node/desk/desk.hpp"

namespace entrepot::node {

inline constexpr ErrorCode place_unknown{"place.unknown", ErrorKind::not_found};
inline constexpr ErrorCode place_ambiguous{"place.ambiguous", ErrorKind::invalid_input};
/// The record was erased whole by order: nothing of it can be shown, and nothing added to it.
inline constexpr ErrorCode record_erased{"record.erased", ErrorKind::not_found};
inline constexpr ErrorCode place_must_name{"place.must_name", ErrorKind::invalid_input};

struct Place {
    replication::CompartmentId id;
    std::string name;  ///< empty when its first key is not here
    std::string database;
    replication::Right right = replication::Right::none;
    bool own = false;  ///< of this node's unit (with headquarters), of no other
};

/// 'NAME (2)': of a compartment whose name another one has.
std::string numbered_name(const std::string& name, int number);
/// Every compartment of records this node may at least read: audits are none.
std::vector<Place> readable_places(const Desk& desk);
/// By name or by the first characters (at least 6) of its id; place.unknown, place.ambiguous.
Result<Place> find_place(const Desk& desk, std::string_view name);
/// Where a new record of the database goes: the unit's own compartment, else the only one this node
/// may write; place.must_name when there are several or none. Not 'NAME (2)' beside 'NAME'.
Result<Place> default_place(const Desk& desk, std::string_view database);
/// Where an existing record stands: the named place, or the only one that holds it; place.unknown.
Result<replication::RecordKey> find_record(Desk& desk, std::string_view id, std::string_view place);

/// A compartment, or a record, and the desk that keeps it: the home desk or one shared with a
/// partner.
struct SharedPlace {
    Desk* desk = nullptr;
    Place place;
};
struct SharedRecord {
    Desk* desk = nullptr;
    replication::RecordKey key;
};
/// As find_place and find_record, in all rosters that this node shares.
Result<SharedPlace> find_shared_place(Desk& home, std::string_view name);
Result<SharedRecord> find_shared_record(Desk& home, std::string_view id, std::string_view place);
/// The country on the other side of an outer roster; empty for the home desk.
std::string partner_country(const Desk& desk);

/// record.erased, naming the roster entry, when the record was erased whole.
Status check_not_erased(const Desk& desk, const replication::RecordKey& record);

std::string_view right_name(replication::Right right);
/// "read", "write" or "relay"; nothing for other words.
std::optional<replication::Right> right_from_name(std::string_view name);

}  // namespace entrepot::node
