// Disks that are copied, put back and used twice; cuts that settle what comes of it.
#include <algorithm>

#include "crypto/base/ensure.hpp"
#include "tests/simulation/world.hpp"

namespace entrepot::simulation {
namespace {

constexpr std::size_t headquarters = 0;

}  // namespace

void World::keep_a_copy() {
    const std::size_t unit = 1 + dice_.below(2);
    copies_.insert_or_assign(unit, nodes_[unit]->disk());
}

/// A unit goes on with the disk it had a while ago: what it wrote since is held by others or gone.
void World::restore_a_disk() {
    const std::size_t unit = 1 + dice_.below(2);
    const auto copy = copies_.find(unit);
    if (copy == copies_.end() || !restored_.empty() || revoked_.contains(unit)) {
        return;
    }
    restored_.insert(unit);
    network_.drop_connections(unit);
    if (nodes_[unit]->is_up()) {
        nodes_[unit]->crash();
    }
    nodes_[unit]->restore(copy->second);
    std::erase_if(highest_, [unit](const auto& head) { return head.first.first == unit; });
    network_.wake(unit);
}

/// A second machine starts on a copy of a unit's disk, and both go on.
void World::clone_a_disk() {
    const std::size_t unit = 1 + dice_.below(2);
    const auto copy = copies_.find(unit);
    if (copy == copies_.end() || !restored_.empty() || revoked_.contains(unit)) {
        return;
    }
    restored_.insert(unit);
    nodes_.push_back(std::make_unique<SimulatedNode>(
        "clone of " + nodes_[unit]->name(), nodes_[unit]->identity(), copy->second.roster(),
        packing_, options_.fault));
    const std::size_t clone = nodes_.size() - 1;
    restored_.insert(clone);
    nodes_[clone]->crash();
    nodes_[clone]->restore(copy->second);
    nodes_[clone]->skew_ms = dice_.between(-900'000, 900'000);
    const std::size_t courier = 3, other_unit = 3 - unit;
    network_.add_link(
        {clone, dice_.percent(50) ? headquarters : courier, true, dice_.between(1, 200), 5, {}});
    if (dice_.percent(30) && !revoked_.contains(other_unit)) {
        network_.add_link({clone, other_unit, true, dice_.between(1, 200), 5, {}});
    }
}

bool World::is_doubled(const NodeId& node) const {
    return std::any_of(restored_.begin(), restored_.end(),
                       [&](std::size_t at) { return nodes_[at]->id() == node; });
}

/// Headquarters keeps the branch that it holds; one it has not seen it names by the proof.
std::optional<Cut> World::choose_branch(const ForkProof& proof) const {
    const Replica& replica = nodes_[headquarters]->replica();
    const LogId log = proof.descriptor.id();
    const Head* held = nodes_[headquarters]->store().heads().find(log);
    const auto end = end_of(proof.descriptor, log, replica.roster());
    if (end) {
        return std::nullopt;
    }
    if (held != nullptr && held->number >= proof.number()) {
        return Cut{log, held->number, held->hash};
    }
    return Cut{log, proof.number(), commit_hash(proof.first)};
}

void World::settle_forks() {
    SimulatedNode& node = *nodes_[headquarters];
    if (!node.is_up()) {
        return;
    }
    bool settled = false;
    for (const ForkProof& proof : node.replica().forks()) {
        if (node.replica().roster().length() != administration_.roster().length()) {
            return;
        }
        if (const auto cut = choose_branch(proof)) {
            administration_.move_cut(*cut);
            settled = true;
        }
        if (settled) {
            break;
        }
    }
    if (settled) {
        offer_roster();
    }
}

/// Headquarters lets more of a log count that was cut: all that it holds, or some.
void World::move_a_cut_forward() {
    SimulatedNode& node = *nodes_[headquarters];
    if (!node.is_up() || node.replica().roster().length() != administration_.roster().length()) {
        return;
    }
    for (const auto& [log, head] : node.store().heads().all()) {
        const auto end = end_of(head.descriptor, log, node.replica().roster());
        const bool named = node.replica().roster().cut_of(head.descriptor).has_value();
        if (!end || !named || end->number >= head.number) {
            continue;
        }
        const CommitNumber to{end->number.value + 1 +
                              dice_.below(head.number.value - end->number.value)};
        const Bytes commit = node.store().read(log, to).value();
        administration_.move_cut({log, to, commit_hash(commit)});
        return offer_roster();
    }
}

/// A unit may no longer write where it wrote, or may again.
void World::take_back_a_right() {
    const std::size_t unit = 1 + dice_.below(2);
    const CompartmentId joint = compartments_[2];
    if (revoked_.contains(unit)) {
        return;
    }
    const std::pair name(nodes_[unit]->name(), joint);
    const bool taken = taken_back_.contains(name);
    administration_.grant(joint, nodes_[unit]->id(), taken ? Right::write : Right::read);
    if (taken) {
        taken_back_.erase(name);
    } else {
        taken_back_.insert(name);
    }
    offer_roster();
}

bool World::write_again() {
    bool writes = false;
    for (std::size_t node = 0; node < nodes_.size(); ++node) {
        const WallTime now{1'700'000'000'000 + schedule_.now().ms};
        if (nodes_[node]->is_up() && nodes_[node]->reauthor(now, dice_.entropy())) {
            ++result_.commits;
            network_.wake(node);
        }
        writes = writes || (nodes_[node]->is_up() && nodes_[node]->is_writing());
    }
    return writes;
}

/// No key and nonce twice, whatever disks were copied: one place, one salt for each commit.
void World::check_salts() {
    std::set<std::tuple<Dot, Generation, CommitSalt>> seen;
    for (const auto& node : nodes_) {
        for (const auto& [place, salt] : node->salts()) {
            if (!seen.insert({place.first, place.second, salt}).second) {
                violate(node->name() + " sealed twice with one key");
            }
        }
    }
}

/// What a node in force wrote counts, or was written again.
void World::check_nothing_lost() {
    for (std::size_t at = 0; at < nodes_.size(); ++at) {
        const SimulatedNode& node = *nodes_[at];
        for (const auto& [commit, lost] : node.lost()) {
            const bool may_write = node.replica().roster().right(
                                       node.id(), lost.descriptor.compartment) == Right::write;
            if (may_write && !node.worker().reauthored().contains(commit)) {
                violate(node.name() + " did not write again commit " +
                        std::to_string(commit.number.value));
            }
        }
    }
}

}  // namespace entrepot::simulation
