// Recall of what was released: a message that asks, and an order to erase in our outer roster,
// which the partner's node carries out and receipts.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "node/exchange/release_register.hpp"

namespace entrepot::node {

/// {"release", "reason", "deadline"}: marks the release recalled, sends the message and answers
/// {"release", "copy", "message", "draft"}: the order to erase the copy, in base 64, for the root
/// keys to sign. A release that was recalled already gets its draft again. release.state for one
/// that was not carried out.
void recall_release(Desk& home, const nlohmann::json& body, JsonDone done);

}  // namespace entrepot::node
