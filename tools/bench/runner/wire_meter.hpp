// Wire meter: bytes that the system counted on the TCP connections of one listening port, read
// from outside (ss), so that nothing stands in the way of what is measured. Payload bytes without
// TCP/IP headers; retransmissions are not counted twice.
#pragma once

#include <cstdint>

#include "crypto/base/result.hpp"

namespace entrepot::bench {

inline constexpr ErrorCode wire_unreadable{"bench.wire", ErrorKind::unavailable};

/// Both directions together, of the connections that are open now.
Result<std::uint64_t> wire_bytes(std::uint16_t port);

/// A port that was free a moment ago.
Result<std::uint16_t> free_port();

}  // namespace entrepot::bench
