// Country: an administration with headquarters and enrolled units, made by the program's own
// commands, as an installer would.
#pragma once

#include <string>
#include <vector>

#include "tools/bench/runner/running_node.hpp"

namespace entrepot::bench {

inline constexpr ErrorCode country_unmade{"bench.country", ErrorKind::unavailable};

struct Unit {
    std::filesystem::path directory;
    std::string node;  ///< its id, as --peer takes it
};

class Country {
public:
    /// Headquarters and one unit for each name, each of which has met headquarters once; none runs.
    static Result<Country> found(Workshop workshop, const std::vector<std::string>& units);

    const Workshop& workshop() const { return workshop_; }
    const Unit& unit(std::size_t number) const { return units_[number]; }
    const Unit& headquarters() const { return headquarters_; }
    std::uint16_t port() const { return port_; }
    std::string address() const { return "tcp://127.0.0.1:" + std::to_string(port_); }

    Result<RunningNode> run_headquarters() const;
    /// `peer`: an address it dials; empty for none.
    Result<RunningNode> run_unit(std::size_t number, const std::string& peer) const;
    /// While headquarters runs: a compartment of seizures for headquarters and all units.
    Status add_joint_compartment(const std::string& name) const;
    /// Runs the units, one after the other, until each is in sync with a running headquarters.
    Status meet_headquarters() const;

private:
    explicit Country(Workshop workshop) : workshop_(std::move(workshop)) {}
    Result<nlohmann::json> command(std::vector<std::string> words) const;
    Status install(const std::string& kind, const std::string& name, Unit& out) const;
    Status found_headquarters();
    Status enrol_units(const std::vector<std::string>& names);

    Workshop workshop_;
    std::string fingerprint_;
    Unit headquarters_;
    std::vector<Unit> units_;
    std::vector<std::string> names_;
    std::uint16_t port_ = 0;
};

/// Whether the node has a peer and neither has anything left for the other.
Result<bool> is_in_sync(RunningNode& node);
/// Whether the check that POST /sync began has its answer.
Result<bool> is_check_answered(RunningNode& node);

}  // namespace entrepot::bench
