// Roster file: a roster carried by hand (ROSTER.md gives the bytes). The entries vouch for
// themselves; the file adds no signature and hides nothing.
#pragma once

#include "replication/roster/root_pin.hpp"
#include "replication/roster/roster.hpp"

namespace entrepot::replication {

inline constexpr ErrorCode roster_file_malformed{"roster_file.malformed", ErrorKind::refused};

inline constexpr std::size_t roster_file_entry_limit = 100'000;

/// Count and entries, each with its length: also the inside of a join file.
Bytes encode_entries(std::span<const Bytes> entries);
/// Nothing when the bytes are not just that, or an entry is empty or over roster_entry_most.
std::optional<std::vector<Bytes>> decode_entries(ByteView bytes);

Bytes export_roster(const Roster& roster);
/// The encoded entries of a roster file, at least one, unchecked; roster_file.malformed.
Result<std::vector<Bytes>> roster_file_entries(ByteView file);

/// Appends what the file has beyond `roster` and gives how many entries that was; none for a
/// shorter file. The frame is checked before anything is appended (roster_file.malformed). A roster
/// of other root keys than `root` pins is refused (roster.fingerprint). One that differs from what
/// is held in a rightly signed entry takes its place when it settles the fork (Roster::settles),
/// and is roster.forked otherwise. A wrong entry is refused with its own code, and those before it
/// stay, unless a place is taken: then all of them are right or nothing changes.
Result<std::size_t> import_roster(Roster& roster, const RootPin& root, ByteView file);

}  // namespace entrepot::replication
