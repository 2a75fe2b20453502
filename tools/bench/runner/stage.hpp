// Stage: what the workloads share: generated files, folders, a link that comes up at one moment.
#pragma once

#include "tools/bench/runner/country.hpp"
#include "tools/bench/runner/stopwatch.hpp"
#include "tools/bench/runner/workloads.hpp"

namespace entrepot::bench {

inline constexpr ErrorCode stage_folder{"bench.folder", ErrorKind::storage};

/// A fresh folder of this name for one country.
Result<Workshop> fresh_workshop(const WorkloadWish& wish, const std::string& name);
Status remove_folder(const std::filesystem::path& folder);
/// Replaces `to` with a copy of the folder `from`.
Status copy_folder(const std::filesystem::path& from, const std::filesystem::path& to);

/// A file of generated seizures, one JSON document a line; made when it is not there yet.
Result<std::filesystem::path> generated(const WorkloadWish& wish, std::size_t count,
                                        unsigned seed);
Result<std::vector<std::string>> lines_of(const std::filesystem::path& file);

/// The program's own `import`, as a process beside the node.
Result<Usage> import_file(const RunningNode& node, const Workshop& workshop,
                          const std::filesystem::path& file, const std::string& compartment);

/// A listening node that stands still, and a node that dials it and has caught up with itself: the
/// link is down until up() lets the listener go on.
struct HeldLink {
    RunningNode dialling;
    RunningNode& listening;

    Result<Stopwatch> up(std::uint16_t port);
};
Result<HeldLink> hold_link(RunningNode& listening,
                           const std::function<Result<RunningNode>()>& dial);

/// Log position that a node's views reflect.
Result<std::uint64_t> position(RunningNode& node);
/// Waits until views of both reflect at least that many commits, and both are in sync.
Status wait_for_positions(RunningNode& a, std::uint64_t at_a, RunningNode& b, std::uint64_t at_b,
                          int pause_ms);
/// Seizures, and those with conflicts, that a node's views hold.
struct Counts {
    std::uint64_t records = 0;
    std::uint64_t conflicts = 0;
};
Result<Counts> counts(RunningNode& node);

}  // namespace entrepot::bench
