// The counted set changed: a cut came or moved, a right was withdrawn or given back, a log left its
// branch, or a log became known of which nothing counts. Records that are touched by a commit that
// stopped or started to count are made anew from their changes; so are the few whose contexts reach
// further than that. The result is what a node would have that had never counted anything else.
#include "node/audit/sealed_entry.hpp"
#include "node/journal/projector.hpp"

namespace entrepot::node {

using replication::CommitNumber;
using replication::CountedChange;
using replication::Dot;
using replication::LogId;
using replication::RecordKey;

/// What one look at the roster and the log found.
struct Projector::Recount {
    struct Range {
        LogId log;
        CommitNumber after;
        std::optional<CommitNumber> last;
    };
    std::set<RecordKey> lost;     ///< touched by commits that stopped to count
    std::vector<Range> gained;    ///< commits that count now
    std::set<RecordKey> touched;  ///< by those
    bool moved = false;           ///< something ends elsewhere, though nothing may be held there

    static Status forget_unreadable(Projector& projector);
};

/// Records of compartments that this node may not read any more: they go, and the pages that they
/// stood in.
Status Projector::Recount::forget_unreadable(Projector& projector) {
    const auto& roster = projector.roster_;
    const auto self = projector.keys_.self();
    ViewStore& views = projector.views_;
    const auto is_lost = [&](const replication::CompartmentId& compartment) {
        return roster.right(self, compartment) < replication::Right::read;
    };
    bool has_lost = false;
    for (const auto& [of, count] : views.counts()) {
        has_lost = has_lost || (count.records > 0 && is_lost(of.first));
    }
    std::set<RecordKey> lost;
    for (const auto* waiting : projector.applier_.waiting()) {
        if (is_lost(waiting->record.compartment)) {
            lost.insert(waiting->record);
        }
    }
    if (roster.node(self) == nullptr || roster.is_revoked(self) || (!has_lost && lost.empty())) {
        return {};
    }
    TRY(projector.flush());
    TRY_ASSIGN(const auto snapshot, views.snapshot());
    TRY(snapshot->scan(false, [&](const ViewedRecord& record) {
        if (is_lost(record.key.compartment)) {
            lost.insert(record.key);
        }
        return true;
    }));
    for (const RecordKey& record : lost) {
        TRY(projector.applier_.recompute(record, {}));
        projector.changed_.push_back(record);
    }
    TRY(views.drop_quarantined([&](const QuarantinedContent& content) {
        const auto log = projector.log_.descriptor(content.dot.log);
        return log && *log && is_lost((*log)->compartment);
    }));
    projector.waiting_moved_ = true;
    TRY(projector.flush());
    return views.compact();
}

/// Records of which this commit has a change.
void Projector::touch(const replication::LogDescriptor& log, ByteView commit, Recount& recount) {
    const auto parsed = replication::parse_commit(commit);
    const auto* key = parsed ? keys_.find(log.compartment, parsed->header) : nullptr;
    if (key == nullptr) {
        return;  // nothing of it was merged
    }
    const auto opened = replication::open_commit(*parsed, *key, packing_);
    if (!opened) {
        return;
    }
    for (const auto& change : opened->changes) {
        if (change) {
            recount.lost.insert({log.compartment, change->record});
        }
    }
}

bool Projector::is_projected(const Dot& dot) const {
    if (!counted_.counts(dot.log, dot.number)) {
        return false;
    }
    const auto found = log_.find(dot.log, dot.number);
    if (!found || !*found || (*found)->position > views_.position()) {
        return false;
    }
    const auto stalled = views_.stalled().find(dot.log);
    return stalled == views_.stalled().end() || dot.number < stalled->second;
}

/// What the log says of its officers up to a commit, without what a branch said that it left.
Status Projector::learn_officers(const LogId& log, CommitNumber last) {
    LogOfficers known;
    for (CommitNumber at{1}; at <= last; at = at.next()) {
        TRY_ASSIGN(const auto found, log_.find(log, at));
        if (!found || found->position > views_.position()) {
            break;
        }
        TRY_ASSIGN(const Bytes bytes, log_.read(log, at));
        const auto header = replication::read_header(bytes);
        const auto* key = keys_.find(found->descriptor.compartment, header);
        if (key == nullptr) {
            break;
        }
        static_cast<void>(
            open({found->position, found->descriptor, log, bytes}, *key, nullptr, known));
    }
    return views_.keep_officers(log, std::move(known));
}

/// Commits that left their logs since the last look.
Status Projector::find_left(Recount& recount) {
    TRY_ASSIGN(const auto left, log_.left(views_.counted().log.left));
    for (const LeftCommit& commit : left) {
        touch(commit.descriptor, commit.bytes, recount);
    }
    TRY_ASSIGN(const auto rewinds, log_.rewinds(views_.counted().log.rewinds));
    for (const auto& rewound : rewinds) {
        TRY(learn_officers(rewound.log, rewound.to));
        const auto stalled = views_.stalled().find(rewound.log);
        if (stalled != views_.stalled().end() && stalled->second > rewound.to) {
            views_.stalled().erase(stalled);
        }
    }
    return {};
}

/// Logs whose end is another than the one that the views rest on.
Status Projector::find_moved_ends(Recount& recount) {
    TRY_ASSIGN(auto heads, log_.heads());
    TRY_ASSIGN(const auto known, log_.known());
    std::map<LogId, replication::Head> logs = heads.all();
    for (const auto& descriptor : known) {
        logs.emplace(descriptor.id(), replication::Head{descriptor, {}, {}});
    }
    auto& ends = views_.counted().ends;
    for (const auto& [log, head] : logs) {
        const auto before = ends.find(log);
        const auto now = counted_.end(log);
        const auto old_end = before == ends.end() ? std::nullopt : std::optional(before->second);
        const auto new_end = now ? std::optional(now->number) : std::nullopt;
        if (old_end == new_end) {
            continue;
        }
        recount.moved = true;
        if (!old_end || (new_end && *new_end < *old_end)) {
            const auto last = std::min(old_end.value_or(head.number), head.number);
            for (auto number = new_end->next(); number <= last; number = number.next()) {
                TRY_ASSIGN(const Bytes commit, log_.read(log, number));
                touch(head.descriptor, commit, recount);
            }
        } else {
            recount.gained.push_back({log, *old_end, new_end});
        }
        if (new_end) {
            ends[log] = *new_end;
        } else {
            ends.erase(log);
        }
    }
    return {};
}

/// Projects what was passed over or taken out: after it every counted change is merged or waits.
Status Projector::count_again(const LogId& log, CommitNumber after,
                              std::optional<CommitNumber> last, Recount& recount) {
    if (views_.stalled().contains(log)) {
        return {};
    }
    for (auto number = after.next(); !last || number <= *last; number = number.next()) {
        TRY_ASSIGN(const auto found, log_.find(log, number));
        const bool is_here = found && found->position <= views_.position();
        if (!is_here || is_audit(roster_, found->descriptor.compartment)) {
            return {};  // an audit is in no view
        }
        TRY_ASSIGN(const Bytes bytes, log_.read(log, number));
        const auto header = replication::read_header(bytes);
        const auto* key = keys_.find(found->descriptor.compartment, header);
        if (key == nullptr) {
            views_.stalled()[log] = number;
            return {};
        }
        Recount touched;
        touch(found->descriptor, bytes, touched);
        recount.touched.merge(touched.lost);
        TRY(project_opened({found->position, found->descriptor, log, bytes}, *key));
    }
    return {};
}

Result<std::optional<CountedChange>> Projector::read_change(const RecordKey& record,
                                                            const Dot& dot) {
    TRY_ASSIGN(const Bytes bytes, log_.read(dot.log, dot.number));
    TRY_ASSIGN(const auto parsed, replication::parse_commit(bytes));
    const auto* key = keys_.find(record.compartment, parsed.header);
    if (key == nullptr) {
        return std::optional<CountedChange>{};
    }
    TRY_ASSIGN(auto opened, replication::open_commit(parsed, *key, packing_));
    for (auto& change : opened.changes) {
        if (change && change->record == record.record) {
            return std::optional(CountedChange{dot, replication::prefix_of(opened.hash),
                                               parsed.header.time, *std::move(change)});
        }
    }
    return std::optional<CountedChange>{};
}

Status Projector::recompute(const std::set<RecordKey>& records) {
    for (const RecordKey& record : records) {
        std::vector<CountedChange> changes;
        TRY_ASSIGN(const auto row, views_.record(record));
        for (const Dot& dot : row ? row->dots : std::vector<Dot>{}) {
            if (!is_projected(dot)) {
                continue;
            }
            TRY_ASSIGN(auto change, read_change(record, dot));
            if (change) {
                changes.push_back(*std::move(change));
            }
        }
        for (CountedChange& waiting : applier_.waiting_of(record)) {
            if (!is_projected(waiting.dot)) {
                continue;
            }
            TRY_ASSIGN(const bool erased, is_erased(record, waiting.dot));
            if (!erased) {
                changes.push_back(std::move(waiting));
            }
        }
        if (roster_.is_erased(record.compartment, record.record)) {
            changes.clear();
        }
        TRY(applier_.recompute(record, std::move(changes)));
        changed_.push_back(record);
    }
    return {};
}

Status Projector::note_far_reaching() {
    for (const RecordKey& record : applier_.take_far_reaching()) {
        if (far_reaching_.insert(record).second) {
            TRY(views_.add_far_reaching(record));
        }
    }
    return {};
}

Result<bool> Projector::has_counted_set_moved() const {
    TRY_ASSIGN(const auto log, log_.marks());
    const CountedMarks& marks = views_.counted();
    return marks.roster_length != roster_.length() || !(marks.log == log);
}

Status Projector::follow_counted(OwnChanges& own) {
    TRY_ASSIGN(const bool has_moved, has_counted_set_moved());
    if (!has_moved) {
        return {};
    }
    CountedMarks& marks = views_.counted();
    TRY_ASSIGN(const auto log, log_.marks());
    const bool is_rewound = marks.log.rewinds != log.rewinds;
    TRY(Recount::forget_unreadable(*this));
    TRY(follow_erasures(marks.roster_length));
    Recount recount;
    TRY(find_left(recount));
    TRY(find_moved_ends(recount));
    marks.roster_length = roster_.length();
    marks.roster = roster_.head();
    marks.log = log;
    if (is_rewound) {
        own.clear();  // their numbers are other commits' now
    }
    if (recount.moved || is_rewound) {
        const auto is_gone = [this](const Dot& dot) { return !is_projected(dot); };
        TRY(views_.drop_quarantined(
            [&is_gone](const QuarantinedContent& content) { return is_gone(content.dot); }));
        std::erase_if(needs_newer_, is_gone);
        TRY(recompute(recount.lost));
        for (const Recount::Range& range : recount.gained) {
            TRY(count_again(range.log, range.after, range.last, recount));
        }
        recount.touched.insert(far_reaching_.begin(), far_reaching_.end());
        TRY(recompute(recount.touched));
        waiting_moved_ = true;
    }
    TRY_ASSIGN(const auto freed, applier_.recheck());
    changed_.insert(changed_.end(), freed.begin(), freed.end());
    waiting_moved_ = waiting_moved_ || !freed.empty();
    return note_far_reaching();
}

}  // namespace entrepot::node
