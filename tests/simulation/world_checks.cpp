// What must hold in every run.
#include <algorithm>

#include "crypto/base/ensure.hpp"
#include "replication/sync/exchange.hpp"
#include "tests/simulation/world.hpp"

namespace entrepot::simulation {
namespace {

/// How a node stands to a log: its last hash, where it ends, whether it forked.
std::string describe_log(const SimulatedNode& node, const LogId& log) {
    const Replica& replica = node.replica();
    const Head* head = replica.heads().find(log);
    const auto end = replica.end(log);
    std::string out = head == nullptr ? ": none" : ": " + to_hex(head->hash.view()).substr(0, 8);
    out += end ? ", ends at " + std::to_string(end->number.value) + " " +
                     to_hex(end->hash.view()).substr(0, 8)
               : "";
    out += replica.is_forked(log) ? ", forked" : "";
    return out + (replica.is_ended(log) ? ", ended" : "");
}

}  // namespace

/// What `to` says that it holds, and `from` believes, is on the disk of `to`.
void World::check_acknowledged(std::size_t from, std::size_t to) {
    if (!nodes_[from]->is_up()) {
        return;
    }
    const SimulatedNode& teller = *nodes_[to];
    if (is_doubled(teller.id())) {
        return check_heads(from);  // two disks speak with one name
    }
    for (const auto& [log, head] : nodes_[from]->store().heads().all()) {
        const CommitNumber told = nodes_[from]->replica().acknowledged(teller.id(), log);
        const Head* held = teller.store().heads().find(log);
        if (nodes_[from]->replica().is_forked(log) ||
            (teller.is_up() && teller.replica().is_forked(log))) {
            continue;  // the teller may have left the branch
        }
        if (told.value > (held == nullptr ? 0 : held->number.value)) {
            violate(teller.name() + " acknowledged commit " + std::to_string(told.value) +
                    " and does not hold it");
        }
    }
    check_heads(from);
}

void World::check_heads(std::size_t node) {
    const std::size_t rewinds = nodes_[node]->replica().exchange().rewound_end();
    if (rewinds != std::exchange(rewinds_seen_[node], rewinds)) {
        std::erase_if(highest_, [node](const auto& head) { return head.first.first == node; });
    }
    for (const auto& [log, head] : nodes_[node]->replica().heads().all()) {
        Head& highest = highest_.try_emplace({node, log}, head).first->second;
        if (head.number < highest.number) {
            violate("a head of " + nodes_[node]->name() + " went back to " +
                    std::to_string(head.number.value));
        }
        highest = head;
    }
    for (const auto& [key, head] : highest_) {
        if (key.first == node && nodes_[node]->replica().heads().find(key.second) == nullptr) {
            violate("a log of " + nodes_[node]->name() + " is gone");
        }
    }
}

void World::check_states() {
    for (std::size_t one = 0; one < nodes_.size(); ++one) {
        check_erased(*nodes_[one]);
        if (!nodes_[one]->is_up()) {
            continue;
        }
        check_heads(one);
        check_receipts(*nodes_[one]);
        check_state_of(*nodes_[one]);
        check_secrecy(*nodes_[one]);
        for (std::size_t other = 0; other < one; ++other) {
            if (nodes_[other]->is_up()) {
                check_pair(*nodes_[one], *nodes_[other]);
            }
        }
    }
}

/// The state is what the rule makes, from scratch, of the changes that do not wait.
void World::check_state_of(const SimulatedNode& node) {
    if (node.worker().roster_length() != node.replica().roster().length()) {
        return;  // a cut has come and is not durable yet
    }
    const std::set<std::pair<RecordKey, Dot>> waiting = node.worker().waiting();
    for (const auto& [record, given] : node.worker().given()) {
        std::vector<CountedChange> merged;
        for (CountedChange change : given) {
            if (!waiting.contains({record, change.dot})) {
                std::erase_if(change.change.context, [&](const ContextEntry& named) {
                    return node.worker().standing(named) == CommitStanding::excluded;
                });
                merged.push_back(std::move(change));
            }
        }
        const auto state = node.worker().states().find(record);
        const bool shown = state != node.worker().states().end();
        const Bytes expected = merged.empty() ? Bytes() : encode_state(merge_from_scratch(merged));
        if ((shown ? encode_state(state->second) : Bytes()) != expected) {
            violate("a record on " + node.name() + " is not what its changes say");
        }
    }
}

/// Equal heads of a compartment and equal rosters give byte-equal records.
void World::check_pair(const SimulatedNode& one, const SimulatedNode& other) {
    const RosterLength length = one.replica().roster().length();
    for (const SimulatedNode* node : {&one, &other}) {
        if (node->replica().roster().length() != length ||
            node->worker().roster_length() != length || node->worker().durable_length() != length) {
            return;
        }
    }
    const Roster& roster = one.store().roster();
    for (const CompartmentId& compartment : compartments_) {
        if (roster.right(one.id(), compartment) < Right::read ||
            roster.right(other.id(), compartment) < Right::read) {
            continue;
        }
        std::array<std::map<LogId, Head>, 2> heads;
        std::array<std::map<RecordKey, Bytes>, 2> states;
        for (const SimulatedNode* node : {&one, &other}) {
            const std::size_t at = node == &one ? 0 : 1;
            for (const auto& [log, head] : node->replica().heads().all()) {
                // A log cut at 0 counts for nothing, but whoever knows of it knows that what a
                // context names there is excluded; who does not, waits.
                if (head.descriptor.compartment == compartment) {
                    const auto counted = node->replica().counted_head(log);
                    heads[at].emplace(log, counted.value_or(Head{head.descriptor, {}, {}}));
                }
            }
            for (const Head& head : node->replica().uncounted()) {
                if (head.descriptor.compartment == compartment) {
                    heads[at].emplace(head.descriptor.id(), head);
                }
            }
            for (const auto& [key, state] : node->worker().states()) {
                if (key.compartment == compartment) {
                    states[at].emplace(key, encode_state(state));
                }
            }
        }
        if (heads[0] == heads[1] && states[0] != states[1]) {
            violate(one.name() + " and " + other.name() +
                    " hold the same and show different records");
        }
    }
}

/// A node has keys and records only of what it was granted.
void World::check_secrecy(const SimulatedNode& node) {
    const Roster& roster = administration_.roster();
    for (const CompartmentId& compartment : compartments_) {
        bool granted = false;
        for (std::uint64_t length = 1; length <= roster.length().value; ++length) {
            granted = granted ||
                      roster.right(node.id(), compartment, RosterLength{length}) >= Right::read;
        }
        const bool has_key = node.worker().key(compartment, Generation{1}) != nullptr;
        if (!granted && (has_key || node.worker().opened().contains(compartment))) {
            violate(node.name() + " opened what it was not granted");
        }
    }
}

bool World::has_converged() const {
    return differences().empty();
}

std::string World::differences() const {
    std::string out;
    const Roster& roster = administration_.roster();
    std::map<LogId, Head> newest;
    for (std::size_t node = 0; node < nodes_.size(); ++node) {
        if (revoked_.contains(node)) {
            continue;
        }
        if (nodes_[node]->replica().durable_roster_length() != roster.length()) {
            return nodes_[node]->name() + " lacks roster entries\n" + network_.describe();
        }
        for (const auto& [log, head] : nodes_[node]->replica().heads().all()) {
            const auto counted = nodes_[node]->replica().counted_head(log);
            Head& top = newest.try_emplace(log, head).first->second;
            top.number = std::max(top.number, counted ? counted->number : CommitNumber{});
        }
    }
    for (std::size_t node = 0; node < nodes_.size(); ++node) {
        for (const auto& [log, head] : newest) {
            const bool carries =
                roster.right(nodes_[node]->id(), head.descriptor.compartment) >= Right::relay;
            const auto end = end_of(head.descriptor, log, roster);
            const std::uint64_t wanted =
                end ? std::min(end->number, head.number).value : head.number.value;
            const auto held = nodes_[node]->replica().counted_head(log);
            if (!revoked_.contains(node) && carries && nodes_[node]->replica().is_stopped(log)) {
                out += nodes_[node]->name() + " waits for a cut of " + to_hex(log.view()) + "\n";
            }
            const auto known = nodes_[node]->replica().end(log);
            if (!revoked_.contains(node) && carries && end && end->number.value == 0 && !known) {
                out += nodes_[node]->name() + " has not heard of " + to_hex(log.view()) + "\n";
            }
            if (!revoked_.contains(node) && carries && (held ? held->number.value : 0) != wanted) {
                out += nodes_[node]->name() + " holds " +
                       std::to_string(held ? held->number.value : 0) + " of " +
                       std::to_string(wanted) + " commits of " + to_hex(log.view()) +
                       describe_log(*nodes_[node], log) + "\n";
            }
        }
    }
    out += unreceipted();
    return out.empty() ? out : out + network_.describe();
}

}  // namespace entrepot::simulation
