#include "replication/bundle/bundle_choice.hpp"

#include <algorithm>

namespace entrepot::replication {
namespace {

/// Entries at most this many bytes together, so that an item stays within its limit.
constexpr std::size_t roster_bytes = 512 * 1024;

struct Recipients {
    std::span<const KnownHolding> known;
    std::vector<Carriage> carriages;  ///< in the same order

    Recipients(const Replica& replica, std::span<const KnownHolding> all) : known(all) {
        for (const KnownHolding& recipient : all) {
            carriages.emplace_back(replica, recipient.node);
        }
    }
    bool any_carries(const CompartmentId& compartment) {
        return std::any_of(carriages.begin(), carriages.end(),
                           [&](Carriage& each) { return each.carries(compartment); });
    }
};

struct ChosenLog {
    Lane lane;
    BundleRange range;
};

void add_roster(const Roster& roster, std::span<const KnownHolding> recipients, BundlePlan& plan) {
    RosterLength known = roster.length();
    for (const KnownHolding& recipient : recipients) {
        known = std::min(known, roster.surely_shared(recipient.roster_length));
    }
    BundleRoster item{known, {}};
    std::size_t size = 0;
    for (std::size_t i = known.value; i < roster.entries().size(); ++i) {
        const Bytes& entry = roster.entries()[i];
        if (size + entry.size() > roster_bytes && !item.entries.empty()) {
            plan.first.push_back(std::move(item));
            item = {{i}, {}};
            size = 0;
        }
        item.entries.push_back(entry);
        size += entry.size();
    }
    if (!item.entries.empty()) {
        plan.first.push_back(std::move(item));
    }
}

void add_receipts(const Replica& replica, Recipients& recipients, BundlePlan& plan) {
    for (const auto& [place, receipt] : replica.receipts()) {
        if (recipients.any_carries(place.compartment) && !replica.roster().is_revoked(place.node)) {
            plan.first.push_back(BundleReceipt{receipt.encode()});
        }
    }
}

void add_forks(const Replica& replica, Recipients& recipients, BundlePlan& plan) {
    for (const ForkProof& proof : replica.forks()) {
        if (recipients.any_carries(proof.descriptor.compartment)) {
            plan.first.push_back(BundleFork{proof.encode()});
        }
    }
}

void add_known_logs(const Replica& replica, Recipients& recipients, BundlePlan& plan) {
    for (const Head& head : replica.uncounted()) {
        if (recipients.any_carries(head.descriptor.compartment)) {
            plan.first.push_back(BundleLog{head.descriptor});
        }
    }
}

/// The first commit that some recipient lacks, if one may carry the log at all.
std::optional<CommitNumber> first_lacking(const LogId& log, const Head& head,
                                          Recipients& recipients) {
    std::optional<CommitNumber> first;
    for (std::size_t i = 0; i < recipients.known.size(); ++i) {
        if (!recipients.carriages[i].exchanges(head.descriptor, log)) {
            continue;
        }
        const CountedHeads& heads = recipients.known[i].heads;
        const auto held = heads.find(log);
        const CommitNumber lacks =
            held == heads.end() ? CommitNumber{1} : held->second.number.next();
        first = first ? std::min(*first, lacks) : lacks;
    }
    return first;
}

std::vector<ChosenLog> counted_ranges(const Replica& replica, Recipients& recipients) {
    std::vector<ChosenLog> out;
    for (const auto& [log, stored] : replica.heads().all()) {
        const auto head = replica.counted_head(log);
        const auto first = head ? first_lacking(log, *head, recipients) : std::nullopt;
        if (first && *first <= head->number) {
            const auto* compartment = replica.roster().compartment(head->descriptor.compartment);
            out.push_back({compartment->lane, {head->descriptor, *first, head->number}});
        }
    }
    std::stable_sort(out.begin(), out.end(),
                     [](const ChosenLog& a, const ChosenLog& b) { return a.lane < b.lane; });
    return out;
}

/// Whether somebody of these may carry it; a revoked node hands over what only it had, too.
bool is_for_headquarters(const Replica& replica, const CompartmentId& compartment,
                         std::span<const KnownHolding> recipients) {
    return std::any_of(recipients.begin(), recipients.end(), [&](const KnownHolding& recipient) {
        return replica.may_carry(recipient.node, compartment);
    });
}

bool are_headquarters(const Roster& roster, std::span<const KnownHolding> recipients) {
    return std::all_of(recipients.begin(), recipients.end(), [&](const KnownHolding& recipient) {
        const NodeCertificate* node = roster.node(recipient.node);
        return node != nullptr && node->kind == NodeKind::headquarters;
    });
}

/// What is held of logs beyond where they end: as part of them, or aside.
void add_beyond_cuts(const Replica& replica, std::span<const KnownHolding> recipients,
                     BundlePlan& plan) {
    if (!are_headquarters(replica.roster(), recipients)) {
        return;
    }
    for (const auto& [log, stored] : replica.heads().all()) {
        const auto counted = replica.counted_head(log);
        const CommitNumber from = counted ? counted->number.next() : CommitNumber{1};
        if (from <= stored.number &&
            is_for_headquarters(replica, stored.descriptor.compartment, recipients)) {
            plan.ranges.push_back({stored.descriptor, from, stored.number});
            plan.beyond_cuts += stored.number.value - from.value + 1;
        }
    }
    for (CommitWrite& commit : replica.quarantined()) {
        if (is_for_headquarters(replica, commit.descriptor.compartment, recipients)) {
            plan.kept.push_back({commit.descriptor, std::move(commit.bytes)});
            ++plan.beyond_cuts;
        }
    }
}

void add_contents(BundlePlan& plan) {
    for (std::size_t at = 0; at < plan.ranges.size(); at += bundle_ranges_limit) {
        const std::size_t count = std::min(bundle_ranges_limit, plan.ranges.size() - at);
        const auto begin = plan.ranges.begin() + static_cast<std::ptrdiff_t>(at);
        plan.first.push_back(
            BundleContents{{begin, begin + static_cast<std::ptrdiff_t>(count)}});
    }
}

}  // namespace

KnownHolding holding_by_receipts(const Replica& replica, const NodeId& node) {
    KnownHolding out{node, {}, {}};
    for (const auto& [place, receipt] : replica.receipts()) {
        if (place.node != node) {
            continue;
        }
        out.roster_length = std::max(out.roster_length, receipt.roster_length);
        for (const ReceiptHead& head : receipt.heads) {
            const Head* here = replica.heads().find(head.log);
            if (here == nullptr) {
                continue;
            }
            const bool is_beyond = head.number > here->number;
            const auto held = is_beyond ? Result<Bytes>(Bytes())
                                        : replica.reader().read(head.log, head.number);
            if (is_beyond || (held && commit_hash(*held) == head.hash)) {
                out.heads[head.log] = {here->descriptor, head.number, head.hash};
            }
        }
    }
    return out;
}

BundlePlan plan_bundle(const Replica& replica, std::span<const KnownHolding> recipients,
                       BundleScope scope) {
    BundlePlan plan;
    Recipients all(replica, recipients);
    add_roster(replica.roster(), recipients, plan);
    add_receipts(replica, all, plan);
    add_forks(replica, all, plan);
    if (scope == BundleScope::everything) {
        add_known_logs(replica, all, plan);
        for (ChosenLog& log : counted_ranges(replica, all)) {
            plan.commits += log.range.last.value - log.range.first.value + 1;
            plan.ranges.push_back(log.range);
        }
        add_beyond_cuts(replica, recipients, plan);
        plan.commits += plan.beyond_cuts;
    }
    add_contents(plan);
    return plan;
}

BundlePacker::BundlePacker(BundlePlan plan, const CommitReader& reader)
    : plan_(std::move(plan)), reader_(reader) {}

Result<bool> BundlePacker::next(BundleWriter& writer) {
    if (first_ < plan_.first.size()) {
        writer.add(plan_.first[first_++]);
        return true;
    }
    if (range_ < plan_.ranges.size()) {
        const BundleRange& range = plan_.ranges[range_];
        number_ = std::max(number_, range.first);
        TRY_ASSIGN(Bytes bytes, reader_.read(range.log.id(), number_));
        writer.add(BundleCommit{range.log, std::move(bytes)});
        const bool is_last = number_ == range.last;
        number_ = is_last ? CommitNumber{} : number_.next();
        range_ += is_last ? 1 : 0;
        ++packed_;
        return true;
    }
    if (kept_ < plan_.kept.size()) {
        writer.add(plan_.kept[kept_++]);
        ++packed_;
        return true;
    }
    return false;
}

}  // namespace entrepot::replication
