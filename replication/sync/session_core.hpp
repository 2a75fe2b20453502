// What a session is made of; only session*.cpp include this.
//
//   hello ──(proof verified)──► roster ──(both rosters as long as the longer hello's)──► live
//     Core::take(Hello, Proof)            Core::take(RosterEntries)         Core::go_live
//
// Live for ever after: heads rounds, wants, frames and acknowledgements run side by side.
#pragma once

#include <deque>

#include "replication/sync/handshake.hpp"
#include "replication/sync/heads_round.hpp"
#include "replication/sync/settlement/roster_intake.hpp"

namespace entrepot::replication {

/// Messages that cost work and no credit: a peer may send so many at once, and so many a second.
class ControlBudget {
public:
    explicit ControlBudget(SteadyTime now) : last_(now) {}
    /// session.flood when there is none left.
    Status spend(SteadyTime now);

private:
    static constexpr std::int64_t most = 1000, per_second = 1000;
    std::int64_t left_ = most;
    SteadyTime last_;
};

struct Session::Core {
    /// What exists once the peer is proven and the rosters are level.
    struct Live {
        Carriage carriage;
        Outgoing outgoing;
        Incoming incoming;
        HeadsRound heads;
        RosterLength roster_length;
        std::map<LogId, CommitNumber> forks;  ///< of the earliest proof that the peer holds
        std::uint64_t proofs_seen = 0;        ///< how many the replica had taken
        std::uint64_t moved;              ///< cursor into the exchange's journal
        std::size_t rewound;              ///< and into that of logs that left their branch
        std::uint64_t known;              ///< logs without a counted commit that were known
        bool told_receipts = false;       ///< the peer knows what is kept here
        bool asked_receipts = false;      ///< and has said what it keeps
        std::uint64_t receipts_seen = 0;  ///< how many had become durable
        std::map<ReceiptPlace, HybridTime> peer_receipts;  ///< what it keeps or was sent
        std::uint64_t rounds_seen = 0;

        Live(Replica& replica, const NodeId& peer, const SessionLimits& limits,
             SessionCounters& counters);
        /// Whether the peer was not known to hold a proof of so early a difference.
        bool note_fork(const LogId& log, CommitNumber number);
    };

    Replica& replica;
    SessionLimits limits;
    SessionCounters counters;
    Handshake handshake;
    std::optional<Live> live;
    SessionState state = SessionState::hello;
    std::optional<Error> failure;

    std::uint64_t received = 0, sent = 0;  ///< sequence numbers of messages
    std::deque<Bytes> parts;               ///< encoded, to be sent before anything else
    std::deque<Bytes> later;   ///< encoded, to be sent once the peer has all roster entries
    RosterLength peer_roster;  ///< what the peer has or has been sent
    std::uint64_t settled_seen;  ///< how often the roster had been settled then
    RosterIntake roster_intake{replica};
    ControlBudget budget;
    SteadyTime started, heard;
    std::optional<SteadyTime> owed_since;
    std::optional<SteadyTime> void_since;    ///< the last round was void and none has followed
    std::optional<SteadyTime> behind_since;  ///< something is lacking and nothing has moved
    std::uint64_t moved_then = 0;            ///< commits sent, taken and acknowledged at that time
    bool check_due = false, check_pending = false, check_equal = false;
    std::optional<message::CheckReply> reply;

    Core(Replica& shared, const SessionSelf& self, const crypto::TransportPublicKey& peer,
         Role role, crypto::Entropy& entropy, SteadyTime now, const SessionLimits& bounds);

    Status receive(ByteView bytes, SteadyTime now);
    Status dispatch(const message::Part& part, SteadyTime now);
    Status take(const message::Hello& part, SteadyTime now);
    Status take(const message::Proof& part, SteadyTime now);
    Status take(const message::RosterEntries& part, SteadyTime now);
    Status take(const message::Fork& part, SteadyTime now);
    Status take(const message::Claim& part, SteadyTime now);
    Status take(const message::Digest& part, SteadyTime now);
    Status take(const message::Buckets& part, SteadyTime now);
    Status take(const message::HeadList& part, SteadyTime now);
    Status take(const message::Want& part, SteadyTime now);
    Status take(const message::Acknowledge& part, SteadyTime now);
    Status take(const message::Check& part, SteadyTime now);
    Status take(const message::CheckReply& part, SteadyTime now);
    Status take(const message::Frame& part, SteadyTime now);
    Status take(const message::Bye& part, SteadyTime now);
    Status take(const message::ReceiptsHeld& part, SteadyTime now);
    Status take(const message::SignedReceipt& part, SteadyTime now);

    Status take_entries(RosterLength before_first, const std::vector<Bytes>& entries);
    Status go_on();
    void go_live();
    /// Follows the replica: roster, forks, heads.
    void follow();
    void follow_roster();
    /// The peer may hold what a settlement took the place of here.
    void follow_settlement();
    void follow_forks();
    void follow_branches();
    void tell_receipts();
    void follow_receipts();
    void follow_heads();
    void queue(const message::Part& part);
    void queue_later(const message::Part& part);

    std::optional<Bytes> compose(SteadyTime now);
    void write_roster(WireWriter& out);
    void write_live(WireWriter& out, SteadyTime now);
    void write_frame(WireWriter& out, SteadyTime now);
    bool is_owed() const;
    void note_owed(SteadyTime now);
    bool is_void() const;
    bool is_behind() const;
    void note_behind(SteadyTime now);
    Status tick(SteadyTime now);
    std::optional<SteadyTime> next_deadline() const;
    Status fail(Error error);
};

}  // namespace entrepot::replication
