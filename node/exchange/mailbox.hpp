// Mailbox: messages between two headquarters, in the compartments that both write.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "node/exchange/release_register.hpp"

namespace entrepot::node {

/// {"country", "kind", "about", "answers", "text", "legal_basis", "deadline"}: a message to that
/// partner; answers {"message", "compartment"}. partner.unknown, partner.not_ready, and what is
/// wrong with the document.
void send_message(Desk& home, const nlohmann::json& body, JsonDone done);

}  // namespace entrepot::node
