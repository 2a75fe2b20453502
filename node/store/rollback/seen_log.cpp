#include "node/store/rollback/seen_log.hpp"

#include <algorithm>

#include "node/store/view_store.hpp"

namespace entrepot::node {
namespace {

using replication::LogId;

Error older(const std::string& how) {
    return {views_ahead, "an older or altered log was put in place of this node's: " + how};
}

std::string text(std::uint64_t number) {
    return std::to_string(number);
}

Status check_roster(const SeenLog& seen, const replication::Roster& roster) {
    if (roster.length() < seen.roster_length) {
        return older("the views know roster entry " + text(seen.roster_length.value) +
                     ", the log ends at entry " + text(roster.length().value));
    }
    if (!roster.shared_with(seen.roster_length, seen.roster_head)) {
        return older("its roster entry " + text(seen.roster_length.value) +
                     " is not the one that the views know");
    }
    return {};
}

Status check_position(const ViewStore& views, const LogStore& log) {
    TRY_ASSIGN(const LogPosition end, log.last_position());
    if (views.position() > end) {
        return older("the views reflect commit " + text(views.position().value) +
                     ", the log ends at " + text(end.value));
    }
    TRY_ASSIGN(const Hash there, commit_at(log, views.position()));
    // A commit may have left its place since then: for another branch, or with a right.
    if (!there.is_zero() && there != views.seen().last_commit) {
        return older("commit " + text(views.position().value) +
                     " is not the one that the views reflect");
    }
    return {};
}

/// Rows of these tables are only ever added.
Status check_counts(const LogStore::Marks& seen, const LogStore& log) {
    TRY_ASSIGN(const LogStore::Marks held, log.marks());
    if (held.logs < seen.logs || held.rewinds < seen.rewinds || held.ended < seen.ended) {
        return older("it knows fewer logs, rewound or ended ones than the views");
    }
    return {};
}

/// Logs that this node goes on in must hold what it wrote, or a number would be used twice.
Status check_own(const SeenLog& seen, const LogStore& log) {
    TRY_ASSIGN(const auto forks, log.forks());
    for (const auto& [id, last] : seen.own) {
        TRY_ASSIGN(const bool has_ended, log.needs_new_incarnation(id));
        const bool is_forked =
            std::any_of(forks.begin(), forks.end(), [&id = id](const auto& proof) {
                return proof.descriptor.id() == id;
            });
        if (has_ended || is_forked) {
            continue;
        }
        TRY_ASSIGN(const auto held, log.find(id, last.first));
        if (!held || held->hash != last.second) {
            return older("commit " + text(last.first.value) +
                         " of a log of this node is not there any more");
        }
    }
    return {};
}

}  // namespace

void SeenLog::write(WireWriter& out) const {
    out.u64(roster_length.value).fixed(roster_head).fixed(last_commit);
    out.u32(static_cast<std::uint32_t>(own.size()));
    for (const auto& [log, last] : own) {
        out.fixed(log).u64(last.first.value).fixed(last.second);
    }
}

void SeenLog::read(WireReader& in) {
    *this = {};
    roster_length.value = in.u64();
    roster_head = in.fixed<Hash>();
    last_commit = in.fixed<Hash>();
    for (std::uint32_t count = in.u32(); count > 0 && in.ok(); --count) {
        auto& last = own[in.fixed<LogId>()];
        last.first.value = in.u64();
        last.second = in.fixed<Hash>();
    }
}

Result<Hash> commit_at(const LogStore& log, LogPosition position) {
    Hash out;
    if (position.value > 0) {
        TRY(log.scan({position.value - 1}, [&](const StoredCommit& stored) {
            if (stored.position == position) {
                out = replication::commit_hash(stored.bytes);
            }
            return false;
        }));
    }
    return out;
}

Status check_seen(const ViewStore& views, const LogStore& log, const replication::Roster& roster) {
    TRY(check_roster(views.seen(), roster));
    TRY(check_position(views, log));
    TRY(check_counts(views.counted().log, log));
    return check_own(views.seen(), log);
}

}  // namespace entrepot::node
