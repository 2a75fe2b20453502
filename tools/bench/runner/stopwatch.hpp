// Stopwatch: what some running nodes use, send and wait for between two moments.
#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "tools/bench/runner/report.hpp"
#include "tools/bench/runner/running_node.hpp"

namespace entrepot::bench {

class Stopwatch {
public:
    /// Starts now. `nodes` must run until finish(); `port`: of the one that listens, 0 for none.
    static Result<Stopwatch> start(std::vector<RunningNode*> nodes, std::uint16_t port);

    /// Stops the clock first, then reads the rest.
    Result<Measurement> finish(std::string workload, std::uint64_t records) const;

private:
    Stopwatch(std::vector<RunningNode*> nodes, std::uint16_t port)
        : nodes_(std::move(nodes)), port_(port) {}
    Usage usage() const;

    std::vector<RunningNode*> nodes_;
    std::uint16_t port_;
    double cpu_before_ = 0;
    std::uint64_t wire_before_ = 0;
    std::uint64_t trips_before_ = 0;
    std::chrono::steady_clock::time_point started_;
};

/// Round trips that the first peer of a node has cost so far; 0 without a peer.
Result<std::uint64_t> round_trips(RunningNode& node);

}  // namespace entrepot::bench
