#include "tests/support/test_network.hpp"
#include "tests/support/places.hpp"

#include <stdexcept>

#include "tests/support/eventually.hpp"

namespace entrepot::node {

using nlohmann::json;

std::string entrepot_program() {
    return binary_folder() + "/tools/entrepot";
}

TestNetwork::TestNetwork(const NetworkWish& wish) : wish_(wish) {
    if (wish_.program.empty()) {
        wish_.program = entrepot_program();
    }
    const json made = command({"administration", "create", path_of("administration"), "--country",
                               wish_.country, "--name", wish_.headquarters});
    fingerprint_ = made.at("fingerprint");
    add("headquarters", wish_.headquarters);
    for (const auto& [role, name] :
         {std::pair("airport", wish_.airport), std::pair("seaport", wish_.seaport),
          std::pair("relay", wish_.relay)}) {
        if (!name.empty()) {
            add(role, name);
        }
    }
}

json TestNetwork::command(std::vector<std::string> words) const {
    words.insert(words.begin(), wish_.program);
    words.insert(words.end(), {"--service-key", service_key().string(), "--json"});
    const Ran ran = run_program(words);
    json out = json::parse(ran.out, nullptr, false);
    if (ran.exit_code != 0 || out.is_discarded()) {
        throw std::runtime_error(words[1] + " " + words[2] + ": " + ran.err);
    }
    return out;
}

std::string TestNetwork::root() const {
    return nodes_.at("headquarters")->get(Socket::worker, "/roster").at("root");
}

/// Makes a node, has it enrolled, lets it join, and starts it.
void TestNetwork::add(const std::string& role, const std::string& name) {
    const bool is_headquarters = role == "headquarters";
    const bool is_relay = role == "relay";
    const std::string kind = is_headquarters ? "headquarters" : is_relay ? "relay" : "unit";
    const json made = command({"node", "create", path_of(role), "--kind", kind, "--name", name,
                               "--country", wish_.country, "--officer", wish_.officer});
    std::vector<std::string> enrol{
        "administration", "enrol",    path_of("administration"), made.at("request"), "--code",
        made.at("code"),  "--output", path_of(role + ".join")};
    if (!is_headquarters) {
        enrol.insert(enrol.end(), {"--headquarters", path_of("headquarters")});
    }
    command(enrol);
    command({"node", "join", path_of(role), path_of(role + ".join"), "--root", fingerprint_});
    NodeProcessOptions options{wish_.program, path_of(role), service_key(), "", {}};
    if (is_headquarters) {
        options.listen = "tcp://127.0.0.1:0";
    } else {
        auto& way = ways_[role] = std::make_unique<TcpProxy>();
        way->lead_to(headquarters().status().at("listen").get<std::string>());
        options.peers = {way->address()};
        if (wish_.recorded) {
            way->record();
        }
    }
    nodes_[role] = std::make_unique<NodeProcess>(std::move(options));
    nodes_[role]->start();
}

std::vector<NodeProcess*> TestNetwork::all() {
    std::vector<NodeProcess*> out;
    for (const auto& [role, node] : nodes_) {
        out.push_back(node.get());
    }
    return out;
}

void TestNetwork::share_seizures(const std::string& name) {
    json members = json::array();
    for (const std::string& unit : {wish_.airport, wish_.seaport}) {
        members.push_back({{"unit", unit}, {"right", "write"}});
    }
    headquarters().post(Socket::worker, "/administration/compartments",
                        {{"database", "seizures"}, {"name", name}, {"members", members}});
}

void TestNetwork::relay_seizures_of(const std::string& unit) {
    const std::string id = relay().status().at("node").get<std::string>();
    headquarters().post(Socket::worker, "/administration/grants",
                        {{"compartment", unit + " seizures"}, {"unit", id}, {"right", "relay"}});
}

void TestNetwork::restart_headquarters() {
    headquarters().start();
    for (auto& [role, way] : ways_) {
        way->lead_to(headquarters().status().at("listen").get<std::string>());
    }
}

std::string TestNetwork::obstacle() const {
    for (const auto& [role, node] : nodes_) {
        const bool dials = role != "headquarters";
        if (!node->is_caught_up() || (dials && !node->is_in_sync())) {
            const auto& headquarters = *nodes_.at("headquarters");
            return role + ": " + node->ask(Socket::worker, "GET", "/standing").body.dump() + "\n" +
                   node->ask(Socket::link, "GET", "/status").body.dump() + "\nheadquarters: " +
                   headquarters.ask(Socket::link, "GET", "/status").body.dump();
        }
    }
    return {};
}

::testing::AssertionResult TestNetwork::converge() {
    for (auto& [role, node] : nodes_) {
        node->await_unlocked();
    }
    for (int round = 0; round < 3; ++round) {  // a commit may come between two checks
        for (auto& [role, node] : nodes_) {
            if (role != "headquarters") {
                node->post(Socket::link, "/sync");
            }
        }
        if (!eventually([this] { return obstacle().empty(); })) {
            return ::testing::AssertionFailure() << obstacle();
        }
    }
    return ::testing::AssertionSuccess();
}

void TestNetwork::cut_all() {
    for (auto& [role, way] : ways_) {
        way->cut();
    }
}

void TestNetwork::open_all() {
    for (auto& [role, way] : ways_) {
        way->open();
    }
}

}  // namespace entrepot::node
