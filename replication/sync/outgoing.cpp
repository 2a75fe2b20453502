#include "replication/sync/outgoing.hpp"

#include <algorithm>

#include "crypto/base/ensure.hpp"
#include "replication/sync/exchange.hpp"

namespace entrepot::replication {
namespace {

/// A peer may have let us send at most this much at a time; more is no credit but a flaw.
constexpr std::uint64_t credit_absurd = 1024ull * 1024 * 1024;
/// A frame should take about this long on the wire.
constexpr std::uint64_t frame_ms = 50;

}  // namespace

Outgoing::Outgoing(Replica& replica, Carriage& carriage, const SessionLimits& limits,
                   SessionCounters& counters)
    : replica_(replica),
      carriage_(carriage),
      limits_(limits),
      counters_(counters),
      credit_(limits.credit_start),
      frame_size_(limits.frame_least) {}

Outgoing::Stream& Outgoing::stream_of(const LogDescriptor& log, const LogId& id) {
    const auto [place, is_new] = streams_.try_emplace(id);
    if (is_new) {
        place->second.descriptor = log;
        place->second.lane = carriage_.lane(log.compartment);
    }
    return place->second;
}

/// The peer's head may be one that this node got from others: then the peer holds it too.
void Outgoing::match_stated(const LogId& id, Stream& stream) {
    if (!stream.stated || stream.stated->number > stream.head) {
        return;
    }
    const InFlight stated = *stream.stated;
    stream.stated.reset();
    if (stated.number <= stream.acknowledged) {
        return;
    }
    const Result<bool> ours = is_ours(id, stream, stated.number, stated.hash);
    if (ours && *ours) {
        acknowledged(id, stream, stated.number);
    } else if (ours) {
        static_cast<void>(claim(stream.descriptor, stated.number));
    }
}

/// Follows the counted head: queues the stream if it has something, notes whether the peer is
/// behind.
void Outgoing::refresh(const LogId& id, Stream& stream) {
    const auto head = replica_.counted_head(id);
    stream.head = head ? head->number : CommitNumber{};
    match_stated(id, stream);
    if (stream.acknowledged < stream.head) {
        behind_.insert(id);
    } else {
        behind_.erase(id);
    }
    if (stream.open && !stream.queued && stream.next <= stream.head) {
        stream.queued = true;
        ready_[static_cast<std::size_t>(stream.lane)].push_back(id);
    }
}

void Outgoing::stated(const LogDescriptor& log, const Stated& heads) {
    const LogId id = log.id();
    Stream& stream = stream_of(log, id);
    const bool branches = heads.mine == heads.theirs && !heads.equal && heads.mine.value > 0;
    if (!stream.open && heads.mine <= heads.theirs && !branches) {
        stream.open = true;
        stream.next = heads.theirs.next();
        stream.offset = 0;
    }
    if (heads.equal) {
        acknowledged(id, stream, heads.theirs);
    } else if (heads.theirs.value > 0) {
        stream.stated = InFlight{heads.theirs, heads.hash};
    }
    refresh(id, stream);
}

void Outgoing::acknowledged(const LogId& id, Stream& stream, CommitNumber number) {
    while (!stream.in_flight.empty() && stream.in_flight.front().number <= number) {
        stream.in_flight.pop_front();
        --unacknowledged_;
        ++counters_.acknowledged;
    }
    if (number > stream.acknowledged) {
        stream.acknowledged = number;
        replica_.exchange().note_acknowledged(carriage_.peer(), id, number);
    }
    if (stream.open && stream.next <= number) {
        stream.next = number.next();
        stream.offset = 0;
    }
}

Result<bool> Outgoing::is_ours(const LogId& log, const Stream& stream, CommitNumber number,
                               const HashPrefix& hash) const {
    for (const InFlight& sent : stream.in_flight) {
        if (sent.number == number) {
            return sent.hash == hash;
        }
    }
    TRY_ASSIGN(const Bytes commit, replica_.reader().read(log, number));
    return prefix_of(commit_hash(commit)) == hash;
}

Status Outgoing::claim(const LogDescriptor& log, CommitNumber number) {
    TRY_ASSIGN(const Bytes commit, replica_.reader().read(log.id(), number));
    WireWriter out;
    message::write_part(out, message::Claim{log, ByteView(commit).first(commit_header_size)});
    claims_.push_back(out.take());
    return {};
}

Status Outgoing::want(const message::WantedLog& wanted) {
    if (wanted.from.value == 0 || wanted.offset > commit_limit) {
        return Error{session_want, "commits are numbered from 1"};
    }
    const Head* head = replica_.heads().find(wanted.log);
    if (head == nullptr || !carriage_.exchanges(head->descriptor, wanted.log)) {
        return {};  // no longer exchanged: the roster that says so is on its way
    }
    Stream& stream = stream_of(head->descriptor, wanted.log);
    const CommitNumber before{wanted.from.value - 1};
    // The peer may be further than this node: it has the rest from others.
    if (before.value > 0 && before <= head->number) {
        TRY_ASSIGN(const bool ours, is_ours(wanted.log, stream, before, wanted.before));
        if (!ours) {
            return claim(stream.descriptor, before);
        }
        acknowledged(wanted.log, stream, before);
    }
    stream.open = true;
    stream.next = wanted.from;
    stream.offset = wanted.offset;
    if (stream.acknowledged >= wanted.from) {  // it left the branch that it was on
        stream.acknowledged = before;
        replica_.exchange().note_lacking(carriage_.peer(), wanted.log, wanted.from);
    }
    while (!stream.in_flight.empty() && stream.in_flight.back().number >= wanted.from) {
        stream.in_flight.pop_back();
        --unacknowledged_;
    }
    refresh(wanted.log, stream);
    return {};
}

Status Outgoing::acknowledge(const message::Acknowledge& told, SteadyTime now) {
    if (told.credit < credit_ || told.credit > sent_ + credit_absurd) {
        return Error{session_acknowledge, "credit that falls or has no bound"};
    }
    measure(told.credit, now);
    for (const message::AcknowledgedLog& log : told.logs) {
        if (log.index >= announced_.size()) {
            return Error{session_acknowledge, "acknowledges a log that was not announced"};
        }
        const LogId& id = announced_[log.index];
        const auto found = streams_.find(id);
        if (found == streams_.end() || log.number > found->second.head ||
            log.number <= found->second.acknowledged) {
            continue;
        }
        TRY_ASSIGN(const bool ours, is_ours(id, found->second, log.number, log.hash));
        if (!ours) {
            TRY(claim(found->second.descriptor, log.number));
            continue;
        }
        acknowledged(id, found->second, log.number);
        refresh(id, found->second);
    }
    return {};
}

/// Frames grow with the rate at which credit comes back, so that one takes about `frame_ms`.
void Outgoing::measure(std::uint64_t credit, SteadyTime now) {
    if (credit == credit_) {
        return;
    }
    const auto elapsed =
        static_cast<std::uint64_t>(std::max<std::int64_t>(1, now.ms - measured_.ms));
    const std::uint64_t size = (credit - credit_) * frame_ms / elapsed;
    frame_size_ = std::clamp<std::uint64_t>(size, limits_.frame_least, limits_.frame_most);
    measured_ = now;
    credit_ = credit;
}

void Outgoing::peer_holds(const LogDescriptor& log, const LogId& id, CommitNumber number) {
    const bool is_new = !streams_.contains(id);
    Stream& stream = stream_of(log, id);
    stream.open = stream.open || is_new;
    acknowledged(id, stream, number);
}

void Outgoing::moved(const LogId& log, bool may_open) {
    const Head* head = replica_.heads().find(log);
    const bool is_new = !streams_.contains(log);
    if (head == nullptr || (is_new && !may_open) || !carriage_.exchanges(head->descriptor, log)) {
        return;
    }
    Stream& stream = stream_of(head->descriptor, log);
    stream.open = stream.open || is_new;
    refresh(log, stream);
}

void Outgoing::stop(const LogId& log) {
    const auto found = streams_.find(log);
    if (found == streams_.end()) {
        return;
    }
    unacknowledged_ -= found->second.in_flight.size();
    auto& ready = ready_[static_cast<std::size_t>(found->second.lane)];
    ready.erase(std::remove(ready.begin(), ready.end(), log), ready.end());
    behind_.erase(log);
    streams_.erase(found);
}

void Outgoing::roster_grew() {
    std::vector<LogId> gone;
    for (auto& [log, stream] : streams_) {
        if (!carriage_.exchanges(stream.descriptor, log)) {
            gone.push_back(log);
            continue;
        }
        refresh(log, stream);
        while (!stream.in_flight.empty() && stream.in_flight.back().number > stream.head) {
            stream.in_flight.pop_back();
            --unacknowledged_;
        }
    }
    for (const LogId& log : gone) {
        stop(log);
    }
}

/// Strict by lane, but the roster and message lanes get at most half while lower ones wait.
std::optional<std::size_t> Outgoing::choose_lane() {
    constexpr std::size_t first_lower = static_cast<std::size_t>(Lane::records);
    std::optional<std::size_t> urgent, lower;
    for (std::size_t lane = lane_count; lane-- > 0;) {
        if (has_content(lane)) {
            (lane < first_lower ? urgent : lower) = lane;
        }
    }
    if (!lower) {
        urgent_ahead_ = 0;
    }
    if (urgent && lower && urgent_ahead_ > 0) {
        return lower;
    }
    return urgent ? urgent : lower;
}

void Outgoing::note_sent(std::size_t lane, std::size_t bytes) {
    sent_ += bytes;
    if (lane < static_cast<std::size_t>(Lane::records)) {
        urgent_ahead_ += bytes;
    } else {
        urgent_ahead_ -= std::min<std::uint64_t>(urgent_ahead_, bytes);
    }
}

bool Outgoing::has_content() const {
    for (std::size_t lane = 0; lane < lane_count; ++lane) {
        if (has_content(lane)) {
            return true;
        }
    }
    return false;
}

/// Starts the next commit of a lane, writing its head; false when the lane has none.
Result<bool> Outgoing::start_next(std::size_t lane, Bytes& out) {
    auto& ready = ready_[lane];
    if (ready.empty()) {
        return false;
    }
    const LogId id = ready.front();
    ready.pop_front();
    Stream& stream = streams_.at(id);
    stream.queued = false;
    if (!stream.open || stream.next > stream.head) {
        return start_next(lane, out);
    }
    TRY_ASSIGN(const Bytes commit, replica_.reader().read(id, stream.next));
    const Result<ParsedCommit> parsed = parse_commit(commit);
    if (!parsed || parsed->header.number != stream.next) {
        return Error{store_commit_missing, "stored commit " + std::to_string(stream.next.value) +
                                               " of log " + to_hex(id.view()) + " is damaged"};
    }
    Sending item{id, to_wire(*parsed), 0};
    item.at = stream.offset < item.wire.size() ? static_cast<std::size_t>(stream.offset) : 0;
    const bool is_new = !stream.index;
    if (is_new) {
        stream.index = static_cast<std::uint32_t>(announced_.size());
        announced_.push_back(id);
    }
    WireWriter head;
    message::write_varint(
        head, std::uint64_t{*stream.index} << 2 | (item.at > 0 ? 2 : 0) | (is_new ? 1 : 0));
    if (is_new) {
        head.raw(stream.descriptor.encode());
    }
    message::write_varint(head, stream.next.value);
    if (item.at > 0) {
        message::write_varint(head, item.at);
    }
    message::write_varint(head, item.wire.size() - item.at);
    append(out, head.view());
    stream.in_flight.push_back({stream.next, prefix_of(commit_hash(commit))});
    ++unacknowledged_;
    stream.next = stream.next.next();
    stream.offset = 0;
    refresh(id, stream);
    sending_[lane] = std::move(item);
    return true;
}

Status Outgoing::fill(std::size_t lane, Bytes& out, std::size_t size) {
    auto& sending = sending_[lane];
    while (out.size() < size) {
        if (!sending) {
            if (size - out.size() <= item_head_most) {
                return {};
            }
            TRY_ASSIGN(const bool started, start_next(lane, out));
            if (!started) {
                return {};
            }
        }
        const std::size_t count = std::min(size - out.size(), sending->wire.size() - sending->at);
        append(out, ByteView(sending->wire).subspan(sending->at, count));
        sending->at += count;
        if (sending->at == sending->wire.size()) {
            sending.reset();
            ++counters_.commits_out;
        }
    }
    return {};
}

Result<std::optional<message::Frame>> Outgoing::frame(Bytes& out, std::size_t room,
                                                      SteadyTime now) {
    const std::uint64_t left = credit_ - sent_;
    const std::size_t size = std::min<std::uint64_t>({frame_size_, left, room});
    const auto lane = choose_lane();
    if (!lane || size == 0 || (!sending_[*lane] && size <= item_head_most)) {
        return std::optional<message::Frame>();
    }
    out.clear();
    out.reserve(size);
    TRY(fill(*lane, out, size));
    if (out.empty()) {
        return std::optional<message::Frame>();
    }
    if (unacknowledged_ == 0) {
        measured_ = now;
    }
    note_sent(*lane, out.size());
    const bool wants_credit = has_content() && credit_ - sent_ < frame_size_;
    return std::optional(message::Frame{static_cast<Lane>(*lane), wants_credit, out});
}

}  // namespace entrepot::replication
