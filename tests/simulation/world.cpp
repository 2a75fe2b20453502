#include "tests/simulation/world.hpp"

#include <algorithm>

#include "crypto/base/ensure.hpp"

namespace entrepot::simulation {
namespace {

constexpr std::int64_t faulty_ms = 20'000;
constexpr std::int64_t healing_ms = 120'000;
constexpr std::int64_t check_every_ms = 2'000;
constexpr std::size_t headquarters = 0;

AdministrationOptions first_administration() {
    AdministrationOptions out;
    out.units = {"airport", "seaport"};
    out.relays = {"courier"};
    out.unit_seizures = true;
    out.joint_seizures = true;
    return out;
}

}  // namespace

World::World(const RunOptions& options, Packing& packing)
    : options_(options),
      packing_(packing),
      dice_(options.seed),
      administration_(first_administration()),
      network_(nodes_, schedule_, dice_) {
    network_.hostile = dice_.percent(25);
    if (dice_.percent(30)) {  // so little that a commit takes several frames and credits
        network_.limits.frame_least = network_.limits.frame_most = 150;
        network_.limits.credit_start = 400;
    }
    network_.on_delivered = [this](std::size_t from, std::size_t to) {
        check_acknowledged(from, to);
        check_acknowledged(to, from);
    };
    network_.on_error = [this](const Error& error) {
        ++result_.errors[std::string(error.code.name())];
        if (!network_.hostile && Session::deserves_ban(error.code)) {
            violate("an honest peer was refused: " + std::string(error.code.name()) + ": " +
                    error.context);
        }
    };
    build();
}

void World::build() {
    for (const char* name : {"airport seizures", "seaport seizures", "joint seizures"}) {
        compartments_.push_back(administration_.compartment(name));
        administration_.grant(compartments_.back(), administration_.id("courier"), Right::relay);
    }
    for (const char* name : {"headquarters", "airport", "seaport", "courier"}) {
        add_node(name);
    }
    link_nodes();
}

void World::add_node(const std::string& name) {
    nodes_.push_back(std::make_unique<SimulatedNode>(
        name, administration_.identity(name), administration_.roster(), packing_, options_.fault));
    nodes_.back()->skew_ms = dice_.between(-900'000, 900'000);
}

/// Everyone reaches headquarters, alone or by way of the courier; some also meet each other.
void World::link_nodes() {
    const auto link = [&](std::size_t from, std::size_t to) {
        SimulatedLink drawn{from, to, true, dice_.between(1, 200), dice_.between(0, 30), {}};
        network_.add_link(drawn);
    };
    constexpr std::size_t courier = 3;
    link(courier, headquarters);
    for (const std::size_t unit : {std::size_t{1}, std::size_t{2}}) {
        const bool by_courier = dice_.percent(40);
        link(unit, by_courier ? courier : headquarters);
        if (dice_.percent(25)) {
            link(unit, by_courier ? headquarters : courier);
        }
    }
    if (dice_.percent(40)) {
        link(1, 2);
    }
}

void World::violate(const std::string& what) {
    if (!result_.violation) {
        result_.violation = "at " + std::to_string(schedule_.now().ms) + " ms: " + what;
    }
}

RunResult World::run() {
    phase_with_faults();
    if (!result_.violation) {
        phase_of_healing();
    }
    result_.trace = network_.trace;
    result_.messages = network_.messages;
    result_.virtual_ms = schedule_.now().ms;
    return result_;
}

void World::phase_with_faults() {
    std::int64_t next_check = check_every_ms;
    while (schedule_.now().ms < faulty_ms && !result_.violation) {
        act();
        const SteadyTime until{schedule_.now().ms + dice_.between(50, 900)};
        while (!result_.violation && schedule_.run_next(until)) {}
        if (schedule_.now().ms >= next_check) {
            check_states();
            next_check += check_every_ms;
        }
    }
}

void World::phase_of_healing() {
    healing_ = true;
    network_.quiet = true;
    for (std::size_t node = 0; node < nodes_.size(); ++node) {
        if (!nodes_[node]->is_up()) {
            nodes_[node]->start();
        }
    }
    if (dice_.percent(30)) {
        order_erasure();
    }
    offer_roster();
    for (std::size_t link = 0; link < network_.link_count(); ++link) {
        const SimulatedLink& along = network_.link(link);
        if (network_.hostile) {
            // Who was told altered bytes may know wrong things of its peer until the next session.
            network_.take_down(link);
        }
        if (revoked_.contains(along.dialler) || revoked_.contains(along.accepter)) {
            network_.take_down(link);
        } else {
            network_.bring_up(link);
        }
    }
    const std::int64_t end = schedule_.now().ms + healing_ms;
    while (schedule_.now().ms < end && !result_.violation) {
        schedule_.run_next({std::min(end, schedule_.now().ms + 100)});
        settle_forks();
        issue_all_receipts();
        if (!write_again() && has_converged() && network_.all_in_sync()) {
            check_states();
            check_salts();
            check_nothing_lost();
            return;
        }
    }
    violate("did not converge within " + std::to_string(healing_ms) + " ms\n" + differences() +
            network_.describe());
}

void World::act() {
    const std::uint64_t drawn = dice_.below(100);
    if (drawn < 59) {
        write();
    } else if (drawn < 62) {
        order_erasure();
    } else if (drawn < 65) {
        issue_receipts(dice_.below(nodes_.size()));
    } else if (drawn < 88) {
        break_something();
    } else if (drawn < 92) {
        keep_a_copy();
    } else if (drawn < 94) {
        dice_.percent(50) ? restore_a_disk() : clone_a_disk();
    } else {
        grow_roster();
    }
}

void World::write() {
    const std::size_t node = dice_.below(nodes_.size());
    if (nodes_[node]->is_up()) {
        const std::uint64_t saves = 1 + dice_.below(3);
        for (std::uint64_t i = 0; i < saves; ++i) {
            write_in(node, compartments_[dice_.below(compartments_.size())]);
        }
        network_.wake(node);
    }
}

void World::write_in(std::size_t node, const CompartmentId& compartment) {
    SimulatedNode& author = *nodes_[node];
    std::vector<Change> changes;
    const std::uint64_t wanted = 1 + dice_.below(2);
    for (std::uint64_t i = 0; i < wanted; ++i) {
        Change change = draw_change(author, compartment);
        const bool repeated = std::any_of(changes.begin(), changes.end(), [&](const Change& other) {
            return other.record == change.record;
        });
        if (!repeated) {
            changes.push_back(std::move(change));
        }
    }
    const WallTime now{1'700'000'000'000 + schedule_.now().ms};
    if (author.write(compartment, changes, now, dice_.entropy())) {
        ++result_.commits;
    }
}

/// A new record, an edit of one that is held, or the resolution of a conflict in it.
Change World::draw_change(const SimulatedNode& node, const CompartmentId& compartment) {
    Change change;
    change.database = "seizures";
    const auto first = node.worker().states().lower_bound({compartment, {}});
    std::vector<const std::pair<const RecordKey, RecordState>*> held;
    for (auto at = first; at != node.worker().states().end(); ++at) {
        if (at->first.compartment == compartment) {
            held.push_back(&*at);
        }
    }
    std::set<Path> paths;
    if (held.empty() || dice_.percent(25)) {
        change.record = dice_.entropy().fixed<RecordId>();
    } else {
        const auto& [key, state] = *held[dice_.below(held.size())];
        change.record = key.record;
        change.context = state.shown;
        for (const Path& path : conflicting_paths(state)) {
            if (!holds_liveness(path) && dice_.percent(60)) {
                paths.insert(path);
            }
        }
        if (dice_.percent(8)) {
            change.kind = ChangeKind::tombstone;
            return change;
        }
    }
    const std::vector<Path> all{"goods/1/quantity", "place", "remarks", "seized_on"};
    paths.insert(all[dice_.below(all.size())]);
    for (const Path& path : paths) {
        change.assignments.push_back({path, static_cast<std::int64_t>(dice_.below(1000))});
    }
    return change;
}

void World::break_something() {
    const std::size_t link = dice_.below(network_.link_count());
    switch (dice_.below(5)) {
        case 0:
        case 1:
            network_.take_down(link);
            break;
        case 2:
            network_.bring_up(link);
            break;
        case 3:
            network_.link(link).blocked[dice_.below(2)] = true;
            break;
        default:
            crash(dice_.below(nodes_.size()));
    }
    if (!network_.link(link).up || network_.link(link).blocked != std::array<bool, 2>{}) {
        schedule_.after(dice_.between(300, 6000), [this, link] {
            if (!healing_) {
                network_.bring_up(link);
            }
        });
    }
}

void World::crash(std::size_t node) {
    if (!nodes_[node]->is_up()) {
        return;
    }
    ++result_.crashes;
    network_.drop_connections(node);
    nodes_[node]->crash();
    rewinds_seen_.erase(node);
    schedule_.after(dice_.between(50, 3000), [this, node] {
        if (!nodes_[node]->is_up()) {
            nodes_[node]->start();
            check_heads(node);
            offer_roster();
            network_.wake(node);
        }
    });
}

/// The administration's own copy of the roster is safe: headquarters is given it again after a
/// crash.
void World::offer_roster() {
    SimulatedNode& node = *nodes_[headquarters];
    if (node.is_up()) {
        ENSURE(node.replica().offer_roster({0}, administration_.entries()).has_value());
        network_.wake(headquarters);
    }
}

void World::grow_roster() {
    switch (dice_.below(7)) {
        case 3:
            move_a_cut_forward();
            break;
        case 4:
            settle_forks();
            break;
        case 5:
            take_back_a_right();
            break;
        case 0:
            admit_newcomer();
            break;
        case 1:
            administration_.new_generation(compartments_[dice_.below(compartments_.size())]);
            break;
        case 2: {
            // A unit gets to see, or to write, what another one writes.
            const std::size_t unit = 1 + dice_.below(2);
            if (!revoked_.contains(unit)) {
                administration_.grant(compartments_[2 - unit], nodes_[unit]->id(),
                                      dice_.percent(50) ? Right::read : Right::write);
            }
            break;
        }
        default:
            revoke_someone();
    }
    offer_roster();
}

/// A new node comes with its join file: the newest roster, which the others may not have yet.
void World::admit_newcomer() {
    if (nodes_.size() > 5) {
        return;
    }
    const std::string name = "desk " + std::to_string(nodes_.size());
    administration_.add_unit(name);
    administration_.grant(compartments_[2], administration_.id(name), Right::write);
    offer_roster();
    add_node(name);
    const std::size_t self = nodes_.size() - 1;
    network_.add_link(
        {self, dice_.percent(50) ? headquarters : 3, true, dice_.between(1, 100), 5, {}});
    if (dice_.percent(50) && !revoked_.contains(1)) {
        network_.add_link({self, 1, true, dice_.between(1, 100), 5, {}});
    }
}

/// Headquarters withdraws a unit, with cuts at what it holds of its logs.
void World::revoke_someone() {
    const std::size_t unit = 1 + dice_.below(2);
    const auto& known = nodes_[headquarters];
    if (known->is_up() && known->replica().roster().length() != administration_.roster().length()) {
        return;
    }
    if (!revoked_.empty() || !nodes_[headquarters]->is_up() || dice_.percent(50)) {
        return;
    }
    std::vector<Cut> cuts;
    for (const auto& [log, head] : nodes_[headquarters]->store().heads().all()) {
        if (head.descriptor.node == nodes_[unit]->id()) {
            const CommitNumber number{1 + dice_.below(head.number.value)};
            const Bytes last = nodes_[headquarters]->store().read(log, number).value();
            cuts.push_back({log, number, commit_hash(last)});
        }
    }
    for (std::size_t node = 0; node < nodes_.size(); ++node) {
        if (nodes_[node]->id() == nodes_[unit]->id()) {
            revoked_.insert(node);
        }
    }
    administration_.revoke(nodes_[unit]->id(), cuts);
}

RunResult run_seed(const RunOptions& options, Packing& packing) {
    return World(options, packing).run();
}

}  // namespace entrepot::simulation
