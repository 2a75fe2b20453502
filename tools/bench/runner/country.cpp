#include "tools/bench/runner/country.hpp"

#include <nlohmann/json.hpp>

#include "tools/bench/runner/wire_meter.hpp"

namespace entrepot::bench {

using nlohmann::json;

Result<json> Country::command(std::vector<std::string> words) const {
    words.insert(words.begin(), workshop_.program);
    words.insert(words.end(), {"--json", "--service-key", workshop_.service_key.string()});
    TRY_ASSIGN(const std::string out, run_and_read(words, workshop_.folder / "command.out"));
    json answer = json::parse(out, nullptr, false);
    if (answer.is_discarded()) {
        return Error{country_unmade, "not JSON from " + words[1] + " " + words[2] + ": " + out};
    }
    return answer;
}

Status Country::install(const std::string& kind, const std::string& name, Unit& out) const {
    const std::string directory = out.directory.string();
    TRY_ASSIGN(const json made, command({"node", "create", directory, "--kind", kind, "--name",
                                         name, "--country", "JM", "--officer", "Officer"}));
    out.node = made.value("node", "");
    std::vector<std::string> enrol{"administration",
                                   "enrol",
                                   (workshop_.folder / "administration").string(),
                                   made.value("request", ""),
                                   "--code",
                                   made.value("code", "")};
    if (kind != "headquarters") {
        enrol.insert(enrol.end(), {"--headquarters", headquarters_.directory.string()});
    }
    TRY_ASSIGN(const json enrolled, command(std::move(enrol)));
    TRY(command({"node", "join", directory, enrolled.value("join", ""), "--root", fingerprint_}));
    return {};
}

Status Country::found_headquarters() {
    TRY_ASSIGN(const json founded,
               command({"administration", "create", (workshop_.folder / "administration").string(),
                        "--country", "JM", "--name", "Benchmark administration"}));
    fingerprint_ = founded.value("fingerprint", "");
    headquarters_.directory = workshop_.folder / "headquarters";
    return install("headquarters", "Headquarters", headquarters_);
}

Status Country::enrol_units(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
        Unit unit{workshop_.folder / ("unit" + std::to_string(units_.size() + 1)), ""};
        TRY(install("unit", name, unit));
        units_.push_back(std::move(unit));
        names_.push_back(name);
    }
    return {};
}

Result<Country> Country::found(Workshop workshop, const std::vector<std::string>& units) {
    std::error_code failed;
    std::filesystem::create_directories(workshop.folder, failed);
    Country out(std::move(workshop));
    TRY_ASSIGN(out.port_, free_port());
    TRY(out.found_headquarters());
    TRY_ASSIGN(auto headquarters, out.run_headquarters());
    TRY(out.enrol_units(units));
    TRY(out.meet_headquarters());
    TRY(headquarters.stop());
    return out;
}

Result<RunningNode> Country::run_headquarters() const {
    return RunningNode::start(workshop_, {headquarters_.directory, address(), ""});
}

Result<RunningNode> Country::run_unit(std::size_t number, const std::string& peer) const {
    return RunningNode::start(workshop_, {units_[number].directory, "", peer});
}

Status Country::add_joint_compartment(const std::string& name) const {
    std::vector<std::string> words{"administration", "compartment", "add", "--headquarters",
                                   headquarters_.directory.string(), "--database", "seizures",
                                   "--name", name};
    for (const std::string& unit : names_) {
        words.insert(words.end(), {"--member", unit + ":write"});
    }
    TRY(command(std::move(words)));
    return {};
}

Status Country::meet_headquarters() const {
    for (std::size_t number = 0; number < units_.size(); ++number) {
        TRY_ASSIGN(auto unit, run_unit(number, address()));
        TRY(wait_until("the first sync", 20, [&unit] { return is_in_sync(unit); }));
        TRY(unit.stop());
    }
    return {};
}

Result<bool> is_check_answered(RunningNode& node) {
    TRY_ASSIGN(const json status, node.link("GET", "/status"));
    const json peers = status.value("peers", json::array());
    return !peers.empty() && peers.front().value("check_answered", false);
}

Result<bool> is_in_sync(RunningNode& node) {
    TRY_ASSIGN(const json status, node.link("GET", "/status"));
    TRY_ASSIGN(const json standing, node.standing());
    const json peers = status.value("peers", json::array());
    bool all = !peers.empty();
    for (const json& peer : peers) {
        all = all && peer.value("in_sync", false);
    }
    return all && standing.value("position", 0) == status.value("commits", -1);
}

}  // namespace entrepot::bench
