#include "tools/bench/runner/report.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

namespace entrepot::bench {
namespace {

using nlohmann::json;

/// What a workload is to reach at first; 0: no bar.
struct Bar {
    std::string_view workload;
    std::string_view text;
    double seconds = 0;
    bool is_bulk = false;  ///< seconds are for 100,000 records
    double bytes = 0;
    double bytes_per_record = 0;
};

constexpr Bar bars[] = {
    {"W1", "4 s", 4, true},
    {"W2", "3 s, 300 B/record", 3, true, 0, 300},
    {"W2s", "15 s, 700 B/record", 15, true, 0, 700},
    {"W3", "60 ms, 110 kB", 0.060, false, 110e3},
    {"W3n", "1 KiB, 1 round trip", 0, false, 1024},
    {"W4", "1 s, nothing lost", 1},
    {"W5", "60 ms, 110 kB", 0.060, false, 110e3},
};

const Bar* bar_of(const std::string& workload) {
    const auto* found = std::find_if(std::begin(bars), std::end(bars),
                                     [&](const Bar& bar) { return bar.workload == workload; });
    return found == std::end(bars) ? nullptr : found;
}

template <class Of>
auto median(const std::vector<const Measurement*>& runs, Of of) {
    std::vector<decltype(of(*runs.front()))> values;
    for (const Measurement* run : runs) {
        values.push_back(of(*run));
    }
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

double bytes_per_record(const Measurement& m) {
    return m.records == 0 ? 0 : static_cast<double>(m.wire_bytes) / static_cast<double>(m.records);
}

/// The worst of reached ÷ bar; above 1 the bar is missed.
std::string ratio(const Measurement& m, const Bar& bar, double scale) {
    double worst = 0;
    const double seconds = bar.seconds * (bar.is_bulk ? scale : 1);
    const auto hold = [&worst](double reached, double limit) {
        worst = limit > 0 ? std::max(worst, reached / limit) : worst;
    };
    hold(m.seconds, seconds);
    hold(static_cast<double>(m.wire_bytes), bar.bytes);
    hold(bytes_per_record(m), bar.bytes_per_record);
    return fmt::format("{:.2f}", worst);
}

std::string seconds_text(double seconds) {
    return seconds < 1 ? fmt::format("{:.1f} ms", seconds * 1000)
                       : fmt::format("{:.2f} s", seconds);
}

}  // namespace

void Report::add(Measurement measurement) {
    std::cerr << "bench: " << measurement.workload << "  " << seconds_text(measurement.seconds)
              << "  " << measurement.wire_bytes << " B" << std::endl;
    measured_.push_back(std::move(measurement));
}

std::vector<Report::Medians> Report::medians() const {
    std::vector<Medians> out;
    for (const Measurement& first : measured_) {
        const bool known = std::any_of(out.begin(), out.end(), [&](const Medians& done) {
            return done.of.workload == first.workload;
        });
        if (known) {
            continue;
        }
        std::vector<const Measurement*> runs;
        for (const Measurement& run : measured_) {
            if (run.workload == first.workload) {
                runs.push_back(&run);
            }
        }
        Medians medians{first, runs.size()};
        Measurement& of = medians.of;
        of.seconds = median(runs, [](const Measurement& m) { return m.seconds; });
        of.usage.cpu_seconds =
            median(runs, [](const Measurement& m) { return m.usage.cpu_seconds; });
        of.usage.peak_rss_mb =
            median(runs, [](const Measurement& m) { return m.usage.peak_rss_mb; });
        of.wire_bytes = median(runs, [](const Measurement& m) { return m.wire_bytes; });
        of.round_trips = median(runs, [](const Measurement& m) { return m.round_trips; });
        out.push_back(std::move(medians));
    }
    return out;
}

void Report::print_table(std::ostream& out) const {
    constexpr auto row = "{:<12}{:>9}{:>12}{:>9}{:>9}{:>13}{:>9}{:>7}{:>6}  {:<21}{:>7}\n";
    out << fmt::format(row, "workload", "records", "time", "CPU s", "RSS MB", "wire B", "B/rec",
                       "trips", "runs", "bar", "ratio");
    for (const auto& [m, runs] : medians()) {
        const Bar* bar = bar_of(m.workload);
        out << fmt::format(
            row, m.workload, m.records, seconds_text(m.seconds),
            fmt::format("{:.2f}", m.usage.cpu_seconds), fmt::format("{:.0f}", m.usage.peak_rss_mb),
            m.wire_bytes, fmt::format("{:.0f}", bytes_per_record(m)), m.round_trips, runs,
            bar == nullptr ? "" : bar->text, bar == nullptr ? "" : ratio(m, *bar, scale_));
    }
    for (const std::string& sentence : notes_) {
        out << sentence << '\n';
    }
}

json Report::to_json() const {
    json out = json::array();
    for (const auto& [m, runs] : medians()) {
        out.push_back({{"workload", m.workload},
                       {"records", m.records},
                       {"seconds", m.seconds},
                       {"cpu_seconds", m.usage.cpu_seconds},
                       {"peak_rss_mb", m.usage.peak_rss_mb},
                       {"wire_bytes", m.wire_bytes},
                       {"round_trips", m.round_trips},
                       {"runs", runs}});
    }
    return out;
}

}  // namespace entrepot::bench
