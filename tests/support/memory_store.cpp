#include "tests/support/memory_store.hpp"

#include <algorithm>

#include "crypto/base/ensure.hpp"
#include "replication/erasure/erasing.hpp"

namespace entrepot::replication {

Result<Bytes> MemoryStore::read(const LogId& log, CommitNumber number) const {
    ++reads_;
    const auto found = logs_.find(log);
    if (found == logs_.end() || number.value == 0 || number.value > found->second.size()) {
        return Error{store_commit_missing, "no commit " + std::to_string(number.value)};
    }
    return found->second[number.value - 1];
}

void MemoryStore::commit(std::vector<Write> writes) {
    for (Write& write : writes) {
        if (auto* commit = std::get_if<CommitWrite>(&write.what)) {
            auto& log = logs_[commit->log];
            ENSURE(commit->number.value == log.size() + 1);
            swap(commit->bytes);
            log.push_back(std::move(commit->bytes));
            heads_.advance(commit->log, {commit->descriptor, commit->number, commit->hash});
        } else if (auto* aside = std::get_if<QuarantineWrite>(&write.what)) {
            swap(aside->commit.bytes);
            quarantined_.push_back(std::move(aside->commit));
        } else if (auto* entry = std::get_if<RosterWrite>(&write.what)) {
            ENSURE(roster_.append(entry->bytes).has_value() && entry->number == roster_.length());
            erase();
        } else if (const auto* settled = std::get_if<SettledRosterWrite>(&write.what)) {
            roster_ = roster_.first(settled->common);
            for (const Bytes& row : settled->entries) {
                ENSURE(roster_.append(row).has_value());
            }
            erased_ = {};
            erase();
        } else if (auto* fork = std::get_if<ForkWrite>(&write.what)) {
            forks_.push_back(std::move(fork->proof));
        } else if (auto* rewound = std::get_if<RewindWrite>(&write.what)) {
            rewind(*rewound);
        } else if (auto* known = std::get_if<DescriptorWrite>(&write.what)) {
            known_.push_back(known->descriptor);
        } else if (auto* ended = std::get_if<EndWrite>(&write.what)) {
            ended_.push_back(ended->descriptor);
        } else if (auto* receipted = std::get_if<ReceiptWrite>(&write.what)) {
            receipts_.insert_or_assign(receipted->receipt.place(), receipted->receipt);
        }
    }
}

void MemoryStore::swap(Bytes& commit) const {
    if (!erases_ || roster_.erasures().empty()) {
        return;
    }
    if (auto swapped = without_erased(parse_commit(commit).value(), roster_)) {
        commit = *std::move(swapped);
    }
}

/// What a store does in the transaction of a roster entry: everything that was ordered is swapped.
void MemoryStore::erase() {
    if (roster_.erasures().empty() || erased_ == roster_.erasures().back()) {
        return;
    }
    erased_ = roster_.erasures().back();
    for (auto& [id, log] : logs_) {
        std::for_each(log.begin(), log.end(), [this](Bytes& commit) { swap(commit); });
    }
    for (CommitWrite& commit : quarantined_) {
        swap(commit.bytes);
    }
    for (LeftCommit& commit : left_) {
        swap(commit.bytes);
    }
}

void MemoryStore::rewind(const RewindWrite& rewound) {
    auto& log = logs_[rewound.log];
    while (log.size() > rewound.to.value) {
        left_.push_back({rewound.descriptor, std::move(log.back())});
        log.pop_back();
    }
    const Hash hash = log.empty() ? Hash{} : commit_hash(log.back());
    heads_.rewind(rewound.log, {rewound.descriptor, rewound.to, hash});
    rewinds_.push_back(rewound);
}

ReplicaStart MemoryStore::start(const NodeId& self) const {
    std::vector<Receipt> receipts;
    for (const auto& [place, receipt] : receipts_) {
        receipts.push_back(receipt);
    }
    return {self,   roster_, heads_,   forks_, quarantined_, rewinds_,
            known_, ended_,  receipts, erased_};
}

}  // namespace entrepot::replication
