// What of a planted record may leave, in other words than the product's: by class, type and
// free_text alone.
#pragma once

#include "node/exchange/release.hpp"
#include "tests/node/exchange/planted_record.hpp"

namespace entrepot::node::test {

enum class Allowed { never, when_cleared, when_added, when_both, coarser, always };

/// The allow-list, in other words than the product's.
inline Allowed allowed(const Field& field) {
    const bool leads_back = field.type == FieldType::reference || !field.form.empty();
    const int level = static_cast<int>(field.nominal);
    if (level >= 3 || leads_back || field.type == FieldType::sealed) {
        return Allowed::never;
    }
    const bool unread =
        field.type == FieldType::photo || (field.type == FieldType::text && field.free_text);
    if (level == 1 && field.generalise != Generalise::withheld) {
        return Allowed::coarser;
    }
    if (level > 0) {
        return unread ? Allowed::when_both : Allowed::when_added;
    }
    return unread ? Allowed::when_cleared : Allowed::always;
}

inline bool leaves(const Planted& one, const ReleaseWish& wish) {
    const bool added = wish.added.count(one.path) > 0;
    const bool cleared = wish.cleared.count(one.path) > 0;
    switch (allowed(*one.field)) {
        case Allowed::never:
            return false;
        case Allowed::when_cleared:
            return cleared;
        case Allowed::when_added:
            return added;
        case Allowed::when_both:
            return added && cleared;
        case Allowed::coarser:
        case Allowed::always:
            return true;
    }
    return false;
}

inline bool is_coarser(const Planted& one, const ReleaseWish& wish) {
    return allowed(*one.field) == Allowed::coarser && wish.added.count(one.path) == 0;
}

}  // namespace entrepot::node::test
