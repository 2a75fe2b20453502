// Marking: what a released copy says of its own use, and what the marking of a record here lets
// happen to it. A marking is obeyed by this program and nothing more: keys do not enforce it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/databases/schema.hpp"
#include "replication/model/record_state.hpp"

namespace entrepot::node {

/// Records of this database carry no marking, so none of them is released.
inline constexpr ErrorCode release_database{"release.database", ErrorKind::refused};
/// The partner is no country, or one's own.
inline constexpr ErrorCode release_partner{"release.partner", ErrorKind::invalid_input};
/// The record's handling code forbids it, or the copy's would be none or a freer one.
inline constexpr ErrorCode release_handling{"release.handling", ErrorKind::refused};
/// The record is itself a copy, and the time for which it was released has passed.
inline constexpr ErrorCode release_expired{"release.expired", ErrorKind::refused};
/// No legal basis, or not a short line of text.
inline constexpr ErrorCode release_basis{"release.basis", ErrorKind::invalid_input};
/// No last day, a past one, or one after that of the copy which is passed on.
inline constexpr ErrorCode release_until{"release.until", ErrorKind::invalid_input};

/// What is written on the copy, and for whom it is.
struct Marking {
    std::string country;  ///< that releases
    std::string partner;
    std::string basis;
    std::string handling;
    std::optional<replication::Date> until;
};

/// Whether the path is one of "handling", "released_by", "release_basis" and "release_until".
bool is_marking(std::string_view path);

/// Whether a copy marked so may be made on that day: the codes above say why not. Of concurrent
/// values in the record's own marking the strictest counts; one that cannot be read forbids.
Status check_marking(const Schema& schema, const replication::RecordState& source,
                     const Marking& marking, const replication::Date& today);

/// The copy's marking as assignments; only after check_marking.
std::vector<replication::Assignment> assignments_of(const Marking& marking);

}  // namespace entrepot::node
