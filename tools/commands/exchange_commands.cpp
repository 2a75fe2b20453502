#include <algorithm>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>

#include "node/access/node_directory.hpp"
#include "node/databases/json_text.hpp"
#include "tools/commands/files/fresh_file.hpp"
#include "tools/commands/groups.hpp"
#include "tools/commands/files/input.hpp"
#include "tools/commands/node_connection.hpp"
#include "tools/commands/status_text.hpp"
#include "tools/commands/terminal/progress_bar.hpp"
#include "tools/commands/terminal/table.hpp"

namespace entrepot::tools {
namespace {

using nlohmann::json;
using node::text_member;

inline constexpr ErrorCode sync_no_peer{"sync.no_peer", ErrorKind::invalid_input};
inline constexpr ErrorCode sync_incomplete{"sync.incomplete", ErrorKind::unavailable};

/// Whether every peer there should be is there and has nothing more to give or take.
bool is_in_sync(const json& status) {
    const json peers = status.value("peers", json::array());
    const json dialled = status.value("dialled", json::array());
    const auto connected = [](const json& dial) { return dial.value("connected", false); };
    const auto done = [](const json& peer) {
        return peer.value("in_sync", false) && peer.value("check_answered", false);
    };
    return !peers.empty() && std::all_of(peers.begin(), peers.end(), done) &&
           std::all_of(dialled.begin(), dialled.end(), connected);
}

std::string obstacle(const json& status) {
    for (const json& dial : status.value("dialled", json::array())) {
        if (!dial.value("connected", false)) {
            const std::string why = text_member(dial, "last_failure");
            return text_member(dial, "address") + ": " + (why.empty() ? "no answer" : why);
        }
    }
    return status.value("peers", json::array()).empty() ? "no peer is connected"
                                                        : "a peer still has something to send";
}

Outcome<json> wait_for_sync(const Invocation& invocation, NodeConnection& node,
                            std::chrono::seconds within) {
    ProgressBar bar(invocation.console, 0);
    const auto until = std::chrono::steady_clock::now() + within;
    while (true) {
        TRY_ASSIGN(json status, node.link({"GET", "/status"}));
        if (is_in_sync(status)) {
            return status;
        }
        if (status.value("peers", json::array()).empty() &&
            status.value("dialled", json::array()).empty() && status.value("opened", false)) {
            return Error{sync_no_peer,
                         "this node knows nobody to dial; give --peer ADDRESS to "
                         "'node run' or, while it does not run, to 'sync'"};
        }
        if (std::chrono::steady_clock::now() > until) {
            return Error{sync_incomplete, "not everything has gone across within " +
                                              std::to_string(within.count()) +
                                              " s: " + obstacle(status)};
        }
        bar.show(0, "commits here: " + std::to_string(status.value("commits", 0)));
        pause_briefly();
    }
}

Outcome<int> sync(const Invocation& invocation) {
    TRY_ASSIGN(const auto seconds, invocation.arguments.number("timeout", 60, 86'400));
    TRY_ASSIGN(const auto directory, node_of(invocation));
    ConnectionWish wish{directory};
    wish.peers = invocation.arguments.all("peer");
    wish.worker = false;
    TRY_ASSIGN(auto node, NodeConnection::open(invocation, wish));
    if (node.is_temporary()) {
        TRY(node.reach_worker(invocation));
    }
    TRY(node.link({"POST", "/sync"}));
    json status = json::object();
    if (invocation.arguments.has("once") || node.is_temporary()) {
        TRY_ASSIGN(status, wait_for_sync(invocation, node, std::chrono::seconds(seconds)));
    } else {
        TRY_ASSIGN(status, node.link({"GET", "/status"}));
    }
    TRY(node.close());
    if (invocation.console.json()) {
        invocation.console.object(status);
    } else {
        print_peers(invocation.console, status);
    }
    return 0;
}

/// The link knows ids only; names are in the directory, which the worker reads.
void name_peers(NodeConnection& node, json& status) {
    const auto roster = node.worker({"GET", "/roster"});
    if (!roster || !status.contains("peers")) {
        return;
    }
    std::map<std::string, std::string> names;
    for (const json& known : roster.value().value("nodes", json::array())) {
        names[text_member(known, "node")] = text_member(known, "name");
    }
    for (json& peer : status["peers"]) {
        peer["unit_name"] = names[text_member(peer, "node")];
    }
}

Outcome<int> status(const Invocation& invocation) {
    TRY_ASSIGN(const auto directory, node_of(invocation));
    ConnectionWish wish{directory};
    wish.worker = false;
    TRY_ASSIGN(auto node, NodeConnection::open(invocation, wish));
    if (node.is_temporary() && !service_key_of(invocation).empty()) {
        TRY(node.reach_worker(invocation));
    }
    TRY_ASSIGN(json answer, node.link({"GET", "/status"}));
    answer["running"] = !node.is_temporary();
    if (const auto standing = node.worker({"GET", "/standing"})) {
        answer["standing"] = standing.value();
        answer["name"] = text_member(standing.value(), "name");
        name_peers(node, answer);
    }
    TRY(node.close());
    invocation.console.json() ? invocation.console.object(answer)
                              : print_status(invocation.console, answer);
    return 0;
}

Outcome<NodeConnection> open(const Invocation& invocation) {
    TRY_ASSIGN(const auto directory, node_of(invocation));
    return NodeConnection::open(invocation, {directory});
}

Outcome<int> show_roster(const Invocation& invocation) {
    TRY_ASSIGN(auto node, open(invocation));
    TRY_ASSIGN(const json roster, node.worker({"GET", "/roster"}));
    TRY(node.close());
    invocation.console.json() ? invocation.console.object(roster)
                              : print_roster(invocation.console, roster);
    return 0;
}

/// The administration's own roster, or an outer one that it shares with a partner.
Outcome<std::string> exported(const Arguments& arguments) {
    const std::string ours = arguments.text("for"), theirs = arguments.text("from");
    if (!ours.empty() && !theirs.empty()) {
        return Error{usage_wrong, "--for and --from are of two rosters: say one of them"};
    }
    if (ours.empty() && theirs.empty()) {
        return std::string("/roster/file");
    }
    return "/partners/" + node::percent_encode(ours.empty() ? theirs : ours) + "/roster" +
           (ours.empty() ? "?made_by=partner" : "");
}

Outcome<int> export_roster(const Invocation& invocation) {
    TRY_ASSIGN(const std::string route, exported(invocation.arguments));
    TRY_ASSIGN(auto node, open(invocation));
    TRY_ASSIGN(const Bytes roster, node.worker_file({"GET", route}));
    TRY(node.close());
    const std::string file = invocation.arguments.text("FILE");
    if (file == "-") {
        invocation.console.raw(as_text(roster));
        return 0;
    }
    if (!invocation.arguments.has("replace")) {
        TRY(check_free(file));
    }
    TRY(node::write_file(file, roster));
    if (invocation.console.json()) {
        invocation.console.object({{"file", file}, {"bytes", roster.size()}});
    }
    return 0;
}

Outcome<int> import_roster(const Invocation& invocation) {
    constexpr std::size_t limit = std::size_t{256} << 20;
    TRY_ASSIGN(const Bytes file, node::read_file(invocation.arguments.text("FILE"), limit));
    std::string path = "/roster/file";
    if (invocation.arguments.has("root")) {
        TRY_ASSIGN(const auto root, root_of(invocation));
        path += "?root=" + root.text();
    }
    TRY_ASSIGN(auto node, open(invocation));
    TRY_ASSIGN(const json answer, node.worker_bytes({"POST", path}, file));
    TRY(node.close());
    invocation.console.json()
        ? invocation.console.object(answer)
        : invocation.console.line(std::to_string(answer.value("added", 0)) + " entries added");
    return 0;
}

}  // namespace

void add_exchange_commands(CommandTable& table) {
    table.push_back(
        {"status", "what the node holds, who is connected, what is waiting", {}, status});
    table.push_back(
        {"sync",
         "exchange with peers now",
         {{"--once", "", "wait until everything has gone across"},
          {"--timeout", "S", "wait at most so many seconds (60)"},
          {"--peer", "[NODE@]ADDRESS", "dialled when the node does not run", false, true}},
         sync});
    table.push_back({"roster show", "nodes, compartments and rights", {}, show_roster});
    table.push_back({"roster export",
                     "write the roster to a file",
                     {{"FILE", "FILE", "file to write; '-' for standard output", true},
                      {"--for", "CC", "the outer one that we made for this partner"},
                      {"--from", "CC", "the outer one that this partner made for us"},
                      {"--replace", "", "write over a file that is there"}},
                     export_roster});
    table.push_back({"roster import",
                     "take in a longer roster",
                     {{"FILE", "FILE", "file of another node", true},
                      {"--root", "WORDS", "root fingerprint, for a node that holds no roster yet"}},
                     import_roster});
}

}  // namespace entrepot::tools
