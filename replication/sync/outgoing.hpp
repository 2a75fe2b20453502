// Outgoing: the streams of commits to one peer, cut into frames by lane under the peer's credit,
// and what the peer has acknowledged. One stream a log; it opens where the peer says that it stands
// and then follows the durable head.
#pragma once

#include <array>
#include <deque>
#include <set>

#include "crypto/base/clock.hpp"
#include "replication/sync/carriage.hpp"
#include "replication/sync/message.hpp"

namespace entrepot::replication {

inline constexpr std::size_t lane_count = 5;

/// Longest head of a commit within a frame: reference, descriptor, number, offset, length.
inline constexpr std::size_t item_head_most = 5 + LogDescriptor::wire_size + 10 + 5 + 5;

/// Numbers of one log at a comparison of heads; 0 for none.
struct Stated {
    CommitNumber mine;
    CommitNumber theirs;
    HashPrefix hash;     ///< of their head
    bool equal = false;  ///< number and hash
};

class Outgoing {
public:
    Outgoing(Replica& replica, Carriage& carriage, const SessionLimits& limits,
             SessionCounters& counters);

    /// Both sides' statements of a log: opens its stream unless the peer will want the rest.
    void stated(const LogDescriptor& log, const Stated& heads);
    /// Opens or resets a stream, unless the peer's commit before it is not ours.
    Status want(const message::WantedLog& wanted);
    /// Takes credit and acknowledged heads.
    Status acknowledge(const message::Acknowledge& told, SteadyTime now);
    /// Puts our commit forward where the peer holds another of the same number.
    Status claim(const LogDescriptor& log, CommitNumber number);
    /// Encoded claims made since the last call.
    std::vector<Bytes> take_claims() { return std::exchange(claims_, {}); }
    /// The peer sent this commit itself.
    void peer_holds(const LogDescriptor& log, const LogId& id, CommitNumber number);
    /// The log's durable head moved. A stream that is not there opens at the log's first commit, if
    /// it may: while heads are being compared the comparison opens it.
    void moved(const LogId& log, bool may_open);
    /// The roster grew: drops streams no longer exchanged, clips heads to cuts.
    void roster_grew();
    void stop(const LogId& log);

    /// The next frame of at most `room` bytes; nothing without content or credit. Views into `out`.
    Result<std::optional<message::Frame>> frame(Bytes& out, std::size_t room, SteadyTime now);

    /// Whether the peer is not known to hold all that counts here.
    bool is_behind() const { return !behind_.empty(); }
    /// Whether the peer owes an acknowledgement or credit.
    bool awaits_peer() const { return unacknowledged_ > 0; }

private:
    struct InFlight {
        CommitNumber number;
        HashPrefix hash;
    };
    struct Stream {
        LogDescriptor descriptor;
        Lane lane = Lane::records;
        bool open = false;
        bool queued = false;
        std::optional<std::uint32_t> index;
        CommitNumber next{1};
        std::uint64_t offset = 0;
        CommitNumber head;
        CommitNumber acknowledged;
        std::deque<InFlight> in_flight;
        std::optional<InFlight> stated;  ///< the peer's head, until it is known to be ours too
    };
    struct Sending {
        LogId log;
        Bytes wire;
        std::size_t at = 0;
    };

    Stream& stream_of(const LogDescriptor& log, const LogId& id);
    void refresh(const LogId& id, Stream& stream);
    void acknowledged(const LogId& id, Stream& stream, CommitNumber number);
    Result<bool> is_ours(const LogId& log, const Stream& stream, CommitNumber number,
                         const HashPrefix& hash) const;
    void match_stated(const LogId& id, Stream& stream);
    bool has_content(std::size_t lane) const { return sending_[lane] || !ready_[lane].empty(); }
    bool has_content() const;
    std::optional<std::size_t> choose_lane();
    void note_sent(std::size_t lane, std::size_t bytes);
    Result<bool> start_next(std::size_t lane, Bytes& out);
    Status fill(std::size_t lane, Bytes& out, std::size_t size);
    void measure(std::uint64_t credit, SteadyTime now);

    Replica& replica_;
    Carriage& carriage_;
    const SessionLimits& limits_;
    SessionCounters& counters_;
    std::map<LogId, Stream> streams_;
    std::vector<LogId> announced_;  ///< by index
    std::vector<Bytes> claims_;
    std::set<LogId> behind_;
    std::array<std::deque<LogId>, lane_count> ready_;
    std::array<std::optional<Sending>, lane_count> sending_;
    std::uint64_t unacknowledged_ = 0;
    std::uint64_t credit_;
    std::uint64_t sent_ = 0;
    std::uint64_t urgent_ahead_ = 0;  ///< bytes sent by urgent lanes while lower ones wait
    std::size_t frame_size_;
    SteadyTime measured_;
};

}  // namespace entrepot::replication
