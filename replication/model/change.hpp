// Change: new field values for one record, and what its author had been shown. Serialised with
// Cereal through bounded archives (change_codec.cpp); CHANGE_FORMAT.md describes the bytes
// without it.
#pragma once

#include <string>
#include <vector>

#include "replication/model/hybrid_time.hpp"
#include "replication/model/ids.hpp"
#include "replication/model/path.hpp"
#include "replication/model/value.hpp"

namespace entrepot::replication {

inline constexpr ErrorCode change_malformed{"change.malformed", ErrorKind::refused};
inline constexpr ErrorCode change_too_large{"change.too_large", ErrorKind::invalid_input};
inline constexpr ErrorCode change_needs_newer{"change.needs_newer_program", ErrorKind::unavailable};

/// Limits of one change: assignments, logs in a context, bytes once opened.
inline constexpr std::size_t assignment_limit = 4096;
inline constexpr std::size_t context_limit = 1024;
inline constexpr std::size_t change_plain_limit = 1024 * 1024;

enum class ChangeKind : std::uint8_t { set = 1, tombstone = 2, restore = 3, merge_into = 4 };

/// The newest commit of this record, in one log, that the author was shown.
struct ContextEntry {
    LogId log;
    CommitNumber number;
    HashPrefix hash;
    friend auto operator<=>(const ContextEntry&, const ContextEntry&) = default;
};
/// Sorted by log, at most one entry a log.
using Context = std::vector<ContextEntry>;

struct Assignment {
    Path path;
    Value value;
    friend bool operator==(const Assignment&, const Assignment&) = default;
};

struct Change {
    RecordId record;
    std::string database;  ///< 1…32 bytes of a-z 0-9 _
    ChangeKind kind = ChangeKind::set;
    Context context;
    /// Sorted by path, each path once. Liveness of the record and of items assigned below is
    /// implied (see record_state.hpp) and not written, except for removal of an item.
    std::vector<Assignment> assignments;
    friend bool operator==(const Change&, const Change&) = default;
};

/// One change with its place and time, as merge sees it.
struct CountedChange {
    Dot dot;
    HashPrefix hash;  ///< of the commit `dot` names
    HybridTime time;
    Change change;
};

/// Canonical bytes. change.too_large over the limits; a path or order that check_change refuses is
/// a broken invariant (callers check first).
Result<Bytes> encode_change(const Change& change);
/// change.malformed for anything but canonical bytes within limits, never allocating more than the
/// input justifies; change.needs_newer_program for an unknown change kind.
Result<Change> decode_change(ByteView bytes);
/// Paths, order, limits and names of a change made here: change.malformed, path.malformed or
/// value.malformed says which, change.too_large or value.too_large when over a limit. An item's own
/// path takes Liveness present or removed, and only where nothing below it is assigned.
Status check_change(const Change& change);
/// The record of a change that decode_change may not understand (change.needs_newer_program): such
/// a change waits, and holds back later ones of its record. change.malformed if too short.
Result<RecordId> record_of_change(ByteView bytes);

/// Canonical bytes of one value (kind, length, content) and back; change.malformed as above.
Bytes encode_value(const Value& value);
Result<Value> decode_value(ByteView bytes);

}  // namespace entrepot::replication
