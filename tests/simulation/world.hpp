// World: one simulated run: an administration, its nodes, what its officers do, and what goes
// wrong, all drawn from one seed. Phase 1 has faults and checks safety; phase 2 heals and checks
// that all converge within a bound.
#pragma once

#include "tests/simulation/network.hpp"
#include "tests/support/administration_fixture.hpp"

namespace entrepot::simulation {

struct RunOptions {
    std::uint64_t seed = 1;
    PlantedFault fault = PlantedFault::none;
};

struct RunResult {
    std::uint64_t trace = 0;                      ///< equal for equal runs
    std::optional<std::string> violation;         ///< what did not hold, and when
    std::map<std::string, std::uint64_t> errors;  ///< sessions ended, by code
    std::uint64_t messages = 0, commits = 0, crashes = 0, erasures = 0;
    std::int64_t virtual_ms = 0;
};

/// Runs one seed from start to end. `packing` is only a workspace.
RunResult run_seed(const RunOptions& options, Packing& packing);

class World {
public:
    World(const RunOptions& options, Packing& packing);
    RunResult run();

private:
    void build();
    void add_node(const std::string& name);
    void link_nodes();
    void phase_with_faults();
    void phase_of_healing();
    void act();
    void write();
    void write_in(std::size_t node, const CompartmentId& compartment);
    Change draw_change(const SimulatedNode& node, const CompartmentId& compartment);
    void break_something();
    void grow_roster();
    void admit_newcomer();
    void offer_roster();
    void crash(std::size_t node);
    void revoke_someone();
    void move_a_cut_forward();
    void take_back_a_right();
    void keep_a_copy();
    void restore_a_disk();
    void clone_a_disk();
    void settle_forks();
    void order_erasure();
    std::optional<ErasureEntry> some_changes();
    std::optional<ErasureEntry> whole_record();
    /// Nodes sign receipts: one of them, or all that are up.
    void issue_receipts(std::size_t node);
    void issue_all_receipts();
    /// Begins to write again what a settled fork took; whether a node is still writing anything.
    bool write_again();
    std::optional<Cut> choose_branch(const ForkProof& proof) const;
    bool is_doubled(const NodeId& node) const;

    void check_salts();
    void check_nothing_lost();
    void check_erased(const SimulatedNode& node);
    void check_receipts(const SimulatedNode& node);
    /// Who of the nodes in force has not told headquarters that it carried out all erasures.
    std::string unreceipted() const;

    void check_acknowledged(std::size_t from, std::size_t to);
    void check_heads(std::size_t node);
    void check_states();
    void check_state_of(const SimulatedNode& node);
    void check_pair(const SimulatedNode& one, const SimulatedNode& other);
    void check_secrecy(const SimulatedNode& node);
    bool has_converged() const;
    std::string differences() const;
    void violate(const std::string& what);

    RunOptions options_;
    Packing& packing_;
    Dice dice_;
    Schedule schedule_;
    AdministrationFixture administration_;
    std::vector<std::unique_ptr<SimulatedNode>> nodes_;
    Network network_;
    std::vector<CompartmentId> compartments_;
    std::vector<RecordKey> records_;
    std::map<std::pair<std::size_t, LogId>, Head> highest_;  ///< heads ever reported, by node
    std::set<std::size_t> revoked_;
    std::map<std::size_t, MemoryStore> copies_;  ///< of a disk, taken earlier
    std::set<std::size_t> restored_;             ///< started on an older disk, or a clone of one
    std::map<std::size_t, std::size_t> rewinds_seen_;  ///< by node: logs that left their branch
    std::set<std::pair<std::string, CompartmentId>> taken_back_;
    bool healing_ = false;
    SteadyTime receipted_;  ///< when all signed last
    RunResult result_;
};

}  // namespace entrepot::simulation
