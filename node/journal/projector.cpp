#include "node/journal/projector.hpp"

#include <algorithm>

#include "node/audit/sealed_entry.hpp"
#include "node/databases/reference_number.hpp"

namespace entrepot::node {
namespace {

using replication::Change;
using replication::CommitStanding;
using replication::Dot;
using replication::RecordKey;

bool needs_newer(const ErrorCode& code) {
    return code.kind() == ErrorKind::unavailable;
}

}  // namespace

Projector::Projector(const LogStore& log, ViewStore& views, const Keyring& keys,
                     const replication::Roster& roster, const Catalogue& catalogue)
    : log_(log),
      views_(views),
      keys_(keys),
      roster_(roster),
      counted_(log, roster),
      catalogue_(catalogue),
      applier_(views, *this) {}

Status Projector::resume() {
    TRY_ASSIGN(auto waiting, views_.waiting());
    for (auto& arrived : waiting) {
        applier_.restore_waiting(std::move(arrived));
    }
    TRY_ASSIGN(far_reaching_, views_.far_reaching());
    TRY_ASSIGN(const auto quarantined, views_.quarantined());
    for (const QuarantinedContent& content : quarantined) {
        if (content.code.ends_with("needs_newer_program")) {
            needs_newer_.insert(content.dot);
        }
    }
    return {};
}

CommitStanding Projector::standing(const replication::ContextEntry& named) const {
    if (counted_.is_excluded(named)) {
        return CommitStanding::excluded;
    }
    const auto found = log_.find(named.log, named.number);
    if (!found || !*found || (*found)->position > views_.position() ||
        needs_newer_.contains({named.log, named.number})) {
        return CommitStanding::unknown;
    }
    const auto stalled = views_.stalled().find(named.log);
    if (stalled != views_.stalled().end() && named.number >= stalled->second) {
        return CommitStanding::unknown;
    }
    return replication::prefix_of((*found)->hash) == named.hash ? CommitStanding::held
                                                                : CommitStanding::other_branch;
}

Status Projector::quarantine(const Dot& dot, std::uint32_t change, const Error& error) {
    if (needs_newer(error.code)) {
        needs_newer_.insert(dot);
    }
    return views_.add_quarantined({dot, change, std::string(error.code.name()), error.context});
}

Result<Projector::Said> Projector::open(const StoredCommit& stored, const crypto::Secret& key,
                                        std::vector<Change>* made, LogOfficers& known) {
    TRY_ASSIGN(const auto parsed, replication::parse_commit(stored.bytes));
    const auto* writer = roster_.writer(stored.descriptor.node);
    if (writer == nullptr) {
        return Error{officer_unknown, "a commit of a node that is not in the roster"};
    }
    Said out;
    if (made != nullptr) {
        const auto attestation = replication::open_attestation(parsed, key);
        TRY_ASSIGN(out.by, check_officers(parsed, attestation, writer->identity.sign, known));
        out.changes.assign(std::make_move_iterator(made->begin()),
                           std::make_move_iterator(made->end()));
        for (std::size_t at = 0; at < std::min(out.changes.size(), parsed.changes.size()); ++at) {
            if (parsed.changes[at].erased) {  // between its making and now
                out.changes[at] = Error{replication::change_erased, "erased by order"};
            }
        }
        return out;
    }
    TRY_ASSIGN(auto opened, replication::open_commit(parsed, key, packing_));
    TRY_ASSIGN(out.by, check_officers(parsed, opened.attestation, writer->identity.sign, known));
    out.changes = std::move(opened.changes);
    return out;
}

void Projector::note_reference(const Change& change) {
    for (const auto& assignment : change.assignments) {
        const auto* text = std::get_if<std::string>(&assignment.value);
        if (assignment.path == "reference" && text != nullptr) {
            if (const auto number = reference_number_from_text(*text)) {
                views_.note_reference(number->number);
            }
        }
    }
}

Status Projector::project_changes(const StoredCommit& stored, std::vector<Result<Change>> changes,
                                  const Attested& by) {
    const auto header = replication::read_header(stored.bytes);
    const Dot dot{stored.log, header.number};
    const auto hash = replication::prefix_of(replication::commit_hash(stored.bytes));
    const auto* compartment = roster_.compartment(stored.descriptor.compartment);
    std::set<replication::RecordId> seen;
    std::uint32_t place = 0;
    for (auto& change : changes) {
        ++place;
        if (!change && change.error().code == replication::change_erased) {
            continue;
        }
        if (const Status allowed = change ? check_roles(catalogue_, *change, by) : Status();
            !allowed) {
            change = allowed.error();
        }
        if (change && compartment != nullptr && change->database != compartment->database) {
            change = Error{replication::change_wrong_database, "a change of another database"};
        }
        if (change && changes.size() > 1 && !seen.insert(change->record).second) {
            change =
                Error{replication::change_malformed, "a second change of one record in one commit"};
        }
        if (change && roster_.is_erased(stored.descriptor.compartment, change->record)) {
            change = late_change();
        }
        if (!change) {
            TRY(quarantine(dot, place, change.error()));
            continue;
        }
        if (stored.descriptor.node == keys_.self()) {
            note_reference(*change);
        }
        const RecordKey record{stored.descriptor.compartment, change->record};
        const std::size_t before = applier_.waiting_count();
        TRY_ASSIGN(const auto moved,
                   applier_.apply({record, {dot, hash, header.time, *std::move(change)}}));
        changed_.insert(changed_.end(), moved.begin(), moved.end());
        waiting_moved_ = waiting_moved_ || before != applier_.waiting_count();
    }
    const std::size_t before = applier_.waiting_count();
    TRY_ASSIGN(const auto freed, applier_.opened(dot));
    changed_.insert(changed_.end(), freed.begin(), freed.end());
    waiting_moved_ = waiting_moved_ || before != applier_.waiting_count();
    return note_far_reaching();
}

Status Projector::project(const StoredCommit& stored, OwnChanges& own) {
    const auto header = replication::read_header(stored.bytes);
    if (stored.descriptor.node == keys_.self()) {
        views_.note_own(stored.log, header.number, replication::commit_hash(stored.bytes));
    }
    if (const auto end = counted_.end(stored.log)) {
        views_.counted().ends[stored.log] = end->number;
        if (header.number > end->number) {
            return {};
        }
    }
    if (is_audit(roster_, stored.descriptor.compartment)) {
        return {};  // read from the log by the auditor alone: never in a view
    }
    if (views_.stalled().contains(stored.log)) {
        return {};
    }
    const crypto::Secret* key = keys_.find(stored.descriptor.compartment, header);
    if (key == nullptr) {
        views_.stalled()[stored.log] = header.number;
        return {};
    }
    if (const auto made = own.find({stored.log, header.number}); made != own.end()) {
        std::vector<Change> changes = std::move(made->second);
        own.erase(made);
        return project_opened(stored, *key, &changes);
    }
    return project_opened(stored, *key);
}

Status Projector::project_opened(const StoredCommit& stored, const crypto::Secret& key,
                                 std::vector<Change>* made) {
    LogOfficers known = views_.officers(stored.log);
    auto said = open(stored, key, made, known);
    if (!said) {
        TRY(quarantine({stored.log, replication::read_header(stored.bytes).number}, 0,
                       said.error()));
        return project_changes(stored, {}, {});
    }
    if (said->by.has_news) {
        TRY(views_.keep_officers(stored.log, std::move(known)));
    }
    return project_changes(stored, std::move(said->changes), said->by);
}

Result<std::vector<RecordKey>> Projector::catch_up(LogPosition upto, OwnChanges& own) {
    changed_.clear();
    TRY(follow_counted(own));
    Status failed;
    TRY(log_.scan(views_.position(), [&](const StoredCommit& stored) {
        if (stored.position > upto) {
            return false;
        }
        views_.set_position(stored.position);
        failed = project(stored, own);
        return failed.has_value();
    }));
    TRY(failed);
    return std::move(changed_);
}

Status Projector::retry(const replication::LogId& log, replication::CommitNumber number) {
    for (;; number = number.next()) {
        TRY_ASSIGN(const auto found, log_.find(log, number));
        if (!found || found->position > views_.position() || !counted_.counts(log, number)) {
            views_.stalled().erase(log);
            return {};
        }
        TRY_ASSIGN(const Bytes bytes, log_.read(log, number));
        const auto header = replication::read_header(bytes);
        const crypto::Secret* key = keys_.find(found->descriptor.compartment, header);
        if (key == nullptr) {
            return {};
        }
        views_.stalled()[log] = number.next();
        TRY(project_opened({found->position, found->descriptor, log, bytes}, *key));
    }
}

Result<std::vector<RecordKey>> Projector::retry_stalled() {
    changed_.clear();
    const StalledLogs stalled = views_.stalled();
    for (const auto& [log, first] : stalled) {
        TRY(retry(log, first));
    }
    return std::move(changed_);
}

Status Projector::flush() {
    if (waiting_moved_) {
        const auto waiting = applier_.waiting();
        TRY(views_.keep_waiting(waiting));
        waiting_moved_ = false;
    }
    SeenLog& seen = views_.seen();
    seen.roster_length = roster_.length();
    seen.roster_head = roster_.head();
    TRY_ASSIGN(seen.last_commit, commit_at(log_, views_.position()));
    return views_.flush();
}

}  // namespace entrepot::node
