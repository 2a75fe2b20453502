#include "replication/bundle/bundle_intake.hpp"

#include <algorithm>

namespace entrepot::replication {

const NodeCertificate* BundleIntake::sender() const {
    for (const NodeCertificate* node : replica_.roster().nodes()) {
        if (node->identity.sign == header_.sender) {
            return node;
        }
    }
    return nullptr;
}

Status BundleIntake::check_sender() {
    if (header_.administration != replica_.roster().administration()) {
        return Error{bundle_other_administration, "this bundle is of another administration"};
    }
    if (roster_.pending()) {
        return roster_.forked();
    }
    is_sender_known_ = is_sender_known_ || sender() != nullptr;
    if (!is_sender_known_) {
        return Error{bundle_unknown_sender, "this bundle was made by a node without certificate"};
    }
    return {};
}

Status BundleIntake::take(const BundleItem& item) {
    // Entries prove themselves, and may bring the sender's certificate.
    const bool is_roster = std::holds_alternative<BundleRoster>(item) &&
                           header_.administration == replica_.roster().administration();
    if (!is_roster) {
        TRY(check_sender());
    }
    return std::visit([this](const auto& what) { return judge(what); }, item);
}

/// Only what is wrong with the bytes is the item's fault; a disk that fails ends the import.
Status BundleIntake::refuse(Error error) {
    const ErrorKind kind = error.code.kind();
    if (kind == ErrorKind::storage) {
        return error;
    }
    ++report_.refused;
    if (!report_.first_refusal) {
        report_.first_refusal = std::move(error);
    }
    return {};
}

Status BundleIntake::judge(const BundleRoster& item) {
    const std::uint64_t before = replica_.roster().length().value;
    Status taken = roster_.take(item.before_first, item.entries);
    report_.roster_entries += replica_.roster().length().value - before;
    return taken;
}

Status BundleIntake::judge(const BundleCommit& item) {
    if (!replica_.may_carry(replica_.self(), item.log.compartment)) {
        ++report_.not_carried;
        return {};
    }
    if (refused_logs_.contains(item.log.id())) {
        ++report_.refused;  // what follows a commit that is not right cannot count either
        return {};
    }
    const auto offered = replica_.offer(item.log, item.bytes);
    if (!offered) {
        refused_logs_.insert(item.log.id());
        return refuse(offered.error());
    }
    count(*offered, item);
    return {};
}

void BundleIntake::count(Offered offered, const BundleCommit& item) {
    switch (offered) {
        case Offered::queued:
            ++report_.added;
            return;
        case Offered::duplicate:
            ++report_.already_here;
            return;
        case Offered::quarantined:
            ++report_.quarantined;
            return;
        case Offered::forked:
            ++report_.stopped;
            return;
        case Offered::no_room:
            ++report_.no_room;
            return;
        case Offered::kept_aside:
            break;
    }
    ++report_.waiting;
    const CommitNumber number = read_header(item.bytes).number;
    const auto [place, is_new] =
        waiting_.try_emplace(item.log.id(), Waiting{item.log, number, number});
    place->second.first = std::min(place->second.first, number);
    place->second.last = std::max(place->second.last, number);
}

Status BundleIntake::judge(const BundleReceipt& item) {
    auto receipt = Receipt::decode(item.bytes);
    if (!receipt) {
        return refuse(std::move(receipt).error());
    }
    if (!replica_.may_carry(replica_.self(), receipt->compartment)) {
        return {};
    }
    const auto offered = replica_.offer_receipt(*std::move(receipt));
    // Its maker may be withdrawn by now, or not known yet: honest, and of no use.
    if (!offered && offered.error().code.kind() == ErrorKind::refused) {
        return refuse(offered.error());
    }
    report_.receipts += offered && *offered ? 1 : 0;
    return {};
}

Status BundleIntake::judge(const BundleFork& item) {
    auto proof = ForkProof::decode(item.proof);
    if (!proof) {
        return refuse(std::move(proof).error());
    }
    const auto offered = replica_.offer_fork(*std::move(proof));
    return offered ? Status() : refuse(offered.error());
}

Status BundleIntake::judge(const BundleContents& item) {
    for (const BundleRange& range : item.ranges) {
        if (replica_.may_carry(replica_.self(), range.log.compartment)) {
            const auto [place, is_new] = contents_.try_emplace(range.log.id(), range);
            place->second.first = std::min(place->second.first, range.first);
            place->second.last = std::max(place->second.last, range.last);
        }
    }
    return {};
}

Status BundleIntake::judge(const BundleLog& item) {
    if (replica_.may_carry(replica_.self(), item.log.compartment)) {
        static_cast<void>(replica_.learn(item.log));
    }
    return {};
}

std::vector<BundleRange> BundleIntake::missing() const {
    std::vector<BundleRange> out;
    std::map<LogId, BundleRange> wanted = contents_;
    for (const auto& [log, waiting] : waiting_) {
        const auto [place, is_new] =
            wanted.try_emplace(log, BundleRange{waiting.log, waiting.first, waiting.last});
        place->second.last = std::max(place->second.last, waiting.last);
    }
    for (const auto& [log, range] : wanted) {
        const auto tip = replica_.accepted_tip(log);
        const auto end = end_of(range.log, log, replica_.roster());
        const CommitNumber next = tip ? tip->number.next() : CommitNumber{1};
        CommitNumber last = end ? std::min(range.last, end->number) : range.last;
        const auto waiting = waiting_.find(log);
        if (waiting != waiting_.end() && next < waiting->second.first &&
            waiting->second.last >= last) {
            last = {waiting->second.first.value - 1};
        }
        if (next <= last && !replica_.is_stopped(log)) {
            out.push_back({range.log, next, last});
        }
    }
    return out;
}

}  // namespace entrepot::replication
