// W5: two units hold the same records, each from headquarters, and have never met; then a hundred
// records differ, and the two sync with each other.
#include "tools/bench/runner/officers_work.hpp"
#include "tools/bench/runner/stage.hpp"
#include "tools/bench/runner/wire_meter.hpp"

namespace entrepot::bench {
namespace {

constexpr std::size_t full_records = 100'000;
constexpr std::size_t edits = 50;
constexpr unsigned officers = 16;

Status share_by_headquarters(const Country& country, const std::filesystem::path& file) {
    TRY_ASSIGN(auto headquarters, country.run_headquarters());
    TRY(country.add_joint_compartment("Joint"));
    TRY(import_file(headquarters, country.workshop(), file, "Joint"));
    TRY(country.meet_headquarters());
    return headquarters.stop();
}

Status edit_alone(const Country& country, std::size_t unit, std::size_t count) {
    TRY_ASSIGN(auto node, country.run_unit(unit, ""));
    TRY_ASSIGN(const auto shown, look_at(node, unit * count, count));
    TRY(edit_each(node, shown, "Unit " + std::to_string(unit + 1), officers));
    return node.stop();
}

Status meet_once(const Country& country, std::size_t count, Report& report) {
    TRY_ASSIGN(const auto port, free_port());
    const std::string address = "tcp://127.0.0.1:" + std::to_string(port);
    TRY_ASSIGN(auto listening, RunningNode::start(country.workshop(),
                                                  {country.unit(1).directory, address, ""}));
    TRY_ASSIGN(auto link, hold_link(listening, [&] {
        return country.run_unit(0, country.unit(1).node + "@" + address);
    }));
    TRY_ASSIGN(const auto at_listening, position(listening));
    TRY_ASSIGN(const auto at_dialling, position(link.dialling));
    TRY_ASSIGN(const auto watch, link.up(port));
    TRY(wait_for_positions(link.dialling, at_dialling + count, listening, at_listening + count, 2));
    TRY_ASSIGN(auto measured, watch.finish("W5", 2 * count));
    report.add(std::move(measured));
    TRY(link.dialling.stop());
    return listening.stop();
}

}  // namespace

Status measure_strangers(const WorkloadWish& wish, Report& report) {
    const std::size_t records = wish.sized(full_records);
    const std::size_t count = std::min(edits, records / 2);
    TRY_ASSIGN(const auto file, generated(wish, records, 1));
    TRY_ASSIGN(auto workshop, fresh_workshop(wish, "strangers"));
    TRY_ASSIGN(const auto country, Country::found(std::move(workshop), {"Airport", "Seaport"}));
    TRY(share_by_headquarters(country, file));
    const std::string kept = ".kept";
    for (const std::size_t unit : {0, 1}) {
        const auto& directory = country.unit(unit).directory;
        TRY(copy_folder(directory, directory.string() + kept));
    }
    for (std::size_t i = 0; i < wish.runs; ++i) {
        for (const std::size_t unit : {0, 1}) {
            const auto& directory = country.unit(unit).directory;
            TRY(copy_folder(directory.string() + kept, directory));
            TRY(edit_alone(country, unit, count));
        }
        TRY(meet_once(country, count, report));
    }
    return remove_folder(wish.folder / "strangers");
}

}  // namespace entrepot::bench
