// Value fate: whether one value of a record may cross a border, and why or why not. It follows from
// the schema's nominal classes and from what a release officer named and cleared, and from nothing
// else. EXCHANGE.md gives the table. Does not look at conflicts or at the record's marking.
#pragma once

#include <optional>
#include <string_view>

#include "node/databases/schema.hpp"
#include "replication/model/value.hpp"

namespace entrepot::node {

enum class Fate : std::uint8_t {
    whole,        ///< leaves as it is
    generalised,  ///< leaves coarser, by the schema's rule
    withheld,     ///< stays
    held          ///< would leave once somebody has read or looked at it and cleared it
};

enum class FateReason : std::uint8_t {
    free,           ///< class 0
    added,          ///< class 1 or 2, added by name
    quasi,          ///< class 1
    nominal,        ///< class 2, not added by name
    source,         ///< class 3
    points_back,    ///< a reference, or the record's own number
    sealed,         ///< cannot be judged here
    free_text,      ///< anything may stand there
    photo,          ///< anything may be seen there
    unknown_field,  ///< the schema has no such field
    unfit           ///< not a value of the field's type and list
};

struct ValueFate {
    Fate fate = Fate::withheld;
    FateReason reason = FateReason::unknown_field;

    bool leaves() const { return fate == Fate::whole || fate == Fate::generalised; }
    friend bool operator==(const ValueFate&, const ValueFate&) = default;
};

/// "whole", "generalised", "withheld" or "held".
std::string_view name_of(Fate fate);
/// "free", "added", … "unfit", as above.
std::string_view name_of(FateReason reason);

/// The reason for which no value of the field leaves, whoever wishes it; nothing when some may.
std::optional<FateReason> never_leaves(const Field& field);

/// What a release officer said of one value.
struct ValueWish {
    bool added = false;    ///< leaves as it is although of class 1 or 2
    bool cleared = false;  ///< its text was read, its photo looked at
};
/// `field` is null for a path that the schema lacks.
ValueFate fate_of(const Field* field, const replication::Value& value, ValueWish wish);

/// The value made coarser by the field's rule, of the same type: a date loses its day, or its month
/// too; a moment becomes the first minute of its month or year there, written as UTC; a point is
/// moved to the nearest whole degrees. Nothing where the rule withholds or does not fit the value.
std::optional<replication::Value> generalised(Generalise rule, const replication::Value& value);

}  // namespace entrepot::node
