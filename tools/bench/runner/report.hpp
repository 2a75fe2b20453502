// Report: what each run measured, medians over the runs, and the bars they are held against.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "tools/bench/runner/child_process.hpp"

namespace entrepot::bench {

/// One run of one workload. Usage is of all processes that took part, added up.
struct Measurement {
    std::string workload;
    std::uint64_t records = 0;
    double seconds = 0;
    Usage usage;
    std::uint64_t wire_bytes = 0;
    std::uint64_t round_trips = 0;
};

class Report {
public:
    /// `scale`: the part of the full size that was run; bars shrink with it where they are of bulk.
    explicit Report(double scale) : scale_(scale) {}

    /// Also says on standard error that it is done.
    void add(Measurement measurement);
    /// A sentence to print under the table.
    void note(std::string sentence) { notes_.push_back(std::move(sentence)); }

    void print_table(std::ostream& out) const;
    /// An array of {workload, records, seconds, cpu_seconds, peak_rss_mb, wire_bytes, round_trips,
    /// runs}, each a median.
    nlohmann::json to_json() const;

private:
    struct Medians {
        Measurement of;
        std::size_t runs = 0;
    };
    std::vector<Medians> medians() const;

    double scale_;
    std::vector<Measurement> measured_;
    std::vector<std::string> notes_;
};

}  // namespace entrepot::bench
