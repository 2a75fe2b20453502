#include "replication/sync/incoming.hpp"

#include <algorithm>

#include "crypto/base/ensure.hpp"

namespace entrepot::replication {
namespace {

constexpr std::size_t sources_most = 65'536;

Error malformed(std::string what) {
    return {session_malformed, std::move(what)};
}

}  // namespace

Incoming::Incoming(Replica& replica, Carriage& carriage, Outgoing& outgoing,
                   const SessionLimits& limits, SessionCounters& counters)
    : replica_(replica),
      carriage_(carriage),
      outgoing_(outgoing),
      limits_(limits),
      counters_(counters),
      session_(replica.exchange().next_session()),
      window_(limits.credit_start),
      granted_(limits.credit_start) {}

Incoming::~Incoming() {
    Exchange& exchange = replica_.exchange();
    for (Assembly& assembly : lanes_) {
        if (assembly.left > 0 && !assembly.skip && !assembly.wire.empty()) {
            exchange.keep_half(sources_[assembly.index].log,
                               {assembly.number, std::move(assembly.wire)});
        }
    }
    exchange.release_all(session_);
    exchange.return_credit(borrowed_);
}

void Incoming::stated(const LogDescriptor& log, const Stated& heads) {
    const LogId id = log.id();
    Progress& progress = progress_of(log, id);
    progress.peer = heads.theirs;
    const bool is_stuck = heads.mine < heads.theirs && progress.stuck_at == heads.mine.next();
    progress.stuck_at = heads.mine < heads.theirs ? heads.mine.next() : CommitNumber{};
    if (is_stuck) {  // two rounds, and nothing came: the peer's stream is not where it should be
        ask_again(id);
    } else if (heads.theirs <= heads.mine) {
        progress.subscribed = true;
    } else if (!progress.subscribed) {
        to_want_.insert(id);
    }
    update_lacking(id, progress);
}

void Incoming::update_lacking(const LogId& log, const Progress& progress) {
    const auto head = replica_.counted_head(log);
    if ((head ? head->number : CommitNumber{}) < progress.peer) {
        lacking_.insert(log);
        return;
    }
    if (lacking_.erase(log) > 0) {
        replica_.exchange().release(log, session_);
    }
}

Incoming::Progress& Incoming::progress_of(const LogDescriptor& log, const LogId& id) {
    Progress& progress = progress_[id];
    progress.descriptor = log;
    return progress;
}

void Incoming::ask_again(const LogId& log) {
    Progress& progress = progress_[log];
    progress.subscribed = false;
    progress.restarting = true;
    to_want_.insert(log);
}

Status Incoming::frame(const message::Frame& frame, SteadyTime now) {
    now_ = now;
    received_ += frame.bytes.size();
    if (frame.bytes.size() > limits_.frame_most || frame.bytes.empty()) {
        return Error{session_oversized,
                     "frame of " + std::to_string(frame.bytes.size()) + " bytes"};
    }
    if (received_ > granted_) {
        return Error{session_credit, "peer sent more than it was granted"};
    }
    Assembly& assembly = lanes_[static_cast<std::size_t>(frame.lane)];
    WireReader in(frame.bytes);
    while (!in.rest().empty()) {
        if (assembly.left == 0) {
            TRY(begin(assembly, in, frame.lane, now));
            continue;
        }
        const ByteView part = in.raw(std::min<std::uint64_t>(assembly.left, in.rest().size()));
        assembly.left -= part.size();
        if (!assembly.skip) {
            append(assembly.wire, part);
        }
        if (assembly.left == 0) {
            TRY(complete(assembly));
        }
    }
    wants_credit_ = wants_credit_ || frame.wants_credit;
    grow_window();
    return {};
}

/// Doubles the window when the sender says that it is the limit, at most once for each half of it
/// that has become durable or is on its way into a commit: a slow disk here does not widen it.
void Incoming::grow_window() {
    const std::uint64_t consumed = received_ - undurable_bytes_;
    if (!wants_credit_ || (consumed - grown_at_) * 2 < window_ || window_ >= limits_.credit_most) {
        return;
    }
    const std::uint64_t more = std::min(window_, limits_.credit_most - window_);
    const std::uint64_t lent = replica_.exchange().borrow_credit(more);
    borrowed_ += lent;
    window_ += lent;
    grown_at_ = consumed;
    wants_credit_ = false;
}

Result<std::uint32_t> Incoming::read_source(WireReader& in, std::uint64_t reference) {
    const std::uint64_t index = reference >> 2;
    const bool is_new = (reference & 1) != 0;
    if (is_new != (index == sources_.size()) || index > sources_.size()) {
        return malformed("a frame names a log out of order");
    }
    if (!is_new) {
        return static_cast<std::uint32_t>(index);
    }
    if (index >= sources_most) {
        return Error{session_flood, "more logs than a session may name"};
    }
    const ByteView bytes = in.raw(LogDescriptor::wire_size);
    TRY(in.check("log descriptor"));
    TRY_ASSIGN(const LogDescriptor descriptor, LogDescriptor::decode(bytes));
    const LogId log = descriptor.id();
    sources_.push_back({descriptor, log});
    index_of_[log] = static_cast<std::uint32_t>(index);
    return static_cast<std::uint32_t>(index);
}

/// Reads the head of the next commit; it always lies within one frame.
Status Incoming::begin(Assembly& assembly, WireReader& in, Lane lane, SteadyTime now) {
    const std::uint64_t reference = message::read_varint(in);
    TRY_ASSIGN(const std::uint32_t index, read_source(in, reference));
    const CommitNumber number{message::read_varint(in)};
    const std::uint64_t offset = (reference & 2) != 0 ? message::read_varint(in) : 0;
    const std::uint64_t left = message::read_varint(in);
    if (!in.ok() || number.value == 0 || left == 0) {
        return malformed("head of a commit in a frame");
    }
    if (offset > commit_limit || left > commit_limit || offset + left > commit_limit) {
        return Error{session_oversized, "commit of " + std::to_string(left) + " bytes"};
    }
    const Source& source = sources_[index];
    if (carriage_.carries(source.descriptor.compartment) &&
        carriage_.lane(source.descriptor.compartment) != lane) {
        return malformed("a log in another lane than its compartment's");
    }
    assembly = Assembly{index, number, {}, left, false, offset > 0};
    place(assembly, offset, now);
    return {};
}

/// Decides whether the commit is taken, and joins it to what an earlier session left of it.
void Incoming::place(Assembly& assembly, std::uint64_t offset, SteadyTime now) {
    const Source& source = sources_[assembly.index];
    Progress& progress = progress_of(source.descriptor, source.log);
    if (!carriage_.exchanges(source.descriptor, source.log)) {
        // The peer's roster is longer; a round after ours has grown says what is lacking.
        progress.subscribed = false;
        progress.restarting = true;
        assembly.skip = true;
        return;
    }
    assembly.skip = progress.stalled;
    if (assembly.skip) {
        return;
    }
    if (lacking_.contains(source.log)) {
        static_cast<void>(replica_.exchange().claim(source.log, session_, now));
    }
    if (offset > 0) {
        auto half = replica_.exchange().take_half(source.log, assembly.number,
                                                  static_cast<std::size_t>(offset));
        if (!half) {
            assembly.skip = true;
            ask_again(source.log);
            return;
        }
        assembly.wire = std::move(*half);
        assembly.carried_over = assembly.wire.size();
    }
    assembly.wire.reserve(static_cast<std::size_t>(offset + assembly.left));
}

Status Incoming::complete(Assembly& assembly) {
    Assembly done = std::exchange(assembly, Assembly{});
    const Source source = sources_[done.index];
    if (done.skip || progress_[source.log].stalled ||
        !carriage_.exchanges(source.descriptor, source.log)) {
        return {};
    }
    return take(source, done);
}

Status Incoming::take(const Source& source, Assembly& assembly) {
    TRY_ASSIGN(const LogTip tip, replica_.accepted_tip(source.log));
    if (assembly.number <= tip.number) {
        // Held already, perhaps since this stream began: the same commit, or of another branch, as
        // is all that follows. Where the one before differs too, what we say of ours tells so.
        unacknowledged_.insert(assembly.index);
        const auto held = replica_.offer_wire(source.descriptor, assembly.number, assembly.wire);
        if (!held || *held != Offered::duplicate) {
            ask_again(source.log);
        }
        return {};
    }
    Progress& progress = progress_[source.log];
    if (assembly.number != tip.number.next()) {
        const Error gap{session_unexpected, "commit " + std::to_string(assembly.number.value) +
                                                " of a log held up to " +
                                                std::to_string(tip.number.value)};
        return progress.restarting ? Status() : Status(gap);
    }
    auto offered = replica_.offer_wire(source.descriptor, assembly.number, assembly.wire);
    if (!offered) {
        return refuse(source, assembly, std::move(offered).error());
    }
    progress.restarting = *offered == Offered::forked;  // this frame may have more of that branch
    return settle(source, assembly, *offered, assembly.wire.size() - assembly.carried_over);
}

Status Incoming::settle(const Source& source, const Assembly& assembly, Offered offered,
                        std::size_t size) {
    switch (offered) {
        case Offered::queued:
            ++counters_.commits_in;
            undurable_.push_back({replica_.queued_sequence(), size});
            undurable_bytes_ += size;
            outgoing_.peer_holds(source.descriptor, source.log, assembly.number);
            break;
        case Offered::duplicate:
            unacknowledged_.insert(assembly.index);
            break;
        case Offered::kept_aside:
        case Offered::no_room:
        case Offered::quarantined:
            progress_[source.log].stalled = true;
            break;
        case Offered::forked:  // the session sees it in the replica
            break;
    }
    return {};
}

/// A commit put together from two connections may be wrong through no fault of this peer, and one
/// that was sent before this node left a branch may follow another commit than the one held now.
Status Incoming::refuse(const Source& source, const Assembly& assembly, Error error) {
    if (error.code == admission_incomplete) {  // the order to erase is on its way here
        return settle(source, assembly, Offered::kept_aside, 0);
    }
    const bool is_excused = assembly.resumed || progress_[source.log].restarting;
    if (is_excused && error.code.kind() == ErrorKind::refused) {
        ask_again(source.log);
        return {};
    }
    return error;
}

void Incoming::durable() {
    while (!undurable_.empty() && undurable_.front().sequence <= replica_.durable_sequence()) {
        undurable_bytes_ -= undurable_.front().bytes;
        undurable_.pop_front();
    }
    grow_window();
}

void Incoming::moved(const LogId& log) {
    if (const auto found = index_of_.find(log); found != index_of_.end()) {
        unacknowledged_.insert(found->second);
    }
    if (const auto found = progress_.find(log); found != progress_.end()) {
        update_lacking(log, found->second);
        if (found->second.stalled) {
            found->second.stalled = false;
            ask_again(log);
        }
    }
}

void Incoming::roster_grew() {
    for (auto place = progress_.begin(); place != progress_.end();) {
        const LogId log = place->first;
        if (!carriage_.exchanges(place->second.descriptor, log)) {
            stop(log);
            place = progress_.erase(place);
            continue;
        }
        if (place->second.stalled) {
            place->second.stalled = false;
            ask_again(log);
        }
        if (const auto end = end_of(place->second.descriptor, log, replica_.roster())) {
            place->second.peer = std::min(place->second.peer, end->number);
        }
        update_lacking(log, place->second);
        ++place;
    }
}

void Incoming::stop(const LogId& log) {
    to_want_.erase(log);
    if (lacking_.erase(log) > 0) {
        replica_.exchange().release(log, session_);
    }
    replica_.exchange().drop_half(log);
    if (const auto found = progress_.find(log); found != progress_.end()) {
        found->second = {found->second.descriptor, {}, {}, false, false, true};
    }
}

std::optional<message::Want> Incoming::want(SteadyTime now) {
    wanted_ = now;
    message::Want out;
    Exchange& exchange = replica_.exchange();
    for (auto log = to_want_.begin();
         log != to_want_.end() && out.logs.size() < message::wants_most;) {
        const auto tip = replica_.accepted_tip(*log);
        Progress& progress = progress_[*log];
        const bool lacks = tip && tip->number < progress.peer;
        // A want says what is held, durably: it waits for what is still being written.
        const Head* durable = replica_.heads().find(*log);
        const bool written =
            tip && tip->number == (durable == nullptr ? CommitNumber{} : durable->number);
        if (!written || (lacks && !exchange.claim(*log, session_, now))) {
            ++log;
            continue;
        }
        const CommitNumber from = tip->number.next();
        out.logs.push_back({*log, from, tip->number.value > 0 ? prefix_of(tip->hash) : HashPrefix{},
                            exchange.half_size(*log, from)});
        progress.subscribed = true;
        log = to_want_.erase(log);
    }
    return out.logs.empty() ? std::nullopt : std::optional(std::move(out));
}

std::optional<SteadyTime> Incoming::want_due(std::int64_t retry_ms) const {
    return to_want_.empty() ? std::nullopt : std::optional(SteadyTime{wanted_.ms + retry_ms});
}

std::optional<SteadyTime> Incoming::acknowledge_due() const {
    if (limit_now() >= granted_ + window_ / 4) {
        return now_;
    }
    if (unacknowledged_.empty()) {
        return std::nullopt;
    }
    const SteadyTime since = unacknowledged_since_.value_or(now_);
    return SteadyTime{since.ms + limits_.acknowledge_ms};
}

std::optional<message::Acknowledge> Incoming::acknowledge(SteadyTime now, bool in_passing) {
    now_ = now;
    if (!unacknowledged_.empty() && !unacknowledged_since_) {
        unacknowledged_since_ = now;
    }
    const auto due = acknowledge_due();
    const bool has_any = !unacknowledged_.empty();
    if (!due || (now < *due && !(in_passing && has_any))) {
        return std::nullopt;
    }
    message::Acknowledge out;
    granted_ = std::max(granted_, limit_now());
    out.credit = granted_;
    while (!unacknowledged_.empty() && out.logs.size() < message::acknowledged_most) {
        const std::uint32_t index = *unacknowledged_.begin();
        unacknowledged_.erase(unacknowledged_.begin());
        if (const auto head = replica_.counted_head(sources_[index].log)) {
            out.logs.push_back({index, head->number, prefix_of(head->hash)});
        }
    }
    unacknowledged_since_.reset();
    return out;
}

bool Incoming::is_behind() const {
    const bool assembling = std::any_of(lanes_.begin(), lanes_.end(),
                                        [](const Assembly& lane) { return lane.left > 0; });
    return assembling || !lacking_.empty() || !undurable_.empty() || !unacknowledged_.empty();
}

}  // namespace entrepot::replication
