// Roster where it had forked: which branch lost, what it still says of its own lengths, and whether
// a settled roster may take the place of another.
#include <algorithm>

#include "crypto/base/ensure.hpp"
#include "replication/roster/entry_check.hpp"

namespace entrepot::replication {
namespace {

/// Whether an author may have had this length on that branch.
bool spans(const SettledBranch& branch, RosterLength at) {
    return branch.common < at && at <= branch.losing->length();
}

RosterLength plus(RosterLength length, std::uint64_t count) {
    return {length.value + count};
}

Error unsettled(const std::string& what) {
    return {roster_settlement, what};
}

}  // namespace

/// The branch with the entry that the settlement carries, which it must be right to append.
Result<SettledBranch> Roster::settled_by(const SettlementEntry& entry) const {
    const RosterLength number = plus(length(), 1);
    if (entry.common.value == 0 || entry.common >= length()) {
        return unsettled("both branches begin with the same entries, and this one goes on");
    }
    TRY_ASSIGN(const RosterEntry losing, decode_entry(entry.losing));
    if (std::holds_alternative<SettlementEntry>(losing.content)) {
        return unsettled("the losing entry is itself a settlement: settle from the other branch");
    }
    SettledBranch out{entry.common, number, number, nullptr};
    Roster branch;
    if (losing.number == plus(entry.common, 1)) {
        if (equal(entries_[entry.common.value], entry.losing)) {
            return unsettled("entry " + std::to_string(losing.number.value) + " is no other's");
        }
        branch = first(entry.common);
    } else {
        const auto& settled = standing_->settled;
        const bool goes_on = !settled.empty() && settled.back().newest == length() &&
                             settled.back().common == entry.common;
        if (!goes_on) {
            return unsettled("losing entries before " + std::to_string(losing.number.value) +
                             " are missing");
        }
        out.first = settled.back().first;
        branch = *settled.back().losing;
    }
    if (losing.number != plus(branch.length(), 1) || losing.previous != branch.head()) {
        return unsettled("losing entry " + std::to_string(losing.number.value) +
                         " does not follow the one before");
    }
    if (auto status = branch.append(entry.losing); !status) {
        return Error{status.error().code, "losing entry " + std::to_string(losing.number.value) +
                                              ": " + status.error().context};
    }
    out.losing = std::make_shared<Roster>(std::move(branch));
    return out;
}

Roster Roster::first(RosterLength length) const {
    ENSURE(length <= this->length());
    Roster out;
    for (std::size_t i = 0; i < length.value; ++i) {
        const auto entry = decode_entry(entries_[i]);
        ENSURE(entry);
        out.take(*entry, entries_[i]);
    }
    for (const SettledBranch& branch : standing_->settled) {
        if (branch.newest <= length) {
            out.own_standing().settled.push_back(branch);
        } else if (branch.first <= length) {
            const std::uint64_t carried = length.value - branch.first.value + 1;
            auto part = std::make_shared<Roster>(
                branch.losing->first(plus(branch.common, carried)));
            out.own_standing().settled.push_back(
                {branch.common, branch.first, length, std::move(part)});
        }
    }
    return out;
}

Right Roster::right(const NodeId& node, const CompartmentId& compartment,
                    std::optional<RosterLength> at) const {
    const CompartmentHistory* found = standing_->compartment(compartment);
    Right out = found == nullptr ? Right::none : found->right(node, at.value_or(length()));
    for (const SettledBranch& branch : standing_->settled) {
        if (at && spans(branch, *at)) {
            out = std::max(out, branch.losing->right(node, compartment, at));
        }
    }
    return out;
}

Right Roster::lost_right(const NodeId& node, const CompartmentId& compartment) const {
    const CompartmentHistory* found = standing_->compartment(compartment);
    const auto decided = [&](const SettledBranch& branch) {
        const auto steps = found == nullptr ? nullptr : found->steps_of(node);
        return steps != nullptr && branch.common < steps->back().from;
    };
    Right out = Right::none;
    for (const SettledBranch& branch : standing_->settled) {
        if (decided(branch)) {
            continue;
        }
        const Right before = branch.losing->right(node, compartment, branch.common);
        const Right after = branch.losing->right(node, compartment);
        out = after > before ? std::max(out, after) : out;
    }
    return out;
}

const NodeCertificate* Roster::writer(const NodeId& id) const {
    const NodeCertificate* found = node(id);
    for (const SettledBranch& branch : standing_->settled) {
        found = found == nullptr ? branch.losing->node(id) : found;
    }
    return found;
}

std::vector<NumberBlock> Roster::given_numbers() const {
    std::vector<NumberBlock> out;
    for (const NodeCertificate* node : nodes()) {
        const auto blocks = numbers_of(node->identity.id());
        out.insert(out.end(), blocks.begin(), blocks.end());
    }
    for (const SettledBranch& branch : standing_->settled) {
        const auto blocks = branch.losing->given_numbers();
        out.insert(out.end(), blocks.begin(), blocks.end());
    }
    return out;
}

std::vector<const CompartmentStanding*> Roster::lost_compartments() const {
    std::vector<const CompartmentStanding*> out;
    std::set<CompartmentId> seen;
    for (const SettledBranch& branch : standing_->settled) {
        for (const CompartmentStanding* lost : branch.losing->compartments()) {
            if (compartment(lost->id) == nullptr && seen.insert(lost->id).second) {
                out.push_back(lost);
            }
        }
    }
    return out;
}

bool Roster::was_lost(const CompartmentId& compartment) const {
    const auto& settled = standing_->settled;
    return std::any_of(settled.begin(), settled.end(), [&](const SettledBranch& branch) {
        const auto* lost = branch.losing->standing_->compartment(compartment);
        return lost != nullptr && branch.common < lost->generations.front();
    });
}

bool Roster::is_generation(const CompartmentId& compartment, Generation generation,
                           RosterLength at) const {
    const auto& settled = standing_->settled;
    return generation_at(compartment, at) == generation ||
           std::any_of(settled.begin(), settled.end(), [&](const SettledBranch& branch) {
               return spans(branch, at) &&
                      branch.losing->is_generation(compartment, generation, at);
           });
}

std::vector<const KeyWrap*> Roster::wraps_for(const NodeId& node) const {
    std::vector<const KeyWrap*> out;
    std::set<Bytes> seen;
    const auto add = [&](const KeyWrap& wrap) {
        if (standing_->settled.empty() || seen.insert(wrap.envelope).second) {
            out.push_back(&wrap);
        }
    };
    if (const auto found = standing_->wraps.find(node); found != standing_->wraps.end()) {
        for (const auto& [place, keys] : found->second) {
            std::for_each(keys.begin(), keys.end(), add);
        }
    }
    for (const SettledBranch& branch : standing_->settled) {
        for (const KeyWrap* wrap : branch.losing->wraps_for(node)) {
            add(*wrap);
        }
    }
    return out;
}

std::map<Generation, LostKeys> Roster::lost_keys(const CompartmentId& compartment,
                                                 const NodeId& node) const {
    std::map<Generation, LostKeys> out;
    std::set<Hash> seen;
    for (const SettledBranch& branch : standing_->settled) {
        const Standing& lost = *branch.losing->standing_;
        const CompartmentHistory* found = lost.compartment(compartment);
        const auto wraps = lost.wraps.find(node);
        for (std::uint32_t i = 0; found != nullptr && i < found->generations.size(); ++i) {
            const RosterLength made = found->generations[i];
            if (made > branch.common && seen.insert(branch.losing->hash_at(made)).second) {
                const bool is_given = wraps != lost.wraps.end() &&
                                      wraps->second.count({compartment, {i + 1}}) > 0;
                LostKeys& keys = out[{i + 1}];
                ++keys.made;
                keys.given += is_given ? 1 : 0;
            }
        }
    }
    return out;
}

/// Of each generation that was made on a branch that lost, too, a grant gives all keys that its
/// signer has. One that has none of them can only give what counts.
Status Roster::check_grant(const RosterEntry& entry) const {
    const auto* grant = std::get_if<GrantEntry>(&entry.content);
    if (grant == nullptr) {
        return {};
    }
    std::map<Generation, LostKeys> lost;
    for (const NodeId& id : standing_->node_order) {
        const auto& key = node(id)->roster_key;
        if (!standing_->settled.empty() && key && *key == entry.signatures.front().key) {
            lost = lost_keys(grant->compartment, id);
        }
    }
    return check_grant_wraps(*grant, compartment(grant->compartment)->newest, lost);
}

/// The branch that lost and has this head at that length, if settlements carry it.
const SettledBranch* Roster::losing_at(RosterLength length, const Hash& head) const {
    const auto& settled = standing_->settled;
    const auto found =
        std::find_if(settled.begin(), settled.end(), [&](const SettledBranch& branch) {
            return spans(branch, length) && branch.losing->hash_at(length) == head;
        });
    return found == settled.end() ? nullptr : &*found;
}

std::optional<RosterLength> Roster::shared_with(RosterLength length, const Hash& head) const {
    if (length <= this->length() && hash_at(length) == head) {
        return length;
    }
    const SettledBranch* branch = losing_at(length, head);
    return branch == nullptr ? std::nullopt : std::optional(branch->common);
}

RosterLength Roster::surely_shared(RosterLength length) const {
    RosterLength out = std::min(length, this->length());
    for (const SettledBranch& branch : standing_->settled) {
        if (spans(branch, length)) {
            out = std::min(out, branch.common);
        }
    }
    return out;
}

Status Roster::settles(const Roster& held) const {
    if (length() <= held.length() || !shared_with(held.length(), held.head())) {
        return Error{roster_forked, "entry " + std::to_string(held.length().value) +
                                        " differs from the one held, and no settlement carries it"};
    }
    return {};
}

}  // namespace entrepot::replication
