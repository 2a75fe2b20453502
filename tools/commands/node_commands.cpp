#include <chrono>
#include <nlohmann/json.hpp>

#include "node/access/administration.hpp"
#include "node/access/installation.hpp"
#include "node/link/link.hpp"
#include "node/worker/worker.hpp"
#include "replication/roster/enrolment_request.hpp"
#include "tools/commands/groups.hpp"
#include "tools/commands/files/input.hpp"
#include "tools/commands/node_connection.hpp"
#include "tools/commands/terminal/passphrase.hpp"

namespace entrepot::tools {
namespace {

using nlohmann::json;
using replication::NodeKind;

constexpr std::size_t join_limit = std::size_t{256} << 20;
constexpr std::uint64_t most_reserve_mib = std::uint64_t{1} << 30;

Outcome<NodeKind> kind_of(const std::string& name) {
    for (const NodeKind kind : {NodeKind::headquarters, NodeKind::unit, NodeKind::relay}) {
        if (node::kind_name(kind) == name) {
            return kind;
        }
    }
    return Error{usage_wrong, "--kind is headquarters, unit or relay, not '" + name + "'"};
}

/// DIR, else --node, else ENTREPOT_NODE.
Outcome<std::filesystem::path> directory_of(const Invocation& invocation) {
    if (invocation.arguments.has("DIR")) {
        return std::filesystem::path(invocation.arguments.text("DIR"));
    }
    return node_of(invocation);
}

/// A passphrase unless there is a service key and none was given: that node is unattended.
Outcome<node::Credential> first_credential(const Invocation& invocation) {
    node::Credential out;
    out.service_key = service_key_of(invocation);
    if (out.service_key.empty() || has_passphrase(invocation)) {
        TRY_ASSIGN(out.passphrase, read_passphrase(invocation, invocation.arguments.text("officer"),
                                                   PassphraseUse::fresh));
    }
    return out;
}

Outcome<int> create(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    TRY_ASSIGN(const NodeKind kind, kind_of(arguments.text("kind")));
    const node::InstallationWish wish{{kind, arguments.text("name"), arguments.text("country")},
                                      arguments.text("officer")};
    TRY_ASSIGN(const auto credential, first_credential(invocation));
    crypto::SystemEntropy entropy;
    TRY_ASSIGN(const auto made,
               node::install_node(arguments.text("DIR"), wish, credential, SystemClock(), entropy));
    if (invocation.console.json()) {
        invocation.console.object({{"node", to_base32(made.node.view())},
                                   {"request", made.request.string()},
                                   {"code", made.code}});
        return 0;
    }
    invocation.console.line("request  " + made.request.string());
    invocation.console.line("code     " + made.code);
    invocation.console.note("Send the request to headquarters and read out the code by telephone.");
    return 0;
}

Outcome<int> join(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    TRY_ASSIGN(const auto root, root_of(invocation));
    TRY_ASSIGN(const auto directory, node::NodeDirectory::open(arguments.text("DIR")));
    TRY_ASSIGN(const Bytes file, node::read_file(arguments.text("JOIN_FILE"), join_limit));
    TRY_ASSIGN(const auto credential, credential_of(invocation, "this node"));
    TRY_ASSIGN(const auto joined, node::join_node(directory, file, root, credential));
    if (invocation.console.json()) {
        invocation.console.object(
            {{"node", to_base32(joined.node.view())}, {"roster_length", joined.length}});
        return 0;
    }
    invocation.console.line("joined; the roster has " + std::to_string(joined.length) + " entries");
    invocation.console.note("Start the node: entrepot node run " + arguments.text("DIR"));
    return 0;
}

std::optional<std::filesystem::path> optional_path(const std::string& path) {
    return path.empty() ? std::nullopt : std::optional<std::filesystem::path>(path);
}

Outcome<int> run(const Invocation& invocation) {
    TRY_ASSIGN(const auto directory, directory_of(invocation));
    node::LinkOptions options;
    options.node = directory;
    options.addresses.listen = invocation.arguments.text("listen");
    options.addresses.peers = invocation.arguments.all("peer");
    options.service_key = optional_path(service_key_of(invocation));
    options.program = invocation.surroundings.program;
    TRY_ASSIGN(const auto minutes, invocation.arguments.number("lock-after", 10, 24 * 60));
    options.idle_ms = static_cast<std::int64_t>(minutes) * 60'000;
    TRY_ASSIGN(const auto reserve, invocation.arguments.number("reserve", 0, most_reserve_mib));
    options.reserve_size = invocation.arguments.has("reserve")
                               ? reserve << 20
                               : node::Reserve::size_for(directory);
    options.temporary = invocation.arguments.has("temporary");
    if (options.temporary) {
        options.idle_ms = 0;  // it ends with its command, however long that takes
    }
    TRY(node::run_link(options));
    return 0;
}

Outcome<int> work(const Invocation& invocation) {
    TRY_ASSIGN(const auto directory, node_of(invocation));
    TRY_ASSIGN(const auto channel, invocation.arguments.number("channel", 0, 1'000'000));
    node::WorkerOptions options;
    options.node = directory;
    options.channel = static_cast<int>(channel);
    options.service_key = optional_path(invocation.arguments.text("service-key"));
    TRY_ASSIGN(const auto idle_ms, invocation.arguments.number("idle-ms", 600'000, 86'400'000));
    options.idle_ms = static_cast<std::int64_t>(idle_ms);
    TRY(node::run_worker(options));
    return 0;
}

Outcome<int> stop(const Invocation& invocation) {
    TRY_ASSIGN(const auto path, directory_of(invocation));
    TRY_ASSIGN(const auto directory, node::NodeDirectory::open(path));
    TRY_ASSIGN(auto running, NodeConnection::open(invocation, {path, false, false, {}}));
    TRY_ASSIGN(const auto seconds, invocation.arguments.number("timeout", 60, 86'400));
    TRY(running.link({"POST", "/stop"}));
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    while (!node::NodeLock::take(directory)) {
        if (std::chrono::steady_clock::now() > until) {
            return Error{node_not_stopped, "the node was told to stop and still runs"};
        }
        pause_briefly();
    }
    if (invocation.console.json()) {
        invocation.console.object({{"stopped", true}});
    }
    return 0;
}

}  // namespace

void add_node_commands(CommandTable& table) {
    table.push_back({"node create",
                     "make a node with its keys, first officer (--officer) and request file",
                     {{"DIR", "DIR", "directory to make", true},
                      {"--kind", "KIND", "headquarters, unit or relay", true},
                      {"--name", "TEXT", "such as \"Norman Manley Airport\"", true},
                      {"--country", "CC", "ISO 3166 code, such as JM", true}},
                     create});
    table.push_back({"node join",
                     "take in headquarters' answer to the request",
                     {{"DIR", "DIR", "the node's directory", true},
                      {"JOIN_FILE", "FILE", "what headquarters sent", true},
                      {"--root", "WORDS", "root fingerprint, from another channel", true}},
                     join});
    table.push_back(
        {"node run",
         "run a node until it is stopped",
         {{"DIR", "DIR", "the node's directory (or --node)"},
          {"--listen", "ADDRESS", "such as tcp://0.0.0.0:4711"},
          {"--peer", "[NODE@]ADDRESS", "dials it; headquarters unless a node's id comes first",
           false, true},
          {"--lock-after", "MINUTES", "a sign-in ends after so long without a call, 0: never (10)"},
          {"--reserve", "MIB", "room kept for a full disk (256, less on a small disk)"},
          {"--temporary", "", "serves one command and ends with it"}},
         run});
    table.push_back({"node worker",
                     "the part of a running node that holds plaintext",
                     {{"--channel", "FD", "to the link", true},
                      {"--idle-ms", "MS", "a sign-in ends after so long without a call"}},
                     work,
                     true});
    table.push_back({"node stop",
                     "end a running node, and wait until it has ended",
                     {{"DIR", "DIR", "the node's directory (or --node)"},
                      {"--timeout", "S", "wait at most so many seconds (60)"}},
                     stop});
}

}  // namespace entrepot::tools
