// Release: the copy of a record made for another country. A pure projection: what leaves follows
// from the schema, the record and the wish, by an allow-list (EXCHANGE.md). The copy is a new
// record without anything that leads back: no id, no item id, no number, no reference of its
// source.
//
// Does not write, sign or send anything, does not ask who wishes, and does not draw the copy's own
// record id. A photo that leaves is given as it stands here: who sends it seals it anew.
#pragma once

#include <set>

#include "node/exchange/marking.hpp"
#include "node/exchange/value_fate.hpp"

namespace entrepot::node {

/// A path was named or cleared that protects a source.
inline constexpr ErrorCode release_source_class{"release.source_class", ErrorKind::refused};
/// A path was named or cleared that leads back to a record here.
inline constexpr ErrorCode release_points_back{"release.points_back", ErrorKind::refused};
/// A path was named or cleared where the record has no value, or the schema no field.
inline constexpr ErrorCode release_unknown_path{"release.unknown_path", ErrorKind::invalid_input};
/// Nothing of the record would leave, or it is tombstoned.
inline constexpr ErrorCode release_nothing{"release.nothing", ErrorKind::invalid_input};
/// A value that would leave is in conflict: a person resolves it first.
inline constexpr ErrorCode release_conflicted{"release.conflicted", ErrorKind::conflict};
/// The record's status does not let it become a released one: a draft, or a withdrawn record.
inline constexpr ErrorCode release_status{"release.status", ErrorKind::refused};

struct ReleaseWish {
    Marking marking;
    std::set<replication::Path> added;    ///< class 1 and 2 that leave as they are
    std::set<replication::Path> cleared;  ///< free texts that were read, photos looked at
    replication::Date today;
};

/// What became of one value of the source: a line of the preview.
struct ReleaseLine {
    replication::Path source;
    replication::Path copy;  ///< where it stands in the copy; empty unless it leaves
    ValueFate fate;
    friend bool operator==(const ReleaseLine&, const ReleaseLine&) = default;
};

struct Release {
    /// Of the new record, its marking included; sorted by path, fit for a Change of kind set.
    std::vector<replication::Assignment> assignments;
    /// Every value of the source in view but its marking, sorted by its path there.
    std::vector<ReleaseLine> lines;
    /// Whether something of class 1 or 2 leaves as it is.
    bool needs_second_officer = false;
};

/// The copy, or why there is none: a code above or one of marking.hpp. `schema` is that of the
/// source's database. Items of the copy are numbered 1, 2, … in the order of those that leave, so
/// that no gap tells of others; items of sets keep their code as id.
Result<Release> make_release(const Schema& schema, const replication::RecordState& source,
                             const ReleaseWish& wish);

}  // namespace entrepot::node
