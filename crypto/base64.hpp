// Base 64 (RFC 4648, with padding), for files that travel inside JSON.
#pragma once

#include <string>

#include "crypto/base/bytes.hpp"

namespace entrepot::crypto {

inline constexpr ErrorCode bytes_not_base64{"bytes.not_base64", ErrorKind::invalid_input};

std::string to_base64(ByteView bytes);
/// bytes.not_base64 for anything but what to_base64 gives: other characters, missing padding, spare
/// bits that are not zero, text after the end.
Result<Bytes> from_base64(std::string_view text);

}  // namespace entrepot::crypto
