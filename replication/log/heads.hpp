// Heads: for each log, the number and hash of the last commit held. What a node holds is its sync
// state; nothing else about a peer needs to be remembered.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "replication/log/commit.hpp"

namespace entrepot::replication {

struct Head {
    LogDescriptor descriptor;
    CommitNumber number;
    Hash hash;
    friend bool operator==(const Head&, const Head&) = default;
};

class Heads {
public:
    const Head* find(const LogId& log) const;
    /// Sets or adds; a head never goes back (broken invariant).
    void advance(const LogId& log, const Head& head);
    /// The log left the branch it was on: goes back to this head, or to none when its number is 0.
    void rewind(const LogId& log, const Head& head);
    const std::map<LogId, Head>& all() const { return heads_; }

    /// H("heads" ‖ log id ‖ number ‖ hash …) over the logs `include` accepts, by rising log id.
    template <class Predicate>
    Hash digest(Predicate include) const {
        crypto::Hasher hasher(crypto::domain::heads);
        for (const auto& [log, head] : heads_) {
            if (include(head)) {
                hasher.add(log.view()).add_u64(head.number.value).add(head.hash.view());
            }
        }
        return hasher.finish();
    }

private:
    std::map<LogId, Head> heads_;
};

}  // namespace entrepot::replication
