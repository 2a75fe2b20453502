// W2s: records typed one by one at a unit; only their copy to headquarters is timed.
#include <fmt/core.h>

#include "tools/bench/runner/officers_work.hpp"
#include "tools/bench/runner/stage.hpp"

namespace entrepot::bench {
namespace {

constexpr std::size_t full_records = 100'000;
constexpr unsigned officers = 64;

/// With references of their own: a node's block of numbers is soon used up.
std::vector<std::string> referenced(std::vector<std::string> documents) {
    std::size_t number = 0;
    for (std::string& document : documents) {
        document.insert(1, fmt::format("\"reference\":\"JM-BENCH-2026-{:05}\",", ++number));
    }
    return documents;
}

Status type_all(const Country& country, const std::vector<std::string>& documents, Report& report) {
    TRY_ASSIGN(auto unit, country.run_unit(0, ""));
    const auto started = std::chrono::steady_clock::now();
    TRY(type_each(unit, documents, officers));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
    report.note(fmt::format("{} officers at once typed {:.0f} records/s through the local API",
                            officers, static_cast<double>(documents.size()) / took.count()));
    return unit.stop();
}

Status copy_once(const Country& country, std::size_t records, Report& report) {
    TRY_ASSIGN(auto headquarters, country.run_headquarters());
    TRY_ASSIGN(auto link, hold_link(headquarters,
                                    [&] { return country.run_unit(0, country.address()); }));
    TRY_ASSIGN(const auto watch, link.up(country.port()));
    TRY(wait_until("the copy", 20, [&]() -> Result<bool> {
        TRY_ASSIGN(const Counts held, counts(headquarters));
        return held.records >= records;
    }));
    TRY_ASSIGN(auto measured, watch.finish("W2s", records));
    report.add(std::move(measured));
    TRY(link.dialling.stop());
    return headquarters.stop();
}

/// Lets headquarters write what it writes of itself, so that every copy of it is alike.
Status settle(const Country& country) {
    TRY_ASSIGN(auto headquarters, country.run_headquarters());
    TRY(country.meet_headquarters());
    return headquarters.stop();
}

}  // namespace

Status measure_typed(const WorkloadWish& wish, Report& report) {
    const std::size_t records = wish.sized(full_records);
    TRY_ASSIGN(const auto file, generated(wish, records, 2));
    TRY_ASSIGN(auto lines, lines_of(file));
    const auto documents = referenced(std::move(lines));
    TRY_ASSIGN(auto workshop, fresh_workshop(wish, "typed"));
    TRY_ASSIGN(const auto country, Country::found(std::move(workshop), {"Airport"}));
    TRY(settle(country));
    TRY(type_all(country, documents, report));
    const auto& headquarters = country.headquarters().directory;
    const auto empty = headquarters.string() + ".empty";
    TRY(copy_folder(headquarters, empty));
    for (std::size_t i = 0; i < wish.runs; ++i) {
        TRY(copy_folder(empty, headquarters));
        TRY(copy_once(country, records, report));
    }
    return remove_folder(wish.folder / "typed");
}

}  // namespace entrepot::bench
