#include "node/desk/verification.hpp"

#include <nlohmann/json.hpp>
#include <unordered_map>

#include "node/audit/sealed_entry.hpp"
#include "node/journal/counted.hpp"
#include "node/journal/officer_check.hpp"
#include "replication/log/admission.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;
using replication::RecordKey;
using replication::RecordState;

constexpr std::size_t most_problems = 1000;

/// Record states made anew, in memory.
class FreshStates final : public replication::RecordStates {
public:
    Result<std::optional<RecordState>> load(const RecordKey& key) override {
        const auto found = states.find(key);
        return found == states.end() ? std::optional<RecordState>{} : std::optional(found->second);
    }
    Status save(const RecordKey& key, const RecordState& state) override {
        states[key] = state;
        return {};
    }
    Status forget(const RecordKey& key) override {
        states.erase(key);
        return {};
    }
    std::unordered_map<RecordKey, RecordState, replication::RecordKeyHash> states;
};

class Check final : private replication::CommitKnowledge {
public:
    explicit Check(Desk& desk)
        : desk_(desk), counted_(desk.log(), desk.roster()), applier_(fresh_, *this) {}

    Status read_log() {
        return desk_.log().scan({}, [this](const StoredCommit& stored) {
            if (stored.position > desk_.views().position()) {
                return false;
            }
            ++commits_;
            if (const Status checked = check(stored); !checked) {
                add("commit " + to_base32(stored.log.view()) + " " +
                        std::to_string(replication::read_header(stored.bytes).number.value),
                    checked.error());
            }
            return true;
        });
    }

    Status compare_views() {
        TRY_ASSIGN(const auto snapshot, desk_.snapshot());
        TRY(snapshot->scan(false, [this](const ViewedRecord& record) {
            const auto found = fresh_.states.find(record.key);
            if (found == fresh_.states.end() || !(found->second == record.state)) {
                add("record " + to_base32(record.key.record.view()),
                    {verify_view_differs,
                     "its view is not what the log says; 'entrepot verify --rebuild' mends it"});
            }
            seen_ += found == fresh_.states.end() ? 0 : 1;
            return true;
        }));
        if (seen_ != fresh_.states.size()) {
            add(std::to_string(fresh_.states.size() - seen_) + " records",
                {verify_view_missing, "not in the views; 'entrepot verify --rebuild' mends it"});
        }
        return {};
    }

    json report() const {
        return {{"commits", commits_},
                {"logs", tips_.size()},
                {"records", fresh_.states.size()},
                {"waiting", applier_.waiting_count()},
                {"problems", problems_}};
    }

private:
    void add(const std::string& what, const Error& error) {
        if (problems_.size() < most_problems) {
            problems_.push_back(
                {{"what", what}, {"code", error.code.name()}, {"why", error.context}});
        }
    }

    Status check(const StoredCommit& stored) {
        TRY_ASSIGN(const auto parsed, replication::parse_commit(stored.bytes));
        replication::LogStanding& tip = tips_[stored.log];
        tip.descriptor = stored.descriptor;
        TRY_ASSIGN(const auto admission, replication::admit(parsed, tip, desk_.roster()));
        const bool uncounted = admission == replication::Admission::beyond_cut ||
                               !counted_.counts(stored.log, parsed.header.number);
        if (uncounted) {
            return {};
        }
        if (admission != replication::Admission::counts) {
            return Error{replication::admission_chain, "it does not continue its log"};
        }
        const Hash hash = replication::commit_hash(stored.bytes);
        tip = {stored.descriptor, parsed.header.number, hash, parsed.header.roster_length, {}};
        numbers_[stored.log].push_back(replication::prefix_of(hash));
        const auto* key =
            desk_.keys().find(stored.descriptor.compartment, parsed.header);
        const bool is_shut =
            key == nullptr || is_audit(desk_.roster(), stored.descriptor.compartment);
        const Status opened = is_shut ? Status{} : open(stored, parsed, *key);
        TRY(applier_.opened({stored.log, parsed.header.number}));
        return opened;
    }

    static replication::ChangePlace place_of(const replication::Dot& dot, std::uint16_t change) {
        return {dot.log, dot.number, change};
    }

    Status open(const StoredCommit& stored, const replication::ParsedCommit& parsed,
                const crypto::Secret& key) {
        TRY_ASSIGN(auto opened, replication::open_commit(parsed, key, desk_.packing()));
        const auto* writer = desk_.roster().writer(stored.descriptor.node);
        TRY_ASSIGN(const Attested by, check_officers(parsed, opened.attestation,
                                                     writer->identity.sign, officers_[stored.log]));
        const replication::Dot dot{stored.log, parsed.header.number};
        std::uint16_t place = 0;
        for (auto& change : opened.changes) {
            if (const Status allowed =
                    change ? check_roles(desk_.catalogue(), *change, by) : Status();
                !allowed) {
                change = allowed.error();
            }
            ++place;
            if (!change && change.error().code == replication::change_erased) {
                continue;
            }
            if (change && desk_.roster().is_erased(place_of(dot, place))) {
                change = Error{verify_not_erased, "it was ordered erased and is still here"};
            }
            if (change &&
                desk_.roster().is_erased(stored.descriptor.compartment, change->record)) {
                continue;  // late: excluded everywhere
            }
            if (!change) {
                add("a change of commit " + to_base32(stored.log.view()) + " " +
                        std::to_string(dot.number.value),
                    change.error());
                continue;
            }
            TRY(applier_.apply({{stored.descriptor.compartment, change->record},
                                {dot, replication::prefix_of(opened.hash), parsed.header.time,
                                 *std::move(change)}}));
        }
        return {};
    }

    replication::CommitStanding standing(const replication::ContextEntry& named) const override {
        if (counted_.is_excluded(named)) {
            return replication::CommitStanding::excluded;
        }
        const auto found = numbers_.find(named.log);
        if (found == numbers_.end() || named.number.value == 0 ||
            named.number.value > found->second.size()) {
            return replication::CommitStanding::unknown;
        }
        return found->second[named.number.value - 1] == named.hash
                   ? replication::CommitStanding::held
                   : replication::CommitStanding::other_branch;
    }

    Desk& desk_;
    Counted counted_;
    FreshStates fresh_;
    replication::Applier applier_;
    std::map<replication::LogId, LogOfficers> officers_;
    std::map<replication::LogId, replication::LogStanding> tips_;
    std::map<replication::LogId, std::vector<replication::HashPrefix>> numbers_;
    std::uint64_t commits_ = 0;
    std::size_t seen_ = 0;
    json problems_ = json::array();
};

}  // namespace

Result<json> verify_node(Desk& desk) {
    Check check(desk);
    TRY(check.read_log());
    TRY(check.compare_views());
    return check.report();
}

std::string why_remade(Desk& home, bool is_older_log) {
    std::string out;
    for (Desk* desk : home.shared_desks()) {
        const auto& why = desk->views_damage();
        if (why && (why->code == views_ahead) == is_older_log) {
            out += (out.empty() ? "" : "; ") + why->context;
        }
    }
    return out;
}

}  // namespace entrepot::node
