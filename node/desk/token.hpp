// Token: what a person was shown of a record, as opaque text. `get` gives it; `put` and `resolve`
// give it back, so that an edit made on an old screen becomes a conflict and never a loss.
#pragma once

#include <string>
#include <string_view>

#include "replication/model/change.hpp"

namespace entrepot::node {

inline constexpr ErrorCode token_malformed{"token.malformed", ErrorKind::invalid_input};
inline constexpr ErrorCode token_other_record{"token.other_record", ErrorKind::invalid_input};
inline constexpr ErrorCode token_needed{"token.needed", ErrorKind::invalid_input};

/// Bound to the record and to this node by a keyed hash under `key` (32 bytes).
std::string make_token(const replication::RecordKey& record, const replication::Context& shown,
                       const crypto::Secret& key);
/// token.malformed for text this node did not give out, token.other_record for another record's.
Result<replication::Context> read_token(std::string_view token,
                                        const replication::RecordKey& record,
                                        const crypto::Secret& key);

}  // namespace entrepot::node
