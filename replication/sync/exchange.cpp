#include "replication/sync/exchange.hpp"

#include <algorithm>

namespace entrepot::replication {

void Exchange::note_moved(const LogId& log) {
    if (moved_.size() >= moved_most) {
        const std::size_t oldest = moved_most / 2;
        moved_.erase(moved_.begin(), moved_.begin() + oldest);
        moved_base_ += oldest;
    }
    moved_.push_back(log);
}

std::optional<std::set<LogId>> Exchange::moved_since(std::uint64_t cursor) const {
    if (cursor < moved_base_) {
        return std::nullopt;
    }
    const auto first = moved_.begin() + static_cast<std::ptrdiff_t>(cursor - moved_base_);
    return std::set<LogId>(first, moved_.end());
}

void Exchange::note_rewound(const LogId& log, CommitNumber to) {
    rewound_.push_back(log);
    for (auto& [peer, logs] : acknowledged_) {
        if (const auto held = logs.find(log); held != logs.end()) {
            held->second = std::min(held->second, to);
        }
    }
}

void Exchange::note_lacking(const NodeId& peer, const LogId& log, CommitNumber number) {
    const auto of_peer = acknowledged_.find(peer);
    if (of_peer == acknowledged_.end()) {
        return;
    }
    const auto held = of_peer->second.find(log);
    if (held != of_peer->second.end() && held->second >= number) {
        held->second = {number.value - 1};
    }
}

bool Exchange::claim(const LogId& log, SessionNumber session, SteadyTime now) {
    const auto [place, is_new] = claims_.try_emplace(log, Claim{session, now});
    const bool expired = place->second.renewed.ms + claim_ms < now.ms;
    if (!is_new && place->second.session != session && !expired) {
        return false;
    }
    place->second = {session, now};
    return true;
}

void Exchange::release(const LogId& log, SessionNumber session) {
    const auto found = claims_.find(log);
    if (found != claims_.end() && found->second.session == session) {
        claims_.erase(found);
    }
}

void Exchange::release_all(SessionNumber session) {
    std::erase_if(claims_, [&](const auto& claim) { return claim.second.session == session; });
}

std::size_t Exchange::half_size(const LogId& log, CommitNumber number) {
    const auto found = halves_.find(log);
    if (found == halves_.end()) {
        return 0;
    }
    if (found->second.number != number) {
        drop_half(log);
        return 0;
    }
    return found->second.wire.size();
}

std::optional<Bytes> Exchange::take_half(const LogId& log, CommitNumber number, std::size_t size) {
    if (half_size(log, number) < size) {
        return std::nullopt;
    }
    Bytes out = std::move(halves_.at(log).wire);
    half_bytes_ -= out.size();
    halves_.erase(log);
    out.resize(size);
    return out;
}

void Exchange::keep_half(const LogId& log, HalfCommit half) {
    if (half.wire.size() <= half_size(log, half.number)) {
        return;
    }
    drop_half(log);
    if (half_bytes_ + half.wire.size() > limits_.partial_in_all) {
        return;
    }
    half_bytes_ += half.wire.size();
    halves_.emplace(log, std::move(half));
}

void Exchange::drop_half(const LogId& log) {
    if (const auto found = halves_.find(log); found != halves_.end()) {
        half_bytes_ -= found->second.wire.size();
        halves_.erase(found);
    }
}

std::uint64_t Exchange::borrow_credit(std::uint64_t wanted) {
    const std::uint64_t left =
        limits_.credit_in_all - std::min(credit_lent_, limits_.credit_in_all);
    const std::uint64_t given = std::min(wanted, left);
    credit_lent_ += given;
    return given;
}

void Exchange::note_acknowledged(const NodeId& peer, const LogId& log, CommitNumber number) {
    CommitNumber& held = acknowledged_[peer][log];
    held = std::max(held, number);
}

CommitNumber Exchange::acknowledged(const NodeId& peer, const LogId& log) const {
    const auto of_peer = acknowledged_.find(peer);
    if (of_peer == acknowledged_.end()) {
        return {};
    }
    const auto found = of_peer->second.find(log);
    return found == of_peer->second.end() ? CommitNumber{} : found->second;
}

}  // namespace entrepot::replication
