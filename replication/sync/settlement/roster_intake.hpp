// RosterIntake: roster entries as one session or bundle gives them, in as many pieces as they come.
// What goes on from the held roster is appended at once. From an entry that differs, all is kept
// until it settles the fork (Roster::settles), and takes the place of what is held in one step.
// Does not know how much is to come: the caller ends what settles nothing.
#pragma once

#include "replication/sync/replica.hpp"

namespace entrepot::replication {

class RosterIntake {
public:
    /// Bytes of entries that are kept because they differ.
    static constexpr std::size_t kept_most = 16 * 1024 * 1024;

    /// `replica` must outlive it.
    explicit RosterIntake(Replica& replica) : replica_(replica) {}

    /// Takes entries that follow that length. Those of a branch that lost and that the held roster
    /// carries bring nothing new. roster.forked where what differs is not right or over kept_most;
    /// else the codes of Replica::offer_roster.
    Status take(RosterLength before_first, const std::vector<Bytes>& entries);
    /// How long the roster is that differs and settles nothing so far; nothing when there is none.
    std::optional<RosterLength> pending() const;
    /// roster.forked, of what is pending.
    Error forked() const;

private:
    bool differs(RosterLength before_first, const std::vector<Bytes>& entries) const;
    bool is_carried(RosterLength before_first, const std::vector<Bytes>& entries) const;
    Status keep(RosterLength before_first, const std::vector<Bytes>& entries);

    Replica& replica_;
    std::optional<Roster> other_;  ///< the held one up to from_, then what was given
    RosterLength from_;
    std::size_t kept_ = 0;
};

}  // namespace entrepot::replication
