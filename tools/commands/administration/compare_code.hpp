// A request on the way to its answer: read as a file or as the text of its QR code, and compared by
// telephone before anything is signed.
#pragma once

#include "tools/commands/line/command.hpp"

namespace entrepot::tools {

inline constexpr ErrorCode enrol_code{"enrol.code", ErrorKind::refused};

/// The bytes of a request, whichever form the file has.
Outcome<Bytes> read_request(const std::string& path);

/// Whoever enrols says that the code is the one that the installer reads out: by --code, or when
/// asked. enrol.code when it is not.
Outcome<void> compare_code(const Invocation& invocation, const std::string& unit,
                           const std::string& code);

}  // namespace entrepot::tools
