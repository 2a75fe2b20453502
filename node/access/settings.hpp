// Settings: what a node is, as its maker said: the row LinkRow::settings, sealed under the link
// key. Says nothing of what headquarters certified; the roster does.
#pragma once

#include <string>

#include "replication/roster/entry.hpp"

namespace entrepot::node {

inline constexpr ErrorCode settings_malformed{"settings.malformed", ErrorKind::storage};
inline constexpr ErrorCode settings_country{"settings.country", ErrorKind::invalid_input};

/// Kind 1 byte, name (1-byte length, at most 80 bytes of UTF-8), country 2 capital letters.
struct Settings {
    replication::NodeKind kind = replication::NodeKind::unit;
    std::string name;     ///< of the unit, as in the request
    std::string country;  ///< ISO 3166-1 alpha-2
};

/// settings.country unless it is two capital letters.
Status check_country(const std::string& country);
/// "headquarters", "unit" or "relay".
std::string_view kind_name(replication::NodeKind kind);

Bytes encode(const Settings& settings);
/// settings.malformed for other bytes.
Result<Settings> decode_settings(ByteView bytes);

}  // namespace entrepot::node
