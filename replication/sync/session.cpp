#include "replication/sync/session.hpp"

#include <algorithm>

#include "crypto/base/ensure.hpp"
#include "replication/sync/session_core.hpp"

namespace entrepot::replication {
namespace {

/// A message takes no further part once it has this many bytes; a frame may still follow.
constexpr std::size_t message_full = 64 * 1024;
constexpr std::int64_t claim_retry_ms = 1000;
/// A void round is followed by one of the peer; if none comes, by one of ours.
constexpr std::int64_t void_ms = 10'000;
/// So long may something be lacking and nothing move before another round asks how things are.
constexpr std::int64_t behind_ms = 20'000;

}  // namespace

Session::Core::Live::Live(Replica& replica, const NodeId& peer, const SessionLimits& limits,
                          SessionCounters& counters)
    : carriage(replica, peer),
      outgoing(replica, carriage, limits, counters),
      incoming(replica, carriage, outgoing, limits, counters),
      heads(replica, carriage, outgoing, incoming),
      roster_length(replica.roster().length()),
      moved(replica.exchange().moved_end()),
      rewound(replica.exchange().rewound_end()),
      known(replica.known_count()) {}

Session::Core::Core(Replica& shared, const SessionSelf& self,
                    const crypto::TransportPublicKey& peer, Role role, crypto::Entropy& entropy,
                    SteadyTime now, const SessionLimits& bounds)
    : replica(shared),
      limits(bounds),
      handshake(shared, self, peer, role, entropy),
      settled_seen(shared.settled_count()),
      budget(now),
      started(now),
      heard(now) {
    if (role == Role::dialled) {
        queue(handshake.own());
    }
}

void Session::Core::queue(const message::Part& part) {
    WireWriter out;
    message::write_part(out, part);
    parts.push_back(out.take());
}

/// What makes sense only to a live peer with a roster as long as ours.
void Session::Core::queue_later(const message::Part& part) {
    WireWriter out;
    message::write_part(out, part);
    later.push_back(out.take());
}

Status Session::Core::fail(Error error) {
    failure = error;
    state = SessionState::ended;
    return error;
}

void Session::Core::go_live() {
    live.emplace(replica, handshake.peer(), limits, counters);
    state = SessionState::live;
    follow_forks();
    live->heads.request();
}

void Session::Core::follow() {
    follow_roster();
    follow_forks();
    follow_heads();
    follow_receipts();
}

void Session::Core::follow_roster() {
    if (replica.roster().length() == live->roster_length) {
        return;
    }
    live->roster_length = replica.roster().length();
    if (replica.roster().is_revoked(handshake.peer())) {
        failure = Error{session_revoked, "peer was revoked while connected"};
        return;
    }
    live->outgoing.roster_grew();
    live->incoming.roster_grew();
    live->heads.request();
}

void Session::Core::follow_heads() {
    follow_branches();
    live->incoming.durable();
    Exchange& exchange = replica.exchange();
    if (live->moved != exchange.moved_end()) {
        std::optional<std::set<LogId>> logs = exchange.moved_since(live->moved);
        if (!logs) {
            logs.emplace();
            for (const auto& [log, head] : replica.heads().all()) {
                logs->insert(log);
            }
        }
        const bool may_open = live->heads.is_valid() && !live->heads.is_under_way();
        for (const LogId& log : *logs) {
            live->incoming.moved(log);
            live->outgoing.moved(log, may_open);
        }
        live->moved = exchange.moved_end();
    }
    if (live->rounds_seen != live->heads.valid_rounds()) {
        counters.round_trips += live->heads.valid_rounds() - live->rounds_seen;
        live->rounds_seen = live->heads.valid_rounds();
        for (const auto& [log, head] : replica.heads().all()) {
            live->outgoing.moved(log, true);
        }
    }
    for (Bytes& claim : live->outgoing.take_claims()) {
        later.push_back(std::move(claim));
    }
}

void Session::Core::follow_settlement() {
    if (settled_seen != replica.settled_count()) {
        settled_seen = replica.settled_count();
        peer_roster = std::min(peer_roster, replica.settled_from());
    }
}

/// Entries that the peer lacks, as many as fit one message, at least one.
void Session::Core::write_roster(WireWriter& out) {
    const RosterLength durable = replica.durable_roster_length();
    if (!handshake.is_proven() || peer_roster >= durable) {
        return;
    }
    message::RosterEntries page{peer_roster, {}};
    std::size_t size = 0;
    const auto& entries = replica.roster().entries();
    while (peer_roster < durable && page.entries.size() < message::entries_most &&
           size < message_full) {
        page.entries.push_back(entries[peer_roster.value]);
        size += page.entries.back().size();
        ++peer_roster.value;
    }
    message::write_part(out, page);
}

void Session::Core::write_live(WireWriter& out, SteadyTime now) {
    follow_heads();
    while (!later.empty() && out.size() < message_full) {
        out.raw(later.front());
        later.pop_front();
    }
    while (later.empty() && out.size() < message_full && live->heads.write_next(out)) {}
    follow_heads();
    if (const auto want = out.size() < message_full ? live->incoming.want(now) : std::nullopt) {
        message::write_part(out, *want);
    }
    if (check_due) {
        message::write_part(
            out, message::Check{replica.roster().length(), digest_of(live->carriage.heads())});
        check_due = false;
        check_pending = true;
    }
    if (reply) {
        message::write_part(out, *reply);
        reply.reset();
    }
    write_frame(out, now);
}

/// A frame if there is one, and what is to be acknowledged in passing or is due.
void Session::Core::write_frame(WireWriter& out, SteadyTime now) {
    Bytes content;
    std::optional<message::Frame> frame;
    const bool idle = out.size() <= 10 && parts.empty();
    if (out.size() < message_full) {
        auto made = live->outgoing.frame(content, limits.frame_most, now);
        if (!made) {
            failure = made.error();
            return;
        }
        frame = *made;
    }
    if (const auto told = live->incoming.acknowledge(now, frame.has_value() || !idle)) {
        message::write_part(out, *told);
    }
    if (frame) {
        message::write_part(out, *frame);
    }
}

std::optional<Bytes> Session::Core::compose(SteadyTime now) {
    follow_settlement();
    WireWriter out;
    message::write_varint(out, sent + 1);
    const std::size_t empty = out.size();
    while (!parts.empty() && out.size() < message_full) {
        out.raw(parts.front());
        parts.pop_front();
    }
    if (out.size() < message_full) {
        write_roster(out);
    }
    // Frames rest on a roster at least as long as their authors': entries go first.
    const bool roster_sent = peer_roster >= replica.durable_roster_length();
    if (live && parts.empty() && roster_sent && out.size() < message_full) {
        write_live(out, now);
    }
    if (failure || out.size() == empty) {
        return std::nullopt;
    }
    ++sent;
    ++counters.messages_out;
    counters.bytes_out += out.size();
    note_owed(now);
    return out.take();
}

bool Session::Core::is_owed() const {
    if (!live) {
        return state == SessionState::roster;
    }
    return check_pending || live->outgoing.awaits_peer() || live->incoming.awaits_peer() ||
           live->heads.is_under_way();
}

bool Session::Core::is_void() const {
    return live && !live->heads.is_valid() && !live->heads.is_under_way();
}

bool Session::Core::is_behind() const {
    return live && live->heads.is_valid() && !live->heads.is_under_way() &&
           (live->outgoing.is_behind() || live->incoming.is_behind());
}

/// What one side believes of the other can be wrong after a broken exchange: when nothing moves for
/// a while, another round says how things are.
void Session::Core::note_behind(SteadyTime now) {
    const std::uint64_t moved = counters.commits_in + counters.commits_out + counters.acknowledged;
    if (!is_behind()) {
        behind_since.reset();
    } else if (!behind_since || moved != moved_then) {
        behind_since = now;
        moved_then = moved;
    }
}

void Session::Core::note_owed(SteadyTime now) {
    note_behind(now);
    if (!is_void()) {
        void_since.reset();
    } else if (!void_since) {
        void_since = now;
    }
    if (!is_owed()) {
        owed_since.reset();
    } else if (!owed_since) {
        owed_since = now;
    }
}

Status Session::Core::tick(SteadyTime now) {
    if (failure) {
        return *failure;
    }
    if (state == SessionState::hello && now.ms >= started.ms + limits.hello_ms) {
        return Error{session_hello_timeout, "peer did not prove itself in time"};
    }
    note_owed(now);
    if (owed_since && now.ms >= std::max(owed_since->ms, heard.ms) + limits.stall_ms) {
        return Error{session_stalled, "peer owes an answer and is silent"};
    }
    if (void_since && now.ms >= void_since->ms + void_ms) {
        live->heads.request();
        note_owed(now);
    }
    if (behind_since && now.ms >= behind_since->ms + behind_ms) {
        live->heads.request();
        behind_since.reset();
        note_owed(now);
    }
    return {};
}

std::optional<SteadyTime> Session::Core::next_deadline() const {
    std::optional<SteadyTime> out;
    const auto consider = [&](SteadyTime time) { out = out ? std::min(*out, time) : time; };
    if (failure) {
        consider(heard);
    }
    if (state == SessionState::hello) {
        consider({started.ms + limits.hello_ms});
    }
    if (owed_since) {
        consider({std::max(owed_since->ms, heard.ms) + limits.stall_ms});
    }
    if (void_since) {
        consider({void_since->ms + void_ms});
    }
    if (behind_since) {
        consider({behind_since->ms + behind_ms});
    }
    if (live) {
        if (const auto due = live->incoming.acknowledge_due()) {
            consider(*due);
        }
        if (const auto due = live->incoming.want_due(claim_retry_ms)) {
            consider(*due);
        }
    }
    return out;
}

Session::Session(Replica& replica, const SessionSelf& self, const crypto::TransportPublicKey& peer,
                 Role role, crypto::Entropy& entropy, SteadyTime now, SessionLimits limits)
    : core_(std::make_unique<Core>(replica, self, peer, role, entropy, now, limits)) {}
Session::~Session() = default;

Status Session::receive(ByteView message, SteadyTime now) {
    if (core_->state == SessionState::ended) {
        return core_->failure ? *core_->failure : Error{session_ended, "the session is over"};
    }
    Status status = core_->receive(message, now);
    return status ? std::move(status) : core_->fail(std::move(status).error());
}

std::optional<Bytes> Session::next_message(SteadyTime now) {
    return core_->state == SessionState::ended || core_->failure ? std::nullopt
                                                                 : core_->compose(now);
}

Status Session::tick(SteadyTime now) {
    Status status = core_->tick(now);
    return status ? std::move(status) : core_->fail(std::move(status).error());
}

std::optional<SteadyTime> Session::next_deadline() const {
    return core_->next_deadline();
}

void Session::durable(SteadyTime now) {
    if (core_->live && core_->state != SessionState::ended) {
        core_->follow();
        core_->note_owed(now);
    }
}

void Session::check(SteadyTime now) {
    core_->check_equal = false;
    core_->check_due = !core_->check_pending;
    core_->note_owed(now);
}

bool Session::check_answered() const {
    return core_->check_equal && !core_->check_pending && !core_->check_due;
}

Bytes Session::farewell(const ErrorCode& reason) {
    WireWriter out;
    message::write_varint(out, ++core_->sent);
    message::write_part(out,
                        message::Bye{std::string(reason.name().substr(0, message::reason_most))});
    core_->state = SessionState::ended;
    ++core_->counters.messages_out;
    core_->counters.bytes_out += out.size();
    return out.take();
}

bool Session::deserves_ban(const ErrorCode& code) {
    if (code == session_proof) {
        return true;
    }
    return code.kind() == ErrorKind::refused && code != session_protocol && code != session_role &&
           code != roster_forked;
}

SessionState Session::state() const {
    return core_->state;
}

bool Session::in_sync() const {
    const Core& core = *core_;
    return core.state == SessionState::live && core.live && core.live->heads.is_valid() &&
           !core.live->heads.is_under_way() && !core.live->outgoing.is_behind() &&
           !core.live->incoming.is_behind() && core.parts.empty() && core.later.empty() &&
           core.peer_roster >= core.replica.roster().length();
}

std::optional<NodeId> Session::peer() const {
    return core_->handshake.is_proven() ? std::optional(core_->handshake.peer()) : std::nullopt;
}

const SessionCounters& Session::counters() const {
    return core_->counters;
}

}  // namespace entrepot::replication
