#include "replication/bundle/bundle_choice.hpp"

#include <algorithm>

namespace entrepot::replication {
namespace {

using Take = std::function<Status(const BundleItem&)>;

/// Entries at most this many bytes together, so that an item stays within its limit.
constexpr std::size_t roster_bytes = 512 * 1024;

struct ChosenLog {
    Lane lane;
    Head head;
    CommitNumber first;
};

Status give_roster(const Roster& roster, std::span<const KnownHolding> recipients,
                   const Take& take) {
    RosterLength known = roster.length();
    for (const KnownHolding& recipient : recipients) {
        known = std::min(known, recipient.roster_length);
    }
    BundleRoster item{known, {}};
    std::size_t size = 0;
    for (std::size_t i = known.value; i < roster.entries().size(); ++i) {
        const Bytes& entry = roster.entries()[i];
        if (size + entry.size() > roster_bytes && !item.entries.empty()) {
            TRY(take(item));
            item = {{i}, {}};
            size = 0;
        }
        item.entries.push_back(entry);
        size += entry.size();
    }
    return item.entries.empty() ? Status() : take(item);
}

/// The first commit that some recipient lacks, if one may carry the log at all.
std::optional<CommitNumber> first_lacking(const LogId& log, const Head& head,
                                          std::span<const KnownHolding> recipients,
                                          std::vector<Carriage>& carriages) {
    std::optional<CommitNumber> first;
    for (std::size_t i = 0; i < recipients.size(); ++i) {
        if (!carriages[i].carries(head.descriptor.compartment)) {
            continue;
        }
        const auto held = recipients[i].heads.find(log);
        const CommitNumber lacks =
            held == recipients[i].heads.end() ? CommitNumber{1} : held->second.number.next();
        first = first ? std::min(*first, lacks) : lacks;
    }
    return first;
}

std::vector<ChosenLog> choose_logs(const Replica& replica,
                                   std::span<const KnownHolding> recipients) {
    std::vector<Carriage> carriages;
    for (const KnownHolding& recipient : recipients) {
        carriages.emplace_back(replica, recipient.node);
    }
    std::vector<ChosenLog> out;
    for (const auto& [log, stored] : replica.heads().all()) {
        const auto head = replica.counted_head(log);
        if (!head) {
            continue;
        }
        const auto first = first_lacking(log, *head, recipients, carriages);
        if (first && *first <= head->number) {
            const auto* compartment = replica.roster().compartment(head->descriptor.compartment);
            out.push_back({compartment->lane, *head, *first});
        }
    }
    std::stable_sort(out.begin(), out.end(),
                     [](const ChosenLog& a, const ChosenLog& b) { return a.lane < b.lane; });
    return out;
}

}  // namespace

Result<std::uint64_t> choose_bundle(const Replica& replica,
                                    std::span<const KnownHolding> recipients, const Take& take) {
    TRY(give_roster(replica.roster(), recipients, take));
    for (const ForkProof& proof : replica.forks()) {
        TRY(take(BundleFork{proof.encode()}));
    }
    std::uint64_t count = 0;
    for (const ChosenLog& log : choose_logs(replica, recipients)) {
        const LogId id = log.head.descriptor.id();
        for (CommitNumber number = log.first; number <= log.head.number; number = number.next()) {
            TRY_ASSIGN(Bytes bytes, replica.reader().read(id, number));
            TRY(take(BundleCommit{log.head.descriptor, std::move(bytes)}));
            ++count;
        }
    }
    return count;
}

}  // namespace entrepot::replication
