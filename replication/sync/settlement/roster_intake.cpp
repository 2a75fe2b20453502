#include "replication/sync/settlement/roster_intake.hpp"

namespace entrepot::replication {

bool RosterIntake::differs(RosterLength before_first, const std::vector<Bytes>& entries) const {
    const auto& held = replica_.roster().entries();
    std::size_t same = 0;
    while (same < entries.size() && before_first.value + same < held.size() &&
           equal(held[before_first.value + same], entries[same])) {
        ++same;
    }
    return same < entries.size() && before_first.value + same < held.size();
}

bool RosterIntake::is_carried(RosterLength before_first, const std::vector<Bytes>& entries) const {
    const RosterLength end{before_first.value + entries.size()};
    return replica_.roster().shared_with(end, entry_hash(entries.back())).has_value();
}

Status RosterIntake::take(RosterLength before_first, const std::vector<Bytes>& entries) {
    if (!other_ && !differs(before_first, entries)) {
        TRY_ASSIGN([[maybe_unused]] const std::size_t added,
                   replica_.offer_roster(before_first, entries));
        return {};
    }
    if (!other_ && is_carried(before_first, entries)) {
        return {};
    }
    if (!other_) {
        other_ = replica_.roster().first(before_first);
        from_ = before_first;
    }
    return keep(before_first, entries);
}

Status RosterIntake::keep(RosterLength before_first, const std::vector<Bytes>& entries) {
    for (const Bytes& entry : entries) {
        kept_ += entry.size();
        if (before_first > other_->length() || kept_ > kept_most || !other_->append(entry)) {
            return forked();
        }
    }
    if (!other_->settles(replica_.roster())) {
        return {};
    }
    const std::span<const Bytes> all(other_->entries());
    TRY_ASSIGN([[maybe_unused]] const std::size_t added,
               replica_.offer_roster(from_, all.subspan(from_.value)));
    other_.reset();
    kept_ = 0;
    return {};
}

std::optional<RosterLength> RosterIntake::pending() const {
    return other_ ? std::optional(other_->length()) : std::nullopt;
}

Error RosterIntake::forked() const {
    return {roster_forked, "rosters differ after length " + std::to_string(from_.value) +
                               ", and the other settles nothing"};
}

}  // namespace entrepot::replication
