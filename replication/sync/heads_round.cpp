#include "replication/sync/heads_round.hpp"

#include <algorithm>

namespace entrepot::replication {
namespace {

constexpr std::size_t listed_most = 65'536;

std::size_t bucket_of(const LogId& log) {
    return log.bytes[0];
}

}  // namespace

HeadsRound::HeadsRound(Replica& replica, Carriage& carriage, Outgoing& outgoing, Incoming& incoming)
    : replica_(replica), carriage_(carriage), outgoing_(outgoing), incoming_(incoming) {}

void HeadsRound::request() {
    if (mine_ != theirs_ || verdict_ == Verdict::lists || digest_due_) {
        requested_ = true;
        return;
    }
    start();
}

/// Takes the snapshot that this round compares; the digest goes out with the next message.
void HeadsRound::start() {
    requested_ = false;
    ++mine_;
    roster_length_ = replica_.roster().length();
    snapshot_ = carriage_.heads();
    left_out_.clear();
    digest_ = digest_of(snapshot_);
    digest_due_ = true;
}

Status HeadsRound::receive(const message::Digest& part) {
    if (part.round != theirs_ + 1 || verdict_ == Verdict::lists || part.round > mine_ + 1) {
        return Error{session_unexpected, "heads of round " + std::to_string(part.round)};
    }
    theirs_ = part.round;
    peer_ = part;
    if (mine_ < theirs_) {
        start();
    }
    judge();
    return {};
}

void HeadsRound::state_equal(const LogId& log, const Head& head) {
    if (still_holds(log)) {
        const Stated both{head.number, head.number, prefix_of(head.hash), true};
        outgoing_.stated(head.descriptor, both);
        incoming_.stated(head.descriptor, both);
    }
}

/// Both digests are known: the same verdict on both sides.
void HeadsRound::judge() {
    if (peer_.roster_length != roster_length_) {
        end(false);
        return;
    }
    if (peer_.digest == digest_) {
        for (const auto& [log, head] : snapshot_) {
            state_equal(log, head);
        }
        end(true);
        return;
    }
    verdict_ = Verdict::lists;
    listing_ = Listing{};
    listing_.whole =
        std::max<std::uint64_t>(snapshot_.size(), peer_.log_count) <= listed_whole_most;
    listing_.sending = listing_.whole;
    buckets_due_ = !listing_.whole;
}

std::array<message::BucketDigest, message::bucket_count> HeadsRound::buckets() const {
    std::array<message::BucketDigest, message::bucket_count> out{};
    auto head = snapshot_.begin();
    for (std::size_t bucket = 0; bucket < out.size(); ++bucket) {
        CountedHeads within;
        while (head != snapshot_.end() && bucket_of(head->first) == bucket) {
            within.insert(within.end(), *head++);
        }
        const Hash digest = digest_of(within);
        std::copy_n(digest.bytes.begin(), message::BucketDigest::size, out[bucket].bytes.begin());
    }
    return out;
}

Status HeadsRound::receive(const message::Buckets& part) {
    if (verdict_ != Verdict::lists || listing_.whole || listing_.sending || part.round != theirs_ ||
        !listing_.seen.empty() || listing_.any_sent) {
        return Error{session_unexpected, "bucket digests out of place"};
    }
    const auto own = buckets();
    for (std::size_t bucket = 0; bucket < own.size(); ++bucket) {
        listing_.differing[bucket] = own[bucket] != part.digests[bucket];
    }
    for (const auto& [log, head] : snapshot_) {
        if (!listing_.differing[bucket_of(log)]) {
            state_equal(log, head);
        }
    }
    listing_.sending = true;
    return {};
}

bool HeadsRound::is_listed(const LogId& log) const {
    return listing_.whole || listing_.differing[bucket_of(log)];
}

Status HeadsRound::receive(const message::HeadList& part) {
    if (verdict_ != Verdict::lists || part.round != theirs_ || listing_.received_last ||
        (!listing_.whole && !listing_.sending && !listing_.any_sent)) {
        return Error{session_unexpected, "a list of heads out of place"};
    }
    for (const Head& head : part.heads) {
        TRY(compare(head));
    }
    listing_.received_last = part.last;
    end_if_complete();
    return {};
}

/// Takes the peer's statement of one log.
Status HeadsRound::compare(const Head& theirs) {
    const LogId log = theirs.descriptor.id();
    const bool is_none = theirs.number.value == 0;
    if (is_none != theirs.hash.is_zero() || listing_.seen.size() >= listed_most ||
        !listing_.seen.insert(log).second) {
        return Error{session_malformed, "a list of heads repeats a log, or has no end"};
    }
    if (!is_listed(log) || !still_holds(log) || !carriage_.exchanges(theirs.descriptor, log)) {
        return {};
    }
    if (is_none && replica_.learn(theirs.descriptor)) {
        return {};
    }
    const auto own = snapshot_.find(log);
    const bool held = own != snapshot_.end();
    const bool same = held && own->second == theirs;
    if (held && own->second.number == theirs.number && !same) {
        return outgoing_.claim(theirs.descriptor, theirs.number);
    }
    const Stated both{held ? own->second.number : CommitNumber{}, theirs.number,
                      prefix_of(theirs.hash), same};
    outgoing_.stated(theirs.descriptor, both);
    incoming_.stated(theirs.descriptor, both);
    return {};
}

void HeadsRound::end_if_complete() {
    if (verdict_ != Verdict::lists || listing_.sending || buckets_due_ || !listing_.received_last) {
        return;
    }
    for (const auto& [log, head] : snapshot_) {
        if (is_listed(log) && still_holds(log) && !listing_.seen.contains(log)) {
            outgoing_.stated(head.descriptor, {head.number, {}, {}, false});
            incoming_.stated(head.descriptor, {head.number, {}, {}, false});
        }
    }
    end(true);
}

void HeadsRound::end(bool valid) {
    verdict_ = Verdict::none;
    valid_ = valid;
    valid_rounds_ += valid ? 1 : 0;
    listing_ = Listing{};
    if (!digest_due_) {
        snapshot_.clear();
        if (requested_) {
            start();
        }
    }
}

void HeadsRound::write_page(WireWriter& out) {
    message::HeadList page{mine_, false, {}};
    auto place = listing_.any_sent ? snapshot_.upper_bound(listing_.after) : snapshot_.begin();
    for (; place != snapshot_.end() && page.heads.size() < message::heads_most; ++place) {
        if (is_listed(place->first)) {
            page.heads.push_back(place->second);
        }
        listing_.after = place->first;
        listing_.any_sent = true;
    }
    page.last = place == snapshot_.end();
    listing_.sending = !page.last;
    listing_.any_sent = true;
    message::write_part(out, page);
    end_if_complete();
}

bool HeadsRound::write_next(WireWriter& out) {
    if (digest_due_) {
        message::write_part(out, message::Digest{mine_, roster_length_, snapshot_.size(), digest_});
        digest_due_ = false;
        if (mine_ == theirs_ && verdict_ == Verdict::none) {
            snapshot_.clear();
            if (requested_) {
                start();
            }
        }
        return true;
    }
    if (buckets_due_) {
        message::write_part(out, message::Buckets{mine_, buckets()});
        buckets_due_ = false;
        return true;
    }
    if (verdict_ == Verdict::lists && listing_.sending) {
        write_page(out);
        return true;
    }
    return false;
}

}  // namespace entrepot::replication
