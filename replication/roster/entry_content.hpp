// Bytes of what an entry says, kind by kind (ROSTER.md gives the fields): entry_writer.cpp and
// entry_reader.cpp. Framing, chain and
// signatures are entry.cpp's; whether the content is right is for entry_check.hpp.
#pragma once

#include "crypto/base/wire.hpp"
#include "replication/roster/entry.hpp"

namespace entrepot::replication {

inline constexpr std::size_t envelope_size = 80;        ///< of a wrapped compartment key
inline constexpr std::size_t root_limit = 16;           ///< root keys of an administration
inline constexpr std::size_t database_name_limit = 64;  ///< bytes, a-z and _
inline constexpr std::size_t sealed_name_limit = 256;   ///< bytes, tag included

/// Number of the content's kind, 1…15, in the order of EntryContent.
std::uint8_t entry_kind(const EntryContent& content);

void write_content(WireWriter& writer, const EntryContent& content);
/// roster.malformed for an unknown kind, bytes left over or a field outside its limits.
Result<EntryContent> read_content(std::uint8_t kind, ByteView bytes);

}  // namespace entrepot::replication
