// A record with a value of its own in every field that a schema has, made by walking the schema, so
// that a field added to a schema file later is planted by itself.
#pragma once

#include "node/databases/schema.hpp"
#include "node/exchange/release.hpp"

namespace entrepot::node::test {

struct Planted {
    replication::Path path;
    const Field* field = nullptr;
    replication::Value value;  ///< no other field of the record has its bytes, booleans apart
};

/// One value a field, items under ids that stand nowhere else; of a field with `release_as` a code
/// from which that one may follow; marked as a copy that may be passed on.
std::vector<Planted> planted_in(const Schema& schema);

/// The state of a record with these values and no others, made by one change.
replication::RecordState state_with(const Schema& schema, const std::vector<Planted>& planted);

/// Nothing added, nothing cleared; everything else in order.
ReleaseWish plain_wish();

/// Whether `bytes` hold `part`.
bool holds(ByteView bytes, ByteView part);

/// The copy as a change of a new record, as it would be sealed.
Bytes change_of(const Schema& schema, const Release& release);

}  // namespace entrepot::node::test
