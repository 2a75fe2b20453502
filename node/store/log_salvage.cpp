#include "node/store/log_salvage.hpp"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>

#include "crypto/base/wire.hpp"
#include "crypto/identity.hpp"
#include "node/store/salvage_reader.hpp"

namespace entrepot::node {
namespace {

using replication::LogDescriptor;
using replication::LogId;
using replication::Roster;

constexpr std::size_t writes_at_once = 500;

class Salvage {
public:
    Salvage(const SalvageReader& found, LogStore& store) : found_(found), store_(store) {}

    Result<SalvagedLog> run() {
        TRY(keep_node_rows());
        TRY(keep_roster());
        TRY(read_descriptors());
        TRY(keep_commits());
        TRY(keep_aside_and_forks());
        TRY(end_own_logs());
        return std::move(out_);
    }

private:
    Status keep_node_rows() {
        const auto& rows = found_.node_rows();
        const auto keys = rows.find(static_cast<std::uint64_t>(LinkRow::keys));
        if (keys == rows.end()) {
            return Error{store_unsalvageable,
                         "the keys of this node are not in its log any more; restore a backup, or"
                         " make a new node and enrol it"};
        }
        TRY_ASSIGN(const auto self, crypto::RelayKeys::from_secret(keys->second));
        self_ = self.id();
        for (const auto& [number, plain] : rows) {
            TRY(store_.set_link_row(static_cast<LinkRow>(number), plain, entropy_));
        }
        return {};
    }

    /// The unbroken beginning; peers send the rest.
    Status keep_roster() {
        for (const auto& [number, entry] : found_.roster_rows()) {
            if (number != roster_.length().value + 1 || !roster_.append(entry)) {
                break;
            }
            TRY(add(replication::RosterWrite{{number}, entry}));
            ++out_.roster_entries;
        }
        return write();
    }

    Status read_descriptors() {
        for (const auto& [index, plain] : found_.log_rows()) {
            TRY_ASSIGN(const auto descriptor, LogDescriptor::decode(plain));
            const LogId id = descriptor.id();
            standings_[id].descriptor = descriptor;
            logs_[static_cast<std::uint32_t>(index)] = id;
        }
        return {};
    }

    Status keep_commits() {
        for (const auto& [position, places] : found_.commits()) {
            bool kept = false;
            for (const auto& place : places) {
                TRY_ASSIGN(kept, keep_commit(place));
                if (kept) {
                    break;
                }
            }
            out_.left_out += kept ? 0 : 1;
        }
        return write();
    }

    Result<bool> keep_commit(const SalvageReader::Place& place) {
        auto row = found_.read_row(place);
        if (!row) {
            return false;
        }
        const auto log = logs_.find(WireReader(*row).u32());
        row->erase(row->begin(), row->begin() + 4);
        const auto parsed = replication::parse_commit(*row);
        if (log == logs_.end() || !parsed) {
            return false;
        }
        replication::LogStanding& standing = standings_[log->second];
        if (parsed->header.number <= standing.tip) {
            return false;
        }
        const auto admission = replication::admit(*parsed, standing, roster_);
        if (!admission) {
            return false;
        }
        const Hash hash = replication::commit_hash(*row);
        replication::CommitWrite commit{
            log->second, standing.descriptor, parsed->header.number, hash, {}};
        const auto roster_length = parsed->header.roster_length;
        commit.bytes = std::move(*row);
        if (*admission == replication::Admission::beyond_cut) {
            TRY(add(replication::QuarantineWrite{std::move(commit)}));
            return true;
        }
        if (*admission != replication::Admission::counts) {
            return false;
        }
        standing = {standing.descriptor, commit.number, hash, roster_length, {}};
        TRY(add(std::move(commit)));
        ++out_.commits;
        return true;
    }

    Status keep_aside_and_forks() {
        for (const auto& [number, row] : found_.aside_rows()) {
            const auto descriptor =
                LogDescriptor::decode(ByteView(row).first(LogDescriptor::wire_size));
            Bytes bytes(row.begin() + LogDescriptor::wire_size, row.end());
            const auto parsed = replication::parse_commit(bytes);
            if (descriptor && parsed && parsed->header.log == descriptor->id()) {
                const replication::CommitWrite commit{parsed->header.log, *descriptor,
                                                      parsed->header.number,
                                                      replication::commit_hash(bytes), bytes};
                TRY(add(replication::QuarantineWrite{commit}));
            }
        }
        for (const auto& [number, row] : found_.fork_rows()) {
            auto proof = replication::ForkProof::decode(row);
            if (proof && proof->verify(roster_)) {
                TRY(add(replication::ForkWrite{*std::move(proof)}));
            }
        }
        return write();
    }

    Status end_own_logs() {
        out_.ended = found_.ended_logs();
        for (const auto& [id, standing] : standings_) {
            if (standing.descriptor.node == self_ &&
                std::find(out_.ended.begin(), out_.ended.end(), id) == out_.ended.end()) {
                out_.ended.push_back(id);
            }
        }
        for (const LogId& log : out_.ended) {
            TRY(store_.require_new_incarnation(log));
        }
        return {};
    }

    template <class What>
    Status add(What what) {
        writes_.push_back({writes_.size() + 1, std::move(what)});
        return writes_.size() < writes_at_once ? Status() : write();
    }

    Status write() {
        const Status stored = writes_.empty() ? Status() : store_.write(writes_);
        writes_.clear();
        return stored;
    }

    const SalvageReader& found_;
    LogStore& store_;
    crypto::SystemEntropy entropy_;
    replication::NodeId self_;
    Roster roster_;
    std::map<std::uint32_t, LogId> logs_;
    std::map<LogId, replication::LogStanding> standings_;
    std::vector<replication::Write> writes_;
    SalvagedLog out_;
};

Error cannot_move(const std::filesystem::path& path) {
    return {store_unreadable, "cannot move " + path.string() + ": " +
                                  std::error_code(errno, std::generic_category()).message()};
}

/// `fresh` takes the place of `directory`, which becomes `directory`.damaged: there is a log at
/// every moment.
Status put_in_place(const std::filesystem::path& fresh, const std::filesystem::path& directory) {
    if (::renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, directory.c_str(), RENAME_EXCHANGE) != 0) {
        return cannot_move(directory);
    }
    const std::filesystem::path aside = directory.string() + ".damaged";
    std::error_code failed;
    std::filesystem::remove_all(aside, failed);
    std::filesystem::rename(fresh, aside, failed);
    return failed ? Status(cannot_move(fresh)) : Status();
}

}  // namespace

Result<SalvagedLog> salvage_log(const std::filesystem::path& directory,
                                const crypto::Secret& link_key) {
    TRY_ASSIGN(const PageFile file, PageFile::open(directory / "data.mdb"));
    const SealedRows rows(link_key.duplicate(), crypto::domain::link_row);
    SalvageReader found(file, rows);
    found.read();
    const std::filesystem::path fresh = directory.string() + ".new";
    std::error_code failed;
    std::filesystem::remove_all(fresh, failed);
    SalvagedLog out;
    {
        TRY_ASSIGN(const auto store,
                   LogStore::open(fresh, LogStore::Access::read_write, link_key.duplicate()));
        auto salvaged = Salvage(found, *store).run();
        if (!salvaged) {
            std::filesystem::remove_all(fresh, failed);
            return std::move(salvaged).error();
        }
        out = *std::move(salvaged);
    }
    TRY(put_in_place(fresh, directory));
    return out;
}

}  // namespace entrepot::node
