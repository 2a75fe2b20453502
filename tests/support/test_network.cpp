#include "tests/support/test_network.hpp"

#include <stdexcept>

#include "crypto/base64.hpp"
#include "node/access/administration.hpp"
#include "node/access/installation.hpp"
#include "replication/roster/join_file.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;
using replication::NodeKind;

constexpr std::size_t request_limit = 4096;

template <class T>
T must(Result<T> result) {
    if (!result) {
        throw std::runtime_error(std::string(result.error().code.name()) + ": " +
                                 result.error().context);
    }
    return *std::move(result);
}

void must(const Status& status) {
    if (!status) {
        throw std::runtime_error(std::string(status.error().code.name()) + ": " +
                                 status.error().context);
    }
}

}  // namespace

std::string entrepot_program() {
    return ENTREPOT_BINARY_DIR "/tools/entrepot";
}

TestNetwork::TestNetwork(const NetworkWish& wish) : wish_(wish) {
    if (wish_.program.empty()) {
        wish_.program = entrepot_program();
    }
    crypto::SystemEntropy entropy;
    service_key_ = folder_.path() / "service.key";
    must(read_or_make_service_key(service_key_, entropy));
    make_headquarters();
    for (const auto& [role, name] : {std::pair("airport", wish_.airport),
                                     std::pair("seaport", wish_.seaport),
                                     std::pair("relay", wish_.relay)}) {
        if (!name.empty()) {
            enrol(role, name);
        }
    }
}

void TestNetwork::make_headquarters() {
    crypto::SystemEntropy entropy;
    const SystemClock clock;
    const Credential credential{{}, service_key_};
    auto administration = must(AdministrationDirectory::create(
        path_of("administration"), {"JM", wish_.headquarters}, credential, clock, entropy));
    fingerprint_ = administration.roster().root_fingerprint();
    const auto made = must(install_node(path_of("headquarters"),
                                        {{NodeKind::headquarters, wish_.headquarters, "JM"},
                                         wish_.officer},
                                        credential, clock, entropy));
    const auto request = must(replication::decode_request(
        must(read_file(made.request, request_limit)), clock.wall()));
    must(administration.certify(request, credential, clock, entropy));
    const Bytes join = must(replication::make_join(administration.roster(), made.node, entropy));
    must(join_node(must(NodeDirectory::open(path_of("headquarters"))), join, fingerprint_,
                   credential));
    nodes_["headquarters"] = std::make_unique<NodeProcess>(NodeProcessOptions{
        wish_.program, path_of("headquarters"), service_key_, "tcp://127.0.0.1:0", {}});
    headquarters().start();
}

void TestNetwork::enrol(const std::string& role, const std::string& name) {
    crypto::SystemEntropy entropy;
    const Credential credential{{}, service_key_};
    const NodeKind kind = role == "relay" ? NodeKind::relay : NodeKind::unit;
    const auto made = must(install_node(path_of(role), {{kind, name, "JM"}, wish_.officer},
                                        credential, SystemClock(), entropy));
    const Bytes request = must(read_file(made.request, request_limit));
    const json answer = headquarters().post(Socket::worker, "/administration/enrol",
                                            {{"request", crypto::to_base64(request)}});
    const Bytes join = must(crypto::from_base64(answer.at("join").get<std::string>()));
    must(join_node(must(NodeDirectory::open(path_of(role))), join, fingerprint_, credential));
    auto& way = ways_[role] = std::make_unique<TcpProxy>();
    way->lead_to(headquarters().status().at("listen").get<std::string>());
    nodes_[role] = std::make_unique<NodeProcess>(NodeProcessOptions{
        wish_.program, path_of(role), service_key_, "", {way->address()}});
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
    headquarters().post(
        Socket::worker, "/administration/grants",
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
            return role + ": " + node->ask(Socket::worker, "GET", "/standing").body.dump() + "\n" +
                   node->ask(Socket::link, "GET", "/status").body.dump();
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
