// What a session does with each part of a message, and what it passes on of forks and receipts.
#include <algorithm>

#include "replication/sync/session_core.hpp"

namespace entrepot::replication {
namespace {

Error out_of_place(const char* what) {
    return {session_unexpected, std::string(what) + " out of place"};
}

bool is_code_name(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
    });
}

}  // namespace

Status ControlBudget::spend(SteadyTime now) {
    const std::int64_t earned = (now.ms - last_.ms) * per_second / 1000;
    left_ = std::min(most, left_ + earned);
    last_ = now;
    if (left_-- <= 0) {
        return Error{session_flood, "more messages than a session takes"};
    }
    return {};
}

Status Session::Core::receive(ByteView bytes, SteadyTime now) {
    ++counters.messages_in;
    counters.bytes_in += bytes.size();
    heard = now;
    if (bytes.size() > message_limit) {
        return Error{session_oversized, "message of " + std::to_string(bytes.size()) + " bytes"};
    }
    WireReader in(bytes);
    if (message::read_varint(in) != received + 1 || !in.ok()) {
        return Error{session_sequence, "a message is missing, repeated or out of order"};
    }
    ++received;
    do {
        TRY_ASSIGN(const message::Part part, message::read_part(in));
        if (live) {
            follow_branches();  // another session may have left one since the last message
        }
        TRY(dispatch(part, now));
    } while (!in.rest().empty());
    if (live) {
        follow();
    }
    note_owed(now);
    return failure ? Status(*failure) : Status();
}

Status Session::Core::dispatch(const message::Part& part, SteadyTime now) {
    const bool is_credited = std::holds_alternative<message::Frame>(part) ||
                             std::holds_alternative<message::Acknowledge>(part);
    if (!is_credited) {
        TRY(budget.spend(now));
    }
    return std::visit([&](const auto& one) { return take(one, now); }, part);
}

Status Session::Core::take(const message::Hello& part, SteadyTime) {
    TRY(handshake.receive(part));
    if (handshake.own().role == Role::accepted) {
        queue(handshake.own());
    }
    queue(handshake.prove());
    const auto shared = replica.roster().shared_with(part.roster_length, part.roster_head);
    peer_roster = shared.value_or(part.roster_length);
    return {};
}

Status Session::Core::take(const message::Proof& part, SteadyTime) {
    TRY(handshake.receive(part));
    return go_on();
}

/// After a proof or roster entries: looks whether the next state is reached.
Status Session::Core::go_on() {
    TRY(handshake.look_again());
    if (!handshake.is_proven() || live) {
        return {};
    }
    state = SessionState::roster;
    if (replica.roster().length() >= handshake.peer_roster()) {
        go_live();
    }
    return {};
}

Status Session::Core::take(const message::RosterEntries& part, SteadyTime) {
    const bool awaited =
        handshake.has_hello() && (live || replica.roster().length() < handshake.peer_roster());
    if (!awaited && state != SessionState::roster) {
        return out_of_place("roster entries");
    }
    std::vector<Bytes> entries;
    for (const ByteView entry : part.entries) {
        entries.emplace_back(entry.begin(), entry.end());
    }
    const RosterLength end{part.before_first.value + entries.size()};
    TRY(take_entries(part.before_first, entries));
    if (!roster_intake.pending()) {
        peer_roster = std::max(peer_roster, end);
    }
    return go_on();
}

/// What differs must settle the fork once it is as long as the peer's hello told; what comes to a
/// live peer may have more to come.
Status Session::Core::take_entries(RosterLength before_first, const std::vector<Bytes>& entries) {
    TRY(roster_intake.take(before_first, entries));
    const auto pending = roster_intake.pending();
    const bool is_all = pending && !live && *pending >= handshake.peer_roster();
    return is_all ? Status(roster_intake.forked()) : Status();
}

Status Session::Core::take(const message::Fork& part, SteadyTime) {
    if (!live) {
        return out_of_place("proof of a fork");
    }
    TRY_ASSIGN(ForkProof proof, ForkProof::decode(part.proof));
    const LogId log = proof.descriptor.id();
    const CommitNumber number = proof.number();
    TRY(replica.offer_fork(std::move(proof)));
    // The peer has ended its streams of this log; so does this side, and both begin anew.
    if (live->note_fork(log, number)) {
        live->outgoing.stop(log);
        live->incoming.stop(log);
        live->heads.request();
    }
    return {};
}

/// The peer holds another commit than ours at this number: together they prove a fork.
Status Session::Core::take(const message::Claim& part, SteadyTime) {
    if (!live) {
        return out_of_place("claim");
    }
    const LogId log = part.descriptor.id();
    const CommitNumber number = read_header(part.header).number;
    const Head* held = replica.heads().find(log);
    if (held == nullptr || number.value == 0 || number > held->number ||
        !live->carriage.exchanges(part.descriptor, log)) {
        return {};
    }
    TRY_ASSIGN(const Bytes own, replica.reader().read(log, number));
    if (commit_hash(own) == commit_hash(part.header)) {
        // Of a log that has forked, this node has left the branch that the peer was told of. Of
        // another the peer saw another hash than was sent: what it knows of us is wrong.
        return replica.is_forked(log)
                   ? Status()
                   : Error{session_unexpected, "a claim of the very commit that is held"};
    }
    return replica.offer_claim(ForkProof::of(part.descriptor, own, part.header))
               ? Status()
               : Status(Error{fork_unproven, "a claim that is not signed by the log's writer"});
}

Status Session::Core::take(const message::Digest& part, SteadyTime) {
    return live ? live->heads.receive(part) : Status(out_of_place("digest of heads"));
}

Status Session::Core::take(const message::Buckets& part, SteadyTime) {
    return live ? live->heads.receive(part) : Status(out_of_place("bucket digests"));
}

