#include "tools/bench/runner/stopwatch.hpp"

#include <nlohmann/json.hpp>

#include "tools/bench/runner/wire_meter.hpp"

namespace entrepot::bench {

using nlohmann::json;

Usage Stopwatch::usage() const {
    Usage out;
    for (const RunningNode* node : nodes_) {
        out += node->usage();
    }
    return out;
}

Result<Stopwatch> Stopwatch::start(std::vector<RunningNode*> nodes, std::uint16_t port) {
    Stopwatch out(std::move(nodes), port);
    for (const RunningNode* node : out.nodes_) {
        node->forget_peak();
    }
    if (port != 0) {
        TRY_ASSIGN(out.wire_before_, wire_bytes(port));
        TRY_ASSIGN(out.trips_before_, round_trips(*out.nodes_.front()));
    }
    out.cpu_before_ = out.usage().cpu_seconds;
    out.started_ = std::chrono::steady_clock::now();
    return out;
}

Result<Measurement> Stopwatch::finish(std::string workload, std::uint64_t records) const {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started_;
    Measurement out{std::move(workload), records, took.count(), usage(), 0, 0};
    out.usage.cpu_seconds -= cpu_before_;
    if (port_ != 0) {
        TRY_ASSIGN(const auto wire, wire_bytes(port_));
        TRY_ASSIGN(const auto trips, round_trips(*nodes_.front()));
        out.wire_bytes = wire - wire_before_;
        out.round_trips = trips - trips_before_;
    }
    return out;
}

Result<std::uint64_t> round_trips(RunningNode& node) {
    TRY_ASSIGN(const json status, node.link("GET", "/status"));
    const json peers = status.value("peers", json::array());
    return peers.empty() ? 0 : peers.front().value("round_trips", std::uint64_t{0});
}

}  // namespace entrepot::bench
