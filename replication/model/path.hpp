// Path: the name of a value in a record: "seized_on", "goods/1/quantity", an item "goods/1", or
// the record itself (empty). At most 96 bytes; parts of 1…48 bytes of a-z 0-9 _ separated by '/'.
#pragma once

#include <string>
#include <string_view>

#include "crypto/base/result.hpp"
#include "crypto/entropy.hpp"

namespace entrepot::replication {

inline constexpr ErrorCode path_malformed{"path.malformed", ErrorKind::invalid_input};
inline constexpr std::size_t path_limit = 96;

using Path = std::string;

/// path.malformed for anything but the form above, with one, two or three parts. The empty path
/// is valid only as a record's liveness.
Status check_path(std::string_view path);

/// "goods/1/quantity" → "goods/1"; empty when the path is no part of an item.
std::string_view item_of(std::string_view path);
/// Whether this path is itself an item ("goods/1") or the record (""): it holds liveness.
bool holds_liveness(std::string_view path);

/// 64 random bits as 13 base-32 characters: the id of an item added after its record was made.
std::string new_item_id(crypto::Entropy& entropy);

}  // namespace entrepot::replication
