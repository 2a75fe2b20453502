// Orders to erase, given at any moment to nodes in any state, and what must come of them.
#include <algorithm>

#include "tests/simulation/world.hpp"

namespace entrepot::simulation {
namespace {

constexpr std::size_t headquarters = 0;
constexpr std::int64_t receipts_every_ms = 3'000;

/// Every commit on a disk, whether it counts or not.
std::vector<const Bytes*> commits_on(const MemoryStore& disk) {
    std::vector<const Bytes*> out;
    for (const auto& [log, commits] : disk.logs()) {
        for (const Bytes& commit : commits) {
            out.push_back(&commit);
        }
    }
    for (const CommitWrite& commit : disk.quarantined()) {
        out.push_back(&commit.bytes);
    }
    for (const auto& commit : disk.left()) {
        out.push_back(&commit.bytes);
    }
    return out;
}

}  // namespace

/// The roots order it; headquarters is told like of every entry, whatever it holds or misses.
void World::order_erasure() {
    auto order = dice_.percent(25) ? whole_record() : some_changes();
    if (order) {
        administration_.append(*std::move(order));
        ++result_.erasures;
        offer_roster();
    }
}

/// Up to three changes, of what any one node has on its disk.
std::optional<ErasureEntry> World::some_changes() {
    const auto commits = commits_on(nodes_[dice_.below(nodes_.size())]->store());
    if (commits.empty()) {
        return std::nullopt;
    }
    std::set<ChangePlace> places;
    for (std::uint64_t left = 1 + dice_.below(3); left > 0; --left) {
        const ParsedCommit commit = parse_commit(*commits[dice_.below(commits.size())]).value();
        const std::uint64_t change = 1 + dice_.below(commit.changes.size());
        places.insert(
            {commit.header.log, commit.header.number, static_cast<std::uint16_t>(change)});
    }
    ErasureEntry order;
    order.whole = false;
    order.changes.assign(places.begin(), places.end());
    return order;
}

/// A record, with every change of it that headquarters shows.
std::optional<ErasureEntry> World::whole_record() {
    const SimulatedNode& node = *nodes_[headquarters];
    if (!node.is_up() || node.worker().places().empty()) {
        return std::nullopt;
    }
    auto chosen = node.worker().places().begin();
    std::advance(chosen, static_cast<std::ptrdiff_t>(dice_.below(node.worker().places().size())));
    const auto& [record, places] = *chosen;
    ErasureEntry order;
    order.record = erased_record(record.compartment, record.record);
    order.changes.assign(places.begin(), places.end());
    return order;
}

void World::issue_receipts(std::size_t node) {
    if (nodes_[node]->is_up()) {
        nodes_[node]->issue_receipts({1'700'000'000'000 + schedule_.now().ms});
        network_.wake(node);
    }
}

void World::issue_all_receipts() {
    if (schedule_.now().ms - receipted_.ms >= receipts_every_ms) {
        receipted_ = schedule_.now();
        for (std::size_t node = 0; node < nodes_.size(); ++node) {
            issue_receipts(node);
        }
    }
}

/// What the roster on a disk orders erased is nowhere on that disk and in nothing that is shown,
/// and nothing else stands as its leaf.
void World::check_erased(const SimulatedNode& node) {
    const Roster& roster = node.store().roster();
    for (const Bytes* bytes : commits_on(node.store())) {
        const ParsedCommit commit = parse_commit(*bytes).value();
        ChangePlace place{commit.header.log, commit.header.number, 0};
        for (const SealedChange& change : commit.changes) {
            ++place.change;
            if (change.erased != roster.is_erased(place)) {
                violate(node.name() + (change.erased ? " erased what nobody ordered, in commit "
                                                     : " holds what was ordered erased, commit ") +
                        std::to_string(place.number.value));
            }
        }
    }
    if (!node.erased_at_birth().empty()) {
        violate(node.name() + " wrote where an order to erase stood already");
    }
    if (!node.is_up() || node.worker().durable_length() != roster.length()) {
        return;
    }
    for (const auto& [record, places] : node.worker().places()) {
        for (const ChangePlace& place : places) {
            if (roster.is_erased(place) || roster.is_erased(record.compartment, record.record)) {
                violate(node.name() + " shows what was erased");
            }
        }
    }
}

/// Who signed that it carried out an erasure has done so. Two disks with one name answer for each
/// other, so they are not asked.
void World::check_receipts(const SimulatedNode& node) {
    for (const auto& [place, receipt] : node.replica().receipts()) {
        for (const auto& maker : nodes_) {
            if (maker->id() == place.node && !is_doubled(place.node) &&
                maker->store().erased() < receipt.erased) {
                violate(maker->name() + " receipted an erasure and did not carry it out");
            }
        }
    }
}

std::string World::unreceipted() const {
    const auto& ordered = administration_.roster().erasures();
    std::string out;
    for (std::size_t at = 0; at < nodes_.size() && !ordered.empty(); ++at) {
        RosterLength told;
        for (const auto& [place, receipt] : nodes_[headquarters]->replica().receipts()) {
            told = place.node == nodes_[at]->id() ? std::max(told, receipt.erased) : told;
        }
        if (!revoked_.contains(at) && told < ordered.back()) {
            out += nodes_[at]->name() + " has not receipted the erasures\n";
        }
    }
    return out;
}

}  // namespace entrepot::simulation
