#include "node/audit/audit_trail.hpp"

#include <algorithm>

#include "node/desk/places.hpp"
#include "node/machine/reserve.hpp"

namespace entrepot::node {
namespace {

/// Entries of which nothing waits that are kept while they cannot be stored.
constexpr std::size_t most_kept = 10'000;
/// How long entries on which nothing waits gather: one commit for what is saved meanwhile.
constexpr std::int64_t gather_ms = 250;
/// After a failure, before they are tried again.
constexpr std::int64_t again_after_ms = 1000;

Status shown_as_full(const Status& status) {
    if (!status && status.error().code == store_disk_full) {
        return Error{audit_disk_full,
                     "the disk is full: what is shown must be in the audit first; free some space "
                     "and try again (saving works as long as the reserve lasts)"};
    }
    return status;
}

}  // namespace

AuditTrail::AuditTrail(Desk& desk, const NodeDirectory& directory)
    : desk_(desk), directory_(directory) {
    enter_locked_notes();
}

void AuditTrail::enter_locked_notes() {
    auto notes = take_locked_notes(directory_);
    if (!notes) {
        return;  // they stay where they are until the next unlock
    }
    for (replication::Change& change : *notes) {
        gathered_.push_back({{}, std::move(change), {}, true});
    }
}

Status AuditTrail::may_show() const {
    const bool full = Reserve::state(Reserve::in(directory_.path())) == Reserve::State::given_up;
    return shown_as_full(full ? Status(Error{store_disk_full, ""}) : Status{});
}

void AuditTrail::note(AuditEntry entry, Done done) {
    const auto failed = std::make_shared<Status>();
    const bool is_split = entry.records.size() > audit_record_limit;
    while (entry.records.size() > audit_record_limit) {
        AuditEntry part = entry;
        part.records.assign(entry.records.begin(), entry.records.begin() + audit_record_limit);
        entry.records.erase(entry.records.begin(), entry.records.begin() + audit_record_limit);
        const auto remember = [failed](Status noted) { *failed = noted ? *failed : noted; };
        gathered_.push_back({std::move(part), {}, remember, false});
    }
    if (is_split && done) {  // all parts or nothing is shown; the last one comes last
        done = [failed, done = std::move(done)](Status noted) { done(noted ? *failed : noted); };
    }
    gathered_.push_back({std::move(entry), {}, std::move(done), false});
}

void AuditTrail::note(AuditEntry entry) {
    if (gathered_.empty() && !writing_) {
        due_at_.ms = std::max(due_at_.ms, desk_.steady().ms + gather_ms);
    }
    if (gathered_.size() < most_kept) {
        note(std::move(entry), {});
    }
}

std::vector<AuditEntry> AuditTrail::unwritten() const {
    std::vector<AuditEntry> out;
    const auto add = [&](const Item& item) {
        if (item.entry) {
            out.push_back(*item.entry);
        }
    };
    if (writing_) {
        std::for_each(writing_->begin(), writing_->end(), add);
    }
    std::for_each(gathered_.begin(), gathered_.end(), add);
    return out;
}

std::optional<AuditPlace> AuditTrail::follow_place() {
    if (followed_ != desk_.roster().length()) {
        followed_ = desk_.roster().length();
        place_ = audit_place_of(desk_.roster(), desk_.keys().self());
        if (place_) {
            static_cast<void>(keep_audit_place(directory_, *place_));  // again with the next entry
        }
    }
    return place_;
}

bool AuditTrail::is_due() const {
    const auto waits = [](const Item& item) { return item.done != nullptr; };
    return desk_.steady() >= due_at_ || std::any_of(gathered_.begin(), gathered_.end(), waits);
}

void AuditTrail::flush() {
    const auto place = follow_place();
    if (writing_ || gathered_.empty() || !is_due()) {
        return;
    }
    if (!place) {
        return settle_without_place();
    }
    const auto batch = std::make_shared<std::vector<Item>>();
    while (!gathered_.empty() && batch->size() < replication::commit_change_limit) {
        batch->push_back(std::move(gathered_.front()));
        gathered_.pop_front();
    }
    write(*place, batch);
}

/// A node that can read no record has nothing to hide and nowhere to write it.
void AuditTrail::settle_without_place() {
    const auto desks = desk_.shared_desks();
    const auto reads = [](Desk* desk) { return !readable_places(*desk).empty(); };
    const Status status =
        std::none_of(desks.begin(), desks.end(), reads)
            ? Status{}
            : Status(Error{audit_no_place,
                           "headquarters gave this node no place for its audit yet, and without "
                           "one nothing is shown; sync with headquarters (which makes places when "
                           "it enrols a node, makes a compartment or opens a partnership)"});
    std::deque<Item> kept;
    for (Item& item : std::exchange(gathered_, {})) {
        if (item.done) {
            item.done(status);
        } else if (!status) {
            kept.push_back(std::move(item));
        }
    }
    gathered_.insert(gathered_.begin(), std::make_move_iterator(kept.begin()),
                     std::make_move_iterator(kept.end()));
}

void AuditTrail::write(const AuditPlace& place, const Batch& batch) {
    std::vector<PackedChange> changes;
    for (Item& item : *batch) {
        auto change = item.change ? Result<replication::Change>(*item.change)
                                  : seal_entry(*item.entry, place, desk_.entropy());
        auto packed = change ? desk_.pack(*std::move(change))
                             : Result<PackedChange>(std::move(change).error());
        if (!packed) {
            return settle(batch, packed.error());
        }
        changes.push_back(*std::move(packed));
    }
    writing_ = batch;
    desk_.save_audit(place.compartment, std::move(changes),
                     [this, batch](const Status& status) { settle(batch, status); });
}

void AuditTrail::settle(const Batch& batch, const Status& status) {
    writing_.reset();
    due_at_.ms = desk_.steady().ms + (status ? gather_ms : again_after_ms);
    const Status told = shown_as_full(status);
    bool has_locked_notes = false;
    std::deque<Item> kept;
    for (Item& item : *batch) {
        has_locked_notes = has_locked_notes || item.was_kept_locked;
        if (item.done) {
            item.done(told);
        } else if (!status) {
            kept.push_back(std::move(item));
        }
    }
    gathered_.insert(gathered_.begin(), std::make_move_iterator(kept.begin()),
                     std::make_move_iterator(kept.end()));
    if (status && has_locked_notes) {
        drop_locked_notes(directory_);
    }
}

}  // namespace entrepot::node
