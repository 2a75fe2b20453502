// Base 64 (RFC 4648, with padding), for files that travel inside JSON.
#pragma once

#include <string>

#include "crypto/base/bytes.hpp"

namespace entrepot::crypto {

inline constexpr ErrorCode bytes_not_base64{"bytes.not_base64", ErrorKind::invalid_input};

std::string to_base64(ByteView bytes);
/// bytes.not_base64 for other characters, missing padding or trailing text.
Result<Bytes> from_base64(std::string_view text);

}  // namespace entrepot::crypto
