// Workloads: W1 to W5, each measured on nodes made for it. README.md says what each is.
#pragma once

#include <set>
#include <string>

#include "tools/bench/runner/report.hpp"
#include "tools/bench/runner/running_node.hpp"

namespace entrepot::bench {

struct WorkloadWish {
    std::string program;           ///< the `entrepot` to measure
    std::filesystem::path folder;  ///< on a real disk; emptied
    std::size_t runs = 3;
    double scale = 1;              ///< of the full sizes
    std::set<std::string> only;    ///< empty: all

    bool wants(const std::string& workload) const {
        return only.empty() || only.count(workload) > 0;
    }
    /// A full size made smaller, at least 10.
    std::size_t sized(std::size_t full) const;
};

/// W1, W2, W3, W3n and W4: one unit and headquarters, fresh for each run.
Status measure_unit_and_headquarters(const WorkloadWish& wish, Report& report);
/// W2s: typed once, copied to an empty headquarters in each run.
Status measure_typed(const WorkloadWish& wish, Report& report);
/// W5: two units that never met.
Status measure_strangers(const WorkloadWish& wish, Report& report);

}  // namespace entrepot::bench
