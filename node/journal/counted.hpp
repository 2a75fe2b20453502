// Counted: which of the commits held here count, as a pure function of the roster and of what is
// held: a commit up to the end that the roster sets to its log. Says nothing of forks that no cut
// has settled: there the branch held here counts.
#pragma once

#include <unordered_map>

#include "node/store/log_store.hpp"
#include "replication/log/admission.hpp"
#include "replication/model/applier.hpp"

namespace entrepot::node {

class Counted {
public:
    /// Both must outlive it; they are read at each call.
    Counted(const LogStore& log, const replication::Roster& roster) : log_(log), roster_(roster) {}

    /// Where the log ends; nothing for a log without end, or one that nobody here has heard of.
    std::optional<replication::Cut> end(const replication::LogId& log) const;
    bool counts(const replication::LogId& log, replication::CommitNumber number) const;
    /// Whether what a context names counts on no node: beyond its log's end, or of another branch
    /// than the one that a cut names.
    bool is_excluded(const replication::ContextEntry& named) const;

private:
    const LogStore& log_;
    const replication::Roster& roster_;
    mutable replication::RosterLength known_;
    mutable std::unordered_map<replication::LogId, std::optional<replication::Cut>, FixedBytesHash>
        ends_;
};

}  // namespace entrepot::node
