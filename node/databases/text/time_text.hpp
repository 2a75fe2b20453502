// Times as text, for answers of the local API.
#pragma once

#include <string>

#include "crypto/base/clock.hpp"

namespace entrepot::node {

/// ISO 8601 in UTC with milliseconds: "2026-03-07T09:41:00.000Z".
std::string utc_text(WallTime time);

}  // namespace entrepot::node
