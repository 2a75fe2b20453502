// RecordState: what the merged changes of one record amount to: for each path its siblings. A pure
// function of the set of merged changes; equal sets give equal bytes (encode_state).
//
// Liveness: a record ("" path) and each item ("goods/1") has a register at its own path; every
// assignment below it also assigns Liveness::present there, by the same rule. tombstone and restore
// assign the record's; assigning Liveness::removed to an item's path removes it.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "replication/model/change.hpp"

namespace entrepot::replication {

inline constexpr ErrorCode state_malformed{"state.malformed", ErrorKind::refused};

/// One of several concurrent values of a path. `author` indexes RecordState::authors.
struct Sibling {
    std::uint32_t author = 0;
    Value value;
    friend bool operator==(const Sibling&, const Sibling&) = default;
};

/// A merged change that still has a sibling in the state.
struct SiblingAuthor {
    Dot dot;
    HybridTime time;
    friend auto operator<=>(const SiblingAuthor&, const SiblingAuthor&) = default;
};

/// Siblings of one path, by dot. All dots stay, also those with equal values.
struct PathState {
    Path path;
    std::vector<Sibling> siblings;
    friend bool operator==(const PathState&, const PathState&) = default;
};

struct RecordState {
    std::string database;
    /// Newest merged commit of this record in each log: what a reader of this state is shown.
    Context shown;
    std::vector<SiblingAuthor> authors;  ///< sorted by dot, only those in use
    std::vector<PathState> paths;        ///< sorted by path
    friend bool operator==(const RecordState&, const RecordState&) = default;

    const PathState* find(std::string_view path) const;
};

/// Merges one change whose waiting conditions hold (see applier.hpp) and whose context names merged
/// commits only: an excluded commit covers nothing, so its entry is taken out first. Idempotent: a
/// dot already covered by `shown` changes nothing.
void merge_change(RecordState& state, const CountedChange& counted);

/// All assignments a change makes, with implied liveness, sorted by path: "" (tombstoned by a
/// tombstone, present by every other change), then each path written, with its item's before it.
std::vector<Assignment> assignments_with_liveness(const Change& change);

/// The set rule evaluated from scratch over changes that are all merged, in any order and with
/// duplicates, contexts as for merge_change: the reference that the incremental form is held
/// against.
RecordState merge_from_scratch(std::span<const CountedChange> merged);

/// Canonical bytes; state.malformed on reading anything else.
Bytes encode_state(const RecordState& state);
Result<RecordState> decode_state(ByteView bytes);

/// How concurrent siblings of a field are ranked; from the schema.
struct FieldRule {
    /// Codes in rising caution, for `greatest`; empty means `ask`.
    std::vector<std::string> greatest;
};

/// Different values of a path, each with its authors (indexes into state.authors), leading first:
/// field rule, then hybrid time, then log id. Liveness: present leads.
struct ShownValue {
    Value value;
    std::vector<std::uint32_t> authors;
};
std::vector<ShownValue> shown_values(const RecordState& state, const PathState& path,
                                     const FieldRule& rule);

/// Paths with more than one different value, in path order; fields of a removed item or tombstoned
/// record count only where its liveness itself is in conflict or present leads.
std::vector<Path> conflicting_paths(const RecordState& state);

/// Whether the leading liveness of the record (path "") or an item is present.
bool is_present(const RecordState& state, std::string_view path);

}  // namespace entrepot::replication
