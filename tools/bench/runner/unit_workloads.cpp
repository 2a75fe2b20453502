// W1, W2, W3, W3n and W4, one after the other on the same two nodes.
#include <future>
#include <nlohmann/json.hpp>

#include "tools/bench/runner/officers_work.hpp"
#include "tools/bench/runner/stage.hpp"

namespace entrepot::bench {
namespace {

using nlohmann::json;

constexpr std::size_t full_records = 100'000;
constexpr std::size_t full_saves = 100;
constexpr std::size_t full_conflicts = 1'000;
constexpr unsigned officers = 16;

/// One run: its country, sizes and where figures go.
struct Run {
    const WorkloadWish& wish;
    Report& report;
    Country country;
    std::size_t records;

    Status add(const std::string& workload, const Stopwatch& watch, std::size_t count) {
        TRY_ASSIGN(auto measured, watch.finish(workload, count));
        if (wish.wants(workload)) {
            report.add(std::move(measured));
        }
        return {};
    }
};

Status ingest(Run& run, const std::filesystem::path& file) {
    TRY_ASSIGN(auto unit, run.country.run_unit(0, ""));
    TRY_ASSIGN(const auto watch, Stopwatch::start({&unit}, 0));
    TRY_ASSIGN(const Usage import, import_file(unit, run.country.workshop(), file, ""));
    TRY_ASSIGN(const json found, unit.worker("POST", "/search",
                                             {{"database", "seizures"},
                                              {"query", ""},
                                              {"limit", 1},
                                              {"offset", run.records - 1}}));
    TRY_ASSIGN(auto measured, watch.finish("W1", run.records));
    if (found.value("matched", std::size_t{0}) != run.records) {
        return Error{work_unfit, "the search finds " + found["matched"].dump() + " records"};
    }
    measured.usage += import;
    if (run.wish.wants("W1")) {
        run.report.add(std::move(measured));
    }
    return unit.stop();
}

Status copy_all(Run& run, HeldLink& link, RunningNode& headquarters) {
    TRY_ASSIGN(const auto watch, link.up(run.country.port()));
    TRY(wait_until("the copy", 10, [&]() -> Result<bool> {
        TRY_ASSIGN(const Counts held, counts(headquarters));
        return held.records >= run.records;
    }));
    TRY(run.add("W2", watch, run.records));
    return wait_until("both to be in sync", 20, [&] { return is_in_sync(link.dialling); });
}

Status save_on_both_sides(Run& run, RunningNode& unit, RunningNode& headquarters) {
    const std::size_t saves = full_saves;
    TRY_ASSIGN(const auto of_unit, look_at(unit, 0, std::min(saves, run.records / 2)));
    TRY_ASSIGN(const auto of_headquarters, look_at(headquarters, run.records - of_unit.size(),
                                                   of_unit.size()));
    const std::size_t all = of_unit.size() + of_headquarters.size();
    TRY_ASSIGN(const auto before_unit, position(unit));
    TRY_ASSIGN(const auto before_headquarters, position(headquarters));
    TRY_ASSIGN(const auto watch, Stopwatch::start({&unit, &headquarters}, run.country.port()));
    auto there = std::async(std::launch::async, [&] {
        return edit_each(headquarters, of_headquarters, "Headquarters", officers);
    });
    const Status here = edit_each(unit, of_unit, "Airport", officers);
    TRY(there.get());
    TRY(here);
    TRY(wait_for_positions(unit, before_unit + all, headquarters, before_headquarters + all, 2));
    TRY(run.add("W3", watch, all));
    TRY(check_edits(headquarters, of_unit, "Airport"));
    return check_edits(unit, of_headquarters, "Headquarters");
}

Status check_idle(Run& run, RunningNode& unit, RunningNode& headquarters) {
    TRY(wait_until("both to be in sync", 20, [&] { return is_in_sync(unit); }));
    TRY_ASSIGN(const auto watch, Stopwatch::start({&unit, &headquarters}, run.country.port()));
    TRY(unit.link("POST", "/sync"));
    TRY(wait_until("the check's answer", 1, [&] { return is_check_answered(unit); }));
    return run.add("W3n", watch, 0);
}

/// What TCP, CURVE, hello and the first check cost when there is nothing else to do.
Status connect_afresh(Run& run, RunningNode& headquarters) {
    TRY_ASSIGN(auto link, hold_link(headquarters, [&] {
        return run.country.run_unit(0, run.country.address());
    }));
    TRY_ASSIGN(const auto watch, link.up(run.country.port()));
    TRY(wait_until("the first check", 1, [&] { return is_in_sync(link.dialling); }));
    TRY(run.add("W3n connect", watch, 0));
    return link.dialling.stop();
}

Status edit_apart(Run& run, RunningNode& headquarters, std::size_t count) {
    TRY_ASSIGN(auto unit, run.country.run_unit(0, ""));
    const std::size_t offset = run.records / 2 - count / 2;
    TRY_ASSIGN(const auto at_unit, look_at(unit, offset, count));
    TRY_ASSIGN(const auto at_headquarters, look_at(headquarters, offset, count));
    TRY(edit_each(unit, at_unit, "Airport says", officers));
    TRY(edit_each(headquarters, at_headquarters, "Headquarters says", officers));
    return unit.stop();
}

Status meet_with_conflicts(Run& run, RunningNode& headquarters) {
    const std::size_t count = std::min(run.wish.sized(full_conflicts), run.records / 2);
    TRY(edit_apart(run, headquarters, count));
    TRY_ASSIGN(auto link, hold_link(headquarters, [&] {
        return run.country.run_unit(0, run.country.address());
    }));
    TRY_ASSIGN(const auto watch, link.up(run.country.port()));
    TRY(wait_until("all conflicts", 5, [&]() -> Result<bool> {
        TRY_ASSIGN(const Counts there, counts(headquarters));
        TRY_ASSIGN(const Counts here, counts(link.dialling));
        return there.conflicts >= count && here.conflicts >= count;
    }));
    TRY(run.add("W4", watch, count));
    for (RunningNode* node : {&link.dialling, &headquarters}) {
        TRY_ASSIGN(const std::size_t listed, listed_conflicts(*node, 2 * count));
        if (listed != count) {
            return Error{work_unfit, "of " + std::to_string(count) + " conflicts " +
                                         std::to_string(listed) + " are listed"};
        }
    }
    return link.dialling.stop();
}

Status measure_once(Run& run, const std::filesystem::path& file) {
    TRY(ingest(run, file));
    TRY_ASSIGN(auto headquarters, run.country.run_headquarters());
    {
        TRY_ASSIGN(auto link, hold_link(headquarters, [&] {
            return run.country.run_unit(0, run.country.address());
        }));
        TRY(copy_all(run, link, headquarters));
        TRY(save_on_both_sides(run, link.dialling, headquarters));
        TRY(check_idle(run, link.dialling, headquarters));
        TRY(link.dialling.stop());
    }
    TRY(connect_afresh(run, headquarters));
    TRY(meet_with_conflicts(run, headquarters));
    return headquarters.stop();
}

}  // namespace

Status measure_unit_and_headquarters(const WorkloadWish& wish, Report& report) {
    const std::size_t records = wish.sized(full_records);
    TRY_ASSIGN(const auto file, generated(wish, records, 1));
    for (std::size_t i = 0; i < wish.runs; ++i) {
        TRY_ASSIGN(auto workshop, fresh_workshop(wish, "unit"));
        TRY_ASSIGN(auto country, Country::found(std::move(workshop), {"Airport"}));
        Run run{wish, report, std::move(country), records};
        TRY(measure_once(run, file));
    }
    return remove_folder(wish.folder / "unit");
}

}  // namespace entrepot::bench
