#include "node/store/erasure/lost_compartments.hpp"

#include <algorithm>

#include "crypto/base/wire.hpp"
#include "node/store/erasure/compaction.hpp"
#include "node/store/log_tables.hpp"
#include "replication/log/admission.hpp"

namespace entrepot::node {
namespace {

using replication::CommitNumber;
using replication::LogDescriptor;
using replication::LogId;

struct Dropping {
    Environment& environment;
    SealedRows rows;
    const replication::Roster& roster;
    const replication::NodeId& self;
    crypto::SystemEntropy entropy;
};

/// Places of the log's commits in the order of storing, by number.
Result<std::vector<std::pair<CommitNumber, std::uint64_t>>> places_of(
    const Transaction& transaction, std::uint32_t index) {
    std::vector<std::pair<CommitNumber, std::uint64_t>> out;
    const auto first = index_key(index, {});
    TRY(transaction.scan(index_table, first, [&](ByteView key, ByteView place) {
        if (!std::equal(first.begin(), first.begin() + 4, key.begin())) {
            return false;
        }
        CommitNumber number;
        for (const std::uint8_t byte : key.subspan(4)) {
            number.value = number.value << 8 | byte;
        }
        out.emplace_back(number, WireReader(place).u64());
        return true;
    }));
    return out;
}

Status keep_aside(Transaction& transaction, const LogDescriptor& log, ByteView commit) {
    TRY_ASSIGN(const std::uint64_t place, next_number(transaction, aside_table));
    Bytes row = log.encode();
    append(row, commit);
    return transaction.put(aside_table, place, row, PutMode::append);
}

/// The places in the order of storing stay, empty.
Status drop_log(Dropping& work, Transaction& transaction, const LogDescriptor& log,
                std::uint32_t index) {
    const auto end = replication::end_of(log, log.id(), work.roster);
    const bool is_own = log.node == work.self;
    TRY_ASSIGN(const auto places, places_of(transaction, index));
    for (const auto& [number, position] : places) {
        TRY_ASSIGN(const auto row, transaction.get(commits_table, position));
        if (row && row->size() > 4 && is_own && end && number > end->number) {
            const Bytes kept(row->begin() + 4, row->end());
            TRY(keep_aside(transaction, log, kept));
        }
        WireWriter empty;
        empty.u32(index);
        TRY(transaction.put(commits_table, position, empty.view()));
        TRY(transaction.remove(index_table, index_key(index, number)));
    }
    if (!is_own) {
        return {};
    }
    const LogId id = log.id();
    return transaction.put(
        ended_table, id.view(),
        work.rows.seal(domain_of(ended_table), id.view(), {}, work.entropy));
}

/// Commits of others beside their logs: rows of `descriptor ‖ commit`.
Status drop_beside(Transaction& transaction, TableIndex table,
                   const std::vector<LogDescriptor>& logs, const replication::NodeId& self) {
    std::vector<std::uint64_t> gone;
    TRY(transaction.scan(table, 0, [&](std::uint64_t key, ByteView row) {
        const auto log =
            LogDescriptor::decode(row.first(std::min(row.size(), LogDescriptor::wire_size)));
        const bool is_lost = log && log->node != self &&
                             std::find(logs.begin(), logs.end(), *log) != logs.end();
        if (is_lost) {
            gone.push_back(key);
        }
        return true;
    }));
    for (const std::uint64_t key : gone) {
        TRY(transaction.remove(table, key));
    }
    return {};
}

Status drop_all(Dropping& work, const std::vector<LogDescriptor>& logs) {
    TRY_ASSIGN(Transaction transaction, work.environment.write());
    std::vector<std::pair<std::uint32_t, LogDescriptor>> known;
    Status failed;
    TRY(transaction.scan(logs_table, 0, [&](std::uint64_t key, ByteView sealed) {
        const auto plain = work.rows.open(domain_of(logs_table), key, sealed);
        const auto log = plain ? LogDescriptor::decode(*plain)
                               : Result<LogDescriptor>(plain.error());
        failed = log ? Status() : Status(log.error());
        if (log && std::find(logs.begin(), logs.end(), *log) != logs.end()) {
            known.emplace_back(static_cast<std::uint32_t>(key), *log);
        }
        return failed.has_value();
    }));
    TRY(failed);
    for (const auto& [index, log] : known) {
        TRY(drop_log(work, transaction, log, index));
    }
    TRY(drop_beside(transaction, aside_table, logs, work.self));
    TRY(drop_beside(transaction, left_table, logs, work.self));
    return transaction.commit();
}

}  // namespace

std::vector<LogDescriptor> lost_logs(const replication::Heads& heads,
                                     const replication::Roster& roster,
                                     const replication::NodeId& self) {
    std::vector<LogDescriptor> out;
    if (roster.node(self) == nullptr || roster.is_revoked(self)) {
        return out;
    }
    for (const auto& [log, head] : heads.all()) {
        const auto& place = head.descriptor.compartment;
        // What a branch of the roster gave that lost may be given again: it is kept until then.
        if (roster.kept_right(self, place) == replication::Right::none) {
            out.push_back(head.descriptor);
        }
    }
    return out;
}

Status drop_logs(const std::filesystem::path& directory, const crypto::Secret& link_key,
                 const std::vector<LogDescriptor>& logs, const replication::Roster& roster,
                 const replication::NodeId& self) {
    const auto options = LogStore::options(LogStore::Access::read_write);
    TRY(remove_copies(directory));
    TRY_ASSIGN(auto held, Environment::open(directory, options));
    // In a copy, and a copy of that: rows and the pages that they stood in go in one step.
    TRY_ASSIGN(const auto copy, compacted_copy(*held, directory, options));
    Dropping work{*copy, SealedRows(link_key.duplicate(), crypto::domain::link_row), roster, self,
                  {}};
    TRY(drop_all(work, logs));
    TRY_ASSIGN(const auto fresh, compacted_copy(*copy, directory.string() + ".compacted", options));
    TRY(held->replace_by(*fresh));
    return remove_copies(directory);
}

}  // namespace entrepot::node
