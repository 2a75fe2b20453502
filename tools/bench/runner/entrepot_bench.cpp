// entrepot_bench: workloads W1 to W5 from end to end: real processes, sockets and disks. See
// tools/bench/README.md.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "tools/bench/runner/disk_probe.hpp"
#include "tools/bench/runner/workloads.hpp"

namespace entrepot::bench {
namespace {

constexpr double smallest_scale = 0.0002;

struct Wish {
    WorkloadWish workloads;
    std::string folder;
    std::string json;
};

Status measure(const WorkloadWish& wish, Report& report) {
    TRY_ASSIGN(const auto disk, probe_disk(wish.folder));
    report.note(fmt::format("fdatasync of 4 KiB here: median {:.2f} ms, p99 {:.2f} ms",
                            disk.median_ms, disk.p99_ms));
    bool with_unit = false;
    for (const char* workload : {"W1", "W2", "W3", "W3n", "W4"}) {
        with_unit = with_unit || wish.wants(workload);
    }
    if (with_unit) {
        TRY(measure_unit_and_headquarters(wish, report));
    }
    if (wish.wants("W2s")) {
        TRY(measure_typed(wish, report));
    }
    if (wish.wants("W5")) {
        TRY(measure_strangers(wish, report));
    }
    return {};
}

int run(const Wish& wish) {
    std::error_code failed;
    std::filesystem::create_directories(wish.workloads.folder, failed);
    Report report(wish.workloads.scale);
    const Status measured = measure(wish.workloads, report);
    report.print_table(std::cout);
    if (!wish.json.empty()) {
        std::ofstream(wish.json) << report.to_json().dump(1) << '\n';
    }
    if (!measured) {
        std::cerr << "entrepot_bench: " << measured.error().code.name() << ": "
                  << measured.error().context << std::endl;
        return 1;
    }
    return 0;
}

}  // namespace
}  // namespace entrepot::bench

int main(int count, char** words) {
    using entrepot::bench::smallest_scale;
    CLI::App app("Measures workloads W1 to W5 from end to end.", "entrepot_bench");
    entrepot::bench::Wish wish;
    std::vector<std::string> only;
    app.add_option("--program", wish.workloads.program, "the entrepot to measure")->required();
    app.add_option("--folder", wish.folder, "where nodes live while measured; on a disk")
        ->required();
    app.add_option("--runs", wish.workloads.runs, "medians of this many (3)")
        ->check(CLI::Range(1, 99));
    app.add_option("--scale", wish.workloads.scale, "part of the full size (1)")
        ->check(CLI::Range(smallest_scale, 10.0));
    app.add_option("--only", only, "workloads, such as W1,W3")->delimiter(',');
    app.add_option("--json", wish.json, "also write the medians to this file");
    CLI11_PARSE(app, count, words);
    wish.workloads.folder = wish.folder;
    wish.workloads.only.insert(only.begin(), only.end());
    return entrepot::bench::run(wish);
}
