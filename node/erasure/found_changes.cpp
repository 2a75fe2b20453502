#include "node/erasure/found_changes.hpp"

#include <algorithm>

#include "node/journal/counted.hpp"
#include "replication/log/commit_opener.hpp"

namespace entrepot::node {
namespace {

using replication::Change;
using replication::ChangePlace;
using replication::LogDescriptor;
using replication::ParsedCommit;

bool is_below(const std::string& path, const std::string& wanted) {
    return path == wanted || path.starts_with(wanted + "/");
}

class Finder {
public:
    Finder(Desk& desk, const WantedChanges& wanted)
        : desk_(desk), wanted_(wanted), counted_(desk.log(), desk.roster()) {
        for (const auto& record : wanted.records) {
            compartments_.insert(record.compartment);
        }
    }

    Result<FoundChanges> run() {
        Status failed;
        TRY(desk_.log().scan({}, [&](const StoredCommit& stored) {
            failed = look_at(stored.descriptor, stored.bytes, true);
            return failed.has_value();
        }));
        TRY(failed);
        TRY_ASSIGN(const auto left, desk_.log().left());
        for (const LeftCommit& commit : left) {
            TRY(look_at(commit.descriptor, commit.bytes, false));
        }
        TRY_ASSIGN(const auto aside, desk_.log().aside());
        for (const auto& commit : aside) {
            TRY(look_at(commit.descriptor, commit.bytes, false));
        }
        FoundChanges out;
        for (auto& [place, change] : found_) {
            out.changes.push_back(std::move(change));
        }
        std::set_difference(blobs_.begin(), blobs_.end(), kept_blobs_.begin(), kept_blobs_.end(),
                            std::inserter(out.blobs, out.blobs.end()));
        out.unreachable = unreachable_;
        return out;
    }

private:
    bool is_wanted(const replication::RecordKey& record, const Change& change) const {
        const auto& assigned = change.assignments;
        return wanted_.records.contains(record) &&
               (wanted_.path.empty() ||
                std::any_of(assigned.begin(), assigned.end(), [this](const auto& assignment) {
                    return is_below(assignment.path, wanted_.path);
                }));
    }

    Status look_at(const LogDescriptor& log, ByteView commit, bool is_held) {
        if (!compartments_.contains(log.compartment)) {
            return {};
        }
        TRY_ASSIGN(const auto parsed, replication::parse_commit(commit));
        const auto* key = desk_.keys().find(log.compartment, parsed.header);
        if (key == nullptr) {
            return {};
        }
        const auto opened = replication::open_commit(parsed, *key, desk_.packing());
        if (!opened) {
            return {};  // content that nobody can open; listed in quarantine
        }
        ChangePlace place{parsed.header.log, parsed.header.number, 0};
        for (const auto& change : opened->changes) {
            ++place.change;
            if (change) {
                const bool counts = is_held && counted_.counts(place.log, place.number);
                TRY(take({log.compartment, change->record}, place, *change,
                         {parsed.header.time, is_held, counts}));
            }
        }
        return {};
    }

    struct Where {
        replication::HybridTime time;
        bool is_held;
        bool counts;
    };

    Status take(const replication::RecordKey& record, const ChangePlace& place,
                const Change& change, const Where& where) {
        if (!is_wanted(record, change)) {
            add_blobs(change, kept_blobs_);
            return {};
        }
        TRY_ASSIGN(const bool is_other, where.is_held ? false : names_another(place));
        if (is_other) {
            ++unreachable_;
            add_blobs(change, kept_blobs_);
            return {};
        }
        add_blobs(change, blobs_);
        FoundChange found{record, place, where.time, {}, where.counts};
        for (const auto& assignment : change.assignments) {
            found.paths.push_back(assignment.path);
        }
        found_.try_emplace(place, std::move(found));
        return {};
    }

    /// Whether the log itself has another commit there with a change that nobody asked for.
    Result<bool> names_another(const ChangePlace& place) const {
        TRY_ASSIGN(const auto held, desk_.log().find(place.log, place.number));
        if (!held || found_.contains(place)) {
            return false;
        }
        TRY_ASSIGN(const Bytes bytes, desk_.log().read(place.log, place.number));
        TRY_ASSIGN(const auto parsed, replication::parse_commit(bytes));
        return place.change <= parsed.changes.size() && !parsed.changes[place.change - 1u].erased;
    }

    static void add_blobs(const Change& change, std::set<replication::BlobId>& out) {
        for (const auto& assignment : change.assignments) {
            if (const auto* photo = std::get_if<replication::PhotoValue>(&assignment.value)) {
                for (const auto* part : {&photo->original, &photo->screen, &photo->thumbnail}) {
                    out.insert(part->blob);
                }
            }
        }
    }

    Desk& desk_;
    const WantedChanges& wanted_;
    Counted counted_;
    std::set<replication::CompartmentId> compartments_;
    std::map<ChangePlace, FoundChange> found_;
    std::set<replication::BlobId> blobs_, kept_blobs_;
    std::size_t unreachable_ = 0;
};

}  // namespace

Result<FoundChanges> find_changes(Desk& desk, const WantedChanges& wanted) {
    return Finder(desk, wanted).run();
}

}  // namespace entrepot::node