Status Session::Core::take(const message::HeadList& part, SteadyTime) {
    return live ? live->heads.receive(part) : Status(out_of_place("list of heads"));
}

Status Session::Core::take(const message::Want& part, SteadyTime) {
    if (!live) {
        return out_of_place("want");
    }
    for (const message::WantedLog& wanted : part.logs) {
        TRY(live->outgoing.want(wanted));
    }
    return {};
}

Status Session::Core::take(const message::Acknowledge& part, SteadyTime now) {
    return live ? live->outgoing.acknowledge(part, now) : Status(out_of_place("acknowledgement"));
}

Status Session::Core::take(const message::Check& part, SteadyTime) {
    if (!live || reply) {
        return out_of_place("check");
    }
    reply = message::CheckReply{part.roster_length == replica.roster().length() &&
                                part.digest == digest_of(live->carriage.heads())};
    return {};
}

Status Session::Core::take(const message::CheckReply& part, SteadyTime) {
    if (!check_pending) {
        return out_of_place("reply to a check");
    }
    check_pending = false;
    check_equal = part.equal;
    ++counters.round_trips;
    if (!part.equal) {
        live->heads.request();
    }
    return {};
}

Status Session::Core::take(const message::Frame& part, SteadyTime now) {
    if (!live) {
        return out_of_place("frame");
    }
    return live->incoming.frame(part, now);
}

Status Session::Core::take(const message::ReceiptsHeld& part, SteadyTime) {
    if (!live || live->asked_receipts) {
        return out_of_place("list of receipts");
    }
    live->asked_receipts = true;
    for (const auto& place : part.places) {
        live->peer_receipts[{place.node, place.compartment}] = place.time;
    }
    return {};
}

Status Session::Core::take(const message::SignedReceipt& part, SteadyTime) {
    if (!live) {
        return out_of_place("receipt");
    }
    TRY_ASSIGN(Receipt receipt, Receipt::decode(part.bytes));
    HybridTime& held = live->peer_receipts[receipt.place()];
    held = std::max(held, receipt.time);
    if (!live->carriage.carries(receipt.compartment)) {
        return {};
    }
    const auto offered = replica.offer_receipt(std::move(receipt));
    // Between two rosters of different length a node may be withdrawn, or not known yet.
    const bool excused = !offered && offered.error().code.kind() != ErrorKind::refused;
    return offered || excused ? Status() : Status(offered.error());
}

Status Session::Core::take(const message::Bye& part, SteadyTime) {
    if (!is_code_name(part.reason)) {
        return Error{session_malformed, "a farewell without a code"};
    }
    return Error{session_ended, part.reason};
}

bool Session::Core::Live::note_fork(const LogId& log, CommitNumber number) {
    const auto [noted, is_first] = forks.try_emplace(log, number);
    const bool is_news = is_first || number < noted->second;
    noted->second = std::min(noted->second, number);
    return is_news;
}

/// Passes on proofs that the peer has not been seen to hold; their logs leave the exchange. One
/// that shows an earlier difference follows the first: by the first alone, whoever is on a branch
/// that parts before it could not tell.
void Session::Core::follow_forks() {
    if (replica.proof_count() == live->proofs_seen) {
        return;
    }
    live->proofs_seen = replica.proof_count();
    for (const ForkProof& proof : replica.forks()) {
        const LogId log = proof.descriptor.id();
        if (!live->note_fork(log, proof.number()) ||
            !live->carriage.carries(proof.descriptor.compartment)) {
            continue;
        }
        queue_later(message::Fork{proof.encode()});
        live->outgoing.stop(log);
        live->incoming.stop(log);
        live->heads.request();
    }
}

/// Logs that left their branch are compared anew; so is all when a log became known of which
/// nothing counts.
void Session::Core::follow_branches() {
    const Exchange& exchange = replica.exchange();
    for (; live->rewound < exchange.rewound_end(); ++live->rewound) {
        const LogId& log = exchange.rewound(live->rewound);
        live->outgoing.stop(log);
        live->incoming.stop(log);
        live->heads.leave_out(log);
        live->heads.request();
    }
    if (live->known != replica.known_count()) {
        live->known = replica.known_count();
        live->heads.request();
    }
}

/// Once heads were compared: of whom a receipt is kept here, and of when.
void Session::Core::tell_receipts() {
    if (live->told_receipts || !live->heads.is_valid()) {
        return;
    }
    live->told_receipts = true;
    message::ReceiptsHeld held;
    for (const auto& [place, receipt] : replica.receipts()) {
        if (live->carriage.carries(place.compartment) &&
            held.places.size() < message::receipts_most) {
            held.places.push_back({place.node, place.compartment, receipt.time});
        }
    }
    queue_later(held);
}

/// Receipts that the peer has no newer one of. Roster and receipts go before everything else.
void Session::Core::follow_receipts() {
    tell_receipts();
    if (!live->asked_receipts || live->receipts_seen == replica.receipt_count() + 1) {
        return;
    }
    bool all_sent = true;
    for (const auto& [place, receipt] : replica.receipts()) {
        HybridTime& held = live->peer_receipts[place];
        const bool is_news = held < receipt.time && live->carriage.carries(place.compartment) &&
                             !replica.roster().is_revoked(place.node);
        if (is_news && receipt.roster_length > peer_roster) {
            all_sent = false;  // once the peer has the roster that its maker had
        } else if (is_news) {
            held = receipt.time;
            const Bytes bytes = receipt.encode();
            queue_later(message::SignedReceipt{bytes});
        }
    }
    live->receipts_seen = all_sent ? replica.receipt_count() + 1 : 0;
}

}  // namespace entrepot::replication
