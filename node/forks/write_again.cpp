// Writing again: the commits of this node's own that stopped to count when a fork was settled, as
// new commits of a log that counts, each naming its origin in its attestation.
#include <algorithm>

#include "node/desk/desk.hpp"
#include "node/journal/officer_check.hpp"

#include "replication/log/admission.hpp"
#include "replication/log/reauthoring.hpp"

namespace entrepot::node {
namespace {

using replication::CommitNumber;
using replication::ContextEntry;
using replication::LogDescriptor;
using replication::OpenedCommit;

/// A commit of this node that does not count, on its disk.
struct LostCommit {
    LogDescriptor descriptor;
    ContextEntry place;
    Bytes bytes;
};

/// Everything that decides what is lost.
struct OwnLogs {
    replication::Heads heads;
    std::vector<LeftCommit> left;
    std::vector<LogDescriptor> settled;  ///< ended and forked, the named branch held
};

Result<OwnLogs> own_logs(Desk& desk) {
    OwnLogs out;
    TRY_ASSIGN(out.heads, desk.log().heads());
    TRY_ASSIGN(out.left, desk.log().left());
    TRY_ASSIGN(const auto ended, desk.log().ended());
    TRY_ASSIGN(const auto forks, desk.log().forks());
    for (const LogDescriptor& log : ended) {
        const auto end = replication::end_of(log, log.id(), desk.roster());
        const auto* head = out.heads.find(log.id());
        const bool forked = std::any_of(forks.begin(), forks.end(),
                                        [&](const auto& proof) { return proof.descriptor == log; });
        const std::uint64_t held = head == nullptr ? 0 : head->number.value;
        if (forked && end && held >= end->number.value) {
            out.settled.push_back(log);
        }
    }
    return out;
}

/// The last commit that the lost branch has in common with the one that counts.
Result<ContextEntry> kept_of(Desk& desk, const LogDescriptor& log, const OwnLogs& own) {
    const auto id = log.id();
    CommitNumber kept = replication::end_of(log, id, desk.roster())->number;
    for (const LeftCommit& left : own.left) {
        const auto number = replication::read_header(left.bytes).number;
        if (left.descriptor != log || number > kept) {
            continue;
        }
        TRY_ASSIGN(const auto held, desk.log().find(id, number));
        if (!held || held->hash != replication::commit_hash(left.bytes)) {
            kept = {number.value - 1};
        }
    }
    TRY_ASSIGN(const auto last, desk.log().find(id, kept));
    return ContextEntry{id, kept,
                        last ? replication::prefix_of(last->hash) : replication::HashPrefix{}};
}

Result<OpenedCommit> open(Desk& desk, const LogDescriptor& log, ByteView bytes) {
    TRY_ASSIGN(const auto parsed, replication::parse_commit(bytes));
    const auto* key = desk.keys().find(log.compartment, parsed.header);
    if (key == nullptr) {
        return Error{author_no_right, "the key of that compartment is not here"};
    }
    return replication::open_commit(parsed, *key, desk.packing());
}

Result<std::vector<LostCommit>> all_lost(Desk& desk, const OwnLogs& own) {
    std::vector<LostCommit> out;
    for (const LogDescriptor& log : own.settled) {
        TRY_ASSIGN(const ContextEntry kept, kept_of(desk, log, own));
        const auto add = [&](Bytes bytes) {
            const auto number = replication::read_header(bytes).number;
            if (number > kept.number) {
                const auto hash = replication::prefix_of(replication::commit_hash(bytes));
                out.push_back({log, {log.id(), number, hash}, std::move(bytes)});
            }
        };
        for (const LeftCommit& left : own.left) {
            if (left.descriptor == log) {
                add(left.bytes);
            }
        }
        const auto end = replication::end_of(log, log.id(), desk.roster())->number;
        const auto* head = own.heads.find(log.id());
        for (auto at = end.next(); head != nullptr && at <= head->number; at = at.next()) {
            TRY_ASSIGN(Bytes beyond, desk.log().read(log.id(), at));
            add(std::move(beyond));
        }
    }
    std::sort(out.begin(), out.end(), [](const LostCommit& one, const LostCommit& other) {
        return one.place < other.place;
    });
    return out;
}

/// What this node's commits say that they write again, and where.
Result<std::map<ContextEntry, ContextEntry>> written_again(Desk& desk, const OwnLogs& own) {
    std::map<ContextEntry, ContextEntry> out;
    for (const auto& [log, head] : own.heads.all()) {
        if (head.descriptor.node != desk.keys().self()) {
            continue;
        }
        for (CommitNumber at{1}; at <= head.number; at = at.next()) {
            TRY_ASSIGN(const Bytes bytes, desk.log().read(log, at));
            const auto opened = open(desk, head.descriptor, bytes);
            const auto origin = opened && opened->attestation
                                    ? replication::reauthored_commit(opened->attestation->purpose)
                                    : std::nullopt;
            if (origin) {
                out[*origin] = {log, at, replication::prefix_of(opened->hash)};
            }
        }
    }
    return out;
}

/// Those that no commit of this node has written again yet, by log and number. Only of logs whose
/// fork a cut has settled and of which the named branch is here.
Result<std::vector<LostCommit>> lost_commits(Desk& desk) {
    TRY_ASSIGN(const OwnLogs own, own_logs(desk));
    if (own.settled.empty()) {
        return std::vector<LostCommit>{};
    }
    TRY_ASSIGN(auto lost, all_lost(desk, own));
    if (lost.empty()) {
        return lost;
    }
    TRY_ASSIGN(const auto again, written_again(desk, own));
    std::erase_if(lost, [&](const LostCommit& each) { return again.contains(each.place); });
    return lost;
}

/// What a lost commit says, ready for Author::save.
Result<std::vector<replication::Change>> changes_again(Desk& desk, const LostCommit& lost) {
    TRY_ASSIGN(const OwnLogs own, own_logs(desk));
    replication::Reauthoring again;
    for (const LogDescriptor& log : own.settled) {
        TRY_ASSIGN(const ContextEntry kept, kept_of(desk, log, own));
        again.add_log(log.id(), kept);
    }
    TRY_ASSIGN(const auto written, written_again(desk, own));
    TRY_ASSIGN(const auto all, all_lost(desk, own));
    for (const LostCommit& each : all) {
        const auto found = written.find(each.place);
        if (found == written.end()) {
            continue;
        }
        TRY_ASSIGN(const OpenedCommit opened, open(desk, each.descriptor, each.bytes));
        for (const auto& change : opened.changes) {
            if (change) {
                again.wrote(change->record, {each.place.log, each.place.number}, found->second);
            }
        }
    }
    TRY_ASSIGN(OpenedCommit opened, open(desk, lost.descriptor, lost.bytes));
    std::vector<replication::Change> out;
    for (auto& change : opened.changes) {
        if (change && !desk.roster().is_erased(lost.descriptor.compartment, change->record)) {
            out.push_back(again.rewrite(*std::move(change)));
        }
    }
    return out;
}

/// Whether nothing in these changes needs an officer's role.
bool check_roles_of_node(const Catalogue& catalogue, const std::vector<PackedChange>& changes) {
    return std::all_of(changes.begin(), changes.end(), [&](const PackedChange& packed) {
        return check_roles(catalogue, packed.change, Attested{}).has_value();
    });
}

}  // namespace

void Desk::write_lost() {
    const auto marks = log_->marks();
    const bool is_same = marks && *marks == lost_marks_ && lost_length_ == roster_.length();
    if (writing_lost_ || !marks || is_same) {
        return;
    }
    const auto lost = lost_commits(*this);
    if (!lost) {
        return;  // the disk did not answer: looked at again
    }
    lost_marks_ = *marks;
    lost_length_ = roster_.length();
    for (const LostCommit& each : *lost) {
        auto changes = changes_again(*this, each);
        std::vector<PackedChange> packed;
        for (auto& change : changes ? *changes : std::vector<replication::Change>{}) {
            if (auto one = pack(std::move(change))) {
                packed.push_back(*std::move(one));
            }
        }
        if (packed.empty()) {
            continue;
        }
        // By the node itself: whoever signed the lost commit is not here to sign again. What only
        // an officer's role makes right is left to him.
        if (!check_roles_of_node(*catalogue_, packed)) {
            continue;
        }
        const auto ticket =
            author_->save(each.descriptor.compartment, std::move(packed), std::nullopt, own_,
                          replication::reauthored_purpose(each.place));
        if (ticket) {
            writing_lost_ = true;
            lost_length_ = {};  // looked at again after this one
            pending_.emplace(*ticket,
                             std::pair(Done([this](Status) { writing_lost_ = false; }), acting_));
            return;
        }
    }
}

}  // namespace entrepot::node
