// HeadsRound: comparing what two sides hold. Each round both send a digest of the same moment;
// equal digests end it, else both send their heads: all of them up to 512 logs, beyond that those
// of the 256 buckets (by first byte of the log id) whose digests differ. A round between rosters of
// different length is void: the side that learns the longer one starts the next.
#pragma once

#include "replication/sync/incoming.hpp"

namespace entrepot::replication {

class HeadsRound {
public:
    static constexpr std::uint64_t listed_whole_most = 512;

    HeadsRound(Replica& replica, Carriage& carriage, Outgoing& outgoing, Incoming& incoming);

    /// Starts a round, or another one after the one under way.
    void request();
    /// The log has left its branch: what this round's snapshot says of it holds no more. Another
    /// round is for the caller to request.
    void leave_out(const LogId& log) { left_out_.insert(log); }
    Status receive(const message::Digest& part);
    Status receive(const message::Buckets& part);
    Status receive(const message::HeadList& part);
    /// Appends the next part that this side owes, if any, of at most about 100 KiB.
    bool write_next(WireWriter& out);

    bool is_under_way() const {
        return mine_ != theirs_ || verdict_ == Verdict::lists || requested_ || digest_due_;
    }
    /// Whether the last round compared rosters of one length; streams rest on it.
    bool is_valid() const { return valid_; }
    /// Rounds ended in which something was compared: rises when streams may have opened.
    std::uint64_t valid_rounds() const { return valid_rounds_; }
    std::uint64_t rounds() const { return mine_; }

private:
    enum class Verdict { none, lists };
    struct Listing {
        bool buckets_sent = false;
        bool whole = true;
        bool sending = false;  ///< pages are still to be sent
        bool received_last = false;
        LogId after;  ///< last log sent
        bool any_sent = false;
        std::set<LogId> seen;  ///< logs that the peer listed
        std::array<bool, message::bucket_count> differing{};
    };

    void start();
    void judge();
    void end_if_complete();
    void end(bool valid);
    std::array<message::BucketDigest, message::bucket_count> buckets() const;
    bool is_listed(const LogId& log) const;
    bool still_holds(const LogId& log) const { return !left_out_.contains(log); }
    void write_page(WireWriter& out);
    Status compare(const Head& theirs);
    void state_equal(const LogId& log, const Head& head);

    Replica& replica_;
    Carriage& carriage_;
    Outgoing& outgoing_;
    Incoming& incoming_;
    std::uint64_t mine_ = 0, theirs_ = 0;  ///< last round whose digest was made here, came in
    bool digest_due_ = false, buckets_due_ = false, requested_ = false, valid_ = false;
    std::uint64_t valid_rounds_ = 0;
    Verdict verdict_ = Verdict::none;
    RosterLength roster_length_;
    CountedHeads snapshot_;
    std::set<LogId> left_out_;  ///< of the snapshot
    Hash digest_;
    message::Digest peer_;
    Listing listing_;
};

}  // namespace entrepot::replication
