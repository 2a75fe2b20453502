// AuditTrail: what an unlocked node writes into its own audit log. What was asked for is shown only
// once its entry is durable; entries that come while a commit is on its way share the next one.
// Never stands in the way of what officers capture. For the worker's thread alone.
#pragma once

#include <deque>

#include "node/audit/locked_notes.hpp"
#include "node/desk/desk.hpp"

namespace entrepot::node {

inline constexpr ErrorCode audit_disk_full{"audit.disk_full", ErrorKind::storage};
inline constexpr ErrorCode audit_no_place{"audit.no_place", ErrorKind::unavailable};
inline constexpr ErrorCode audit_purpose{"audit.purpose", ErrorKind::invalid_input};

class AuditTrail {
public:
    /// Called in the worker's thread once the entry is durable, or has failed.
    using Done = std::function<void(Status)>;

    /// Both must outlive it.
    AuditTrail(Desk& desk, const NodeDirectory& directory);

    /// Whether records may be shown at all: audit.disk_full while the disk has no room to spare.
    Status may_show() const;
    /// An entry on which something waits; more than audit_record_limit records make several.
    /// `done` gets audit.disk_full, audit.no_place when headquarters gave this node no place for an
    /// audit though it can read records, or the store's error.
    void note(AuditEntry entry, Done done);
    /// An entry on which nothing waits: stored within a quarter of a second, with what gathers
    /// meanwhile or with the next entry on which something waits; after a failure tried again
    /// after a second, until it is stored or the worker ends.
    void note(AuditEntry entry);
    /// Writes what has gathered and is due unless a commit is on its way; called at each turn of
    /// the loop.
    void flush();
    /// Entries that are not known to be stored, for a worker that ends; none of locked notes, which
    /// have their file.
    std::vector<AuditEntry> unwritten() const;

private:
    /// An entry, or a change that was sealed while the node was locked.
    struct Item {
        std::optional<AuditEntry> entry;
        std::optional<replication::Change> change;
        Done done;
        bool was_kept_locked = false;
    };
    using Batch = std::shared_ptr<std::vector<Item>>;
    void enter_locked_notes();
    std::optional<AuditPlace> follow_place();
    bool is_due() const;
    void settle_without_place();
    void write(const AuditPlace& place, const Batch& batch);
    void settle(const Batch& batch, const Status& status);

    Desk& desk_;
    const NodeDirectory& directory_;
    std::deque<Item> gathered_;
    std::optional<AuditPlace> place_;
    replication::RosterLength followed_;
    SteadyTime due_at_;  ///< of entries on which nothing waits
    Batch writing_;      ///< on its way to the disk
};

}  // namespace entrepot::node
