// Release at the desk: proposing, deciding and listing what goes to another country. The register
// `releases` at headquarters says what was released, to whom and why; only it ties a copy to its
// source. A copy with nominal values leaves when a second release officer has approved just what
// the first proposed. EXCHANGE.md says what may stand in a copy.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "node/exchange/release_register.hpp"

namespace entrepot::node {

inline constexpr ErrorCode release_same_officer{"release.same_officer", ErrorKind::denied};
inline constexpr ErrorCode release_changed{"release.changed", ErrorKind::conflict};
inline constexpr ErrorCode release_state{"release.state", ErrorKind::conflict};

/// {"record", "compartment", "partner", "basis", "handling", "until", "added", "cleared"}: what
/// would leave and what not, and why; nothing is written. The codes of release.hpp and marking.hpp;
/// partner.unknown, partner.not_ready.
Result<nlohmann::json> preview_release(Desk& home, const nlohmann::json& body);
/// The same, and "purpose": carried out at once, or kept as a proposal where a second officer must
/// decide. Answers {"release", "copy", "state", "needs_second_officer"}. release.no_register before
/// `partner open`.
void propose_release(Desk& home, const nlohmann::json& body, JsonDone done);
/// {"release", "approve": bool, "note"}: by another officer than the one who proposed
/// (release.same_officer). release.changed when record or proposal are not as they were proposed,
/// release.state when it was decided already. One that was approved and not carried out, because
/// the node stopped, is carried out.
void decide_release(Desk& home, const nlohmann::json& body, JsonDone done);

}  // namespace entrepot::node
