// Reauthoring: the changes of commits that stopped to count through a fork, as their author writes
// them again in another log of his. Fields stay as they were; a context that names commits of the
// lost branch names instead what of it counts still, and what of it was written again.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "replication/model/change.hpp"
#include "replication/model/ids.hpp"

namespace entrepot::replication {

/// The attestation's purpose of a commit that writes another one again: "reauthored <log>/<number>/
/// <first 8 bytes of its hash>", in hexadecimal but the number: two branches have the same numbers.
std::string reauthored_purpose(const ContextEntry& lost);
/// The commit that such a purpose names; nothing for any other purpose.
std::optional<ContextEntry> reauthored_commit(std::string_view purpose);

class Reauthoring {
public:
    /// The last commit of a log that both branches have; number 0 for none.
    void add_log(const LogId& log, const ContextEntry& kept) { kept_[log] = kept; }
    /// The change with its context as it must be written now. At most context_limit entries.
    Change rewrite(Change change) const;
    /// Notes where a change of the record, of the branch that was lost here, was written again.
    void wrote(const RecordId& record, const Dot& lost, const ContextEntry& again);

private:
    std::map<LogId, ContextEntry> kept_;
    std::map<RecordId, std::map<Dot, ContextEntry>> again_;
};

}  // namespace entrepot::replication
