#include "tools/bench/runner/stage.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

namespace entrepot::bench {

using nlohmann::json;

namespace {

Status folder_error(const std::filesystem::path& folder, const std::error_code& failed) {
    if (failed) {
        return Error{stage_folder, folder.string() + ": " + failed.message()};
    }
    return {};
}

}  // namespace

std::size_t WorkloadWish::sized(std::size_t full) const {
    const auto out = std::llround(static_cast<double>(full) * scale);
    return std::max<std::size_t>(static_cast<std::size_t>(out), 10);
}

Status remove_folder(const std::filesystem::path& folder) {
    std::error_code failed;
    std::filesystem::remove_all(folder, failed);
    return folder_error(folder, failed);
}

Result<Workshop> fresh_workshop(const WorkloadWish& wish, const std::string& name) {
    Workshop out{wish.program, wish.folder / name, wish.folder / name / "service.key"};
    TRY(remove_folder(out.folder));
    std::error_code failed;
    std::filesystem::create_directories(out.folder, failed);
    TRY(folder_error(out.folder, failed));
    return out;
}

Status copy_folder(const std::filesystem::path& from, const std::filesystem::path& to) {
    TRY(remove_folder(to));
    std::error_code failed;
    for (const char* socket : {"link.sock", "worker.sock"}) {
        std::filesystem::remove(from / socket, failed);
    }
    std::filesystem::copy(from, to, std::filesystem::copy_options::recursive, failed);
    return folder_error(to, failed);
}

Result<std::filesystem::path> generated(const WorkloadWish& wish, std::size_t count,
                                        unsigned seed) {
    const std::string name = "seizures_" + std::to_string(count) + "_" + std::to_string(seed);
    const auto file = wish.folder / (name + ".ndjson");
    std::error_code failed;
    if (!std::filesystem::exists(file, failed)) {
        const auto half = wish.folder / name;
        TRY_ASSIGN(auto made, ChildProcess::start({wish.program, "generate", "--count",
                                                   std::to_string(count), "--seed",
                                                   std::to_string(seed)},
                                                  half));
        TRY(made.wait());
        std::filesystem::rename(half, file, failed);
    }
    TRY(folder_error(file, failed));
    return file;
}

Result<std::vector<std::string>> lines_of(const std::filesystem::path& file) {
    std::ifstream in(file);
    std::vector<std::string> out;
    for (std::string line; std::getline(in, line);) {
        out.push_back(std::move(line));
    }
    if (out.empty()) {
        return Error{stage_folder, file.string() + ": cannot be read"};
    }
    return out;
}

Result<Usage> import_file(const RunningNode& node, const Workshop& workshop,
                          const std::filesystem::path& file, const std::string& compartment) {
    const auto mapping = workshop.folder / "documents.json";
    std::ofstream(mapping) << R"({"database": "seizures", "format": "ndjson"})";
    std::vector<std::string> words{workshop.program,         "import",         file.string(),
                                   "--map",                  mapping.string(), "--node",
                                   node.directory().string()};
    if (!compartment.empty()) {
        words.insert(words.end(), {"--compartment", compartment});
    }
    TRY_ASSIGN(auto import, ChildProcess::start(words, workshop.folder / "import.out"));
    return import.wait();
}

Result<HeldLink> hold_link(RunningNode& listening,
                           const std::function<Result<RunningNode>()>& dial) {
    listening.pause();
    auto dialling = dial();
    if (!dialling) {
        listening.resume();
        return std::move(dialling).error();
    }
    return HeldLink{*std::move(dialling), listening};
}

Result<Stopwatch> HeldLink::up(std::uint16_t port) {
    auto watch = Stopwatch::start({&dialling, &listening}, port);
    listening.resume();
    return watch;
}

Result<std::uint64_t> position(RunningNode& node) {
    TRY_ASSIGN(const json standing, node.standing());
    return standing.value("position", std::uint64_t{0});
}

Status wait_for_positions(RunningNode& a, std::uint64_t at_a, RunningNode& b, std::uint64_t at_b,
                          int pause_ms) {
    return wait_until("both to have everything", pause_ms, [&]() -> Result<bool> {
        TRY_ASSIGN(const auto of_a, position(a));
        if (of_a < at_a) {
            return false;
        }
        TRY_ASSIGN(const auto of_b, position(b));
        if (of_b < at_b) {
            return false;
        }
        TRY_ASSIGN(const bool a_has_all, is_in_sync(a));  // positions count audits as well
        return a_has_all ? is_in_sync(b) : false;
    });
}

Result<Counts> counts(RunningNode& node) {
    TRY_ASSIGN(const json standing, node.standing());
    Counts out;
    for (const json& place : standing.value("counts", json::array())) {
        if (place.value("database", "") == "seizures") {
            out.records += place.value("records", std::uint64_t{0});
            out.conflicts += place.value("conflicts", std::uint64_t{0});
        }
    }
    return out;
}

}  // namespace entrepot::bench
