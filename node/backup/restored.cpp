#include "node/backup/restored.hpp"

#include <algorithm>

#include "replication/roster/roster_file.hpp"

namespace entrepot::node {
namespace {

Result<std::vector<Bytes>> entries_of(ByteView roster_file) {
    auto entries = replication::roster_file_entries(roster_file);
    if (!entries) {
        return Error{restore_roster, "a node is restored with a roster of today: 'entrepot roster "
                                     "export' at headquarters or any peer makes the file"};
    }
    return entries;
}

}  // namespace

Status check_roster_of_today(ByteView roster_file) {
    TRY_ASSIGN(const auto entries, entries_of(roster_file));
    TRY(replication::Roster::from_entries(entries));
    return {};
}

Status take_roster_of_today(LogStore& store, ByteView roster_file) {
    TRY_ASSIGN(const auto entries, entries_of(roster_file));
    TRY_ASSIGN(const auto held, store.roster_entries());
    TRY_ASSIGN(const auto today, replication::Roster::from_entries(entries));
    TRY_ASSIGN(const auto before, replication::Roster::from_entries(held));
    if (before.shared_with(today.length(), today.head())) {
        return {};  // there is nothing new in it
    }
    const auto shared = today.shared_with(before.length(), before.head());
    if (!shared) {
        return Error{restore_roster,
                     "the roster given at the restore is of another administration than the "
                     "node's, or of another branch that nobody has settled; restore it again with "
                     "the right one"};
    }
    std::vector<Bytes> added(entries.begin() + static_cast<std::ptrdiff_t>(shared->value),
                             entries.end());
    std::vector<replication::Write> writes;
    if (*shared < before.length()) {
        writes.push_back({1, replication::SettledRosterWrite{*shared, std::move(added)}});
        return store.write(writes);
    }
    for (Bytes& entry : added) {
        const replication::RosterLength number{shared->value + writes.size() + 1};
        writes.push_back({writes.size() + 1, replication::RosterWrite{number, std::move(entry)}});
    }
    return store.write(writes);
}

Status end_own_logs(LogStore& store, const replication::NodeId& self) {
    TRY_ASSIGN(const auto heads, store.heads());
    TRY_ASSIGN(const auto ended, store.ended());
    std::vector<replication::Write> writes;
    for (const auto& [log, head] : heads.all()) {
        const bool is_ended = std::find(ended.begin(), ended.end(), head.descriptor) != ended.end();
        if (head.descriptor.node == self && !is_ended) {
            writes.push_back({writes.size() + 1, replication::EndWrite{head.descriptor}});
        }
    }
    return writes.empty() ? Status() : store.write(writes);
}

}  // namespace entrepot::node
