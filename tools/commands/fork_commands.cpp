#include <nlohmann/json.hpp>

#include "node/databases/json_text.hpp"
#include "tools/commands/groups.hpp"
#include "tools/commands/files/input.hpp"
#include "tools/commands/node_connection.hpp"

namespace entrepot::tools {
namespace {

using nlohmann::json;
using node::text_member;

void print_branch(Console& console, const json& branch) {
    std::string line = "  " + text_member(branch, "hash").substr(0, 16);
    line += branch.value("held_here", false) ? "  held here" : "";
    for (const json& receipt : branch.value("receipts", json::array())) {
        line += "  receipt of " + text_member(receipt, "node").substr(0, 8) + " up to " +
                std::to_string(receipt.value("number", 0));
    }
    console.line(line);
}

Outcome<int> forks(const Invocation& invocation) {
    TRY_ASSIGN(const auto path, node_of(invocation));
    TRY_ASSIGN(auto node, NodeConnection::open(invocation, {path}));
    TRY_ASSIGN(const json found, node.worker({"GET", "/forks"}, json::object()));
    TRY(node.close());
    const json list = found.value("forks", json::array());
    for (const json& fork : list) {
        if (invocation.console.json()) {
            invocation.console.object(fork);
            continue;
        }
        const bool settled = fork.value("settled", false);
        invocation.console.line(text_member(fork, "log") + "  of " + text_member(fork, "unit") +
                                "  at commit " + std::to_string(fork.value("number", 0)) +
                                (settled ? "  settled" : "  takes nothing until it is settled"));
        for (const json& branch : fork.value("branches", json::array())) {
            print_branch(invocation.console, branch);
        }
    }
    invocation.console.note(std::to_string(list.size()) + " forks");
    return 0;
}

Outcome<int> settle(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    if (arguments.has("keep") == arguments.has("default")) {
        return Error{usage_wrong, "give one of --keep HASH and --default"};
    }
    const bool names = arguments.has("headquarters");
    TRY_ASSIGN(const auto path, names ? Outcome<std::filesystem::path>(
                                            std::filesystem::path(arguments.text("headquarters")))
                                      : node_of(invocation));
    TRY_ASSIGN(auto headquarters, NodeConnection::open(invocation, {path}));
    json body{{"log", arguments.text("LOG")}};
    if (arguments.has("keep")) {
        body["keep"] = arguments.text("keep");
    }
    TRY_ASSIGN(const json answer, headquarters.worker({"POST", "/administration/settle"}, body));
    TRY(headquarters.close());
    if (invocation.console.json()) {
        invocation.console.object(answer);
        return 0;
    }
    invocation.console.line("kept up to commit " + std::to_string(answer.value("number", 0)) + " " +
                            text_member(answer, "hash").substr(0, 16));
    return 0;
}

}  // namespace

void add_fork_commands(CommandTable& table) {
    table.push_back(
        {"forks", "logs with two commits of one number: a restored disk or a clone", {}, forks});
    table.push_back({"administration settle-log",
                     "say which branch of a forked log counts",
                     {{"LOG", "LOG", "the log, or its first characters, as 'forks' shows it", true},
                      {"--headquarters", "HQ_DIR", "headquarters' node (or --node)"},
                      {"--keep", "HASH", "first characters of the branch that counts"},
                      {"--default", "", "the branch that headquarters' receipts cover"}},
                     settle});
}

}  // namespace entrepot::tools
