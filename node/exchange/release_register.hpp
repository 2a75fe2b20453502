// Release register: the records of the database `releases`, which headquarters alone reads: what
// was released to whom and why, and how far it has come. Only it ties a copy to its source.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "node/desk/places.hpp"
#include "node/exchange/partners.hpp"

namespace entrepot::node {

inline constexpr ErrorCode release_no_register{"release.no_register", ErrorKind::unavailable};
inline constexpr ErrorCode release_unknown{"release.unknown", ErrorKind::not_found};

/// A register entry as it stands.
struct RegisteredRelease {
    replication::RecordKey key;
    replication::RecordState state;

    std::string text(std::string_view field) const;
    std::optional<replication::RecordKey> reference(std::string_view field) const;
};
/// Writes one change of a record through the desk that keeps it.
void save_change(Desk& desk, const replication::RecordKey& key, replication::Change change,
                 Desk::Done done);
/// By id; release.unknown, release.no_register.
Result<RegisteredRelease> find_release(Desk& home, const std::string& id);
/// Sets fields of a register entry, over what was shown of it.
void save_release(Desk& home, const RegisteredRelease& entry,
                  std::vector<replication::Assignment> assignments, Desk::Done done);

/// The compartment of the register; release.no_register before `partner open`.
Result<Place> register_place(Desk& home);
/// What commands are told of an entry: {"release", "partner", "copy", "state",
/// "needs_second_officer"}.
nlohmann::json answer_for(const RegisteredRelease& entry, std::string_view state);

/// {"releases": [{"release", "partner", "state", "database", "source", "copy", "basis", "until",
/// "proposed_by", …}]}, newest last.
Result<nlohmann::json> list_releases(Desk& home);

}  // namespace entrepot::node
